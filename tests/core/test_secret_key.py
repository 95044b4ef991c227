"""The key of an embedded installation: made once, readable by its owner only, also when two processes start at once."""

from __future__ import annotations

import base64
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from core.crypto import Ring, load_ring
from core.errors import ConfigError
from core.settings import ROOT

MAKE = """
import sys
from pathlib import Path
from core.crypto import load_ring
sys.stdin.readline()
ring = load_ring(None, embedded=True, var=Path(sys.argv[1]))
print(ring.keys[0][1].hex())
"""


def test_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    var = tmp_path / "var"
    first = load_ring(None, embedded=True, var=var)
    assert load_ring(None, embedded=True, var=var) == first
    file = var / "secret.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in var.iterdir()] == ["secret.key"]


def test_two_processes_that_start_at_once_use_the_same(tmp_path: Path) -> None:
    command = [sys.executable, "-c", MAKE, str(tmp_path / "var")]
    started = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    made = {process.communicate(timeout=60)[0].strip() for process in started}
    assert len(made) == 1
    assert len(made.pop()) == 64


def test_who_comes_second_takes_the_key_of_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other process makes the file between our looking and our making."""
    first = f"k1:{base64.b64encode(b'f' * 32).decode()}"
    link = os.link

    def late(source: Path, target: Path) -> None:
        target.write_text(first, encoding="utf-8")
        link(source, target)

    monkeypatch.setattr(os, "link", late)
    assert load_ring(None, embedded=True, var=tmp_path) == Ring.parse(first)
    assert (tmp_path / "secret.key").read_text(encoding="utf-8") == first


def test_postgresql_needs_one_from_outside(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="SECRET_KEY"):
        load_ring(None, embedded=False, var=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_an_error_and_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    file.write_text("damaged", encoding="utf-8")
    with pytest.raises(ConfigError):
        load_ring(None, embedded=True, var=tmp_path)
    assert file.read_text(encoding="utf-8") == "damaged"
