"""What residents read about what they report, from the first question to its states and the way back."""

from __future__ import annotations

from typing import Final

# Report.
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

# What can be said about one that was reported.
FIXED_YES: Final = "修好了"
FIXED_NO: Final = "还没修好"
RATE_IT: Final = "打个分"
FIXED_YES_WORDS: Final = ("修好了", "好了", "解决了", "弄好了", "满意")
FIXED_NO_WORDS: Final = ("没修好", "没好", "没解决", "还没好", "又坏了", "不行", "不满意")
RATE_WORDS: Final = ("评价", "打分", "评分")
URGE_WORDS: Final = ("催", "催催", "催一下", "快点", "怎么还没")
WITHDRAW_WORDS: Final = ("撤回", "撤销", "取消", "不用办了", "不用修了", "已经好了")

# My reports.
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
MINE_RATED_LOW: Final = "谢谢您直说，我们会改。\n还没解决的话，选一下再接着办。"
