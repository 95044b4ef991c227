"""The installed `hc`: completion for the shell, and what a file system that says no does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.admin_cli.running import hc
from tests.bot.api.test_work import a_registration
from tests.bot.api.town import Town


def completed(words: str, index: int) -> list[str]:
    environment = {
        **os.environ,
        "_HC_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(index),
    }
    command = [sys.executable, "-m", "admin_cli.main"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()


def test_nouns_and_verbs_are_completed() -> None:
    assert completed("hc is", 1) == ["issues"]
    assert completed("hc issues re", 2) == ["reject", "return", "reopen"]


async def test_a_folder_that_cannot_be_written_is_2(town: Town, tmp_path: Path) -> None:
    await a_registration(town)
    ended = await hc(town, "members", "export", "--output", str(tmp_path / "none" / "register.csv"))
    assert ended.code == 2
    assert "register.csv" in ended.err
    assert "Traceback" not in ended.err
