"""`python -m bot simulate` as it is called: exit codes, messages, and both sides in one process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.simulate import main
from bot.simulate.platform_api import PlatformSimulator
from tests.bot.adapters import alipay_side
from tests.bot.simulate.conftest import Both
from tests.servers import free_port


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    path = tmp_path / "talk.txt"
    path.write_text("你好\n> text 你好\n", encoding="utf-8")
    return path


async def call(*argv: str) -> int:
    """In a thread, since it runs a loop of its own beside the server's."""
    return await asyncio.to_thread(main, list(argv))


@pytest.mark.parametrize("name", ["heping", "web"])
async def test_a_script_is_run_and_its_transcript_printed(
    both: Both, talk: Path, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIM_PORT", str(free_port()))
    assert await call("--account", name, "--url", both.server.url, "--script", str(talk)) == 0
    assert "居民：你好\n和平里社区：text 你好" in capsys.readouterr().out


async def test_an_answer_that_cannot_be_shown_is_exit_code_1(
    both: Both, talk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIM_PORT", str(free_port()))
    both.server.tampered = b"garbage"
    assert await call("--account", "heping", "--json", "--url", both.server.url, "--script", str(talk)) == 1
    assert "line 1" in capsys.readouterr().err


async def test_with_the_port_taken_it_says_so_and_goes_on(
    both: Both, talk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIM_PORT", str(both.port))
    assert await call("--account", "heping", "--url", both.server.url, "--script", str(talk)) == 0
    assert f"port {both.port} is in use" in capsys.readouterr().err


async def test_without_a_server_it_is_exit_code_4(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIM_PORT", str(free_port()))
    assert await call("--account", "heping", "--url", f"http://127.0.0.1:{free_port()}") == 4
    assert "nobody answers" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [("--account", "nobody"), ("--account", "heping", "--script", "/no/such/file")])
def test_wrong_usage_is_exit_code_2(argv: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(list(argv)) == 2
    assert capsys.readouterr().err


def test_an_account_with_alipays_real_key_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PlatformSimulator, "sample_key", staticmethod(lambda: alipay_side.key("another")))
    assert main(["--account", "heping-alipay"]) == 2
    assert "not the sample's" in capsys.readouterr().err
