"""docs/hc.md is that of the code, the commands are those of the contract, and each calls what it says it calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import pytest

from admin_cli.client import Client, Exit, Failure
from bot.api.admin.table import ENDPOINTS
from tests.admin_cli.reference import TARGET, commands, reference
from tests.admin_cli.running import run_here

CONTRACT: Final = """
login whoami
issues list show verify reject file dispatch return extend suspend handle check close reopen merge note category
activities list show create publish cancel code attendance certify
volunteers list show
services list create
orders list show accept assign complete cancel
members list show approve return revoke export
points balance statement adjust reverse audit freeze unfreeze
rewards list create stock
redemptions list verify void
chats list show reply close
outbox list show retry
areas list import export
workers list create roles disable token
duty list ack
audit list verify
stats summary
nlp retrain evaluate rollback
"""
GROUPS: Final = """
points rules list show draft test activate
points funds list allocate
points appeals list uphold decline
points flags list confirm dismiss
points adjustments list approve refuse
"""
SAMPLES: Final = {
    "--until": "2030-01-01 12:00", "--before": "2020-01-01", "--role": "desk", "--file": "plan.json",
    "--amount": "5", "AMOUNT": "5", "N": "5", "FILE": "plan.json", "VERSION": "7",
    "--kind": "patrol",
}  # fmt: skip
NUMBERED: Final = ("outbox show", "outbox retry")


def of_contract() -> set[str]:
    first, *nouns = [line.split() for line in CONTRACT.strip().splitlines()]
    return {*first, *(f"{noun} {verb}" for noun, *verbs in nouns for verb in verbs)}


def test_the_committed_reference_is_that_of_the_code() -> None:
    """After a change: `python -m tests.admin_cli.reference`."""
    assert TARGET.read_text(encoding="utf-8") == reference()


def test_every_command_of_the_contract_is_there() -> None:
    groups = (line.split() for line in GROUPS.strip().splitlines())
    wanted = {f"{noun} {group} {verb}" for noun, group, *verbs in groups for verb in verbs}
    assert of_contract() | wanted <= {" ".join(path) for path, _ in commands()}


def test_every_command_has_an_endpoint_and_every_endpoint_a_command() -> None:
    named = {" ".join(path) for path, _ in commands()}
    assert named - {"login"} == {endpoint.command for endpoint in ENDPOINTS}


def test_every_command_and_option_says_what_it_is() -> None:
    for path, command in commands():
        assert command.help, path
        for parameter in command.params:
            assert parameter.help, (path, parameter.name)


class Called(Exception):
    """What a command wanted to call."""


def _arguments(path: tuple[str, ...], command: Any) -> Iterator[str]:
    yield from path
    for one in command.params:
        if one.param_type_name == "argument":
            name = one.metavar or one.name.upper()
            table = "table.csv" if path[-1] == "import" and "corrections" in path else None
            yield table or SAMPLES.get(name, "7" if " ".join(path) in NUMBERED else "X7")
        elif one.required:
            yield from (one.opts[0], SAMPLES.get(one.opts[0], "X7"))
    if path == ("issues", "check"):
        yield "--pass"


@pytest.mark.parametrize(
    ("path", "command"), list(commands()), ids=lambda value: "-".join(value) if isinstance(value, tuple) else ""
)
def test_a_command_calls_its_endpoint(
    path: tuple[str, ...], command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("plan.json").write_text("{}", encoding="utf-8")
    Path("table.csv").write_text("text,intent\n查积分,points_query\n", encoding="utf-8")
    calls: list[tuple[str, str]] = []

    def call(_: Client, method: str, url: str, **__: Any) -> Any:
        calls.append((method, url))
        raise Failure(Exit.REFUSED, "heard")

    def download(client: Client, url: str, _: Any, **query: Any) -> Any:
        return call(client, "GET", url, **query)

    with patch.object(Client, "_call", call), patch.object(Client, "download", download):
        ended = run_here(
            (*_arguments(path, command), "--yes"), {"HC_SERVER": "http://127.0.0.1:9", "HC_TOKEN": "hcw_any"}
        )
    assert ended.err.strip().endswith("heard"), ended.err
    name = "whoami" if path == ("login",) else " ".join(path)
    endpoint = next(one for one in ENDPOINTS if one.command == name)
    pattern = re.sub(r"\{\w+\}", "X?7", endpoint.path)
    assert len(calls) == 1
    assert calls[0][0] == endpoint.method
    assert re.fullmatch(pattern, calls[0][1])
