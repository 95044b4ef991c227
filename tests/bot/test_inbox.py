"""Accepting: many messages in few commits, each once, numbered in the order in which they came; one route each."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from bot import inbox, standing
from bot.accepting import Acceptor, SenderForgotten
from bot.inbox import InboxRow, Route
from community import privacy, residents
from community.residents import Who
from core import clock
from core.crypto import Vault
from core.db import Database
from core.messages import Inbound, InboundKind, Reply
from core.values import Platform


async def sender(database: Database, vault: Vault, name: str) -> Who:
    async with database.write() as db:
        return await residents.identify(db, vault, account="heping", platform=Platform.WECHAT, sender=name)


def said(text: str, key: str, *, account: str = "heping") -> Inbound:
    return Inbound(
        account=account,
        platform=Platform.WECHAT,
        sender="somebody",
        dedupe_key=key,
        kind=InboundKind.TEXT,
        sent_at=clock.now(),
        text=text,
    )


async def rows(database: Database) -> list[InboxRow]:
    async with database.read() as db:
        return list((await db.execute(select(InboxRow).order_by(InboxRow.id))).scalars())


async def test_many_messages_share_few_commits(database: Database, vault: Vault) -> None:
    people = [await sender(database, vault, f"p{number}") for number in range(50)]
    commits: list[Any] = []
    event.listen(database.engine.sync_engine, "commit", commits.append)
    acceptor = Acceptor(database, vault)
    accepted = await asyncio.gather(*(acceptor.accept(said("x", f"k{n}"), who) for n, who in enumerate(people)))
    assert len({one.id for one in accepted}) == 50
    assert all(one.is_new for one in accepted)
    assert len(commits) <= 3


async def test_one_message_is_accepted_once_however_often_it_comes(database: Database, vault: Vault) -> None:
    """Ten at once through two acceptors, as two processes would have them."""
    who = await sender(database, vault, "p")
    acceptors = (Acceptor(database, vault), Acceptor(database, vault))
    accepted = await asyncio.gather(*(acceptors[n % 2].accept(said("x", "same"), who) for n in range(10)))
    assert len({one.id for one in accepted}) == 1
    assert sum(one.is_new for one in accepted) == 1
    assert len(await rows(database)) == 1


async def test_the_key_of_another_account_is_another_key(database: Database, vault: Vault) -> None:
    who = await sender(database, vault, "p")
    acceptor = Acceptor(database, vault)
    first = await acceptor.accept(said("x", "same"), who)
    other = await acceptor.accept(said("x", "same", account="other"), who)
    assert other.is_new
    assert other.id != first.id


async def test_numbers_rise_in_the_order_of_arrival(database: Database, vault: Vault) -> None:
    people = [await sender(database, vault, f"p{number}") for number in range(3)]
    acceptor = Acceptor(database, vault)
    await asyncio.gather(
        *(acceptor.accept(said(str(n), f"{who.identity_id}:{n}"), who) for n in range(8) for who in people)
    )
    for who in people:
        seen = []
        while True:
            async with database.write() as db:
                waiting = (await standing.of(db, vault, who)).waiting
                if waiting is None:
                    break
                await inbox.finish(db, vault, who, message_id=waiting.id, reply=None)
                seen.append(waiting.said.text)
        assert seen == [str(n) for n in range(8)]
    kept = await rows(database)
    for who in people:
        seqs = [row.seq for row in kept if row.identity_id == who.identity_id]
        assert seqs == sorted(set(seqs))


async def test_two_processes_never_give_the_same_number(database: Database, vault: Vault) -> None:
    who = await sender(database, vault, "p")
    acceptors = [Acceptor(database, vault) for _ in range(3)]
    await asyncio.gather(*(acceptors[n % 3].accept(said("x", f"k{n}"), who) for n in range(15)))
    seqs = [row.seq for row in await rows(database)]
    assert len(set(seqs)) == 15


async def test_words_and_ids_are_not_readable_in_the_row(database: Database, vault: Vault) -> None:
    who = await sender(database, vault, "o-somebody")
    await Acceptor(database, vault).accept(said("我家在3号楼", "o-somebody:1700000000"), who)
    (row,) = await rows(database)
    assert "3号楼".encode() not in row.body
    assert "o-somebody" not in row.dedupe_key


@pytest.mark.parametrize("first", ["finish", "deadline"])
async def test_the_route_is_set_once(database: Database, vault: Vault, first: str) -> None:
    who = await sender(database, vault, "p")
    accepted = await Acceptor(database, vault).accept(said("x", "k"), who)

    async def finish() -> Route | None:
        async with database.write() as db:
            return await inbox.finish(db, vault, who, message_id=accepted.id, reply=Reply("好"))

    async def deadline() -> bool:
        async with database.write() as db:
            return await inbox.give_up_passive(db, message_id=accepted.id)

    if first == "finish":
        assert await finish() is Route.PASSIVE
        assert not await deadline()
    else:
        assert await deadline()
        assert await deadline()
        assert await finish() is Route.OUTBOX
    assert await finish() is None
    async with database.read() as db:
        answered = await inbox.answered(db, vault, who, message_id=accepted.id)
    assert answered.route is (Route.PASSIVE if first == "finish" else Route.OUTBOX)
    assert answered.done
    assert answered.reply == Reply("好")


async def test_the_race_of_reply_and_deadline_has_one_winner(database: Database, vault: Vault) -> None:
    who = await sender(database, vault, "p")
    acceptor = Acceptor(database, vault)
    for number in range(10):
        accepted = await acceptor.accept(said("x", f"k{number}"), who)

        async def finish(message_id: int = accepted.id) -> Route | None:
            async with database.write() as db:
                return await inbox.finish(db, vault, who, message_id=message_id, reply=Reply("好"))

        async def deadline(message_id: int = accepted.id) -> bool:
            async with database.write() as db:
                return await inbox.give_up_passive(db, message_id=message_id)

        route, gave_up = await asyncio.gather(finish(), deadline())
        assert route is (Route.OUTBOX if gave_up else Route.PASSIVE)


async def test_where_no_passive_answer_is_possible_there_is_none(database: Database, vault: Vault) -> None:
    who = await sender(database, vault, "p")
    accepted = await Acceptor(database, vault).accept(said("x", "k"), who, route=Route.OUTBOX)
    async with database.write() as db:
        assert await inbox.finish(db, vault, who, message_id=accepted.id, reply=Reply("好")) is Route.OUTBOX


async def test_an_erased_sender_does_not_keep_others_out(database: Database, vault: Vault) -> None:
    gone, here = await sender(database, vault, "gone"), await sender(database, vault, "here")
    async with database.write() as db:
        assert await privacy.erase(db, vault, resident_id=gone.resident_id, now=clock.now())
    acceptor = Acceptor(database, vault)
    results = await asyncio.gather(
        acceptor.accept(said("x", "k1"), gone), acceptor.accept(said("y", "k2"), here), return_exceptions=True
    )
    assert isinstance(results[0], SenderForgotten)
    assert getattr(results[1], "is_new", False)
    assert [row.identity_id for row in await rows(database)] == [here.identity_id]


async def test_only_what_was_answered_long_ago_is_forgotten(database: Database, vault: Vault) -> None:
    who = await sender(database, vault, "p")
    acceptor = Acceptor(database, vault)
    now = clock.now()
    with clock.frozen(now - timedelta(days=31)):
        old = await acceptor.accept(said("old", "k1"), who)
        async with database.write() as db:
            await inbox.finish(db, vault, who, message_id=old.id, reply=None)
        await acceptor.accept(said("never answered", "k2"), who)
    new = await acceptor.accept(said("new", "k3"), who)
    async with database.write() as db:
        await inbox.finish(db, vault, who, message_id=new.id, reply=None)
        assert await inbox.forget_old(db, before=now - timedelta(days=30)) == 1
    assert old.id not in [row.id for row in await rows(database)]
    assert len(await rows(database)) == 2
