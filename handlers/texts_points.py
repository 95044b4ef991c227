"""What residents and those who hand things out read about points: held to the same measure as `texts`."""

from __future__ import annotations

from typing import Final

# The balance.
BALANCE: Final = "您现在有{available}积分可用。"
HELD: Final = "另有{held}分在兑换中。"
FROZEN: Final = "积分暂停使用，不同意可以申诉。"
FROZEN_UNTIL: Final = "您的积分先停用到{until}，攒的分都在，到时候照常用。\n不同意可以申诉。"
OWED: Final = "还要先补回{owed}分。"
NEXT: Final = "其中{points}分到{until}为止，请先用。"
NO_EXPIRY: Final = "现在没有要到期的分。"
EXPIRY_WORDS: Final = ("到期", "过期", "作废", "清零", "失效")
USES: Final = "能换东西，也能和家人一起用，或者捐给邻居。"
USES_WORDS: Final = ("用", "花", "使", "干啥", "干什么", "做什么")
MINUTES: Final = "志愿服务{hours}，单独记着，不换积分。"
FAMILY_HAS: Final = "家里一共{points}分。"
HOW_TITLE: Final = "积分怎么来的"
HOW_TITLE_WORDS: Final = ("怎么来的", "明细", "记录")
ENTRY: Final = "{day} {what} {amount}分"
RULES: Final = "反映问题经核实、参加志愿服务经认证，都会加分。"
OLDER: Final = "看更早的"
OLDER_WORDS: Final = ("更早", "往前", "下一页", "更多", "还有吗")
NO_OLDER: Final = "再往前没有了。"

# Why an entry came about.
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
    "gift": "邻里捐助",
    "closure": "注销",
    "other": "其他",
}
POINTS_WHICH: Final = "{why}「{which}」"

# Where things are handed out.
PLACE: Final = "{name}（{address}）"
HOURS: Final = "{days}{spans}"
DAYS: Final = "周{first}至周{last}"
DAY: Final = "周{day}"
EVERY_DAY: Final = "每天"
NO_PLACE: Final = "社区"

# Redeeming.
REDEEM_TITLE: Final = "换东西"
REDEEM_TITLE_WORDS: Final = ("兑换", "换")
REDEEM_NONE: Final = "现在没有可以换的，过几天再来看看。"
REDEEM_WHICH: Final = "您有{available}积分，想换哪一样？"
REDEEM_LINE: Final = "{name} {price}分{lacking}"
REDEEM_LACKING: Final = "（还差{count}）"
REDEEM_TOO_DEAR: Final = "「{name}」要{price}积分，您还差{lacking}分。\n反映问题、做志愿服务都能攒。"
REDEEM_UNKNOWN: Final = "没找到您说的这样东西。"
REDEEM_GONE: Final = "「{name}」已经换完了。"
REDEEM_CONFIRM: Final = "{where}领取。{hours}\n用{price}积分换「{name}」，对吗？"
REDEEM_NEEDS_APPROVAL: Final = "这一样要社区先看一下才给领取码。\n"
REDEEM_YES: Final = "换"
REDEEM_YES_WORDS: Final = ("换吧", "兑换", "换了")
REDEEM_OTHER: Final = "看看别的"
REDEEM_NO_WORDS: Final = ("不换", "不换了", "先不换", "不想换", "不兑了", "不要了", "别换了")
REDEEM_FAMILY: Final = "用家里的积分换"
REDEEM_FAMILY_WORDS: Final = ("家里的", "用家里的", "家庭积分")
REDEEM_DROPPED: Final = "好的，积分先留着。"
REDEEM_DONE: Final = "换好了！「{name}」领取码：{code}\n{until}前到{where}，把码给工作人员看就行。\n{hours}"
REDEEM_WAITING: Final = "记下了，「{name}」要社区先看一下。\n通过了就把领取码发给您，积分先给您留着。"

# One's codes.
CODES_TITLE: Final = "我的领取码"
CODES_TITLE_WORDS: Final = ("领取码",)
CODES_NONE: Final = "您现在没有待领取的东西。"
CODES_WHICH: Final = "您有{count}样没领，看哪一样？"
CODES_LINE: Final = "{name}（{until}前）"
CODES_LINE_WAITING: Final = "{name}（等社区审核）"
CODE_ONE: Final = "「{name}」领取码：{code}"
CODE_PLACE: Final = "{until}前到{where}领。{hours}"
CODE_SHOW: Final = "给工作人员看这个码，或让他们扫一扫。"
CODE_GONE: Final = "这个码已经用过、退掉或者过期了。\n回“我的领取码”，看看还有哪些没领。"
CODE_LINK_BROKEN: Final = "链接不完整，请回到聊天里再点一次。"
CODE_PICTURE: Final = "领取码的二维码"
CODE_LINK_TITLE: Final = "「{name}」的二维码"
CODE_LINK: Final = "点开就能看到领取码和二维码，领的时候给工作人员扫一扫。"
CODE_WAITING: Final = "「{name}」还在等社区审核，通过了就有领取码。"
CODE_PROXY: Final = "由{name}替您领。"
CANCEL_CODE: Final = "兑换：{name}"
CANCEL_CODE_TITLE: Final = "不要了，退积分"
CANCEL_CODE_WORDS: Final = ("不要了", "退积分", "取消", "取消兑换", "退掉")
CANCEL_CODE_WHICH: Final = "您想退掉哪一样？"
CANCEL_CODE_SURE: Final = "「{name}」不要了，{price}积分退给您，对吗？"
CANCEL_CODE_YES: Final = "退掉"
CANCEL_CODE_KEPT: Final = "好的，给您留着。"
CANCEL_CODE_DONE: Final = "「{name}」退掉了，{price}积分已经还给您，原来哪天到期还是哪天。"
PROXY_TITLE: Final = "请别人替我领"
PROXY_WORDS: Final = ("代领", "别人领", "替我领", "请人领", "帮我领")
PROXY_WHICH: Final = "您想请人替您领哪一样？"
PROXY_NAME: Final = "请谁替您领？写名字就行，比如“王小明”。"
PROXY_NAME_AGAIN: Final = "没看明白名字，只写名字就行，比如“王小明”。"
PROXY_CONSENT: Final = "我把「{name}」记在这次兑换上，只给发东西的人核对用，领完就不再用。\n他知道并且同意吗？"
PROXY_YES: Final = "他同意"
PROXY_YES_WORDS: Final = ("同意", "知道", "说好了", "答应了")
PROXY_NO: Final = "先不请人"
PROXY_DROPPED: Final = "好的，还是您自己来领。"
PROXY_DONE: Final = "记好了，{name}报上领取码{code}就能替您领「{item}」。\n{until}前到{where}。"

# Handing out, for workers and merchants.
VERIFY_TITLE: Final = "核销领取码"
VERIFY_ASK: Final = "请发居民给您看的领取码，比如 8H2K-7M4Q。"
VERIFY_NO_RIGHT: Final = "核销要由发东西的工作人员或商户来做。\n您是来领东西的话，把码给他们看就行。"
VERIFY_AGAIN: Final = "没看到领取码，是八位的数字和字母，比如 8H2K-7M4Q。"
VERIFIED: Final = "核销好了，请交给居民：「{name}」一份。\n领取人：{who}。"
VERIFIED_PROXY: Final = "{proxy}（替{who}领）"
VERIFY_NAMELESS: Final = "没留姓名的居民"
VERIFY_ENDING: Final = "{name}，手机尾号{ending}"
VERIFY_BEFORE: Final = "不能再领：「{name}」已经领过了。\n{at}由{by}核销，在{where}。"
VERIFY_SEEN: Final = "由{by}在{where}"
VERIFY_BY_UNKNOWN: Final = "工作人员"
VERIFY_NEXT: Final = "核销下一个"
VERIFY_NEXT_WORDS: Final = ("下一个", "继续核销", "再来一个")
HANDED: Final = "已经交给居民"
HANDED_WORDS: Final = ("交给了", "给了", "领走了", "发了")
HANDED_DONE: Final = "记好了，「{name}」已经领走。"

# How many points.
AMOUNT_ALL: Final = "全部{count}分"
AMOUNT_HALF: Final = "一半，{count}分"
AMOUNT_AGAIN: Final = "请回一个数字，1到{most}都行。\n不想了就回“算了”。"

# The family.
FAMILY_TITLE: Final = "家庭积分"
FAMILY_ABOUT: Final = (
    "一家人可以把积分放在一起用，放进去就是全家的。\n我会记下谁和谁是一家，随时能退出，退出时不带走。\n您同意吗？"
)
FAMILY_START: Final = "同意，建一个家庭"
FAMILY_START_WORDS: Final = ("同意", "建", "建家庭", "可以")
FAMILY_NO: Final = "先不用"
FAMILY_DROPPED: Final = "好的，您的积分还是您自己用。"
FAMILY_MADE: Final = "家庭建好了。\n接下来可以请家人，也可以先放些积分进去。"
FAMILY_INVITED_BY: Final = "{who}请您一起用积分。\n放进去就是全家的，随时能退出，退出时不带走。\n您同意加入吗？"
FAMILY_JOIN: Final = "同意，加入"
FAMILY_JOIN_WORDS: Final = ("同意", "加入", "参加", "可以")
FAMILY_DECLINE: Final = "不加入"
FAMILY_DECLINED: Final = "好的，这个邀请不理它了，对方不会知道。"
FAMILY_JOINED: Final = "加入了！家里现在{count}个人，一共{points}积分。"
FAMILY_SHOWN: Final = "您家{count}个人，一共{points}积分可用。{held}\n{next}"
FAMILY_POOL_TITLE: Final = "放积分进去"
FAMILY_POOL_WORDS: Final = ("放积分", "放进去", "存进去")
FAMILY_POOL_ASK: Final = "您有{available}积分，放多少进家里？"
FAMILY_POOL_NONE: Final = "您现在没有可以放的积分。"
FAMILY_POOL_SURE: Final = "放进去就是全家的，拿不回来。\n把{count}积分放进家里，对吗？"
FAMILY_POOL_YES: Final = "放进去"
FAMILY_POOLED: Final = "放好了，家里现在有{points}积分。\n原来哪天到期还是哪天。"
FAMILY_INVITE_TITLE: Final = "请家人"
FAMILY_INVITE_WORDS: Final = ("邀请", "邀请家人", "加人", "请人")
FAMILY_FROM: Final = "手机尾号{ending}的家人"
FAMILY_FROM_SOMEONE: Final = "有位家人"
FAMILY_INVITE_ASK: Final = "请写家人的手机号，他在这里留过的才行。\n他会看到您的手机尾号。"
FAMILY_INVITE_DONE: Final = "这个号码在我们这里登记过的话，会收到您的邀请。\n七天内他回“家庭积分”就能加入。"
FAMILY_LEAVE_TITLE: Final = "退出家庭"
FAMILY_LEAVE_WORDS: Final = ("退出",)
FAMILY_LEAVE_SURE: Final = "退出后，放进去的积分留给家里人。\n退出吗？"
FAMILY_LEAVE_LAST: Final = "您是最后一个人，家里的{points}积分会还给您。\n退出吗？"
FAMILY_LEAVE_YES: Final = "退出"
FAMILY_LEFT: Final = "好的，您退出了家庭。"
FAMILY_LEFT_LAST: Final = "好的，家庭结束了，{points}积分还给您了。"
FAMILY_KEPT: Final = "好的，都照旧。"
FAMILY_NONE: Final = "您还没有和家人一起用积分。"

# Tiers of volunteers, and the community's list of them.
HONOURS_TITLE: Final = "我的荣誉"
HONOUR_HOURS: Final = "您认证的志愿服务一共{hours}。"
HONOUR_NONE: Final = "您还没有认证过的志愿时长。\n参加一次志愿活动，社区认证后就有了。"
HONOUR_HELD: Final = "您是{title}。"
HONOUR_TOP: Final = "您是{title}，最高一级。谢谢您！"
HONOUR_TO_HOURS: Final = "再服务{hours}小时，就是{title}。"
HONOUR_TO_POINTS: Final = "再得{points}积分，就是{title}。"
HONOUR_TO_BOTH: Final = "再服务{hours}小时、得{points}积分，就是{title}。"
LEADERBOARD_TITLE: Final = "光荣榜"
LEADERBOARD_WHERE: Final = "光荣榜在网页的“我的事项”里，点“看光荣榜”。\n上不上榜自愿，只显示昵称。"
LEADERBOARD_HERE: Final = "光荣榜就在这个网页的“我的事项”里，点“看光荣榜”。\n上不上榜自愿，只显示昵称。"
LEADERBOARD_CONSENT: Final = "我同意：光荣榜用我起的昵称，向同社区居民显示我每月认证的志愿时长。我随时可以退出。"

# Giving away.
DONATE_TITLE: Final = "捐积分"
DONATE_TITLE_WORDS: Final = ("捐", "捐掉", "捐出去")
DONATE_NONE: Final = "您现在没有可以捐的积分，心意收到了。"
DONATE_TO: Final = "您想捐给谁？"
DONATE_FUNDS: Final = {
    "neighbours": ("有难处的邻居", ("邻居", "困难", "有困难的人", "帮助邻居", "互助")),
    "community": ("社区公益", ("社区", "公益", "社区公共的事")),
}
DONATE_ASK: Final = "您有{available}积分，想捐多少？"
DONATE_SURE: Final = "捐出去就收不回来了，社区只用在「{fund}」上。\n捐{count}积分，您同意吗？"
DONATE_YES: Final = "同意，捐"
DONATE_YES_WORDS: Final = ("同意", "捐", "捐吧")
DONATE_NO_WORDS: Final = ("不捐", "不捐了", "先不捐", "不想捐", "别捐了")
DONATE_DROPPED: Final = "好的，积分先留着。"
DONATED: Final = "谢谢您的善心！{count}积分捐给了「{fund}」。"

# Appeals.
APPEAL_TITLE: Final = "积分申诉"
APPEAL_WORDS: Final = ("申诉",)
APPEAL_NOTHING: Final = "您的积分现在可以正常使用，不用申诉。"
APPEAL_ASK: Final = (
    "您的积分先停用到{until}，攒的分都在。\n原因：{reason}\n不同意的话，直接说说您的理由，另一位工作人员会来看。"
)
APPEAL_ASK_TAKEN: Final = (
    "{day}收回了您{amount}积分。\n原因：{reason}\n不同意的话，直接说说您的理由，另一位工作人员会来看。"
)
APPEAL_WHICH: Final = "您想说哪一件？"
APPEAL_FREEZE: Final = "积分停用"
APPEAL_TAKEN: Final = "{day}收回{amount}分"
APPEAL_OVER_TAKEN: Final = "这件事已经复核过了。\n还想说说，可以找社区工作人员。"
APPEAL_LATER: Final = "好的，想说的时候回“申诉”就行。"
APPEAL_DONE: Final = "收到了，会请另一位工作人员来看，有结果就告诉您。"
APPEAL_WAITS: Final = "您的申诉社区已经收到，正在看，有结果就告诉您。"
APPEAL_OVER: Final = "这件事已经复核过两次了，积分停用到{until}。\n还想说说，可以找社区工作人员。"
