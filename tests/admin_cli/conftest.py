"""`hc` never sees the login of whoever runs the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.api.conftest import database_url, settled, town

__all__ = ["database_url", "settled", "town"]


@pytest.fixture(autouse=True)
def _own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("HC_SERVER", raising=False)
    monkeypatch.delenv("HC_TOKEN", raising=False)
