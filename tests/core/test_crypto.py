"""Sealed is sealed: what was changed, what is of another purpose and what belonged to an erased resident stays shut."""

from __future__ import annotations

import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from core.crypto import DataKey, Ring, Unreadable, Vault, seal, unseal
from core.db import Database
from core.errors import ConfigError

KEY = bytes(range(32))
OLD = ("old", b"o" * 32)
NEW = ("new", b"n" * 32)


def ring(*keys: tuple[str, bytes]) -> Ring:
    return Ring(keys)


def written(*keys: tuple[str, bytes]) -> str:
    return ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in keys)


@given(st.binary(max_size=200))
def test_sealed_and_opened_is_the_same(plaintext: bytes) -> None:
    assert unseal(KEY, "p", seal(KEY, "p", plaintext)) == plaintext


def test_the_same_text_never_looks_the_same() -> None:
    assert seal(KEY, "p", b"text") != seal(KEY, "p", b"text")


@given(st.data())
def test_any_changed_bit_is_noticed(data: st.DataObject) -> None:
    sealed = bytearray(seal(KEY, "p", b"13800000000"))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable):
        unseal(KEY, "p", bytes(sealed))


@given(st.binary(max_size=40))
def test_what_was_never_sealed_does_not_open(rubbish: bytes) -> None:
    with pytest.raises(Unreadable):
        unseal(KEY, "p", rubbish)


def test_another_purpose_or_key_does_not_open_it() -> None:
    sealed = seal(KEY, "resident.name", b"x")
    with pytest.raises(Unreadable):
        unseal(KEY, "resident.phone", sealed)
    with pytest.raises(Unreadable):
        unseal(bytes(32), "resident.name", sealed)


def test_a_ring_is_read_current_first() -> None:
    read = Ring.parse(f" {written(NEW, OLD)} ,")
    assert read.current_id == "new"
    assert read.keys == (NEW, OLD)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ",",
        "onlyname",
        "k1:",
        ":" + base64.b64encode(KEY).decode(),
        "k1:not base64!",
        "k1:" + base64.b64encode(b"short").decode(),
        written(OLD, OLD),
    ],
)
def test_a_ring_that_is_none_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Ring.parse(text)
    assert "SECRET_KEY" in str(caught.value)
    assert base64.b64encode(KEY).decode() not in str(caught.value)


def test_keys_of_purposes_are_different() -> None:
    one = ring(NEW)
    assert one.derive("a") != one.derive("b")
    assert one.derive("a") != ring(OLD).derive("a")


def test_a_key_that_left_the_ring_opens_nothing() -> None:
    with pytest.raises(Unreadable, match="'old'"):
        ring(NEW).derive("wrap", "old")


def test_equal_values_have_equal_indexes_under_one_key_only() -> None:
    vault = Vault(ring(NEW))
    assert vault.blind("phone", "13800000000") == vault.blind("phone", "13800000000")
    assert vault.blind("phone", "13800000000") != vault.blind("name", "13800000000")
    assert vault.blind("phone", "13800000000") != Vault(ring(OLD)).blind("phone", "13800000000")


def test_a_signature_holds_while_its_key_is_in_the_ring() -> None:
    signed = Vault(ring(OLD)).sign("media", "a:1")
    assert Vault(ring(NEW, OLD)).is_signed("media", "a:1", signed)
    assert not Vault(ring(NEW)).is_signed("media", "a:1", signed)
    assert not Vault(ring(OLD)).is_signed("media", "a:2", signed)
    assert not Vault(ring(OLD)).is_signed("other", "a:1", signed)
    assert not Vault(ring(OLD)).is_signed("media", "a:1", "")


async def test_each_owner_has_a_key_of_their_own(database: Database, vault: Vault) -> None:
    async with database.write() as db:
        assert await vault.new_key(db, "a") != await vault.new_key(db, "b")
        sealed = await vault.seal_for(db, "a", "name", "张三")
        assert await vault.open_for(db, "a", "name", sealed) == "张三"
        with pytest.raises(Unreadable):
            await vault.open_for(db, "b", "name", sealed)


async def test_a_wrapped_key_is_of_no_use_under_another_owner(database: Database, vault: Vault) -> None:
    """Somebody who can write rows must not be able to give one resident another's key."""
    async with database.write() as db:
        await vault.new_key(db, "a")
    async with database.write() as db:
        stolen = (await db.execute(select(DataKey.wrapped))).scalar_one()
        db.add(DataKey(owner_id="b", ring_id=vault.ring.current_id, wrapped=stolen))
        await db.flush()
        with pytest.raises(Unreadable):
            await vault.key(db, "b")


async def test_destroying_the_key_makes_everything_unreadable(database: Database, vault: Vault) -> None:
    elsewhere = Vault(vault.ring)
    async with database.write() as db:
        await vault.new_key(db, "a")
        sealed = await vault.seal_for(db, "a", "name", "张三")
    async with database.write() as db:
        await vault.destroy(db, "a")
        with pytest.raises(Unreadable):
            await vault.open_for(db, "a", "name", sealed)
    async with database.read() as db:
        with pytest.raises(Unreadable):
            await elsewhere.open_for(db, "a", "name", sealed)


async def test_elsewhere_a_destroyed_key_is_remembered_a_minute_at_most(
    database: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere, seconds = Vault(vault.ring), 1000.0
    monkeypatch.setattr("core.crypto.time.monotonic", lambda: seconds)
    async with database.write() as db:
        await vault.new_key(db, "a")
    async with database.read() as db:
        await elsewhere.key(db, "a")
    async with database.write() as db:
        await vault.destroy(db, "a")
    seconds += 61
    async with database.read() as db:
        with pytest.raises(Unreadable):
            await elsewhere.key(db, "a")


async def _fail_after_destroying(database: Database, vault: Vault) -> None:
    async with database.write() as db:
        await vault.destroy(db, "a")
        raise RuntimeError


async def test_rolled_back_destruction_leaves_it_readable(database: Database, vault: Vault) -> None:
    async with database.write() as db:
        await vault.new_key(db, "a")
        sealed = await vault.seal_for(db, "a", "name", "张三")
    with pytest.raises(RuntimeError):
        await _fail_after_destroying(database, vault)
    async with database.read() as db:
        assert await vault.open_for(db, "a", "name", sealed) == "张三"


async def test_rewrapping_frees_the_old_root_key(database: Database) -> None:
    async with database.write() as db:
        before = Vault(ring(OLD))
        for number in range(5):
            await before.new_key(db, f"o{number}")
        sealed = await before.seal_for(db, "o3", "name", "张三")
    both = Vault(ring(NEW, OLD))
    for expected in (3, 2, 0):
        async with database.write() as db:
            assert await both.rewrap(db, limit=3) == expected
    async with database.read() as db:
        assert await Vault(ring(NEW)).open_for(db, "o3", "name", sealed) == "张三"
        left = await db.execute(select(func.count()).select_from(DataKey).where(DataKey.ring_id == "old"))
        assert left.scalar_one() == 0


def test_a_key_is_as_long_as_aes_256_needs() -> None:
    key, row = Vault(ring(NEW)).make_key("a")
    assert len(key) == 32
    assert row["ring_id"] == "new"
    assert key not in (row["wrapped"], os.urandom(32))
