"""Scripts and typed lines: what is sent, what is expected, how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulate import script
from bot.simulate.conversation import Conversation
from bot.simulate.opening import open_resident
from bot.simulate.said import Click, Follow, Place, Press, Scan, Text, Voice, from_text
from bot.simulate.script import ScriptFailed
from bot.simulate.typed import Help, NotUnderstood, Quit, Wait, parse
from core.messages import Choice
from tests.bot.simulate.conftest import Both

SCRIPT = "# 开头\n你好\n> text 你好\n> 2 不是\n\n1\n> text 1\n/quit\n没有说"


PATIENT = 30.0
HASTY = 0.3
"""Enough where no answer will come."""


async def run(both: Both, text: str, tmp_path: Path, *, account: str = "heping", seconds: float = PATIENT) -> list[str]:
    path = tmp_path / "talk.txt"
    path.write_text(text, encoding="utf-8")
    resident = await open_resident(both.account(account), both.server.url, both.server.http, platform=both.platform)
    conversation = Conversation(resident, name="和平里社区")
    await script.run(script.read(path), conversation, answer_seconds=seconds)
    return conversation.transcript


@pytest.mark.parametrize("account", ["heping", "heping-alipay", "web"])
async def test_a_script_says_its_lines_and_finds_what_it_expects(both: Both, tmp_path: Path, account: str) -> None:
    transcript = await run(both, SCRIPT, tmp_path, account=account)
    assert transcript[0] == "居民：你好"
    assert "居民：没有说" not in transcript


@pytest.mark.parametrize("bad", ["你好\n> 再见", "/loc here", "/fly", "/press 3", "/photo /no/such/file"])
async def test_a_script_ends_at_the_first_line_that_fails(both: Both, tmp_path: Path, bad: str) -> None:
    with pytest.raises(ScriptFailed, match=r"^line [12]: "):
        await run(both, bad, tmp_path, seconds=HASTY)


async def test_an_expectation_looks_at_the_last_answer_only(both: Both, tmp_path: Path) -> None:
    with pytest.raises(ScriptFailed, match="line 3"):
        await run(both, "你好\n再见\n> 你好", tmp_path, seconds=HASTY)


async def test_buttons_can_be_pressed_by_number(both: Both, tmp_path: Path) -> None:
    transcript = await run(both, "你好\n/press 2\n> choice no-1", tmp_path, account="web")
    assert "居民：［按］不是" in transcript


@pytest.mark.parametrize(
    ("line", "typed"),
    [
        ("楼道灯坏了", Text("楼道灯坏了")),
        ("/loc 116.4,39.9 和平里 一区", Place(116.4, 39.9, "和平里 一区")),
        ("/voice 井盖丢了", Voice("井盖丢了")),
        ("/follow", Follow()),
        ("/follow grid-1", Follow("grid-1")),
        ("/scan grid-1", Scan("grid-1")),
        ("/click REPORT", Click("REPORT")),
        ("/press 1", Press(Choice("a", "是"))),
        ("/wait 2", Wait(2.0)),
        ("/help", Help()),
        ("/quit", Quit()),
    ],
)
def test_a_typed_line_is_what_the_resident_does(line: str, typed: object) -> None:
    assert parse(line, (Choice("a", "是"),)) == typed


@given(st.text())
def test_no_line_breaks_the_terminal(line: str) -> None:
    try:
        parse(line, ())
    except NotUnderstood:
        return


@given(st.text(), st.lists(st.text("是不好坏", min_size=1), max_size=9))
def test_numbered_lines_at_the_end_are_choices(words: str, labels: list[str]) -> None:
    text = "\n".join((words + "。", *(f"{number} {label}" for number, label in enumerate(labels, start=1))))
    shown = from_text(text)
    assert [choice.label for choice in shown.choices] == labels
    assert shown.whole == text


def test_a_list_that_does_not_begin_with_one_is_only_text() -> None:
    assert from_text("电话\n2 号楼").choices == ()
