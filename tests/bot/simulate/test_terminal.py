"""A conversation at a terminal: what is shown when, and that nothing typed ends it but /quit."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.simulate.conversation import Conversation
from bot.simulate.opening import open_resident
from bot.simulate.said import FAULT_TEXT
from bot.simulate.terminal import chat, typed_lines
from core.messages import Reply
from tests.bot.simulate.conftest import Both


class Screen:
    """The lines that were shown, and somebody who waits for one."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._news = asyncio.Event()

    def show(self, line: str) -> None:
        self.lines.append(line)
        self._news.set()

    async def shows(self, words: str) -> None:
        """Raises TimeoutError."""
        async with asyncio.timeout(10):
            while not any(words in line for line in self.lines):
                self._news.clear()
                await self._news.wait()


async def typing(*lines: str) -> AsyncIterator[str]:
    for line in lines:
        yield line


async def conversation(both: Both, account: str, screen: Screen) -> Conversation:
    resident = await open_resident(both.account(account), both.server.url, both.server.http, platform=both.platform)
    return Conversation(resident, name="社区", listener=screen.show, echo=False)


async def test_a_pushed_message_is_shown_while_nothing_is_typed(both: Both) -> None:
    screen = Screen()
    talk = await conversation(both, "heping", screen)
    typed = asyncio.Event()

    async def slowly() -> AsyncIterator[str]:
        yield "你好"
        await typed.wait()
        yield "/quit"

    chatting = asyncio.create_task(chat(talk, slowly(), waits=False))
    await screen.shows("你好")
    await both.server.wechat_api(both.account("heping")).send(talk.resident.identity, Reply("有进展了"))
    await screen.shows("有进展了")
    typed.set()
    await chatting


async def test_what_cannot_be_done_is_explained_and_the_talk_goes_on(
    both: Both, capsys: pytest.CaptureFixture[str]
) -> None:
    screen = Screen()
    talk = await conversation(both, "web", screen)
    await chat(talk, typing("/fly", "/scan x", "", "/help", "/press 1", "你好", "/quit", "没有说"), waits=True)
    printed = capsys.readouterr().out
    assert "/fly: no such command" in printed
    assert "no choices to press" in printed
    assert "/photo FILE" in printed
    assert screen.lines == ["社区：text 你好", "　　1 是", "　　2 不是"]


async def test_a_fault_shows_what_the_platform_would_show(both: Both, capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    both.server.tampered = b"garbage"
    await chat(await conversation(both, "heping", screen), typing("你好", "/quit"), waits=False)
    assert screen.lines == [f"社区：{FAULT_TEXT}"]
    assert "neither XML nor JSON" in capsys.readouterr().out


async def test_a_refusal_of_the_api_shows_its_message(both: Both, capsys: pytest.CaptureFixture[str]) -> None:
    await chat(await conversation(both, "web", Screen()), typing("x" * 10_001, "/quit"), waits=False)
    assert "[400 invalid]" in capsys.readouterr().out


async def test_a_template_is_known_by_what_it_tells_of(both: Both) -> None:
    talk = await conversation(both, "heping", Screen())
    await chat(talk, typing("/consent issue", "/quit"), waits=False)
    standing = both.platform.state.person(both.account("heping"), talk.resident.identity)
    assert standing.consents[both.account("heping").notices["issue"]] == 1


async def test_lines_come_from_a_pipe_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        lines = typed_lines()
        os.write(writing, "你".encode()[:2])
        os.write(writing, "你".encode()[2:] + "好\n再".encode())
        assert await anext(lines) == "你好"
        os.close(writing)
        assert [line async for line in lines] == ["再"]


async def test_lines_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "lines").write_text("你好\n再见\n", encoding="utf-8")
    with (tmp_path / "lines").open(encoding="utf-8") as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert [line async for line in typed_lines()] == ["你好", "再见"]
