"""What residents read in an emergency: the number first, one act to keep safe, then how far the call for help got."""

from __future__ import annotations

from typing import Final

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
