"""What residents read about their own data and what they agreed to."""

from __future__ import annotations

from typing import Final

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
BOUND: Final = "绑定好了，两边的事和积分合到一起了。"
BOUND_ALREADY: Final = "这两个账号本来就是一起的，不用再绑。"
EXPORT_TITLE: Final = "导出我的资料"
EXPORT_HOW: Final = "您从{since}起的资料都可以带走。\n打开网页，在“我的事项”最下面点“导出我的资料”。"
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
