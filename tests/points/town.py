"""A community with residents, rewards and a fund, each deed in a transaction of its own, for tests to read well."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.crypto import Vault
from core.db import Database, new_id
from points import (
    accounts,
    audit,
    corrections,
    expiry,
    grants,
    redemption_approvals,
    redemption_expiry,
    redemption_views,
    redemptions,
    reversals,
    rewards,
    statements,
    wallets,
)
from points.accounts import AccountRef
from points.audit import Against, Finding
from points.lot_models import Lot
from points.models import Account, AccountKind, Unit
from points.postings import Posted
from points.redemption_views import Redemption
from points.reversal_plans import ClawBack
from points.reversals import Reversed
from points.rules import RuleBook, store
from points.statements import Balance, Page

AREA = "110101001001"
WORKER, COLLEAGUE = "worker-1", "worker-2"
RING = "t1:cG9pbnRzLXRlc3RzLXJvb3Qta2V5LTMyLWJ5dGVzISE="
"""Known here and not in the fixtures of all tests: the racing processes must not import the whole service."""

BookOf: TypeAlias = Callable[[str], RuleBook]


@dataclass(frozen=True, slots=True)
class Town:
    database: Database
    vault: Vault
    area: str = AREA

    async def resident(self, points: int = 0) -> str:
        """A new resident with a data key and, by adjustment, so many points."""
        return (await self.residents(1, points))[0]

    async def residents(self, count: int, points: int = 0) -> list[str]:
        """Many of them, in one transaction."""
        made = [new_id() for _ in range(count)]
        async with self.database.write() as db:
            for resident_id in made:
                await self.vault.new_key(db, resident_id)
                if points:
                    await self._adjust(db, resident_id, points, key=new_id())
        return made

    async def adjust(
        self,
        resident_id: str,
        points: int,
        key: str | None = None,
        *,
        expires_at: datetime | None = None,
        unit: Unit = Unit.POINT,
    ) -> Posted:
        async with self.database.write() as db:
            return await self._adjust(db, resident_id, points, key=key or new_id(), expires_at=expires_at, unit=unit)

    async def _adjust(self, db: AsyncSession, resident_id: str, points: int, **more: Any) -> Posted:
        return await corrections.adjust(
            db,
            area_code=self.area,
            resident_id=resident_id,
            amount_points=points,
            reason="test",
            actor_id=WORKER,
            **more,
        )

    async def reverse(self, transfer_id: str, key: str | None = None, claw_back: ClawBack | None = None) -> Reversed:
        async with self.database.write() as db:
            return await reversals.reverse(
                db,
                transfer_id=transfer_id,
                reason="test",
                actor_id=WORKER,
                key=key or new_id(),
                claw_back=claw_back,
            )

    async def fund(self, points: int, key: str | None = None) -> Posted:
        async with self.database.write() as db:
            return await corrections.fund_community(
                db,
                area_code=self.area,
                amount_points=points,
                actor_id=WORKER,
                reason="test",
                key=key or new_id(),
            )

    async def ask(self, resident_id: str, source_id: str, **facts: Any) -> bool:
        async with self.database.write() as db:
            return await self._ask(db, resident_id, source_id, **facts)

    async def ask_for_all(self, residents: Sequence[str], **facts: Any) -> None:
        """Each for a deed of their own, in their order and in one transaction."""
        async with self.database.write() as db:
            for number, resident_id in enumerate(residents):
                await self._ask(db, resident_id, str(number), **facts)

    async def _ask(
        self,
        db: AsyncSession,
        resident_id: str,
        source_id: str,
        *,
        rule: str = "report_verified",
        occurred_at: datetime | None = None,
        **more: Any,
    ) -> bool:
        return await grants.request_grant(
            db,
            rule=rule,
            area_code=self.area,
            recipient_id=resident_id,
            source_kind="issue",
            source_id=source_id,
            occurred_at=occurred_at or clock.now(),
            **more,
        )

    async def pay(self, limit: int = 100, book: RuleBook | None = None) -> int:
        async with self.database.write() as db:
            return len(await grants.post_due(db, limit=limit, book=book))

    async def change_rule(
        self, rule_id: str, body: Mapping[str, Any], *, since: datetime, ends: int | None = None
    ) -> int:
        """Let a version hold from then on, drafted by one and activated by another, and end this one; its number."""
        async with self.database.write() as db:
            if ends is not None:
                await store.retire(db, rule_id=rule_id, version=ends, until=since)
            drafted = await store.draft(
                db, area_code=self.area, rule_id=rule_id, body=body, effective_from=since, worker_id=WORKER
            )
            active = await store.activate(db, rule_id=rule_id, version=drafted.version, worker_id=COLLEAGUE)
            return active.version

    async def reward(self, price: int = 10, stock: int = 5, *, name: str = "垃圾袋", **more: Any) -> str:
        async with self.database.write() as db:
            return await rewards.create_reward(
                db, area_code=self.area, name=name, price_points=price, stock=stock, **more
            )

    async def redeem(self, resident_id: str, reward_id: str, key: str | None = None, **more: Any) -> Redemption:
        async with self.database.write() as db:
            return await redemptions.redeem(
                db,
                self.vault,
                resident_id=resident_id,
                area_code=self.area,
                reward_id=reward_id,
                key=key or new_id(),
                **more,
            )

    async def verify(
        self, code: str, worker_id: str = WORKER, area_codes: Collection[str] = (AREA,), **more: Any
    ) -> Redemption:
        async with self.database.write() as db:
            return await redemptions.verify(
                db, self.vault, code=code, worker_id=worker_id, area_codes=area_codes, **more
            )

    async def approve(self, redemption_id: str) -> Redemption:
        async with self.database.write() as db:
            return await redemption_approvals.approve(db, self.vault, redemption_id=redemption_id, actor_id=WORKER)

    async def refuse(self, redemption_id: str) -> Redemption:
        async with self.database.write() as db:
            return await redemption_approvals.refuse(db, redemption_id=redemption_id, actor_id=WORKER, reason="test")

    async def hand_out(self, redemption_id: str) -> Redemption:
        async with self.database.write() as db:
            return await redemptions.hand_out(db, self.vault, redemption_id=redemption_id, actor_id=WORKER)

    async def void(self, redemption_id: str) -> Redemption:
        async with self.database.write() as db:
            return await redemptions.void(db, redemption_id=redemption_id, actor_id=WORKER, reason="test")

    async def expire(self, limit: int = 100) -> int:
        async with self.database.write() as db:
            return len(await redemption_expiry.expire_due(db, limit=limit))

    async def write_off(self, limit: int = 100) -> int:
        """Of lots that have expired."""
        async with self.database.write() as db:
            return await expiry.expire_due(db, limit=limit)

    async def lots(self, resident_id: str) -> list[tuple[int, int, datetime | None]]:
        """What remains and is held of each lot, with its expiry, in the order in which they are spent."""
        mine = select(Lot.remaining, Lot.held, Lot.expires_at).join(Account, Account.id == Lot.account_id)
        mine = mine.where(Account.owner_id == resident_id, Account.area_code == self.area)
        async with self.database.read() as db:
            rows = await db.execute(mine.order_by(Lot.expires_at.asc().nulls_last(), Lot.id))
            return [(row.remaining, row.held, row.expires_at) for row in rows]

    async def freeze(self, resident_id: str) -> None:
        async with self.database.write() as db:
            await accounts.freeze(db, account=AccountRef(self.area, AccountKind.RESIDENT, resident_id))

    async def owed(self, resident_id: str) -> int:
        async with self.database.read() as db:
            return await statements.debt(db, area_code=self.area, resident_id=resident_id)

    async def merge(self, former: str, kept: str, key: str | None = None) -> int:
        async with self.database.write() as db:
            return await wallets.move_wallet(
                db, self.vault, from_resident_id=former, to_resident_id=kept, key=key or new_id()
            )

    async def posted(self, residents: Sequence[str]) -> list[int]:
        """What is on their wallets, without looking at what is held or has expired."""
        sums = select(Account.owner_id, Account.posted).where(Account.owner_id.in_(residents))
        async with self.database.read() as db:
            found = {row.owner_id: row.posted for row in await db.execute(sums)}
        return [found.get(one, 0) for one in residents]

    async def balance(self, resident_id: str) -> Balance:
        async with self.database.read() as db:
            return await statements.balance(db, area_code=self.area, resident_id=resident_id)

    async def fund_balance(self) -> int:
        fund = select(Account.posted).where(Account.area_code == self.area, Account.kind == AccountKind.FUND.value)
        async with self.database.read() as db:
            return (await db.execute(fund)).scalar_one()

    async def statement(self, resident_id: str, before_seq: int | None = None, limit: int = 20) -> Page:
        async with self.database.read() as db:
            return await statements.statement(
                db, area_code=self.area, resident_id=resident_id, before_seq=before_seq, limit=limit
            )

    async def stock(self, reward_id: str) -> int:
        async with self.database.read() as db:
            return (await rewards.find_reward(db, reward_id=reward_id)).stock

    async def redemptions(self, resident_id: str) -> list[Redemption]:
        async with self.database.read() as db:
            return await redemption_views.my_redemptions(db, self.vault, resident_id=resident_id)

    async def findings(self, book: RuleBook | None = None) -> list[Finding]:
        async with self.database.snapshot() as db:
            return await audit.check(db, against=Against(vault=self.vault, book=book))


def code_of(redemption: Redemption) -> str:
    assert redemption.code is not None
    return redemption.code
