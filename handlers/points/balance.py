"""我的积分: what there is, is held and expires next; hours with their tier, and the family; entries with reasons."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from community import families, honours
from handlers import reasons, texts
from handlers import texts_points as words
from handlers.common import area_of, choose_area_first
from handlers.dialogue import Dialogue, Done, Option, Outcome, Turn, entry
from handlers.honours import sentence
from handlers.prompt import MOST_LINES
from handlers.wording import brief, day, length, moment
from points import freezes, sharing, statements
from points.statements import Balance

FIRST_ENTRIES: Final = 2
MORE_ENTRIES: Final = 3
LONGEST_WHY: Final = 24


async def begin(turn: Turn) -> Outcome:
    area = await area_of(turn)
    if not area:
        return choose_area_first()
    balance = await statements.balance(turn.db, area_code=area, resident_id=turn.resident_id)
    frozen = await freezes.of_resident(turn.db, resident_id=turn.resident_id)
    lines = (
        await _now(turn, area, balance),
        words.FROZEN if frozen else _next(turn, balance),
        await _volunteered(turn, area),
        await _family(turn),
    )
    appeal = (entry("appeal", words.APPEAL_TITLE, words=words.APPEAL_WORDS),) if frozen else ()
    return Done(_folded(lines), (*appeal, *_options()))


def _folded(lines: Iterable[str]) -> str:
    """What there is to say, in as many lines as a message has; the last ones share theirs."""
    said = [line for line in lines if line]
    return "\n".join([*said[: MOST_LINES - 1], "".join(said[MOST_LINES - 1 :])]).rstrip()


def _options() -> tuple[Option, ...]:
    return (
        entry("points_how", words.HOW_TITLE, words=words.HOW_TITLE_WORDS),
        entry("redeem", words.REDEEM_TITLE, words=words.REDEEM_TITLE_WORDS),
        entry("my_codes", words.CODES_TITLE, words=words.CODES_TITLE_WORDS),
        entry("family", words.FAMILY_TITLE),
        entry("donate", words.DONATE_TITLE, words=words.DONATE_TITLE_WORDS),
    )


async def _now(turn: Turn, area: str, balance: Balance) -> str:
    text = words.BALANCE.format(available=balance.available)
    if balance.held:
        text += words.HELD.format(held=balance.held)
    if owed := await statements.debt(turn.db, area_code=area, resident_id=turn.resident_id):
        text += words.OWED.format(owed=owed)
    return text


def _next(turn: Turn, balance: Balance) -> str:
    """What expires next; what points are for, or that none expire, where that was the question."""
    if coming := balance.next_expiry:
        return words.NEXT.format(points=coming.amount_points, until=moment(coming.at))
    if any(word in turn.said.text for word in words.EXPIRY_WORDS):
        return words.NO_EXPIRY
    return words.USES if any(word in turn.said.text for word in words.USES_WORDS) else ""


async def _volunteered(turn: Turn, area: str) -> str:
    """Certified hours, which are no points, and the tier that they lead to."""
    standing = await honours.standing(turn.db, resident_id=turn.resident_id, area_code=area)
    if not standing.minutes:
        return sentence(standing)
    return words.MINUTES.format(hours=length(standing.minutes)) + sentence(standing)


async def _family(turn: Turn) -> str:
    family = await families.of_resident(turn.db, resident_id=turn.resident_id)
    if family is None:
        return ""
    shared = await sharing.family_balance(turn.db, area_code=family.area_code, family_id=family.id)
    return words.FAMILY_HAS.format(points=shared.available)


async def how(turn: Turn) -> Outcome:
    """The last entries, then how points are earned; with an argument, those before that one."""
    before = int(turn.answer.value) if turn.answer.value else None
    page = await statements.statement(
        turn.db,
        area_code=await area_of(turn) or "",
        resident_id=turn.resident_id,
        before_seq=before,
        limit=MORE_ENTRIES if before else FIRST_ENTRIES,
    )
    why = await reasons.plain(turn.db, page.items)
    lines = [
        words.ENTRY.format(day=day(line.at), amount=f"{line.amount_points:+d}", what=brief(why[line.seq], LONGEST_WHY))
        for line in page.items
    ]
    if before is None:
        lines.append(words.RULES)
    older = (entry("points_how", words.OLDER, str(page.next_seq), words.OLDER_WORDS),) if page.next_seq else ()
    return Done("\n".join(lines) or words.NO_OLDER, (*older, entry("redeem", words.REDEEM_TITLE)))


POINTS: Final = Dialogue("points", texts.POINTS_TITLE, begin, {}, intents=("points_query",), needs_identity=True)
POINTS_HOW: Final = Dialogue("points_how", words.HOW_TITLE, how, {}, needs_identity=True)
