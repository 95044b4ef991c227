"""Community workers: who they are, their roles and areas, their tokens, and the WeChat bound to their role.

A name is sealed under the worker's own data key. A token is shown once; what is stored is its SHA-256, which is
enough for 32 random bytes.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from community import tries
from community.permissions import Grant, Worker
from core import clock, outbox
from core.crypto import Vault
from core.db import Base, new_id
from core.errors import Invalid, NotFound, Refused
from core.values import Role

PURPOSE_NAME: Final = "worker.name"
TOKEN_PREFIX: Final = "hcw_"  # noqa: S105  a mark by which leaked tokens are found, not a secret
BINDING_MINUTES: Final = 10
BINDING_DIGITS: Final = 8


class WorkerNotFound(NotFound):
    code = "worker_not_found"


class BindingCodeUnknown(Refused):
    """The code was never given out, was used already, or is too old. The try is counted: commit with the answer.

    Facts: `tries_left`.
    """

    code = "binding_code_unknown"


class WorkersExist(Refused):
    """A first worker is made only where there is none."""

    code = "workers_exist"


class WorkerRow(Base):
    """`resident_id` is the person's own account as a resident, once bound."""

    __tablename__ = "worker"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[bytes]
    unit: Mapped[str]
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    resident_id: Mapped[str | None] = mapped_column(unique=True)
    binding_index: Mapped[str | None] = mapped_column(unique=True)
    binding_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class WorkerGrant(Base):
    """A role of a worker in an area, by code prefix; empty is everywhere."""

    __tablename__ = "worker_grant"

    worker_id: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(primary_key=True)


@dataclass(frozen=True, slots=True)
class Listed:
    """A worker in a list, with whether they may still log in."""

    worker: Worker
    disabled: bool
    created_at: datetime


async def create(
    db: AsyncSession, vault: Vault, *, name: str, unit: str = "", grants: Sequence[Grant]
) -> tuple[Worker, str]:
    """A new worker and their first token, which nobody can read again. Raises Invalid."""
    if not name.strip() or not grants:
        raise Invalid(fields={"name": "required", "roles": "at least one"})
    worker_id, token = new_id(), _token()
    await vault.new_key(db, worker_id)
    await db.execute(
        insert(WorkerRow).values(
            id=worker_id,
            name=await vault.seal_for(db, worker_id, PURPOSE_NAME, name.strip()),
            unit=unit.strip(),
            token_hash=_hash(token),
            created_at=clock.now(),
        )
    )
    await set_grants(db, worker_id=worker_id, grants=grants)
    return Worker(worker_id, name.strip(), unit.strip(), tuple(dict.fromkeys(grants))), token


async def create_first(db: AsyncSession, vault: Vault, *, role: Role, name: str = "admin") -> str:
    """The token of the installation's first worker, everywhere in this role. Raises WorkersExist."""
    if (await db.execute(select(WorkerRow.id).limit(1))).scalar_one_or_none() is not None:
        raise WorkersExist
    _, token = await create(db, vault, name=name, grants=[Grant(role)])
    return token


async def set_grants(db: AsyncSession, *, worker_id: str, grants: Sequence[Grant]) -> None:
    """Replace the roles of a worker."""
    await db.execute(delete(WorkerGrant).where(WorkerGrant.worker_id == worker_id))
    rows = [{"worker_id": worker_id, "role": g.role.value, "area_code": g.area_code} for g in dict.fromkeys(grants)]
    if rows:
        await db.execute(insert(WorkerGrant), rows)


async def new_token(db: AsyncSession, *, worker_id: str) -> str:
    """A token in place of the one before, shown once. Raises WorkerNotFound."""
    token = _token()
    done = await db.execute(
        update(WorkerRow)
        .where(WorkerRow.id == worker_id, WorkerRow.disabled_at.is_(None))
        .values(token_hash=_hash(token))
    )
    if outbox.rowcount(done) == 0:
        raise WorkerNotFound
    return token


async def disable(db: AsyncSession, *, worker_id: str) -> None:
    """End a worker's access: token, binding and all. Raises WorkerNotFound."""
    done = await db.execute(
        update(WorkerRow)
        .where(WorkerRow.id == worker_id)
        .values(disabled_at=clock.now(), token_hash=None, resident_id=None, binding_index=None)
    )
    if outbox.rowcount(done) == 0:
        raise WorkerNotFound


async def authenticate(db: AsyncSession, vault: Vault, *, token: str) -> Worker | None:
    """Whose token this is. The lookup is by hash, so its time says nothing about the token."""
    row = (
        await db.execute(select(WorkerRow).where(WorkerRow.token_hash == _hash(token), WorkerRow.disabled_at.is_(None)))
    ).scalar_one_or_none()
    return await _worker(db, vault, row) if row else None


async def get(db: AsyncSession, *, worker_id: str) -> WorkerRow:
    """A worker who is not disabled. Raises WorkerNotFound."""
    row = (
        await db.execute(select(WorkerRow).where(WorkerRow.id == worker_id, WorkerRow.disabled_at.is_(None)))
    ).scalar_one_or_none()
    if row is None:
        raise WorkerNotFound
    return row


async def load(db: AsyncSession, vault: Vault, *, worker_id: str) -> Worker:
    """The same with name and roles. Raises WorkerNotFound."""
    return await _worker(db, vault, await get(db, worker_id=worker_id))


async def name_of(db: AsyncSession, vault: Vault, *, worker_id: str) -> str:
    """Somebody's name, also after they left; empty for whoever never was a worker."""
    sealed = (await db.execute(select(WorkerRow.name).where(WorkerRow.id == worker_id))).scalar_one_or_none()
    return "" if sealed is None else await vault.open_for(db, worker_id, PURPOSE_NAME, sealed)


async def of_resident(db: AsyncSession, vault: Vault, *, resident_id: str) -> Worker | None:
    """The worker whose role is bound to this resident's account."""
    row = (
        await db.execute(select(WorkerRow).where(WorkerRow.resident_id == resident_id, WorkerRow.disabled_at.is_(None)))
    ).scalar_one_or_none()
    return await _worker(db, vault, row) if row else None


async def listing(db: AsyncSession, vault: Vault, *, area_code: str = "") -> list[Listed]:
    """Workers with a role in this area or one below it, in order of creation."""
    within = select(WorkerGrant.worker_id).where(WorkerGrant.area_code.startswith(area_code, autoescape=True))
    rows = await db.execute(
        select(WorkerRow).where(WorkerRow.id.in_(within)).order_by(WorkerRow.created_at, WorkerRow.id)
    )
    return [Listed(await _worker(db, vault, r), r.disabled_at is not None, r.created_at) for r in rows.scalars()]


async def start_binding(db: AsyncSession, vault: Vault, *, worker_id: str) -> str:
    """A code of eight digits that the worker sends from their own WeChat within ten minutes. Raises WorkerNotFound."""
    await get(db, worker_id=worker_id)
    code = f"{secrets.randbelow(10**BINDING_DIGITS):0{BINDING_DIGITS}d}"
    await db.execute(
        update(WorkerRow)
        .where(WorkerRow.id == worker_id)
        .values(
            binding_index=vault.blind("worker-binding", code),
            binding_until=clock.now() + timedelta(minutes=BINDING_MINUTES),
        )
    )
    return code


async def bind(db: AsyncSession, vault: Vault, *, code: str, resident_id: str, identity_id: str) -> Worker:
    """Bind a worker's role to the resident who sent the code; it is good once.

    A role bound to this resident before is let go: one account answers for one worker. Raises BindingCodeUnknown or
    TooManyTries.
    """
    await tries.check(db, identity_id=identity_id)
    meant = select(WorkerRow.id).where(
        WorkerRow.binding_index == vault.blind("worker-binding", code),
        WorkerRow.binding_until > clock.now(),
        WorkerRow.disabled_at.is_(None),
    )
    worker_id = (await db.execute(meant.with_for_update())).scalar_one_or_none()
    if worker_id is None:
        raise BindingCodeUnknown(tries_left=await tries.count(db, identity_id=identity_id))
    await tries.forget(db, identity_id=identity_id)
    await db.execute(update(WorkerRow).where(WorkerRow.resident_id == resident_id).values(resident_id=None))
    done = await db.execute(
        update(WorkerRow)
        .where(WorkerRow.id == worker_id)
        .values(resident_id=resident_id, binding_index=None, binding_until=None)
        .returning(WorkerRow)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return await _worker(db, vault, done.scalar_one())


async def _worker(db: AsyncSession, vault: Vault, row: WorkerRow) -> Worker:
    held = await db.execute(
        select(WorkerGrant.role, WorkerGrant.area_code)
        .where(WorkerGrant.worker_id == row.id)
        .order_by(WorkerGrant.role, WorkerGrant.area_code)
    )
    grants = tuple(Grant(Role(role), area) for role, area in held)
    return Worker(row.id, await vault.open_for(db, row.id, PURPOSE_NAME, row.name), row.unit, grants, row.resident_id)


def _token() -> str:
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
