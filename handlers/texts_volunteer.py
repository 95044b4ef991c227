"""What residents read about activities: signing up, giving a seat back, being there."""

from __future__ import annotations

from typing import Final

MY_SIGNUPS_TITLE: Final = "我的报名和时长"
VOLUNTEER_NONE: Final = "这几天还没有招人的活动，过两天再来看看。"
VOLUNTEER_WHICH: Final = "最近有这些活动，您想参加哪个？"
VOLUNTEER_WHICH_OTHER: Final = "您说的时间没有活动，这些您看哪个合适？"
VOLUNTEER_UNKNOWN: Final = "没找到您说的活动。"
VOLUNTEER_LINE: Final = "{title} {at}（{left}）"
VOLUNTEER_FREE: Final = "还有{count}个名额"
VOLUNTEER_FULL: Final = "已满，可排队"
VOLUNTEER_ASK_AGE: Final = "这个活动要满{age}岁才能参加，您和同去的人都满了吗？"
OF_AGE: Final = "都满了"
OF_AGE_WORDS: Final = ("满了", "都满", "是的都满了", "早满了", "都成年了", "成年了", "没问题")
TOO_YOUNG: Final = "还没满"
TOO_YOUNG_WORDS: Final = ("没满", "不满", "没有满", "不到", "没到", "差一点", "有孩子", "带孩子")
VOLUNTEER_TOO_YOUNG: Final = "那这次先不报了，有合适的活动再来。"
VOLUNTEER_ASK_PEOPLE: Final = "「{title}」，连您一共几个人去？"
VOLUNTEER_FEWER: Final = "名额只剩{free}个了，您这边几个人去？"
VOLUNTEER_ASK_PHONE: Final = "请留个手机号，只用来联系活动的事。"
VOLUNTEER_PHONE: Final = "电话{phone}只用来联系活动的事。"
VOLUNTEER_NO_RISKS: Final = "请注意安全，量力而行。"
VOLUNTEER_CONFIRM: Final = "「{title}」{at}，{place}，{people}人\n请留意：{risks}\n{phone}给您报名吗？"
VOLUNTEER_YES: Final = "报名"
VOLUNTEER_YES_WORDS: Final = ("报名", "报", "报吧", "报上", "给我报", "参加", "去", "确认报名")
VOLUNTEER_DROPPED: Final = "好的，这次先不报。"
VOLUNTEER_SEATED: Final = "报上了！「{title}」{at}\n地点：{place}\n{reminder}"
VOLUNTEER_REMINDER: Final = "前一天我会提醒您。"
VOLUNTEER_WAITING: Final = "「{title}」名额满了，给您排在候补第{position}位。\n有人退出，会按顺序补上并告诉您。"
VOLUNTEER_HOURS: Final = "已认证服务{count}次，共{hours}。"
SIGNUPS_NONE: Final = "您最近没有报名的活动。"
SIGNUPS_SOME: Final = "您报了{count}个活动，去不了就选一项取消。"
SIGNUP_CANCEL: Final = "取消 {title} {at}{state}"
SIGNUP_WAITS: Final = "（候补中）"
SIGNUP_CANCELLED: Final = "好的，「{title}」已取消，名额让给后面的人。"
WAITING_CANCELLED: Final = "好的，「{title}」不再排队了。"
CHECK_IN_TITLE: Final = "活动签到"
CHECK_IN_ASK: Final = "请发现场的六位签到码。"
CHECK_IN_DIGITS: Final = "签到码是六位数字，问问现场的负责人。"
CHECKED_IN: Final = "「{title}」签到了，辛苦啦！\n走的时候回“签退”。"
CHECK_OUT_TITLE: Final = "活动签退"
CHECK_OUT_WORDS: Final = ("签退", "走了", "我走了", "回家了", "结束了")
CHECKED_OUT: Final = "签退了，这次{minutes}分钟，谢谢您！\n社区认证后记进您的时长。"
ACTIVITY_WORDS: Final = (
    ("打扫", "清洁", "卫生", "扫地", "捡垃圾", "大扫除"),
    ("送饭", "送餐", "午餐", "送午饭"),
    ("手机", "智能机", "扫码"),
    ("交通", "路口", "过马路", "文明劝导"),
    ("巡逻", "巡查", "排查", "消防"),
    ("旧衣", "衣服", "衣物"),
    ("老人", "老年人", "敬老", "助老"),
    ("种树", "植树", "绿化", "种花", "浇花"),
    ("分类", "桶边", "督导"),
)
"""Words for the same thing, as residents say it and as titles have it."""
