"""核销 8H2K-7M4Q: who hands rewards out reads a code in their own chat and learns what to give to whom.

Only those whose role is bound to their account may; every code that is spent or looked at is a line of the audit log.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Final

from community import audit, counter, workers
from community.counter import Recipient
from community.permissions import Worker
from core.errors import AppError
from handlers import texts
from handlers import texts_points as words
from handlers.dialogue import TEXT, Ask, Dialogue, Done, Option, Outcome, Turn, Unclear, entry
from handlers.wording import moment, refusal
from points.errors import CodeAlreadyVerified, CodeMistyped
from points.redemption_views import Redemption

_CALL: Final = re.compile(r"核销|领取码|兑换码|验码|码")
_TYPED: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z\s·._–—-]{6,}[0-9A-Za-z]")


class Step(StrEnum):
    CODE = "code"


async def _counter(turn: Turn) -> Worker | None:
    """The worker whose account this is, if they may verify anything at all."""
    worker = await workers.of_resident(turn.db, turn.vault, resident_id=turn.resident_id)
    return worker if worker is not None and await counter.reach_of(turn.db, worker=worker) else None


async def begin(turn: Turn) -> Outcome:
    worker = await _counter(turn)
    if worker is None:
        return Done(words.VERIFY_NO_RIGHT, (entry("my_codes", words.CODES_TITLE), entry("menu", texts.MENU_MORE)))
    typed = code_in(turn.said.text)
    return await _verify(turn, worker, typed) if typed else Ask(Step.CODE, words.VERIFY_ASK, accepts=TEXT, greedy=True)


async def code(turn: Turn) -> Outcome:
    worker = await _counter(turn)
    if worker is None:
        return Done(words.VERIFY_NO_RIGHT)
    typed = code_in(turn.answer.text)
    return await _verify(turn, worker, typed) if typed else Unclear(words.VERIFY_AGAIN)


def code_in(text: str) -> str:
    """What in a message may be a code: the words around it put aside; empty if nothing may."""
    folded = unicodedata.normalize("NFKC", _CALL.sub(" ", text))
    found = _TYPED.search(folded)
    return found.group() if found else ""


async def _verify(turn: Turn, worker: Worker, typed: str) -> Outcome:
    try:
        done = await counter.verify(turn.db, turn.vault, worker=worker, code=typed)
    except CodeMistyped as error:
        return Ask(Step.CODE, refusal(error), accepts=TEXT, greedy=True)
    except CodeAlreadyVerified as error:
        return await _second(turn, worker, error)
    except AppError as error:  # unknown, elsewhere, expired, taken back: nothing was written
        return Done(refusal(error), (_next(),))
    await _note(turn, worker, "chat.redemption.verify", done.id, done.area_code)
    who = await counter.recipient(turn.db, turn.vault, redemption=done)
    text = words.VERIFIED.format(name=done.reward_name, who=_who(who))
    return Done(text, (entry("hand_out", words.HANDED, done.id, words.HANDED_WORDS), _next()))


def _next() -> Option:
    return entry("verify_code", words.VERIFY_NEXT, words=words.VERIFY_NEXT_WORDS)


def _who(recipient: Recipient) -> str:
    name = recipient.name or words.VERIFY_NAMELESS
    if recipient.phone_ending:
        name = words.VERIFY_ENDING.format(name=name, ending=recipient.phone_ending)
    return words.VERIFIED_PROXY.format(proxy=recipient.sends, who=name) if recipient.sends else name


async def _second(turn: Turn, worker: Worker, error: CodeAlreadyVerified) -> Outcome:
    """Who had it before, so that both sides can be asked."""
    redemption_id = str(error.facts["redemption_id"])
    before = await counter.earlier(turn.db, turn.vault, redemption_id=redemption_id)
    await _note(turn, worker, "chat.redemption.second", redemption_id, before.area_code)
    text = words.VERIFY_BEFORE.format(
        name=before.reward_name,
        at=moment(before.at) if before.at else "",
        by=before.by or words.VERIFY_BY_UNKNOWN,
        where=before.where,
    )
    return Done(text, (_next(),))


async def hand_out(turn: Turn) -> Outcome:
    """The last step, for those who verify at one table and give at another."""
    worker = await _counter(turn)
    if worker is None or not turn.answer.value:
        return await begin(turn)
    done: Redemption = await counter.hand_out(turn.db, turn.vault, worker=worker, redemption_id=turn.answer.value)
    await _note(turn, worker, "chat.redemption.hand_out", done.id, done.area_code)
    return Done(words.HANDED_DONE.format(name=done.reward_name), (_next(),))


async def _note(turn: Turn, worker: Worker, action: str, redemption_id: str, area_code: str) -> None:
    await audit.record(
        turn.db,
        turn.vault,
        worker_id=worker.id,
        action=action,
        subject=redemption_id,
        area_code=area_code,
        request_id=turn.message_key,
    )


VERIFY_CODE: Final = Dialogue("verify_code", words.VERIFY_TITLE, begin, {Step.CODE: code})
HAND_OUT: Final = Dialogue("hand_out", words.HANDED, hand_out, {Step.CODE: code})
