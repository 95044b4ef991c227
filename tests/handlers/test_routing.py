"""Which dialogue gets a message, with two dialogues of a few lines each."""

from __future__ import annotations

from enum import StrEnum

import pytest

from core.errors import Invalid, Refused
from core.messages import EventKind, Inbound, InboundKind, Reply
from handlers import texts
from handlers.dialogue import TEXT, Ask, Dialogue, Done, Option, Outcome, Turn, Unclear, entry
from handlers.memory import Later, Memory
from handlers.prompt import MOST_LINES, NO, YES
from handlers.routing import Router
from tests.handlers.messages import event, photo, said, turn


class Step(StrEnum):
    PLACE = "place"
    SURE = "sure"


async def report(asked: Turn) -> Outcome:
    asked.draft = {"what": asked.said.text}
    return Ask(Step.PLACE, "哪里？", accepts=TEXT, slot="loc")


async def place(asked: Turn) -> Outcome:
    asked.draft["place"] = asked.answer.text
    if "说不清" in asked.answer.text:
        return Unclear("再说说。")
    return Ask(
        Step.SURE, f"{asked.draft['what']}\n{asked.draft['place']}\n对吗？", (Option(YES, "对"), Option(NO, "不对"))
    )


async def sure(asked: Turn) -> Outcome:
    return Done("报了。" if asked.answer.value == YES else "没报。")


async def points(_: Turn) -> Outcome:
    return Done("您有5分。")


async def redeem(_: Turn) -> Outcome:
    return Done("换什么？", (entry("points", "看看积分"),))


async def volunteer(asked: Turn) -> Outcome:
    return Done(f"报名：{asked.said.text}")


async def simple(_: Turn) -> Outcome:
    return Done("菜单：", (entry("report", "反映问题"), entry("points", "积分")))


async def human(_: Turn) -> Outcome:
    return Done("请等一下。", to_human=True)


ROUTER = Router(
    (
        Dialogue("report", "反映问题", report, {Step.PLACE: place, Step.SURE: sure}, intents=("issue_report",)),
        Dialogue("points", "积分", points, {}, intents=("points_query",)),
        Dialogue("redeem", "兑换", redeem, {}, intents=("redeem",)),
        Dialogue("volunteer", "志愿", volunteer, {}, intents=("volunteer_signup",), needs_identity=True),
        Dialogue("bind", "绑定", simple, {}),
        Dialogue("menu", "菜单", simple, {}),
        Dialogue("welcome", "欢迎", simple, {}),
        Dialogue("human", "人工", human, {}, intents=("human",)),
    ),
    is_known=lambda asked: asked.message_key != "stranger",
)


class Talk:
    """A conversation: each message with the memory that the last one left."""

    def __init__(self, *, stranger: bool = False) -> None:
        self.memory = Memory()
        self.to_human = False
        self._count = 0
        self._stranger = stranger

    async def say(self, message: Inbound | str) -> Reply:
        self._count += 1
        key = "stranger" if self._stranger else f"m{self._count}"
        routed = await ROUTER.route(turn(said(message) if isinstance(message, str) else message, key), self.memory)
        self.memory, self.to_human = Memory.from_json(routed.memory.to_json()), routed.to_human
        assert routed.reply.text.count("\n") < MOST_LINES
        assert routed.reply.text.count("？") <= 1
        return routed.reply


async def test_from_wish_to_done() -> None:
    talk = Talk()
    assert (await talk.say("楼道灯坏了")).text == "哪里？"
    assert (await talk.say("3号楼")).text == "楼道灯坏了\n3号楼\n对吗？"
    assert (await talk.say("嗯")).text == "报了。"
    assert talk.memory.is_empty


async def test_a_detour_and_back() -> None:
    talk = Talk()
    await talk.say("楼道灯坏了")
    back = await talk.say("我有多少积分")
    assert "5分" in back.text
    assert "接着办「反映问题」" in back.text
    assert "哪里？" in back.text
    assert "3号楼" in (await talk.say("3号楼")).text


async def test_too_long_to_come_back_at_once() -> None:
    """Five lines are too many: the way back is a choice then."""
    talk = Talk()
    await talk.say("楼道灯坏了")
    await talk.say("3号楼")
    away = await talk.say("我有多少积分")
    assert [choice.label for choice in away.choices] == ["接着办「反映问题」"]
    assert "对吗？" in (await talk.say("继续")).text


async def test_a_detour_that_offers_something() -> None:
    talk = Talk()
    await talk.say("楼道灯坏了")
    away = await talk.say("我要兑换礼品")
    assert [choice.label for choice in away.choices] == ["看看积分", "接着办「反映问题」"]
    assert "哪里？" in (await talk.say("2")).text


async def test_unclear_asks_again() -> None:
    talk = Talk()
    await talk.say("楼道灯坏了")
    assert (await talk.say("说不清")).text == "再说说。\n哪里？"


@pytest.mark.parametrize(
    ("message", "words"),
    [(said(kind=InboundKind.OTHER), texts.WRONG_KIND), (photo(), texts.WRONG_KIND), (said("😀"), texts.NOT_UNDERSTOOD)],
)
async def test_what_a_question_cannot_use(message: Inbound, words: str) -> None:
    talk = Talk()
    await talk.say("楼道灯坏了")
    before = talk.memory.current
    assert (await talk.say(message)).text == f"{words}\n哪里？"
    assert talk.memory.current is not None
    assert before is not None
    assert talk.memory.current.draft == before.draft


async def test_wishes_are_kept_with_their_part_of_the_words() -> None:
    talk = Talk()
    await talk.say("楼道灯坏了，另外我要报名志愿活动")
    await talk.say("3号楼")
    done = await talk.say("对")
    assert [choice.label for choice in done.choices] == ["再办「志愿」"]
    assert (await talk.say("1")).text == "报名：另外我要报名志愿活动"
    assert talk.memory.is_empty


async def test_a_wish_that_is_offered_anyway_begins_with_its_words() -> None:
    """How about the lamp, says somebody who never reported one: the report that is offered knows what is broken."""
    memory = Memory(later=(Later("report", "楼道灯坏了"),))
    routed = await ROUTER.route(turn(said("菜单")), memory)
    assert [choice.label for choice in routed.reply.choices] == ["反映问题", "积分"]
    begun = await ROUTER.route(turn(said("1"), "m2"), routed.memory)
    assert begun.memory.current is not None
    assert begun.memory.current.draft == {"what": "楼道灯坏了"}


async def test_a_stranger_is_told_how_to_become_known_and_finds_the_wish_again() -> None:
    talk = Talk(stranger=True)
    assert "哪位居民" in (await talk.say("我要报名志愿活动")).text
    assert [wish.dialogue for wish in talk.memory.later] == ["volunteer"]
    assert "再办「志愿」" in [choice.label for choice in (await talk.say("1")).choices]


async def test_to_a_person() -> None:
    talk = Talk()
    await talk.say("楼道灯坏了")
    await talk.say("人工")
    assert talk.to_human
    assert [one.dialogue for one in talk.memory.suspended] == ["report"]


@pytest.mark.parametrize("kind", [EventKind.FOLLOW, EventKind.ENTER, EventKind.OTHER])
async def test_events_show_the_way_in(kind: EventKind) -> None:
    assert (await Talk().say(event(kind))).choices


@pytest.mark.parametrize("kind", [EventKind.UNFOLLOW, EventKind.NOTICE_CONSENT, EventKind.NOTICE_SENT])
async def test_other_events_say_nothing_and_change_nothing(kind: EventKind) -> None:
    talk = Talk()
    await talk.say("楼道灯坏了")
    before = talk.memory
    assert (await talk.say(event(kind))).is_silent
    assert talk.memory == before


async def test_a_key_of_the_menu_begins_its_dialogue() -> None:
    assert "5分" in (await Talk().say(event(EventKind.CLICK, "points"))).text


async def test_what_was_wrong_is_asked_for_again_and_what_was_refused_ends() -> None:
    talk = Talk()
    await talk.say("楼道灯坏了")
    wrong = ROUTER.refused(turn(said("x")), talk.memory, Invalid("place_outside_china"))
    assert wrong.reply.text.endswith("哪里？")
    assert wrong.memory.current is not None
    ended = ROUTER.refused(turn(said("x")), talk.memory, Refused("slot_full"))
    assert "订满了" in ended.reply.text
    assert ended.reply.choices
    assert ended.memory.current is None


@pytest.mark.parametrize("words", ["好的", "嗯", "不用了谢谢"])
async def test_small_words_with_nothing_to_answer(words: str) -> None:
    assert "？" not in (await Talk().say(words)).text
