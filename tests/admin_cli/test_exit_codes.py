"""How `hc` ends: 0 done, 1 refused or not found, 2 usage, 3 not allowed, 4 server away."""

from __future__ import annotations

import asyncio

import pytest

from admin_cli.client import Exit, exit_code
from core.values import Role
from tests.admin_cli.running import hc, run_here
from tests.bot.api.town import Town
from tests.servers import free_port


async def test_done_is_0(town: Town) -> None:
    number = await town.report()
    ended = await hc(town, "issues", "verify", number)
    assert (ended.code, ended.err) == (0, "")
    assert number in ended.out


async def test_refused_by_a_rule_and_not_found_are_1_with_the_reason_on_stderr(town: Town) -> None:
    number = await town.report()
    for arguments in (("issues", "close", number), ("issues", "show", "R0000000000")):
        ended = await hc(town, *arguments)
        assert (ended.code, ended.out) == (1, "")
        assert ended.err.strip().endswith(("。", "）"))


async def test_usage_and_400_are_2(town: Town) -> None:
    number = await town.report()
    for arguments in (
        ("issues", "reject", number),
        ("issues", "list", "--state", "nonsense"),
        ("issues", "extend", number, "--until", "bald", "--reason", "x"),
        ("issues", "category", number, "NONE"),
        ("issues", "check", number),
        ("nonsense",),
    ):
        ended = await hc(town, *arguments)
        assert (ended.code, ended.out) == (2, ""), arguments
        assert ended.err


async def test_not_allowed_is_3(town: Town) -> None:
    number = await town.report()
    assert (await hc(town, "workers", "list", role=Role.HANDLER)).code == 3
    assert (await hc(town, "issues", "show", number, token=town.elsewhere[Role.ADMIN])).code == 3
    assert (await hc(town, "whoami", token="hcw_wrong")).code == 3


async def test_a_server_that_is_away_is_4() -> None:
    login = {"HC_SERVER": f"http://127.0.0.1:{free_port()}", "HC_TOKEN": "hcw_any"}
    ended = await asyncio.to_thread(run_here, ("whoami",), login)
    assert (ended.code, ended.out) == (4, "")
    assert "连不上" in ended.err


@pytest.mark.parametrize("server", ["nonsense", "ftp://community.example", "http://["])
def test_an_address_that_is_none_is_4(server: str) -> None:
    assert run_here(("whoami",), {"HC_SERVER": server, "HC_TOKEN": "hcw_any"}).code == 4


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, Exit.USAGE), (401, Exit.NOT_ALLOWED), (403, Exit.NOT_ALLOWED), (404, Exit.REFUSED), (409, Exit.REFUSED),
     (413, Exit.USAGE), (422, Exit.REFUSED), (429, Exit.REFUSED), (500, Exit.UNREACHABLE), (503, Exit.UNREACHABLE)],
)  # fmt: skip
def test_each_status_has_its_code(status: int, code: Exit) -> None:
    assert exit_code(status) is code
