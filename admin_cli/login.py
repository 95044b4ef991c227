"""Which server and as whom: from the environment, or from the file that `hc login` wrote for its owner only."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from platformdirs import user_config_path

APP: Final = "happy-community"
LOCAL_HOSTS: Final = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Login:
    server: str
    token: str

    @property
    def is_exposed(self) -> bool:
        """Whether the token travels in the clear beyond this machine."""
        address = urlsplit(self.server)
        return address.scheme != "https" and address.hostname not in LOCAL_HOSTS


def stored_at() -> Path:
    return user_config_path(APP) / "login.json"


def current() -> Login | None:
    """`HC_SERVER` and `HC_TOKEN` override what is stored; None when a part is missing."""
    kept = _stored()
    server = os.environ.get("HC_SERVER") or kept.get("server", "")
    token = os.environ.get("HC_TOKEN") or kept.get("token", "")
    return Login(server, token) if server and token else None


def _stored() -> dict[str, str]:
    try:
        data = json.loads(stored_at().read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in data.items()} if isinstance(data, dict) else {}


def keep(login: Login) -> Path:
    """Write the login with mode 0600, all or nothing; where it is."""
    path = stored_at()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")  # made with 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(login), file)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return path
