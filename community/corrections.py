"""What the staff do by hand to a resident's points: corrections, reversals, gifts, and the second person's word.

The community's scheme says how much one person may do alone. Nobody does it to their own points, and a resident who
loses by it is told why.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from community import families, notices, residents
from community.binding import held
from community.permissions import Worker
from community.sanctions import OwnPoints, keep_out_of_own
from core.crypto import Vault
from points import adjustments, reversals, signing
from points.fairness_models import AdjustmentKind
from points.models import AccountKind, Unit
from points.reversal_plans import Side
from points.rules import store
from points.sharing import DonationFund
from points.signed import Asked, Done
from points.signing import Adjustment


async def adjust(
    db: AsyncSession,
    vault: Vault,
    *,
    area_code: str,
    resident_id: str,
    amount_points: int,
    reason: str,
    document_no: str | None,
    worker: Worker,
    key: str,
) -> Done | Adjustment:
    """A correction within the scheme's limit is posted, one above it waits for a second person, who is told.

    Raises OwnPoints and what `adjustments.adjust` raises.
    """
    resident_id = await held(db, resident_id=resident_id)
    await keep_out_of_own(db, worker=worker, resident_id=resident_id)
    scheme = await store.scheme(db, area_code=area_code)
    made = await adjustments.adjust(
        db,
        area_code=area_code,
        resident_id=resident_id,
        amount_points=amount_points,
        reason=reason,
        actor_id=worker.id,
        key=key,
        limit_points=scheme.adjust_limit,
        document_no=document_no,
    )
    if isinstance(made, Adjustment):
        await tell_second(db, made)
    elif amount_points < 0:
        facts = _change(amount_points, reason)
        await _tell(db, vault, resident_id=resident_id, notice="points_adjusted", facts=facts, done=made)
    return made


async def reverse(
    db: AsyncSession, vault: Vault, *, area_code: str, transfer_id: str, reason: str, worker: Worker, key: str
) -> Done | Adjustment:
    """Undo a transfer of this area, as `adjust` does. Raises OwnPoints and what `adjustments.reverse` raises."""
    sides = await reversals.touched(db, transfer_id=transfer_id)
    await _keep_out(db, worker, sides)
    scheme = await store.scheme(db, area_code=area_code)
    made = await adjustments.reverse(
        db,
        transfer_id=transfer_id,
        reason=reason,
        actor_id=worker.id,
        key=key,
        limit_points=scheme.adjust_limit,
    )
    if isinstance(made, Adjustment):
        await tell_second(db, made)
    else:
        await _tell_losers(db, vault, made, sides, reason)
    return made


async def give(
    db: AsyncSession,
    vault: Vault,
    *,
    area_code: str,
    resident_id: str,
    fund: DonationFund,
    amount_points: int,
    reason: str,
    worker: Worker,
    key: str,
) -> Done | Adjustment:
    """Give a resident in need what others donated, as `adjust` does; they hear of it, and nobody else's name.

    Raises OwnPoints and what `adjustments.give` raises.
    """
    resident_id = await held(db, resident_id=resident_id)
    await keep_out_of_own(db, worker=worker, resident_id=resident_id)
    scheme = await store.scheme(db, area_code=area_code)
    made = await adjustments.give(
        db,
        area_code=area_code,
        resident_id=resident_id,
        fund=fund,
        amount_points=amount_points,
        reason=reason,
        actor_id=worker.id,
        key=key,
        limit_points=scheme.adjust_limit,
    )
    if isinstance(made, Adjustment):
        await tell_second(db, made)
    else:
        await _tell_gift(db, vault, resident_id, amount_points, made)
    return made


async def approve(db: AsyncSession, vault: Vault, *, adjustment_id: str, decision: str, worker: Worker) -> Adjustment:
    """Raises OwnPoints and what `signing.approve` raises. An award that was agreed to is told when it is paid."""
    asked = await _held(db, adjustment_id)
    sides = await _touched(db, asked)
    await keep_out_of_own(db, worker=worker, resident_id=asked.resident_id)
    await _keep_out(db, worker, sides)
    made = await signing.approve(db, adjustment_id=adjustment_id, worker_id=worker.id, decision=decision)
    done = Done(created=True, transfer_id=made.transfer_id)
    match asked.kind:
        case AdjustmentKind.ADJUSTMENT:
            facts = _change(asked.amount, asked.reason)
            await _tell(db, vault, resident_id=asked.resident_id, notice="points_adjusted", facts=facts, done=done)
        case AdjustmentKind.REVERSAL:
            await _tell_losers(db, vault, done, sides, asked.reason)
        case AdjustmentKind.GIFT:
            await _tell_gift(db, vault, asked.resident_id, asked.amount, done)
    return made


async def _held(db: AsyncSession, adjustment_id: str) -> Asked:
    """What waits, for whoever the resident is by now and stays. Raises AdjustmentUnknown."""
    before = (await signing.get(db, adjustment_id=adjustment_id)).asked
    await held(db, resident_id=before.resident_id)
    return (await signing.get(db, adjustment_id=adjustment_id)).asked


async def refuse(db: AsyncSession, *, adjustment_id: str, decision: str, worker: Worker) -> Adjustment:
    """Raises OwnPoints and what `signing.refuse` raises."""
    asked = (await signing.get(db, adjustment_id=adjustment_id)).asked
    await keep_out_of_own(db, worker=worker, resident_id=asked.resident_id)
    return await signing.refuse(db, adjustment_id=adjustment_id, worker_id=worker.id, decision=decision)


async def tell_second(db: AsyncSession, made: Adjustment) -> None:
    """Word to the staff that something waits for a second person; once, however often it was asked for."""
    asked = made.asked
    facts = {"adjustment": made.id, "kind": asked.kind.value, "amount": f"{asked.amount:+d}"}
    await notices.tell_staff(
        db, event="points.adjustment", area_code=asked.area_code, facts=facts, key=f"adjustment:{made.id}"
    )


async def _keep_out(db: AsyncSession, worker: Worker, sides: Sequence[Side]) -> None:
    """Of a reversal that changes their own wallet or their family's. Raises OwnPoints."""
    if worker.resident_id is None:
        return
    themself = await residents.get(db, resident_id=worker.resident_id)
    family = await families.of_resident(db, resident_id=themself.merged_into or themself.id)
    for side in sides:
        if family is not None and side.account.owner_id == family.id:
            raise OwnPoints
        await keep_out_of_own(db, worker=worker, resident_id=side.account.owner_id)


async def _touched(db: AsyncSession, asked: Asked) -> list[Side]:
    if asked.kind is not AdjustmentKind.REVERSAL:
        return []
    return await reversals.touched(db, transfer_id=(asked.facts or {})["transfer"])


async def _tell_losers(db: AsyncSession, vault: Vault, done: Done, sides: Sequence[Side], reason: str) -> None:
    for side in sides:
        if side.account.kind is AccountKind.RESIDENT and side.account.unit is Unit.POINT and side.amount > 0:
            facts = _change(-side.amount, reason)
            await _tell(db, vault, resident_id=side.account.owner_id, notice="points_adjusted", facts=facts, done=done)


def _change(amount: int, reason: str) -> dict[str, str]:
    """What a notice says of points that came or went, with their sign."""
    return {"amount": f"{amount:+d}", "reason": reason}


async def _tell_gift(db: AsyncSession, vault: Vault, resident_id: str, amount: int, done: Done) -> None:
    await _tell(db, vault, resident_id=resident_id, notice="points_gift", facts={"amount": str(amount)}, done=done)


async def _tell(
    db: AsyncSession, vault: Vault, *, resident_id: str, notice: str, facts: dict[str, str], done: Done
) -> None:
    await notices.tell_resident(
        db, vault, resident_id=resident_id, notice=notice, facts=facts, key=f"{notice}:{done.transfer_id}"
    )
