"""我的资料: what is known of me, binding, export and erasure; the ways to consents and community."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from community import binding, privacy
from core import clock
from core.values import Platform
from handlers import texts
from handlers import texts_me as words
from handlers.common import masked
from handlers.dialogue import TEXT, Ask, Dialogue, Done, Option, Outcome, Turn, Unclear, entry
from handlers.prompt import NO, YES
from handlers.wording import brief, moment, refusal

SHOW: Final = "show"


class Step(StrEnum):
    CODE = "code"
    ERASE = "erase"


async def begin(turn: Turn) -> Outcome:
    """At a glance, with the ways to change it."""
    shown = await privacy.show(turn.db, turn.vault, resident_id=turn.resident_id)
    text = words.ME_SHOWN.format(
        name=shown["name"] or words.ME_EMPTY,
        phone=masked(shown["phone"]) if shown["phone"] else words.ME_EMPTY,
        platforms="、".join(words.PLATFORMS[name] for name in shown["platforms"]),
    )
    options = (
        entry("show_code", words.SHOW_CODE_TITLE),
        entry("bind", texts.BIND),
        entry("area", texts.AREA_TITLE),
        entry("consents", words.CONSENTS_TITLE),
        entry("export", words.EXPORT_TITLE),
        entry("erase", words.ERASE_TITLE),
    )
    return Done(text, options)


async def show_code(turn: Turn) -> Outcome:
    """A code that joins another account of the same person to this one. Visitors have nothing to join to."""
    if turn.who.platform is Platform.WEB and not turn.who.verified:
        return await begin_binding(turn)
    code = await binding.issue_code(turn.db, turn.vault, resident_id=turn.resident_id, identity_id=turn.who.identity_id)
    digits = f"{code.digits[:4]} {code.digits[4:]}"
    text = words.SHOW_CODE.format(code=digits, until=f"{clock.local(code.expires_at):%H:%M}")
    return Done(text, (entry("bind", texts.BIND),))


async def begin_binding(turn: Turn) -> Outcome:
    """With the code at once, or with the question for it."""
    if code := _code_in(turn.said.text):
        return await _bind(turn, code)
    options = (Option(SHOW, words.SHOW_CODE_TITLE),) if turn.who.verified else ()
    return Ask(Step.CODE, words.BIND_ASK, options, accepts=TEXT, greedy=True)


async def code(turn: Turn) -> Outcome:
    if turn.answer.value == SHOW:
        return await show_code(turn)
    found = _code_in(turn.answer.text)
    return await _bind(turn, found) if found else Unclear(texts.BIND_DIGITS.format(count=binding.CODE_DIGITS))


def _code_in(text: str) -> str:
    digits = "".join(ch for ch in text if ch.isdecimal())
    return digits if len(digits) == binding.CODE_DIGITS else ""


async def _bind(turn: Turn, found: str) -> Outcome:
    try:
        bound = await binding.bind(turn.db, turn.vault, code=found, identity_id=turn.who.identity_id)
    except binding.CodeRejected as error:  # the try must be counted, so this transaction is kept
        return Ask(Step.CODE, refusal(error), accepts=TEXT, greedy=True)
    return Done(words.BOUND if bound.merged_from else words.BOUND_ALREADY)


async def export(turn: Turn) -> Outcome:
    shown = await privacy.show(turn.db, turn.vault, resident_id=turn.resident_id)
    since = moment(clock.parse(shown["created_at"]))
    return Done(
        words.EXPORT_HOW.format(since=since), url=f"{turn.config.service.public_url}/", title=words.EXPORT_TITLE
    )


async def begin_erasing(turn: Turn) -> Outcome:
    cases = await privacy.open_cases(turn.db, turn.vault, resident_id=turn.resident_id)
    names = "、".join(name for names in cases.values() for name in names)
    text = words.ERASE_LATER.format(cases=brief(names, 60)) if cases else words.ERASE_NOW
    return Ask(Step.ERASE, text, (Option(YES, words.ERASE_YES, words.ERASE_YES_WORDS), Option(NO, texts.NOT_NOW)))


async def erase(turn: Turn) -> Outcome:
    """It is done by the timers, after this answer could still be sealed and sent."""
    if turn.answer.value != YES:
        return Done(words.ERASE_KEPT)
    await privacy.request_erasure(turn.db, resident_id=turn.resident_id)
    return Done(words.ERASE_DONE)


ME: Final = Dialogue("me", texts.ME_TITLE, begin, {})
SHOW_CODE: Final = Dialogue("show_code", words.SHOW_CODE_TITLE, show_code, {Step.CODE: code})
BIND: Final = Dialogue("bind", words.BIND_TITLE, begin_binding, {Step.CODE: code})
EXPORT: Final = Dialogue("export", words.EXPORT_TITLE, export, {})
ERASE: Final = Dialogue("erase", words.ERASE_TITLE, begin_erasing, {Step.ERASE: erase})
