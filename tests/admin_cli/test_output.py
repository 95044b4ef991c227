"""What `hc` prints: JSON wherever `--json` stands, tables otherwise, and nothing that steers a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from admin_cli.main import split
from admin_cli.output import Printer, clean
from tests.admin_cli.running import hc
from tests.bot.api.town import Town


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_json_may_stand_anywhere(town: Town, place: int) -> None:
    number = await town.report()
    arguments = ["issues", "list"]
    arguments.insert(place, "--json")
    ended = await hc(town, *arguments)
    assert [one["number"] for one in ended.json["items"]] == [number]
    assert ended.json["next"] is None


async def test_a_list_is_a_table_and_says_where_it_goes_on(town: Town) -> None:
    numbers = [await town.report() for _ in range(2)]
    ended = await hc(town, "issues", "list", "--limit", "1")
    assert "工单号" in ended.out
    assert sum(number in ended.out for number in numbers) == 1
    assert "--cursor" in ended.err


async def test_searched_words_are_said_beside_the_table_and_stand_in_the_json(town: Town) -> None:
    number = await town.report()
    ended = await hc(town, "issues", "list", "-q", "楼道灯")
    assert "摘要" in ended.out
    assert number in ended.out
    assert "\x1b" not in ended.out
    assert "查的词：楼道" in ended.err
    ended = await hc(town, "issues", "list", "-q", "楼道灯", "--json")
    assert ended.json["words"] == ["楼道"]
    assert not ended.err


def test_searched_words_are_marked_on_a_terminal_only() -> None:
    answer = {"items": [{"summary": "楼道灯[b]不亮\x1b[5m"}], "next": None, "words": ["楼道", "[B]"]}
    terminal = Console(file=io.StringIO(), force_terminal=True, color_system="standard", width=80)
    pipe = Console(file=io.StringIO(), width=80)
    for console in (terminal, pipe):
        printer = Printer(as_json=False)
        printer.out = console
        printer.listing(answer, (("摘要", "summary"),))
    assert "\x1b[1;33m楼道\x1b[0m灯\x1b[1;33m[b]\x1b[0m不亮[5m" in written(terminal)
    assert "楼道灯[b]不亮[5m" in written(pipe)
    assert "\x1b" not in written(pipe)


def written(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


async def test_show_has_history_and_contacts(town: Town) -> None:
    number = await town.report()
    await hc(town, "issues", "verify", number)
    ended = await hc(town, "issues", "show", number)
    for word in (number, town.ref, "经过", "verify", "501室"):
        assert word in ended.out


async def test_escape_sequences_of_residents_do_not_reach_the_terminal(town: Town) -> None:
    number = await town.report(description="灯坏了\x1b]0;x\x07\x1b[31m [red]请看[/red]")
    for command in ("show", "list"):
        ended = await hc(town, "issues", command, *([number] if command == "show" else []))
        assert "\x1b" not in ended.out
        assert "\x07" not in ended.out


def test_clean_takes_out_controls_and_direction_marks() -> None:
    assert clean("a\x1b[0m\u202eb\r\nc") == "a[0mb\nc"


def test_what_stands_behind_two_dashes_is_left_alone() -> None:
    assert split(["issues", "--json", "note", "--", "--yes"]) == (["issues", "note", "--", "--yes"], {"--json"})
