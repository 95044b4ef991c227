"""What party members read when they register with a community."""

from __future__ import annotations

from typing import Final

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
