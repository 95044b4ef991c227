"""What residents are told between their messages, by the name of the notice."""

from __future__ import annotations

from typing import Final

NOTICE_BY: Final = "负责单位：{unit}。"
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
    "registration_served": "您{month}月{day}日为社区做的服务记下了，谢谢您！",
    "points_granted": "您得了{amount}积分，谢谢您为社区出力。",
    "points_frozen": "您的积分先停用，攒的分都在，最晚{until}恢复。\n{why}\n有话想说，回“申诉”就行。",
    "points_unfrozen": "您的积分可以照常用了，让您久等了。\n{why}",
    "appeal_upheld": "您的申诉我们看过了，您说得对，积分可以用了。\n{why}\n给您添麻烦了，对不起。",
    "appeal_declined": "您的申诉另一位工作人员看过了，积分还要停到{until}。\n{why}\n有新的情况，回“申诉”可以再说一次。",
    "appeal_declined_again": "您的申诉又请人看了一遍，积分还要停到{until}。\n{why}\n想当面说说，回“人工”就行。",
    "points_taken_back": "您有{taken}积分核对后收回了。\n{why}\n不同意，回“申诉”就行。",
    "points_taken_back_owing": (
        "您有积分核对后要收回：收了{taken}分，还差{owed}分，以后得分时再补。\n{why}\n不同意，回“申诉”就行。"
    ),
    "points_restored": "您的申诉我们看过了，您说得对，那{amount}积分照算。\n{why}\n给您添麻烦了，对不起。",
    "points_not_restored": (
        "您的申诉另一位工作人员看过了，收回的{amount}积分不变。\n{why}\n有新的情况，回“申诉”可以再说一次。"
    ),
    "points_not_restored_again": (
        "您的申诉又请人看了一遍，收回的{amount}积分不变。\n{why}\n想当面说说，回“人工”就行。"
    ),
    "points_adjusted": "您的积分调整了{amount}分。\n{why}\n有疑问，回“人工”就行。",
    "points_gift": "邻居们捐的积分，社区给您送来{amount}分，不会到期。\n有合用的就换一样。",
    "redemption_verified": "您的「{title}」已领取，慢走。",
    "redemption_void": "您的兑换「{title}」已取消，积分退回来了。\n{why}",
    "redemption_issued": "您换的「{title}」批准了，{until}前可以领。\n回“我的领取码”就能看到码。",
    "redemption_refused": "您换的「{title}」没有批准，积分退回来了。\n{why}",
    "redemption_expired": "您的兑换「{title}」过期了，积分退回来了。",
    "family_invited": "有家人请您一起用积分。\n回“家庭积分”可以看看，不想加入就不用理。",
    "family_joined": "您邀请的家人（手机尾号{ending}）加入了，可以一起用积分了。",
}
