"""What residents read. Short, kind, plain; one question at a time; never blame. Read each text aloud."""

from __future__ import annotations

from typing import Final

CONSENT_VERSION: Final = "2026-11"
"""Raise it with every change of a text that asks for consent."""

# Anywhere.
CANCELLED: Final = "好的，「{title}」先不办了。"
NO_STEP_BACK: Final = "已经是第一步了。"
STALE_CHOICE: Final = "刚才那个选项已经过去了，我们接着这里："
NOT_UNDERSTOOD: Final = "不好意思，我没听明白。"
RESUMED: Final = "我们接着办「{title}」。"
RESUME: Final = "接着办刚才的事"
UNSURE: Final = "我还不太确定您想办什么，您看是哪一项？"
UNSURE_EMPTY: Final = "收到了。您想办哪件事？"
TO_HUMAN: Final = "找社区工作人员"
BIND_FIRST: Final = "办这件事要先知道您是哪位居民。\n在社区微信或支付宝里回复“绑定”，拿到数字码再来这里填一下就行。"
BIND: Final = "我有绑定码"
MENU: Final = "看看能办什么"
FAILED: Final = "对不起，这条消息我没办成，已经请工作人员来看。\n急事请直接打社区电话。"
TOO_FAST: Final = "您发得有点快，我先歇一口气。\n请过一分钟再发一次。"
PHOTO_ELSEWHERE: Final = "对不起，在支付宝里我看不到照片。\n请用文字说说，或者在社区微信、网页里发照片。"
TOO_LONG: Final = "这段话太长了，请分几次说，每次几句就好。"
GONE_WRONG: Final = "这一步没办成：{reason}"

# Menu, help, greeting.
MENU_TITLE: Final = "菜单"
MENU_TEXT: Final = "您好，这里是{name}。\n要反映问题，直接说或发照片就行；也可以选一项："
WELCOME_TEXT: Final = "欢迎来到{name}！\n哪里坏了、想报名、想订服务，直接跟我说。"
GREETING_TEXT: Final = "您好！有什么事直接说就行，比如“楼道灯坏了”。"
THANKS_TEXT: Final = "不客气，有事随时找我。"

# Report.
REPORT_TITLE: Final = "反映问题"
REPORT_ASK_WHAT: Final = "请说说是什么问题，一句话就行。"
REPORT_ASK_WHAT_PHOTO: Final = "照片收到了。请说说是什么问题，一句话就行。"
REPORT_ASK_WHAT_PLACE: Final = "位置收到了。请说说是什么问题，一句话就行。"
REPORT_ASK_PLACE: Final = "「{what}」在哪里？\n说楼号、路名都行，也可以发定位。"
REPORT_ASK_PLACE_EXACT: Final = "您说的“{place}”具体是哪里？\n比如“3号楼2单元”，也可以发定位。"
REPORT_MY_ADDRESS: Final = "在我登记的住址"
REPORT_PHOTO_PLACE: Final = "用照片里的位置"
REPORT_NO_PLACE: Final = "说不清，先报上去"
REPORT_LOCATED: Final = "您发的定位"
REPORT_NO_PLACE_NAME: Final = "位置待核实"
REPORT_SUMMARY: Final = "{what}\n位置：{place}{photos}\n这样报上去可以吗？"
REPORT_PHOTOS: Final = "；照片{count}张"
REPORT_SUBMIT: Final = "可以，报上去"
REPORT_SUBMIT_CONFIDENTIAL: Final = "报上去，替我保密"
REPORT_ADD: Final = "补充照片或说明"
REPORT_CHANGE_PLACE: Final = "改位置"
REPORT_DROP: Final = "不报了"
REPORT_DROPPED: Final = "好的，这件事不报了，什么都没留下。"
REPORT_ASK_MORE: Final = "好，请发照片，或再说两句。"
REPORT_ASK_PHONE: Final = "您提到了电话{phone}。\n要留给处理的人联系您吗？"
REPORT_PHONE_YES: Final = "留下，可以打给我"
REPORT_PHONE_NO: Final = "不留"
REPORT_DONE: Final = "收到，编号{number}。\n{next_step}\n有进展我会告诉您。"
REPORT_NEXT_PUSHED: Final = "已转给网格处理，请在{deadline}前等消息。"
REPORT_NEXT_DESK: Final = "已交给社区处理，预计{deadline}前办好。"
REPORT_NEXT_VERIFY: Final = "工作人员会先核实，再安排处理。"
REPORT_NEARBY: Final = "附近也有人反映过类似问题（{number}），会一起处理。"
REPORT_PHOTO_ADDED: Final = "照片已补到{number}里。"
REPORT_ASK_AREA: Final = "您说的地方在哪个社区？"
SEE_PROGRESS: Final = "查这件事的进展"
MORE_REPORT: Final = "再报一件"

# A worker in the chat.
CHAT_END_WORDS: Final = ("结束", "不用了", "没事了")
CHAT_ENDED: Final = "好的，先和工作人员聊到这里。有事随时找我。"
CHAT_WAITING: Final = "已经告诉工作人员了，他们来了会直接回您。\n不想等了就回“菜单”，我接着为您办。"
HUMAN_TITLE: Final = "找工作人员"
HUMAN_CALLED: Final = "好的，我请工作人员来，您先把事情写在这里。\n{phone}不想等了就回“菜单”。"
HUMAN_PHONE: Final = "急事请打社区电话{phone}。"

# Emergencies: the number first, one act to keep safe, then how far the call for help got.
EMERGENCY_NUMBERS: Final = {
    "fire": "请马上打119！",
    "gas": "请先到室外，再打{gas}或119！",
    "electric": "别碰伤者和电线！请打120，电力抢修95598。",
    "medical": "请马上打120！",
    "trapped": "请马上打119，电梯里按报警铃！",
    "falling": "请马上离开那里，打110！",
    "crime": "请先保护好自己，马上打110！",
    "violence": "请先躲到安全的地方，马上打110！",
    "missing": "请马上打110报走失，不用等24小时！",
    "suicide": "请打120或110；心里难受可以打12356，有人听您说。",
    "minor": "请马上打110！孩子的安全最要紧。",
}
EMERGENCY_ACTS: Final = {
    "fire": "别坐电梯，捂住口鼻往外走。",
    "gas": "别开关电器，别点火，别在屋里打电话。",
    "electric": "能关总闸就先关总闸。",
    "medical": "别随便搬动病人，陪着他。",
    "trapped": "别扒门，别跳，等人来救。",
    "falling": "提醒路人绕开。",
    "crime": "别追，记住对方的样子。",
    "violence": "带上孩子离开现场。",
    "missing": "想想最后见到的地方和穿的衣服。",
    "suicide": "请陪在身边，别让他一个人。",
    "minor": "先把孩子带到安全的地方。",
}
EMERGENCY_PAGED: Final = "正在通知值班人员。"
EMERGENCY_NO_DUTY: Final = "这里没有值班人员在线，请一定先打上面的电话。"
EMERGENCY_ACKNOWLEDGED: Final = "值班人员已收到。"
EMERGENCY_ASK_PLACE: Final = "您在哪里？说楼号或发定位。"
EMERGENCY_ASK_HURT: Final = "有人受伤吗？"
EMERGENCY_HURT_YES: Final = "有人受伤"
EMERGENCY_HURT_NO: Final = "没有"
EMERGENCY_ASK_NOW: Final = "现在正在发生吗？"
EMERGENCY_NOW_YES: Final = "是，正在发生"
EMERGENCY_NOW_NO: Final = "不是，没有危险"
EMERGENCY_NOTED: Final = "记下了，已补充给值班人员。\n电话打通了吗？没打请先打{number}。"
EMERGENCY_CALM: Final = "好的，没有危险就好。\n需要反映问题的话，直接说就行。"
EMERGENCY_NUMBER_OF: Final = {
    "fire": "119", "gas": "119", "electric": "120", "medical": "120", "trapped": "119", "falling": "110",
    "crime": "110", "violence": "110", "missing": "110", "suicide": "120", "minor": "110",
}  # fmt: skip
EMERGENCY_UNKNOWN_PLACE: Final = "位置待确认"
MENU_MORE: Final = "看看还能办什么"
MY_REPORTS_TITLE: Final = "我反映的事"
VOLUNTEER_TITLE: Final = "志愿活动"
ORDER_TITLE: Final = "订服务"
POINTS_TITLE: Final = "我的积分"
MEMBER_TITLE: Final = "党员报到"
ME_TITLE: Final = "我的资料"

# States of a report, as residents read them.
ISSUE_STATES: Final = {
    "submitted": "等待核实",
    "verified": "已核实",
    "filed": "已立案",
    "offlist_review": "正在研究由谁来办",
    "dispatched": "已派给责任单位",
    "in_progress": "正在处理",
    "returned": "退回重新安排",
    "suspended": "暂时办不了，已挂账",
    "handled": "已处理，等您确认",
    "closed": "已办结",
    "not_accepted": "未受理",
    "merged": "并入另一件一起办",
    "withdrawn": "您已撤回",
    "void": "已作废",
}

# Between messages.
NOTICE_BY: Final = "负责单位：{unit}。"
NOTICE_WHY: Final = "说明：{reason}"
FIXED_YES: Final = "修好了"
FIXED_NO: Final = "还没修好"
RATE_IT: Final = "打个分"
WORKER_SAYS: Final = "社区工作人员："
NOTICES: Final = {
    "conversation_reminder": "您刚才的「{title}」还差一步没办完。\n接着回复就行；不办了就回“取消”。",
    "chat_answer": WORKER_SAYS + "{text}",
    "chat_ended": "工作人员先忙去了，接下来还是我为您服务。\n有事直接说就行。",
    "chat_unanswered": "工作人员暂时走不开，您的话已经留给他们了。\n您也可以继续跟我说。",
    "issue_verified": "您反映的{number}核实过了，马上安排。",
    "issue_accepted": "您反映的{number}已受理。\n{by}最晚{deadline}给您答复。",
    "issue_offlist_review": "您反映的{number}不在常办清单里，社区正在研究由谁来办。",
    "issue_dispatched": "您反映的{number}已派人去办。\n{by}最晚{deadline}办好。",
    "issue_in_progress": "您反映的{number}正在处理。\n{by}",
    "issue_returned": "您反映的{number}需要重新安排，我们会盯着。\n{why}",
    "issue_extended": "您反映的{number}要多等一等，延到{deadline}。\n{why}",
    "issue_suspended": "您反映的{number}暂时办不了，先记着，能办了马上办。\n{why}",
    "issue_handled": "您反映的{number}处理完了。\n{why}\n您看真的修好了吗？",
    "issue_closed": "您反映的{number}办结了，谢谢您。\n{why}\n满意吗？不满意可以再打开。",
    "issue_reopened": "{number}重新打开了，我们继续办。",
    "issue_not_accepted": "您反映的{number}这次没能受理。\n{why}\n想再说说情况，回“人工”就行。",
    "issue_merged": "您反映的{number}和{into}是同一件事，一起办。\n办好了一样会告诉您。",
    "issue_void": "您反映的{number}已作废。\n{why}",
    "duty_acknowledged": "值班人员已收到您的紧急情况（{number}），正在赶来处理。",
    "signup_seated": "好消息，「{title}」有名额了，已给您排上。\n时间：{starts_at}。",
    "signup_reminder": "提醒您：「{title}」{starts_at}开始。\n地点：{place}。来不了请回“取消报名”。",
    "activity_cancelled": "对不起，「{title}」取消了。\n{why}",
    "activity_certified": "「{title}」的服务时长已记上：{minutes}分钟。谢谢您！",
    "order_accepted": "您订的服务{number}已接单。\n时间：{starts_at}。",
    "order_assigned": "您订的服务{number}安排好了，由{provider}上门。\n时间：{starts_at}。",
    "order_served": "您订的服务{number}做完了。\n满意吗？回“我的订单”可以打分。",
    "order_cancelled": "您订的服务{number}取消了。\n{why}",
    "registration_approved": "您的党员报到通过了，欢迎！\n回“党员报到”可以看详情。",
    "registration_returned": "您的党员报到需要补充一下。\n{why}\n回“党员报到”接着填。",
    "registration_revoked": "您的党员报到已撤销。\n{why}",
    "points_granted": "您得了{amount}积分，谢谢您为社区出力。",
    "redemption_verified": "您的「{title}」已领取，慢走。",
    "redemption_void": "您的兑换「{title}」已取消，积分退回来了。\n{why}",
    "redemption_expired": "您的兑换「{title}」过期了，积分退回来了。",
}

# My reports.
MY_ORDERS_TITLE: Final = "我的订单"
MINE_NONE: Final = "您还没有反映过事情。要现在说一件吗？"
MINE_UNKNOWN: Final = "没找到您名下的{number}，请核对一下编号。"
MINE_WHICH: Final = "您反映的事都在这里，看哪一件？"
MINE_LINE: Final = "{title}（{state}）"
MINE_ONE: Final = "{number} {title}\n现在：{state}。{due}\n{why}"
MINE_DUE: Final = "最晚{deadline}。"
MINE_URGE: Final = "催一催"
MINE_WITHDRAW: Final = "撤回不办了"
MINE_URGED: Final = "已经替您催了，{number}有消息马上告诉您。"
MINE_WITHDRAWN: Final = "好的，{number}撤回了。"
MINE_ADDED: Final = "记下了，已补到{number}里。"
MINE_ASK_WHY: Final = "对不起，让您费心了。\n还有什么没弄好？说一句或发张照片。"
MINE_NOT_FIXED: Final = "居民反映没有修好"
MINE_REOPENED: Final = "{number}已经重新打开，我们接着办，办好再告诉您。"
MINE_ASK_STARS: Final = "您给这次办理打几分？"
STARS: Final = {5: "5星 很满意", 4: "4星 满意", 3: "3星 一般", 2: "2星 不太满意", 1: "1星 不满意"}
MINE_RATED: Final = "谢谢您的评价！"
MINE_RATED_LOW: Final = "谢谢您直说，我们会改。\n还没解决的话，可以再说一声“没修好”。"

# Which community.
AREA_TITLE: Final = "选择社区"
AREA_ASK: Final = "您住在哪个社区？\n点一个，说名字，或者发个定位。"
AREA_OUTSIDE: Final = "这个位置不在我们的社区里。\n您住在哪个社区？"
AREA_UNKNOWN: Final = "没找到这个社区，您看是下面哪一个？"
AREA_SEVERAL: Final = "有几个名字相近的，是哪一个？"
AREA_CHOSEN: Final = "好的，记下了，您在{name}。"

# Several dialogues.
YES: Final = "是的"
NO: Final = "不是"
NOT_NOW: Final = "先不了"
PEOPLE: Final = "{count}人"
PHONE_KNOWN: Final = "用{phone}"
PHONE_AGAIN: Final = "没看到电话号码，请再发一次，11位手机号就行。"

# Volunteering.
MY_SIGNUPS_TITLE: Final = "我的报名和时长"
VOLUNTEER_NONE: Final = "这几天还没有招人的活动，有了我告诉您。"
VOLUNTEER_WHICH: Final = "最近有这些活动，您想参加哪个？"
VOLUNTEER_LINE: Final = "{title} {at}（{left}）"
VOLUNTEER_FREE: Final = "还有{count}个名额"
VOLUNTEER_FULL: Final = "已满，可排队"
VOLUNTEER_ASK_AGE: Final = "这个活动要满{age}岁才能参加，您和同去的人都满了吗？"
VOLUNTEER_TOO_YOUNG: Final = "那这次先不报了，有合适的活动我再告诉您。"
VOLUNTEER_ASK_PEOPLE: Final = "「{title}」，连您一共几个人去？"
VOLUNTEER_ASK_PHONE: Final = "请留个手机号，只用来联系这次活动。"
VOLUNTEER_CONFIRM: Final = "「{title}」{at}\n地点：{place}，{people}人\n给您报名吗？"
VOLUNTEER_YES: Final = "报名"
VOLUNTEER_DROPPED: Final = "好的，这次先不报。"
VOLUNTEER_SEATED: Final = "报上了！「{title}」{at}\n地点：{place}\n前一天我会提醒您。"
VOLUNTEER_WAITING: Final = "「{title}」名额满了，给您排在候补第{position}位。\n有人退出，会按顺序补上并告诉您。"
VOLUNTEER_HOURS: Final = "已认证的服务时长：{hours}小时。"
SIGNUPS_NONE: Final = "您最近没有报名的活动。"
SIGNUPS_SOME: Final = "您报了{count}个活动，去不了就点一下取消。"
SIGNUP_CANCEL: Final = "取消 {title} {at}"
SIGNUP_CANCELLED: Final = "好的，「{title}」已取消，名额让给后面的人。"

# Points.
POINTS_BALANCE: Final = "您现在有{available}积分可用。"
POINTS_HELD: Final = "另有{held}分在兑换中。"
POINTS_HOW_TITLE: Final = "积分怎么来的"
POINTS_ENTRY: Final = "{day} {what} {amount}分"
POINTS_RULES: Final = "反映问题经核实、参加志愿服务经认证，都会加分。"
POINTS_WHY: Final = {
    "report_verified": "反映问题",
    "volunteer_hour": "志愿服务",
    "redemption": "兑换",
    "adjustment": "调整",
    "reversal": "更正",
    "merge": "合并",
    "other": "其他",
}
REDEEM_TITLE: Final = "换东西"
REDEEM_NONE: Final = "现在没有可以换的，过几天再来看看。"
REDEEM_WHICH: Final = "您有{available}积分，想换哪一样？"
REDEEM_LINE: Final = "{name} {price}分"
REDEEM_CONFIRM: Final = "用{price}积分换「{name}」，对吗？"
REDEEM_YES: Final = "换"
REDEEM_DROPPED: Final = "好的，积分先留着。"
REDEEM_DONE: Final = "换好了！「{name}」领取码：{code}\n{until}前到{where}，把码给工作人员看就行。"
CODES_TITLE: Final = "我的领取码"
CODES_NONE: Final = "您现在没有待领取的东西。"
CODES_LINE: Final = "{name} 领取码 {code}（{until}前有效）"

# Orders.
SERVICE_WORDS: Final = {
    "meal": ("饭", "餐", "送餐", "订餐", "助餐"),
    "bathing": ("洗澡", "助浴"),
    "cleaning": ("打扫", "保洁", "擦玻璃", "助洁"),
    "medical_escort": ("陪诊", "看病", "医院", "助医"),
    "mobility": ("轮椅", "接送", "助行"),
    "urgent_help": ("呼叫", "救助", "助急"),
    "errand": ("代买", "代购", "代办", "跑腿", "缴费"),
    "repair": ("修", "水管", "马桶", "开锁", "电器", "跳闸"),
    "housekeeping": ("家政", "保姆", "做家务"),
    "haircut": ("理发", "剪头"),
    "care_visit": ("探访", "上门看看", "聊天"),
    "counselling": ("咨询", "律师", "法律", "心理"),
    "venue": ("场地", "会议室", "活动室", "预约房间"),
}
ORDER_NONE: Final = "这里暂时还没有开通服务，我帮您找工作人员？"
ORDER_WHICH: Final = "您想订哪一项？"
ORDER_LINE: Final = "{title} {price}"
ORDER_OTHER: Final = "看看别的服务"
ORDER_FOR_WHOM: Final = "「{title}」是给谁订？"
ORDER_SELF: Final = "给我自己"
ORDER_RELATIVE: Final = "给家里人"
ORDER_FAMILY: Final = "家人"
ORDER_WHEN: Final = "什么时候方便？"
ORDER_WHEN_OTHER: Final = "您说的时间没有空位了，这些时间可以："
ORDER_SLOT: Final = "{at}（还有{free}个）"
ORDER_NO_SLOT: Final = "「{title}」最近都约满了。"
ORDER_QUANTITY: Final = "要几份？"
PORTIONS: Final = "{count}份"
ORDER_ASK_ADDRESS: Final = "送到哪里，或到哪里服务？\n说楼号和门牌就行。"
ORDER_MY_ADDRESS: Final = "{address}"
ORDER_ASK_PHONE: Final = "请留个手机号，只用来联系这次服务。"
ORDER_FOR: Final = "给{relation}："
ORDER_ON_SITE: Final = "到社区来"
ORDER_CONFIRM_END: Final = "这样下单可以吗？"
ORDER_CONFIRM_RELATIVE: Final = "家人同意的话，就这样下单？"
ORDER_CONFIRM: Final = "{whom}{title}{count} {at}\n地点：{address}\n这样下单可以吗？"
ORDER_YES: Final = "可以，下单"
ORDER_DROPPED: Final = "好的，这次先不订。"
ORDER_DONE: Final = "订好了，单号{number}。\n{title}，{at}。\n安排好人我会告诉您。"
ORDERS_NONE: Final = "您还没有订过服务。"
ORDERS_LINE: Final = "{number} {title} {at}，{state}"
ORDER_CANCEL: Final = "取消 {title}"
ORDER_RATE: Final = "给 {title} 打分"
ORDER_CANCELLED: Final = "好的，{number}取消了。"
ORDER_RATED_LOW: Final = "谢谢您直说，我们会改进。"
ORDER_STATES: Final = {
    "placed": "等待接单",
    "accepted": "已接单",
    "assigned": "已安排人",
    "served": "已完成",
    "rated": "已评价",
    "cancelled": "已取消",
}

# Party members.
MEMBER_CONSENT: Final = (
    "报到要登记您的党员身份、姓名、电话和单位，\n只给社区党组织办理报到用，随时可以撤回。\n您同意吗？"
)
MEMBER_AGREE: Final = "同意"
MEMBER_DISAGREE: Final = "不同意"
MEMBER_NO_CONSENT: Final = "好的，不登记。别的事照样办，随时可以再来。"
MEMBER_ASK_NAME: Final = "请问您的姓名？"
MEMBER_ASK_PHONE: Final = "请留个手机号，党组织好联系您。"
MEMBER_ASK_EMPLOYER: Final = "您的工作单位或所在党支部是？"
MEMBER_ASK_SPECIALITY: Final = "您愿意出力做哪一类？"
MEMBER_SPECIALITIES: Final = ("巡查安全", "美化环境", "调解矛盾", "陪伴老人", "宣传政策")
MEMBER_SKIP: Final = "都可以"
MEMBER_CONFIRM: Final = "{name}，{phone}\n{employer}\n这样报到可以吗？"
MEMBER_YES: Final = "可以，报到"
MEMBER_AGAIN: Final = "重新填"
MEMBER_DONE: Final = "报到信息收到了，社区党组织审核后告诉您。"
MEMBER_CORRECT: Final = "改资料"
MEMBER_WITHDRAW: Final = "撤回报到"
MEMBER_WITHDRAWN: Final = "好的，报到撤回了。"
MEMBER_STATES: Final = {
    "submitted": "您已经报到，正在审核，有结果就告诉您。",
    "approved": "您已经报到成功，谢谢您为社区出力。",
    "returned": "您的报到资料还差一点，改一改再交就行。",
}

# My data.
ME_SHOWN: Final = "姓名：{name}，电话：{phone}\n用过：{platforms}"
ME_EMPTY: Final = "没留"
PLATFORMS: Final = {
    "wechat": "微信",
    "wechat_mini": "微信小程序",
    "alipay": "支付宝",
    "alipay_mini": "支付宝小程序",
    "web": "网页",
}
SHOW_CODE_TITLE: Final = "拿绑定码"
SHOW_CODE: Final = "您的绑定码：{code}\n{until}前，在另一个账号里选“我有绑定码”填进去。\n别告诉别人。"
BIND_TITLE: Final = "绑定账号"
BIND_ASK: Final = "请把另一个账号里看到的8位绑定码发给我。"
BIND_DIGITS: Final = "绑定码是{count}位数字，请再看一下。"
BOUND: Final = "绑定好了，两边的事和积分合到一起了。"
BOUND_ALREADY: Final = "这两个账号本来就是一起的，不用再绑。"
EXPORT_TITLE: Final = "导出我的资料"
EXPORT_HOW: Final = "您从{since}起的资料都可以带走。\n打开网页，在“我的”里点“导出”。"
ERASE_TITLE: Final = "删除我的资料"
ERASE_NOW: Final = "删除后，您的姓名、电话和聊天都读不出来了，积分也没了，不能找回。\n确定删除吗？"
ERASE_LATER: Final = "您还有没办完的：{cases}。\n现在答应，等都办完就删除，不能找回。\n确定吗？"
ERASE_YES: Final = "确定删除"
ERASE_KEPT: Final = "好的，什么都没删。"
ERASE_DONE: Final = "记下了，会按您说的删除。这段时间的照顾，谢谢您。"

# Cancelling.
CANCEL_TITLE: Final = "取消"
CANCEL_WHICH: Final = "您想取消哪一件？"
CANCEL_NOTHING: Final = "您现在没有可以取消的事。"
CANCEL_SIGNUP: Final = "报名：{title} {at}"
CANCEL_ORDER: Final = "订单：{number}"
CANCEL_ISSUE: Final = "反映：{title}"
CANCEL_NONE: Final = "都不是"
