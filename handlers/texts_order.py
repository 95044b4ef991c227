"""What residents read about services that they order."""

from __future__ import annotations

from typing import Final

SERVICE_WORDS: Final = {
    "meal": ("饭", "餐", "送餐", "订餐", "助餐"),
    "repair": ("修", "水管", "马桶", "开锁", "电器", "跳闸"),
    "cleaning": ("打扫", "保洁", "擦玻璃", "助洁"),
    "haircut": ("理发", "剪头"),
    "medical_escort": ("陪诊", "看病", "医院", "助医"),
    "bathing": ("洗澡", "助浴"),
    "errand": ("代买", "代购", "代办", "跑腿", "缴费"),
    "mobility": ("轮椅", "接送", "助行"),
    "housekeeping": ("家政", "保姆", "做家务"),
    "care_visit": ("探访", "上门看看", "聊天"),
    "counselling": ("咨询", "律师", "法律", "心理"),
    "venue": ("场地", "会议室", "活动室", "预约房间"),
    "urgent_help": ("呼叫", "救助", "助急"),
}
"""By kind, what is wanted most often first; offers are shown in this order."""

MEAL_WORDS: Final = (
    ("午饭", "午餐", "中饭", "中午饭", "晌午饭"),
    ("晚饭", "晚餐", "夜饭"),
    ("早饭", "早餐", "早点"),
)
"""Words for the same meal, as residents say it and as titles have it."""

ORDER_NONE: Final = "这里暂时还没有开通服务，我帮您找工作人员？"
ORDER_WHICH: Final = "您想订哪一项？"
ORDER_UNKNOWN: Final = "没找到您说的服务。"
ORDER_LINE: Final = "{title} {price}"
ORDER_OTHER: Final = "看看别的服务"
ORDER_FOR_WHOM: Final = "「{title}」是给谁订？"
ORDER_SELF: Final = "给我自己"
ORDER_SELF_WORDS: Final = ("自己", "我", "我自己", "本人", "给我")
ORDER_SELF_PHRASES: Final = ("给我订", "给我送", "给我约", "给我来", "给我自己", "帮我自己")
RELATION_SELF: Final = "本人"
ORDER_RELATIVE: Final = "给家里人"
ORDER_RELATIVE_WORDS: Final = ("家人", "家里人", "别人")
ORDER_FAMILY: Final = "家人"
ORDER_WHEN: Final = "什么时候方便？"
ORDER_WHEN_OTHER: Final = "您说的时间没有空位了，这些时间哪个可以？"
ORDER_WHEN_AGAIN: Final = "没看明白时间，选一个或说“周三上午”这样就行。"
ORDER_SLOT: Final = "{at}（还有{free}个）"
ORDER_NO_SLOT: Final = "「{title}」最近都约满了。"
ORDER_QUANTITY: Final = "要几份？"
PORTIONS: Final = "{count}份"
PORTIONS_WORDS: Final = (("一份", "就一份", "一个"), ("两份", "二份", "两个"), ("三份", "三个"))
ORDER_ASK_ADDRESS: Final = "送到哪里，或到哪里服务？\n说楼号和门牌就行，我记下，下次不用再说。"
ORDER_MY_ADDRESS_WORDS: Final = ("老地方", "我家", "家里", "还是原来的", "登记的地址")
ORDER_ADDRESS_AGAIN: Final = "没看明白地址，比如“3号楼2单元501”。"
ORDER_LOCATED: Final = "居民发的定位：{lng:.6f}, {lat:.6f}（{crs}）"
ORDER_ASK_PHONE: Final = "请留个手机号，只用来联系这次服务。"
ORDER_FOR: Final = "给{relation}："
ORDER_ON_SITE: Final = "到社区来"
ORDER_CONFIRM_SELF: Final = "这样下单可以吗？"
ORDER_CONFIRM_RELATIVE: Final = "家人同意的话，就这样下单？"
ORDER_CONFIRM: Final = "{whom}{title}{count}，{at}\n{address}，电话{phone}\n{question}"
ORDER_YES: Final = "可以，下单"
ORDER_YES_WORDS: Final = ("订", "订吧", "下单", "就这样下单", "同意")
ORDER_CHANGE_SLOT: Final = "改时间"
ORDER_CHANGE_SLOT_WORDS: Final = ("换时间", "时间不对", "换个时间")
ORDER_CHANGE_ADDRESS: Final = "改地址"
ORDER_CHANGE_ADDRESS_WORDS: Final = ("换地址", "地址不对", "换个地址")
ORDER_DROPPED: Final = "好的，这次先不订。"
ORDER_DONE: Final = "订好了，单号{number}。\n{title}，{at}。\n安排好人我会告诉您。"
ORDER_MORE: Final = "再订一个"
ORDERS_NONE: Final = "您还没有订过服务。"
ORDERS_LINE: Final = "{number} {title} {at}，{state}"
ORDER_CANCEL: Final = "取消 {title} {at}"
ORDER_RATE: Final = "给 {title} 打分"
ORDER_RATE_WORDS: Final = ("打分", "评价")
ORDER_RATE_TITLE: Final = "给服务打分"
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
