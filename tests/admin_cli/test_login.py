"""Logging in: where the token is kept, who may read it, and what overrides it."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

from admin_cli.login import Login, current, keep, stored_at
from core.values import Role
from tests.admin_cli.running import hc, run_here
from tests.bot.api.town import Town


async def test_a_login_is_kept_for_its_owner_only(town: Town) -> None:
    token = town.tokens[Role.COMMANDER]
    ended = await asyncio.to_thread(run_here, ("login", "--server", town.url, "--token", token), {})
    assert ended.code == 0, ended.err
    assert token not in ended.out
    assert stat.S_IMODE(stored_at().stat().st_mode) == 0o600
    ended = await asyncio.to_thread(run_here, ("--json", "whoami"), {})
    assert ended.json["roles"] == [{"role": "commander", "area_code": "110101001"}]


async def test_a_wrong_token_is_not_kept(town: Town) -> None:
    ended = await asyncio.to_thread(run_here, ("login", "--server", town.url, "--token", "hcw_wrong"), {})
    assert ended.code == 3
    assert not stored_at().exists()


async def test_the_environment_overrides_the_stored_login(town: Town) -> None:
    keep(Login(town.url, town.tokens[Role.ADMIN]))
    ended = await hc(town, "whoami", "--json", role=Role.DESK)
    assert ended.json["roles"][0]["role"] == "desk"


def test_without_a_login_hc_ends_with_3() -> None:
    ended = run_here(("whoami",), {})
    assert (ended.code, ended.out) == (3, "")
    assert "hc login" in ended.err


def test_a_broken_file_is_no_login(tmp_path: Path) -> None:
    stored_at().parent.mkdir(parents=True)
    stored_at().write_text("{", encoding="utf-8")
    assert current() is None


def test_a_token_in_the_clear_is_warned_about() -> None:
    assert Login("http://community.example", "t").is_exposed
    assert not Login("https://community.example", "t").is_exposed
    assert not Login("http://127.0.0.1:8080", "t").is_exposed
