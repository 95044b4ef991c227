"""What residents read. Short, kind, plain; one question at a time; never blame. Read each text aloud."""

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
MY_REPORTS_TITLE: Final = "我反映的事"
VOLUNTEER_TITLE: Final = "志愿活动"
ORDER_TITLE: Final = "订服务"
POINTS_TITLE: Final = "我的积分"
MEMBER_TITLE: Final = "党员报到"
ME_TITLE: Final = "我的资料"
MENU_TITLE: Final = "菜单"
MENU_TEXT: Final = "您好，这里是{name}。\n要反映问题，直接说或发照片就行；也可以选一项："
WELCOME_TEXT: Final = "欢迎来到{name}！\n哪里坏了、想报名、想订服务，直接跟我说。"
GREETING_TEXT: Final = "您好！有什么事直接说就行，比如“楼道灯坏了”。"
THANKS_WORDS: Final = ("谢", "辛苦", "再见", "拜拜", "好人")
THANKS_TEXT: Final = "不客气，有事随时找我。"

# Report.
REPORT_TITLE: Final = "反映问题"
REPORT_ASK_WHAT: Final = "请说说是什么问题，一句话就行。"
REPORT_ASK_WHAT_PHOTO: Final = "照片收到了。请说说是什么问题，一句话就行。"
REPORT_ASK_WHAT_PLACE: Final = "位置收到了。请说说是什么问题，一句话就行。"
REPORT_ASK_PLACE: Final = "「{what}」在哪里？\n{hint}"
REPORT_PLACE_HINT: Final = "说楼号、路名都行，也可以发定位。"
REPORT_ASK_PLACE_EXACT: Final = "您说的“{place}”具体是哪里？\n比如“3号楼2单元”，也可以发定位。"
REPORT_MY_ADDRESS: Final = "在我登记的住址"
REPORT_PHOTO_PLACE: Final = "用照片里的位置"
REPORT_NO_PLACE: Final = "说不清，先报上去"
REPORT_LOCATED: Final = "您发的定位"
REPORT_NO_PLACE_NAME: Final = "位置待核实"
REPORT_SUMMARY: Final = "{what}\n位置：{place}{photos}\n{promise}这样报上去可以吗？"
REPORT_CONFIDENTIAL: Final = "不会告诉别人是您报的。"
REPORT_PHOTOS: Final = "；照片{count}张"
REPORT_SUBMIT: Final = "可以，报上去"
REPORT_SUBMIT_WORDS: Final = ("提交", "报上去", "报", "报吧", "上报")
REPORT_SUBMIT_CONFIDENTIAL: Final = "报上去，替我保密"
REPORT_SUBMIT_CONFIDENTIAL_WORDS: Final = ("保密", "匿名", "别说是我")
REPORT_SUBMIT_NAMED: Final = "报上去，不用保密"
REPORT_SUBMIT_NAMED_WORDS: Final = ("不用保密", "不保密", "不必保密")
REPORT_ADD: Final = "补充照片或说明"
REPORT_CHANGE_PLACE: Final = "改位置"
REPORT_CHANGE_PLACE_WORDS: Final = ("位置不对", "地方不对", "地址不对", "换位置")
NO_PLACE_WORDS: Final = ("不知道", "说不清", "不清楚", "说不准", "不好说", "忘了")
ADD_WORDS: Final = ("补充", "加照片", "补照片", "再说两句", "加一句")
REPORT_ADDED: Final = "补上了。"
REPORT_DROP: Final = "不报了"
REPORT_DROP_WORDS: Final = ("不报", "别报了")
REPORT_DROPPED: Final = "好的，这件事不报了，什么都没留下。"
REPORT_ASK_MORE: Final = "好，请发照片，或再说两句。"
REPORT_ASK_PHONE: Final = "您提到了电话{phone}。\n要留给处理的人联系您吗？"
REPORT_PHONE_YES: Final = "留下，可以打给我"
REPORT_PHONE_LEFT_OUT: Final = "（电话未留）"
REPORT_PHONE_NO: Final = "不留"
REPORT_DONE: Final = "收到，编号{number}。\n{next_step}\n有进展我会告诉您。"
REPORT_NEXT_PUSHED: Final = "已转给网格处理，请在{deadline}前等消息。"
REPORT_NEXT_DESK: Final = "已交给社区处理，预计{deadline}前办好。"
REPORT_NEXT_VERIFY: Final = "工作人员会先核实，再安排处理。"
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
FIXED_YES_WORDS: Final = ("修好了", "好了", "解决了", "弄好了", "满意")
FIXED_NO_WORDS: Final = ("没修好", "没好", "没解决", "还没好", "又坏了", "不行", "不满意")
RATE_WORDS: Final = ("评价", "打分", "评分")
URGE_WORDS: Final = ("催", "催催", "催一下", "快点", "怎么还没")
WITHDRAW_WORDS: Final = ("撤回", "撤销", "取消", "不用办了", "不用修了", "已经好了")
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
    "activity_honour": "您的志愿服务满{hours}小时，成为{title}。谢谢您！",
    "order_accepted": "您订的服务{number}已接单。\n时间：{starts_at}。",
    "order_assigned": "您订的服务{number}安排好了，由{provider}上门。\n时间：{starts_at}。",
    "order_served": "您订的服务{number}做完了。\n满意吗？回“我的订单”可以打分。",
    "order_cancelled": "您订的服务{number}取消了。\n{why}",
    "registration_approved": "您的党员报到通过了，欢迎！\n回“党员报到”可以看详情。",
    "registration_returned": "您的党员报到需要补充一下。\n{why}\n回“党员报到”接着填。",
    "registration_revoked": "您的党员报到已撤销。\n{why}",
    "points_granted": "您得了{amount}积分，谢谢您为社区出力。",
    "points_frozen": "您的积分先停用，攒的分都在，最晚{until}恢复。\n{why}\n有话想说，回“申诉”就行。",
    "points_unfrozen": "您的积分可以照常用了，让您久等了。\n{why}",
    "appeal_upheld": "您的申诉我们看过了，您说得对，积分可以用了。\n{why}\n给您添麻烦了，对不起。",
    "appeal_declined": "您的申诉另一位工作人员看过了，积分还要停到{until}。\n{why}\n有新的情况，回“申诉”可以再说一次。",
    "appeal_declined_again": "您的申诉又请人看了一遍，积分还要停到{until}。\n{why}\n想当面说说，回“人工”就行。",
    "points_taken_back": "您有{taken}积分核对后收回了。\n{why}\n有疑问，回“人工”就行。",
    "points_taken_back_owing": (
        "您有积分核对后要收回：收了{taken}分，还差{owed}分，以后得分时再补。\n{why}\n有疑问，回“人工”就行。"
    ),
    "points_adjusted": "您的积分调整了{amount}分。\n{why}\n有疑问，回“人工”就行。",
    "redemption_verified": "您的「{title}」已领取，慢走。",
    "redemption_void": "您的兑换「{title}」已取消，积分退回来了。\n{why}",
    "redemption_issued": "您换的「{title}」批准了，{until}前可以领。\n回“我的领取码”就能看到码。",
    "redemption_refused": "您换的「{title}」没有批准，积分退回来了。\n{why}",
    "redemption_expired": "您的兑换「{title}」过期了，积分退回来了。",
    "family_invited": "有家人请您一起用积分。\n回“家庭积分”可以看看，不想加入就不用理。",
    "family_joined": "您邀请的家人（手机尾号{ending}）加入了，可以一起用积分了。",
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
ASK_STARS: Final = "您给这次办理打几分？"
STARS: Final = {5: "5星 很满意", 4: "4星 满意", 3: "3星 一般", 2: "2星 不太满意", 1: "1星 不满意"}
STAR_WORDS: Final = {
    5: ("5星", "5分", "五星", "五分", "满分", "非常满意", "很满意", "特别满意", "好评", "很好", "非常好"),
    4: ("4星", "4分", "四星", "四分", "满意", "比较满意", "挺满意", "挺好", "不错", "好"),
    3: ("3星", "3分", "三星", "三分", "一般", "还行", "凑合", "马马虎虎", "还可以", "可以"),
    2: ("2星", "2分", "两星", "二星", "两分", "二分", "不太满意", "不太好", "不怎么样"),
    1: ("1星", "1分", "一星", "一分", "不满意", "很不满意", "差评", "太差", "很差", "差", "不好"),
}
MINE_RATED: Final = "谢谢您的评价！"
MINE_RATED_LOW: Final = "谢谢您直说，我们会改。\n还没解决的话，选一下再接着办。"

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
AREA_FIRST: Final = "办这件事要先知道您在哪个社区。"

# Volunteering.
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
VOLUNTEER_HOURS: Final = "已认证服务{count}次，共{hours}小时。"
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

# Points; the rest of their words stand in `texts_points`.
POINTS_BECAUSE: Final = "{why}（{reason}）"
POINTS_WHY: Final = {
    "report_verified": "反映问题",
    "report_followed": "补充反映",
    "report_photo": "补充照片",
    "volunteer_time": "志愿服务",
    "volunteer_minutes": "志愿时长",
    "order_helped": "邻里帮忙",
    "party_service": "党员服务",
    "award": "社区表扬",
    "redemption": "兑换",
    "adjustment": "调整",
    "reversal": "更正",
    "move": "合并",
    "expiry": "到期",
    "settlement": "抵扣欠分",
    "donation": "捐赠",
    "pooling": "家庭共用",
    "closure": "注销",
    "other": "其他",
}
POINTS_WHICH: Final = "{why}「{which}」"
HONOUR_HELD: Final = "您是{title}。"
HONOUR_TOP: Final = "您是{title}，最高一级。谢谢您！"
HONOUR_TO_HOURS: Final = "再服务{hours}小时，就是{title}。"
HONOUR_TO_POINTS: Final = "再得{points}积分，就是{title}。"
HONOUR_TO_BOTH: Final = "再服务{hours}小时、得{points}积分，就是{title}。"
LEADERBOARD_CONSENT: Final = "我同意：光荣榜用我起的昵称，向同社区居民显示我每月认证的志愿时长。我随时可以退出。"
REDEEM_TITLE: Final = "换东西"
FAMILY_TITLE: Final = "家庭积分"

# Appeals.
APPEAL_TITLE: Final = "积分申诉"
APPEAL_WORDS: Final = ("申诉",)
APPEAL_NOTHING: Final = "您的积分现在可以正常使用，不用申诉。"
APPEAL_ASK: Final = (
    "您的积分先停用到{until}，攒的分都在。\n原因：{reason}\n不同意的话，直接说说您的理由，另一位工作人员会来看。"
)
APPEAL_LATER: Final = "好的，想说的时候回“申诉”就行。"
APPEAL_DONE: Final = "收到了，会请另一位工作人员来看，有结果就告诉您。"
APPEAL_WAITS: Final = "您的申诉社区已经收到，正在看，有结果就告诉您。"
APPEAL_OVER: Final = "这件事已经复核过两次了，积分停用到{until}。\n还想说说，可以找社区工作人员。"

# Orders.
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
MEMBER_NAME_AGAIN: Final = "没看明白姓名，只写名字就行，比如“王小明”。"
NAME_SIGNS: Final = "·.• "
MEMBER_CONFIRM: Final = "{name}，{phone}\n{employer}\n这样报到可以吗？"
MEMBER_YES: Final = "可以，报到"
MEMBER_YES_WORDS: Final = ("提交", "报到")
MEMBER_CHANGE_NAME: Final = "改姓名"
MEMBER_CHANGE_PHONE: Final = "改电话"
MEMBER_CHANGE_EMPLOYER: Final = "改单位"
MEMBER_DROPPED: Final = "好的，这次先不报到。"
MEMBER_DONE: Final = "报到信息收到了，社区党组织审核后告诉您。"
MEMBER_CORRECTED: Final = "改好了，社区党组织会再看一下，有结果告诉您。"
MEMBER_AREA: Final = "选我住的网格"
MEMBER_CORRECT: Final = "改资料"
MEMBER_CORRECT_WORDS: Final = ("改", "修改", "补充")
MEMBER_WITHDRAW: Final = "撤回报到"
MEMBER_WITHDRAW_WORDS: Final = ("撤回", "取消报到", "退出")
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
ERASE_YES_WORDS: Final = ("删除", "确定")
ERASE_KEPT: Final = "好的，什么都没删。"
ERASE_DONE: Final = "记下了，会按您说的删除。这段时间的照顾，谢谢您。"

# Consents.
CONSENTS_TITLE: Final = "我同意过什么"
CONSENTS_NONE: Final = "您现在没有要撤回的同意。"
CONSENTS_WHICH: Final = "您同意过这些，想撤回哪一项？"
CONSENTS_KEEP: Final = "都不撤"
CONSENTS_KEPT: Final = "好的，都照旧。"
CONSENT_LINE: Final = "{what}（{day}同意）"
CONSENT_WITHDRAW: Final = "撤回"
CONSENT_WITHDRAW_WORDS: Final = ("撤回", "确定")
CONSENT_WITHDRAWN: Final = "好的，「{what}」撤回了，相关资料也删了。"
PURPOSES: Final = {
    "contact": "留电话和地址",
    "location": "用我的位置",
    "party_member": "党员身份登记",
    "relative": "替家人订服务",
    "volunteer": "志愿者登记",
    "notices": "接收通知",
    "family": "和家人一起用积分",
    "donation": "捐积分",
    "proxy": "请人代领",
    "leaderboard": "上光荣榜",
}
CONSENT_SURE: Final = {
    "contact": "撤回后，我会忘掉您的姓名、电话和地址，下次再问您。\n撤回吗？",
    "location": "撤回后，我不再用您的位置。\n撤回吗？",
    "party_member": "撤回后，您的党员报到也一起撤回。\n撤回吗？",
    "relative": "撤回后，替家人订服务要重新征得同意。\n撤回吗？",
    "volunteer": "撤回后，社区不再主动找您做志愿服务，已有的时长还在。\n撤回吗？",
    "notices": "撤回后，我不再主动给您发通知。\n撤回吗？",
    "family": "撤回后，您就退出家庭，放进去的积分留给家里人。\n撤回吗？",
    "donation": "捐出的积分已经用上了，收不回来；以后捐之前会再问您。\n撤回吗？",
    "proxy": "撤回后，请人代领要重新说一次。\n撤回吗？",
    "leaderboard": "撤回后，光荣榜上就没有您了。\n撤回吗？",
}

# Tasks of workers.
TASKS_TITLE: Final = "我的任务"
TASKS_NOT_BOUND: Final = "这个账号还没有绑定工作人员身份。"
TASKS_NONE: Final = "现在没有派给您的任务。"
TASKS_WHICH: Final = "派给您的有{count}件，看哪一件？"
TASK_LINE: Final = "{title}（{state}{due}）"
TASK_DUE: Final = "，{due}前"
TASK_NO_DUE: Final = "不限"
TASK_ONE: Final = "{number} {what}\n位置：{place}\n现在：{state}；期限：{due}"
TASK_ACTIONS: Final = {
    "start": ("开始办", ("开始", "开始处理", "收到", "在路上了", "马上去")),
    "handle": ("办好了", ("办好了", "处理完了", "修好了", "完成", "搞定")),
    "return": ("退回", ("退回", "不归我管", "派错了")),
    "note": ("记一笔", ("备注", "记录")),
}
TASK_ASK_RESULT: Final = "怎么办的？说一句，或发张照片。"
TASK_ASK_REASON: Final = {"return": "为什么退回？说一句就行。", "note": "要记什么？"}
TASK_PHOTO: Final = "已处理，见照片。"
TASK_DONE: Final = "{number}记下了，现在：{state}。"
WORKER_BIND_TITLE: Final = "员工绑定"
WORKER_BIND_ASK: Final = "请发工作人员绑定码，8位数字。\n在电脑上用 hc workers bind 可以拿到。"
WORKER_BOUND: Final = "{name}，您的工作人员身份绑定好了。\n回“我的任务”就能看派给您的事。"

# Cancelling.
CANCEL_TITLE: Final = "取消"
CANCEL_WHICH: Final = "您想取消哪一件？"
CANCEL_NOTHING: Final = "您现在没有可以取消的事。"
CANCEL_SIGNUP: Final = "报名：{title} {at}"
CANCEL_ORDER: Final = "订单：{title} {at}"
CANCEL_ISSUE: Final = "反映：{title}"
CANCEL_NONE: Final = "都不是"
