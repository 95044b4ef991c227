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
NOTICES: Final = {
    "conversation_reminder": "您刚才的「{title}」还差一步没办完。\n接着回复就行；不办了就回“取消”。",
    "chat_answer": "社区工作人员：{text}",
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
