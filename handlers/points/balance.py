"""The balance with what is held and what expires next, minutes apart, and the entries with their reasons."""

from __future__ import annotations

from typing import Final

from community import families, volunteers
from handlers import reasons, texts
from handlers import texts_points as words
from handlers.common import area_of, choose_area_first
from handlers.dialogue import Dialogue, Done, Option, Outcome, Turn, entry
from handlers.wording import brief, day, moment
from points import freezes, sharing, statements
from points.statements import Balance

FIRST_ENTRIES: Final = 2
MORE_ENTRIES: Final = 3
LONGEST_WHY: Final = 24
MINUTES_PER_HOUR: Final = 60


async def begin(turn: Turn) -> Outcome:
    area = await area_of(turn)
    if not area:
        return choose_area_first()
    balance = await statements.balance(turn.db, area_code=area, resident_id=turn.resident_id)
    lines = [await _now(turn, area, balance), _next(balance), await _besides(turn)]
    frozen = await freezes.of_resident(turn.db, resident_id=turn.resident_id)
    appeal = (entry("appeal", words.APPEAL_TITLE, words=words.APPEAL_WORDS),) if frozen else ()
    if frozen:
        lines[1] = words.FROZEN
    return Done("\n".join(line for line in lines if line), (*appeal, *_options()))


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


def _next(balance: Balance) -> str:
    coming = balance.next_expiry
    return words.NEXT.format(points=coming.amount_points, until=moment(coming.at)) if coming else ""


async def _besides(turn: Turn) -> str:
    """Certified hours, which are no points, and what the family has together."""
    text = ""
    if minutes := (await volunteers.hours(turn.db, resident_id=turn.resident_id)).minutes:
        text = words.MINUTES.format(hours=f"{minutes / MINUTES_PER_HOUR:g}")
    family = await families.of_resident(turn.db, resident_id=turn.resident_id)
    if family is not None:
        shared = await sharing.family_balance(turn.db, area_code=family.area_code, family_id=family.id)
        text += words.FAMILY_HAS.format(points=shared.available)
    return text


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
