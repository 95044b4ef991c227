"""What residents read everywhere; what belongs to one theme stands in the `texts_…` of its name.

Short, kind, plain; one question at a time; never blame. Read each text aloud.
"""

from __future__ import annotations

from typing import Final

CONSENT_VERSION: Final = "2026-11"
"""Raise it with every change of a text that asks for consent."""

# Anywhere.
CANCELLED: Final = "好的，「{title}」先不办了。"
NO_STEP_BACK: Final = "已经是第一步了。"
STALE_CHOICE: Final = "刚才那个选项已经过去了，我们接着这里："
WHAT_IS_WRONG: Final = "不对的地方，直接说对的就行。"
NOT_UNDERSTOOD: Final = "不好意思，我没听明白。"
RESUMED: Final = "我们接着办「{title}」。"
RESUME: Final = "接着办「{title}」"
RESUME_WORDS: Final = ("继续", "接着办", "接着", "继续办", "接着来")
LATER: Final = "再办「{title}」"
ACKNOWLEDGED: Final = "好的，有事随时找我。"
NO_SUCH_NUMBER: Final = "没有这个数字，请回1到{count}。"
WRONG_KIND: Final = "这个我看不了，请用文字或语音回答。"
UNREADABLE: Final = "这个我看不了。\n请发文字、语音、照片或定位，或者选一项："
UNHEARD: Final = "这段语音我没听清。\n请再说一遍，或者打几个字："
UNHEARD_HERE: Final = "这段语音我没听清，请再说一遍。"
UNSURE: Final = "我还不太确定您想办什么，您看是哪一项？"
UNSURE_EMPTY: Final = "收到了。您想办哪件事？"
TO_HUMAN: Final = "找社区工作人员"
BIND_FIRST: Final = "办这件事要先知道您是哪位居民。\n在社区微信或支付宝里回复“绑定”，拿到数字码再来这里填一下就行。"
BIND: Final = "我有绑定码"
FAILED: Final = "对不起，这条消息我没办成，已经请工作人员来看。\n急事请直接打社区电话。"
TOO_FAST: Final = "您发得有点快，我先歇一口气。\n请过一分钟再发一次。"
PHOTO_ELSEWHERE: Final = "对不起，在支付宝里我看不到照片。\n请用文字说说，或者在社区微信、网页里发照片。"
TOO_LONG: Final = "这段话太长了，请分几次说，每次几句就好。"

# Menu, help, greeting, and the names of the jobs.
MENU_MORE: Final = "看看还能办什么"
REPORT_TITLE: Final = "反映问题"
MY_REPORTS_TITLE: Final = "我反映的事"
VOLUNTEER_TITLE: Final = "志愿活动"
ORDER_TITLE: Final = "订服务"
MY_ORDERS_TITLE: Final = "我的订单"
POINTS_TITLE: Final = "我的积分"
MEMBER_TITLE: Final = "党员报到"
ME_TITLE: Final = "我的资料"
MENU_TITLE: Final = "菜单"
MENU_TEXT: Final = "您好，这里是{name}。\n要反映问题，直接说或发照片就行；也可以选一项："
WELCOME_TEXT: Final = "欢迎来到{name}！\n哪里坏了、想报名、想订服务，直接跟我说。"
GREETING_TEXT: Final = "您好！有什么事直接说就行，比如“楼道灯坏了”。"
THANKS_WORDS: Final = ("谢", "辛苦", "再见", "拜拜", "好人")
THANKS_TEXT: Final = "不客气，有事随时找我。"

# A worker in the chat.
CHAT_END_WORDS: Final = ("结束", "不用了", "没事了")
CHAT_ENDED: Final = "好的，先和工作人员聊到这里。有事随时找我。"
CHAT_WAITING: Final = "已经告诉工作人员了，他们来了会直接回您。\n不想等了就回“菜单”，我接着为您办。"
HUMAN_TITLE: Final = "找工作人员"
HUMAN_CALLED: Final = "好的，我请工作人员来，您先把事情写在这里。\n{phone}不想等了就回“菜单”。"
HUMAN_PHONE: Final = "急事请打社区电话{phone}。"

# Which community.
AREA_TITLE: Final = "选择社区"
AREA_ASK: Final = "您住在哪个社区？\n点一个，说名字，或者发个定位。"
AREA_OUTSIDE: Final = "这个位置不在我们的社区里。\n您住在哪个社区？"
AREA_UNKNOWN: Final = "没找到这个社区。"
AREA_SEVERAL: Final = "有几个名字相近的，是哪一个？"
AREA_CHOSEN: Final = "好的，记下了，您在{name}。"

# Several dialogues.
NOT_NOW: Final = "先不了"
ANOTHER: Final = "换一个"
ANOTHER_WORDS: Final = ("换一个", "换个", "换别的", "换", "别的", "看看别的", "还有别的吗")
PEOPLE: Final = "{count}人"
PEOPLE_WORDS: Final = (
    ("一个人", "1个人", "就我", "就我一个", "就我自己", "我自己", "自己", "我一个人"),
    ("两个人", "俩人", "2个人", "我们俩", "我俩", "两口子", "老两口"),
    ("三个人", "3个人", "仨人", "我们仨", "一家三口"),
)
PARTY_WORDS: Final = (
    ("就我一个", "我一个人", "就我自己", "我自己去"),
    ("我们俩", "我俩", "老两口", "两口子", "我们两个"),
    ("我们仨", "一家三口", "我们三个"),
)
"""How a sentence tells that one, two or three come, without a number for persons."""

COUNT_AGAIN: Final = "请回一个1到20的数字。"
PHONE_KNOWN: Final = "用{phone}"
PHONE_KNOWN_WORDS: Final = ("就这个", "用这个", "原来的", "老号码", "还是原来的", "好", "可以", "行", "对", "是", "嗯")
PHONE_AGAIN: Final = "没看到电话号码，11位手机号就行。"
NO_PHONE: Final = "不留电话"
NO_PHONE_WORDS: Final = ("不留", "不想留", "不方便", "没有电话", "没电话", "不用了", "不用", "不要")
AND_NOW: Final = "{sorry}\n{question}"
NOTICE_WHY: Final = "说明：{reason}"
ASK_STARS: Final = "您给这次办理打几分？"
STARS: Final = {5: "5星 很满意", 4: "4星 满意", 3: "3星 一般", 2: "2星 不太满意", 1: "1星 不满意"}
STAR_WORDS: Final = {
    5: ("5星", "5分", "五星", "五分", "满分", "非常满意", "很满意", "特别满意", "好评", "很好", "非常好"),
    4: ("4星", "4分", "四星", "四分", "满意", "比较满意", "挺满意", "挺好", "不错", "好"),
    3: ("3星", "3分", "三星", "三分", "一般", "还行", "凑合", "马马虎虎", "还可以", "可以"),
    2: ("2星", "2分", "两星", "二星", "两分", "二分", "不太满意", "不太好", "不怎么样"),
    1: ("1星", "1分", "一星", "一分", "不满意", "很不满意", "差评", "太差", "很差", "差", "不好"),
}
RATED: Final = "谢谢您的评价！"
NAME_SIGNS: Final = "·.• "
BIND_DIGITS: Final = "绑定码是{count}位数字，请再看一下。"
AREA_FIRST: Final = "办这件事要先知道您在哪个社区。"

# Cancelling.
CANCEL_TITLE: Final = "取消"
CANCEL_WHICH: Final = "您想取消哪一件？"
CANCEL_NOTHING: Final = "您现在没有可以取消的事。"
CANCEL_SIGNUP: Final = "报名：{title} {at}"
CANCEL_ORDER: Final = "订单：{title} {at}"
CANCEL_ISSUE: Final = "反映：{title}"
CANCEL_NONE: Final = "都不是"
