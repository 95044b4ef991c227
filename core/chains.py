"""Chains of seals: each hashes rows of a table and the seal before, and is signed.

A row is sealed some time after it was written, and each seal names its rows one by one: one that took an earlier moment
but committed later is not passed over. Fields are hashed with their lengths, so that a moved boundary is seen, and a
signed head says which seal is the newest, or the last ones could be cut off unseen.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.crypto import Vault
from core.db import Base, dialect_insert, table_of, violated
from core.framing import hash_fields

SETTLED: Final = timedelta(seconds=30)
"""Rows younger than this wait: their neighbours may not be committed yet."""

LATE: Final = timedelta(minutes=10)
"""No transaction takes longer to commit: an older row that comes up after its time was sealed was put in."""

START: Final = "0" * 64
"""The root before the first seal."""

_HEAD_ID: Final = 1


class SealColumns:
    """One link of a chain: all rows that were written before `cutoff` and seen then are in it or in an earlier one."""

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cutoff: Mapped[datetime]
    created_at: Mapped[datetime]
    count: Mapped[int]
    previous: Mapped[str]
    root: Mapped[str]
    signature: Mapped[str]


class HeadColumns:
    """The newest seal, signed."""

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    root: Mapped[str]
    signature: Mapped[str]


@dataclass(frozen=True, slots=True)
class Link:
    """A seal by its number and root: whoever knows them knows whether all up to there is as it was."""

    seq: int
    root: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.root}"


@dataclass(frozen=True, slots=True)
class Digested:
    """A row as it stands now; `at` is the moment at which it was written."""

    row_id: Any
    at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is not as it was sealed: a row, or the seal itself with `row_id` None."""

    kind: str
    seal: int
    row_id: Any
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Chain:
    """`name` is the owner of the data key that signs: the chain can be checked after the root keys were changed.

    `row` is what faults call a row, `row_id` the column in which an entry of a seal names it; `digests` reads rows by
    these names, as far as they exist.
    """

    name: str
    row: str
    row_id: str
    seals: type[Any]
    entries: type[Base]
    heads: type[Any]
    digests: Callable[[AsyncSession, Collection[Any]], Awaitable[Sequence[Digested]]]

    async def newest(self, db: AsyncSession) -> Any:
        """The last seal; None when nothing is sealed yet."""
        query = select(self.seals).order_by(self.seals.seq.desc()).limit(1)
        return (await db.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()

    async def add(
        self, db: AsyncSession, vault: Vault, *, after: Link, cutoff: datetime, rows: Sequence[Digested]
    ) -> bool:
        """Seal these rows behind a seal that was the newest before they were read; False when another came first."""
        root = root_of(after.seq + 1, cutoff, after.root, (row.digest for row in rows))
        link = Link(after.seq + 1, root)
        seal = {"seq": link.seq, "cutoff": cutoff, "created_at": clock.now(), "count": len(rows)}
        signature = await vault.sign_for(db, self.name, f"{self.name}.seal", root)
        table = table_of(self.seals)
        try:
            async with db.begin_nested():
                await db.execute(insert(table).values(**seal, previous=after.root, root=root, signature=signature))
        except IntegrityError as error:
            if violated(error, f"pk_{table.name}", f"{table.name}.seq"):
                return False
            raise
        named = [
            {self.row_id: row.row_id, "seal_seq": link.seq, "position": position, "digest": row.digest}
            for position, row in enumerate(rows)
        ]
        await db.execute(insert(table_of(self.entries)), named)
        await self._set_head(db, vault, link)
        return True

    async def _set_head(self, db: AsyncSession, vault: Vault, link: Link) -> None:
        signature = await vault.sign_for(db, self.name, f"{self.name}.head", str(link))
        values = {"seq": link.seq, "root": link.root, "signature": signature}
        made = dialect_insert(db, table_of(self.heads)).values(id=_HEAD_ID, **values)
        await db.execute(made.on_conflict_do_update(index_elements=["id"], set_=values))

    async def check_seal(
        self, db: AsyncSession, vault: Vault | None, seal: Any, *, after: Link, sealed_until: datetime | None
    ) -> list[Fault]:
        """One seal, that should follow `after`, with what it names; its signature only with a vault."""
        entry = table_of(self.entries).c
        query = select(entry[self.row_id], entry.position, entry.digest).where(entry.seal_seq == seal.seq)
        named = (await db.execute(query.order_by(entry.position))).all()
        faults = self._check_rows(seal.seq, named, await self.digests(db, [row[0] for row in named]), sealed_until)
        root = root_of(seal.seq, seal.cutoff, seal.previous, (digest for *_, digest in named))
        if seal.seq != after.seq + 1:
            faults.append(Fault("seal_missing", after.seq + 1, None, "a seal", "none"))
        elif seal.previous != after.root:
            faults.append(Fault("chain_broken", seal.seq, None, after.root, seal.previous))
        if len(named) != seal.count:
            faults.append(Fault("seal_entries_missing", seal.seq, None, str(seal.count), str(len(named))))
        elif root != seal.root or [position for _, position, _ in named] != list(range(seal.count)):
            faults.append(Fault("seal_changed", seal.seq, None, seal.root, root))
        if not await self._is_ours(db, vault, "seal", seal.root, seal.signature):
            faults.append(Fault("seal_forged", seal.seq, None, "our signature", "another"))
        return faults

    def _check_rows(
        self, seq: int, named: Iterable[Any], rows: Iterable[Digested], sealed_until: datetime | None
    ) -> list[Fault]:
        now_is = {row.row_id: row for row in rows}
        faults = []
        for row_id, _, digest in named:
            row = now_is.get(row_id)
            if row is None:
                faults.append(Fault(f"{self.row}_missing", seq, row_id, f"a {self.row}", "none"))
            elif row.digest != digest:
                faults.append(Fault(f"{self.row}_changed", seq, row_id, digest, row.digest))
            elif sealed_until is not None and row.at < sealed_until - LATE:
                faults.append(self.put_in(seq, row_id, row.at, sealed_until))
        return faults

    def put_in(self, seq: int, row_id: Any, at: datetime, sealed_until: datetime) -> Fault:
        """A row that is older than what had been sealed when it came up."""
        return Fault(f"{self.row}_inserted", seq, row_id, f"after {sealed_until.isoformat()}", at.isoformat())

    async def check_head(self, db: AsyncSession, vault: Vault | None, last: Link) -> list[Fault]:
        """Whether the chain ends where its head says; the signature only with a vault."""
        head = (await db.execute(select(self.heads).where(self.heads.id == _HEAD_ID))).scalar_one_or_none()
        if head is None:
            return [Fault("head_missing", last.seq, None, "a head", "none")] if last.seq else []
        said = Link(head.seq, head.root)
        if not await self._is_ours(db, vault, "head", str(said), head.signature):
            return [Fault("head_forged", said.seq, None, "our signature", "another")]
        return [] if said == last else [Fault("tail_missing", said.seq, None, str(said), str(last))]

    async def _is_ours(self, db: AsyncSession, vault: Vault | None, what: str, text: str, signature: str) -> bool:
        return vault is None or await vault.is_signed_for(db, self.name, f"{self.name}.{what}", text, signature)


def root_of(seq: int, cutoff: datetime, previous: str, digests: Iterable[str]) -> str:
    """What a seal hashes."""
    return hash_fields((str(seq), cutoff.isoformat(), previous, *digests))
