// Every word that the page itself says. What the service says comes from the service.

export const STATES = {
  submitted: ["已收到", "wait"], verified: ["已核实", "wait"], filed: ["已立案", ""], offlist_review: ["审批中", "wait"],
  dispatched: ["已派单", ""], in_progress: ["处理中", ""], returned: ["改派中", "wait"], suspended: ["暂缓处理", "wait"],
  handled: ["已处理", ""], closed: ["已办结", "end"], not_accepted: ["未受理", "end"], merged: ["已并案", "end"],
  withdrawn: ["已撤回", "end"], void: ["已作废", "end"],
  placed: ["已下单", "wait"], accepted: ["已接单", ""], assigned: ["已派人", ""], served: ["已服务", ""],
  rated: ["已评价", "end"], cancelled: ["已取消", "end"],
  seated: ["报名成功", ""], waiting: ["候补中", "wait"], attended: ["已参加", "end"], absent: ["未参加", "end"],
};
export const REDEMPTION_STATES = {
  waiting: ["等审核", "wait"], held: ["待领取", "wait"], verified: ["已核销", "end"], handed_out: ["已领取", "end"],
  refused: ["未批准", "end"], void: ["已取消", "end"], expired: ["已过期", "end"],
};

export const TEXT = {
  offline: "网络不通，正在重新连接……您写的内容不会丢。",
  notSent: "没有发出去",
  resend: "重发",
  busyServer: "现在办事的人多，请过一会儿再试。",
  serverTrouble: "系统出了点问题，请稍后再试，或者直接打电话给社区。",
  refused: "这条没有被接收。",
  newSession: "您离开得久了，已为您重新接通，请接着说。",
  photoKind: "这不是照片。请选一张相册里的照片，或者现场拍一张。",
  photoLarge: "这张照片太大了（超过10兆），请换一张小一点的。",
  photoAgain: "照片没有发出去，请重新选一次。",
  photo: "照片",
  place: "我的位置",
  placeAsking: "正在取位置，手机上请点“允许”……",
  placeDenied: "没有取到位置，没关系。请直接写地点，比如“3号楼2单元门口”。",
  placeUnsupported: "这个浏览器不能取位置。请直接写地点，比如“3号楼2单元门口”。",
  emptyThings: "还没有记录。",
  thingsFirst: "跟我说过话以后，您的上报、报名、订单和积分会显示在这里。",
  thingsFailed: "暂时看不到，请点“刷新”再试。",
  askProgress: "问进度",
  points: "分",
  pointsHeld: "分在兑换中",
  pointsWishes: [["换东西", "换东西"], ["家庭积分", "家庭积分"], ["捐积分", "捐积分"]],
  olderEntries: "看更早的",
  code: "领取码",
  codePicture: "领取码的二维码，给工作人员扫",
  takeBack: "不要了，退积分",
  service: "服务",
  call: "打电话",
  image: "图片",
  open: "打开看看",
};
