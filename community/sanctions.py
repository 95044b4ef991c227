"""What the staff decide about a resident's points, with word to them: freezes, appeals, claw-backs, flags.

Nobody decides about their own points, and whoever is concerned is told why and what can be done about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from community import notices, residents
from community.binding import family, held
from community.fairness import ATTENDANCE, ISSUE
from community.fairness_limits import thresholds
from community.permissions import Worker
from core import clock
from core.crypto import Vault
from core.errors import Forbidden
from points import appeals, clawback, flags, freezes
from points.appeals import ROUNDS, Against, AppealView
from points.clawback import Deed, TakenBack
from points.fairness_errors import NotFrozen, NothingToClawBack, SamePerson
from points.fairness_models import AppealState, ClawedBack, FlagState
from points.flags import Flag
from points.freezes import Frozen
from points.rules import store


class OwnPoints(Forbidden):
    """A worker who is a resident here as well leaves their own points to others."""

    code = "own_points"


async def keep_out_of_own(db: AsyncSession, *, worker: Worker, resident_id: str) -> None:
    """Raises OwnPoints."""
    if worker.resident_id is None:
        return
    themself = await residents.get(db, resident_id=worker.resident_id)
    if resident_id in (themself.id, themself.merged_into):
        raise OwnPoints


async def freeze(
    db: AsyncSession, vault: Vault, *, area_code: str, resident_id: str, reason: str, worker: Worker, ends_at: datetime
) -> Frozen:
    """Raises OwnPoints and what `freezes.freeze` raises."""
    resident_id = await held(db, resident_id=resident_id)
    await keep_out_of_own(db, worker=worker, resident_id=resident_id)
    made = await freezes.freeze(
        db, area_code=area_code, resident_id=resident_id, reason=reason, worker_id=worker.id, ends_at=ends_at
    )
    await _tell(db, vault, made, notice="points_frozen", reason=reason)
    return made


async def lift(
    db: AsyncSession, vault: Vault, *, area_code: str, resident_id: str, because: str, worker: Worker
) -> Frozen:
    """Raises OwnPoints, NotFrozen."""
    await keep_out_of_own(db, worker=worker, resident_id=resident_id)
    found = await freezes.current(db, area_code=area_code, resident_id=resident_id)
    if found is None:
        raise NotFrozen
    lifted = await freezes.lift(db, freeze_id=found.id, worker_id=worker.id, because=because)
    await _tell(db, vault, lifted, notice="points_unfrozen", reason=because)
    return lifted


async def lift_due(db: AsyncSession, vault: Vault) -> int:
    """Lift the freezes that have come to their end; how many."""
    lifted = await freezes.lift_due(db)
    for one in lifted:
        await _tell(db, vault, one, notice="points_unfrozen", reason="")
    return len(lifted)


async def _tell(db: AsyncSession, vault: Vault, frozen: Frozen, *, notice: str, reason: str, key: str = "") -> None:
    """Of somebody who was erased nobody is left to tell."""
    if frozen.is_closed:
        return
    await notices.tell_resident(
        db,
        vault,
        resident_id=frozen.resident_id,
        notice=notice,
        facts={"until": clock.iso(frozen.ends_at), "reason": reason},
        key=f"{notice}:{key or frozen.id}",
    )


async def appeal(db: AsyncSession, vault: Vault, *, area_code: str, resident_id: str, words: str) -> AppealView:
    """The resident's objection to the freeze of their points, with word to the staff.

    Raises NotFrozen, AppealOpen, AppealsUsedUp.
    """
    made = await appeals.appeal(db, vault, area_code=area_code, resident_id=resident_id, words=words)
    await _tell_staff(db, made)
    return made


async def appeal_claw_back(
    db: AsyncSession, vault: Vault, *, clawback_id: str, resident_id: str, words: str
) -> AppealView:
    """The resident's objection to what was taken back from them, by any of their accounts, with word to the staff.

    Raises NothingToClawBack for what is not theirs or too long ago, AppealOpen, AppealsUsedUp.
    """
    if clawback_id not in {one.id for one in await recent_claw_backs(db, resident_id=resident_id)}:
        raise NothingToClawBack
    made = await appeals.appeal_claw_back(db, vault, clawback_id=clawback_id, resident_id=resident_id, words=words)
    await _tell_staff(db, made)
    return made


async def recent_claw_backs(db: AsyncSession, *, resident_id: str) -> list[ClawedBack]:
    """What was taken back from a resident and may still be objected to, by its age; the newest first."""
    since = clock.now() - timedelta(days=thresholds().appeal.clawback_days)
    mine = await family(db, resident_id=resident_id)
    return await clawback.of_residents(db, resident_ids=mine, since=since)


async def _tell_staff(db: AsyncSession, made: AppealView) -> None:
    await notices.tell_staff(
        db, event="points.appeal", area_code=made.area_code, facts={"appeal": made.id}, key=f"appeal:{made.id}"
    )


async def decide_appeal(
    db: AsyncSession, vault: Vault, *, appeal_id: str, state: AppealState, decision: str, worker: Worker
) -> AppealView:
    """Raises OwnPoints and what `appeals.decide` raises."""
    asked = await appeals.get(db, vault, appeal_id=appeal_id)
    whose = await residents.get(db, resident_id=asked.resident_id)
    resident_id = await held(db, resident_id=whose.id)
    await keep_out_of_own(db, worker=worker, resident_id=resident_id)
    made = await appeals.decide(
        db, appeal_id=appeal_id, state=state, worker_id=worker.id, decision=decision, resident_id=resident_id
    )
    if made.against is Against.CLAWBACK:
        if whose.erased_at is None:
            await _tell_of_claw_back(db, vault, made, resident_id)
        return made
    frozen = await freezes.get(db, freeze_id=made.subject_id)
    if state is AppealState.UPHELD:
        await _tell(db, vault, frozen, notice="appeal_upheld", reason=decision, key=made.id)
    elif made.round < ROUNDS:
        await _tell(db, vault, frozen, notice="appeal_declined", reason=decision, key=made.id)
    else:
        await _tell(db, vault, frozen, notice="appeal_declined_again", reason=decision, key=made.id)
    return made


async def _tell_of_claw_back(db: AsyncSession, vault: Vault, made: AppealView, resident_id: str) -> None:
    taken = await clawback.get(db, clawback_id=made.subject_id)
    facts = {"amount": taken.taken_points + taken.owed_points, "reason": made.decision}
    if made.state is AppealState.UPHELD:
        await _tell_resident(db, vault, resident_id, notice="points_restored", facts=facts, key=made.id)
    elif made.round < ROUNDS:
        await _tell_resident(db, vault, resident_id, notice="points_not_restored", facts=facts, key=made.id)
    else:
        await _tell_resident(db, vault, resident_id, notice="points_not_restored_again", facts=facts, key=made.id)


async def claw_back(
    db: AsyncSession,
    vault: Vault,
    *,
    area_code: str,
    resident_id: str,
    deeds: Sequence[Deed],
    reason: str,
    worker: Worker,
    key: str,
) -> TakenBack:
    """Take back what these deeds brought, as the community's scheme wants it.

    Raises OwnPoints and what `clawback.claw_back` raises.
    """
    resident_id = await held(db, resident_id=resident_id)
    await keep_out_of_own(db, worker=worker, resident_id=resident_id)
    scheme = await store.scheme(db, area_code=area_code)
    done = await clawback.claw_back(
        db,
        area_code=area_code,
        resident_id=resident_id,
        resident_ids=await family(db, resident_id=resident_id),
        deeds=deeds,
        reason=reason,
        actor_id=worker.id,
        key=key,
        policy=scheme.claw_back,
    )
    facts: dict[str, Any] = {"taken": done.taken_points, "owed": done.owed_points, "reason": reason}
    if done.owed_points:
        await _tell_resident(db, vault, resident_id, notice="points_taken_back_owing", facts=facts, key=key)
    elif done.taken_points:
        await _tell_resident(db, vault, resident_id, notice="points_taken_back", facts=facts, key=key)
    return done


async def decide_flag(db: AsyncSession, *, flag_id: str, state: FlagState, decision: str, worker: Worker) -> Flag:
    """Raises OwnPoints, SamePerson for a worker whom the flag names, and what `flags.decide` raises."""
    flag = await flags.get(db, flag_id=flag_id)
    await keep_out_of_own(db, worker=worker, resident_id=flag.resident_id)
    if flag.facts.get("worker_id") == worker.id:
        raise SamePerson(worker_id=worker.id)
    return await flags.decide(db, flag_id=flag_id, state=state, worker_id=worker.id, decision=decision)


def deeds_of(flag: Flag) -> list[Deed]:
    """The deeds that a flag is about, as grants name them."""
    if flag.subject_kind in (ISSUE, ATTENDANCE):
        return [Deed(flag.subject_kind, flag.subject_id)]
    return [Deed(ISSUE, number) for number in flag.facts.get("issues", ())]


async def _tell_resident(
    db: AsyncSession, vault: Vault, resident_id: str, *, notice: str, facts: dict[str, Any], key: str
) -> None:
    await notices.tell_resident(db, vault, resident_id=resident_id, notice=notice, facts=facts, key=f"{notice}:{key}")
