"""The resident's rights over their data: to see it, take it along, and have it erased; and what an unfollow sets off.

Erasing destroys the data keys of the resident and of all who were merged into them, so that everything sealed becomes
unreadable at once, in backups too once the key row has left them. Rows stay as statistics without a person, and the
files of their photos are erased.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from community import consents, contacts, families, photo_files, photos, residents, teaching
from community.binding import BindingCode, family, lock_residents
from community.issues import ownership as issues
from community.members import ownership as members
from community.orders import ownership as orders
from community.residents import ERASED, Identity, Resident
from community.tries import BindingTries
from community.volunteers import ownership as volunteers
from core import clock, outbox
from core.crypto import Vault
from core.errors import NotFound, Refused
from core.turns import lock_as_found
from core.values import RedemptionState
from points import appeals, closing, redemption_views, statements
from points.family_locks import lock_families

AFTER_UNFOLLOW: Final = timedelta(days=30)
ERASED_PER_RUN: Final = 100


class OpenCases(Refused):
    """Something is still under way for the resident. Facts: `cases`, as `open_cases` gives them."""

    code = "open_cases"


async def open_cases(db: AsyncSession, vault: Vault, *, resident_id: str) -> dict[str, list[str]]:
    """What is still under way: names by `issues`, `orders`, `activities`, `redemptions`; empty kinds are left out."""
    found = {
        "issues": await issues.open_cases(db, resident_id=resident_id),
        "orders": await orders.open_cases(db, resident_id=resident_id),
        "activities": await volunteers.open_cases(db, resident_id=resident_id),
        "redemptions": await _held_redemptions(db, vault, resident_id),
    }
    return {kind: names for kind, names in found.items() if names}


async def _held_redemptions(db: AsyncSession, vault: Vault, resident_id: str) -> list[str]:
    redemptions = await redemption_views.my_redemptions(db, vault, resident_id=resident_id, limit=100)
    own = [r.reward_name for r in redemptions if r.state in (RedemptionState.WAITING, RedemptionState.HELD)]
    return own + await families.open_cases(db, resident_id=resident_id)


async def show(db: AsyncSession, vault: Vault, *, resident_id: str) -> dict[str, Any]:
    """The resident's own data at a glance. Raises NotFound."""
    row = await residents.get(db, resident_id=resident_id)
    contact = await contacts.read(db, vault, resident_id=resident_id)
    identities = await residents.identities(db, vault, resident_id=resident_id)
    return {
        "ref": row.ref,
        "area_code": row.area_code,
        "grid_code": row.grid_code,
        "name": contact.name,
        "phone": contact.phone,
        "address": contact.address,
        "large_type": row.large_type,
        "platforms": sorted({who.platform.value for who in identities}),
        "open_cases": await open_cases(db, vault, resident_id=resident_id),
        "erase_at": clock.iso(row.erase_at) if row.erase_at else None,
        "created_at": clock.iso(row.created_at),
    }


async def export(db: AsyncSession, vault: Vault, *, resident_id: str) -> dict[str, Any]:
    """Everything that the community's services hold of a resident, as JSON. Raises NotFound."""
    identities = await residents.identities(db, vault, resident_id=resident_id)
    return {
        "resident": await show(db, vault, resident_id=resident_id),
        "identities": [
            {"account": who.account, "platform": who.platform.value, "sender": who.sender} for who in identities
        ],
        "consents": [
            {**asdict(record), "at": clock.iso(record.at)}
            for record in await consents.history(db, resident_id=resident_id)
        ],
        "issues": await issues.export(db, vault, resident_id=resident_id),
        "orders": await orders.export(db, vault, resident_id=resident_id),
        "volunteering": await volunteers.export(db, vault, resident_id=resident_id),
        "registrations": await members.export(db, vault, resident_id=resident_id),
        "points": await _points(db, resident_id),
        "appeals": await _appeals(db, vault, resident_id),
        "families": await families.export(db, resident_id=resident_id),
        "exported_at": clock.iso(clock.now()),
    }


async def _appeals(db: AsyncSession, vault: Vault, resident_id: str) -> list[dict[str, Any]]:
    """What they said against a freeze of their points or a claw-back, and the answer."""
    mine = await appeals.of_residents(db, vault, resident_ids=await family(db, resident_id=resident_id))
    return [
        {
            "against": one.against.value,
            "words": one.words,
            "state": one.state.value,
            "answer": one.decision,
            "at": clock.iso(one.created_at),
        }
        for one in mine
    ]


async def _points(db: AsyncSession, resident_id: str) -> list[dict[str, Any]]:
    """Each wallet with its whole statement, newest entry first."""
    found: list[dict[str, Any]] = []
    for (area_code, unit), balance in (await statements.wallets(db, resident_id=resident_id)).items():
        entries: list[dict[str, Any]] = []
        before: int | None = None
        while True:
            page = await statements.statement(
                db,
                area_code=area_code,
                resident_id=resident_id,
                unit=unit,
                before_seq=before,
                limit=statements.MAX_PAGE,
            )
            entries += [{**asdict(line), "at": clock.iso(line.at)} for line in page.items]
            before = page.next_seq
            if before is None:
                break
        sums = {"balance": balance.posted, "held": balance.held}
        found.append({"area_code": area_code, "unit": unit.value, **sums, "entries": entries})
    return found


async def erase(db: AsyncSession, vault: Vault, *, resident_id: str, now: datetime, when_closed: bool = False) -> bool:
    """Erase a resident at once: True. With open cases it is refused, or with `when_closed` put off: False.

    Raises NotFound, OpenCases.
    """
    everyone = await _locked(db, resident_id)
    if not await _is_there(db, resident_id):
        raise NotFound("resident_not_found")
    under_way = await open_cases(db, vault, resident_id=resident_id)
    if not under_way:
        await _erase(db, vault, everyone, now)
        return True
    if not when_closed:
        raise OpenCases(cases=under_way)
    await _schedule(db, resident_id, now)
    return False


async def _is_there(db: AsyncSession, resident_id: str, *rules: ColumnElement[bool]) -> bool:
    """Whether it is a resident who was neither erased nor bound to another."""
    mine = (Resident.id == resident_id, Resident.erased_at.is_(None), Resident.merged_into.is_(None))
    return (await db.execute(select(Resident.id).where(*mine, *rules))).scalar_one_or_none() is not None


async def erase_due(db: AsyncSession, vault: Vault, now: datetime, *, limit: int = ERASED_PER_RUN) -> list[str]:
    """Erase who is due and has nothing under way; their ids. Open cases put an erasure off to a later run.

    One in each transaction waits for nobody in a circle.
    """
    is_due = Resident.erase_at <= now
    due = await db.execute(
        select(Resident.id)
        .where(is_due, Resident.erased_at.is_(None), Resident.merged_into.is_(None))
        .order_by(Resident.erase_at, Resident.id)
    )
    erased: list[str] = []
    for resident_id in due.scalars().all():
        if len(erased) == limit:
            break
        if await open_cases(db, vault, resident_id=resident_id):
            continue
        everyone = await _locked(db, resident_id)
        # Both again: meanwhile somebody may have been bound to them, which calls the erasure off.
        if await _is_there(db, resident_id, is_due) and not await open_cases(db, vault, resident_id=resident_id):
            await _erase(db, vault, everyone, now)
            erased.append(resident_id)
    return erased


async def _locked(db: AsyncSession, resident_id: str) -> list[str]:
    """The resident and all who were merged into it, locked before all that is theirs, as by a binding."""
    return await lock_as_found(db, lambda: family(db, resident_id=resident_id), partial(lock_residents, db))


async def _erase(db: AsyncSession, vault: Vault, everyone: list[str], now: datetime) -> None:
    await _forget_photos(db, everyone)
    await issues.forget(db, resident_ids=everyone)
    await teaching.forget(db, owner_ids=everyone)
    await members.forget(db, vault, resident_ids=everyone)
    await lock_families(db, resident_ids=everyone)
    await closing.hold_wallets(db, resident_ids=everyone)
    await families.forget(db, resident_ids=everyone)
    await closing.close_wallets(db, resident_ids=everyone)
    await db.execute(delete(BindingCode).where(BindingCode.resident_id.in_(everyone)))
    await _forget_identities(db, everyone)
    await db.execute(
        update(Resident)
        .where(Resident.id.in_(everyone))
        .values(name=None, name_index=None, phone=None, phone_index=None, address=None, erase_at=None, erased_at=now)
        .execution_options(synchronize_session=False)
    )
    for owner_id in everyone:
        await vault.destroy(db, owner_id)


async def _forget_photos(db: AsyncSession, resident_ids: list[str]) -> None:
    """The files themselves are erased after the commit, unless somebody else showed the same."""
    gone = await issues.forget_photos(db, resident_ids=resident_ids)
    gone |= await photos.forget(db, owner_ids=resident_ids)
    await photo_files.let_go(db, sha256s=gone)


async def _forget_identities(db: AsyncSession, resident_ids: list[str]) -> None:
    """Take out what finds them: whoever writes again from the same account is somebody new."""
    mine = Identity.resident_id.in_(resident_ids)
    await db.execute(delete(BindingTries).where(BindingTries.identity_id.in_(select(Identity.id).where(mine))))
    await db.execute(
        update(Identity)
        .where(mine)
        .values(
            sender_index=ERASED + Identity.id,
            sender=b"",
            alternate_index=None,
            alternate=None,
            following=False,
            verified=False,
        )
        .execution_options(synchronize_session=False)
    )


async def unfollowed(db: AsyncSession, *, identity_id: str, now: datetime) -> None:
    """Send nothing to this identity any more; when it was the resident's last, their erasure is due in 30 days."""
    resident_id = await _follows(db, identity_id, following=False)
    others = select(Identity.id).where(Identity.resident_id == resident_id, Identity.following).limit(1)
    if (await db.execute(others)).scalar_one_or_none() is None:
        await _schedule(db, resident_id, now + AFTER_UNFOLLOW)


async def _follows(db: AsyncSession, identity_id: str, *, following: bool) -> str:
    """Note whether it does; its resident, locked before the identity, as by a binding. Raises NotFound."""

    async def find() -> str:
        owner = select(Identity.resident_id).where(Identity.id == identity_id)
        resident_id = (await db.execute(owner)).scalar_one_or_none()
        if resident_id is None:
            raise NotFound("identity_not_found")
        return resident_id

    resident_id = await lock_as_found(db, find, lambda owner: lock_residents(db, [owner]))
    await db.execute(
        update(Identity)
        .where(Identity.id == identity_id)
        .values(following=following)
        .execution_options(synchronize_session=False)
    )
    return resident_id


async def _schedule(db: AsyncSession, resident_id: str, erase_at: datetime) -> None:
    """An earlier date that stands already is kept."""
    await db.execute(
        update(Resident)
        .where(Resident.id == resident_id, (Resident.erase_at.is_(None)) | (Resident.erase_at > erase_at))
        .values(erase_at=erase_at)
        .execution_options(synchronize_session=False)
    )


async def followed(db: AsyncSession, *, identity_id: str, now: datetime) -> bool:
    """Send again, and call off an erasure that only an unfollow had set; one that was asked for stays due.

    True when an erasure was called off.
    """
    resident_id = await _follows(db, identity_id, following=True)
    called_off = await db.execute(
        update(Resident)
        .where(Resident.id == resident_id, Resident.erase_at > now)
        .values(erase_at=None)
        .execution_options(synchronize_session=False)
    )
    return outbox.rowcount(called_off) == 1


async def request_erasure(db: AsyncSession, *, resident_id: str) -> None:
    """Erase this resident as soon as nothing is under way for them; `erase_due` does it."""
    await _schedule(db, resident_id, clock.now())
