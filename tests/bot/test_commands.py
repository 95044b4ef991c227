"""`python -m bot …` in a process of its own, as on the machine of whoever installs it."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from core.settings import ROOT
from tests.servers import free_port

STARTED_WITHIN = 90.0


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Nothing of the developer's own settings, everything under a folder of the test."""
    own = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if name in own}
    return (
        kept
        | {
            "COMMUNITY_VAR": str(folder / "var"),
            "DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'var' / 'community.db'}",
            "PORT": str(free_port()),
            "SIM_PORT": str(free_port()),
            "PYTHONWARNINGS": "ignore",
        }
        | more
    )


def run(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment(folder, **more), capture_output=True, text=True, timeout=120, check=False
    )


@contextmanager
def serving(env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "bot", "serve"]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=30)


def status(env: dict[str, str], path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{env['PORT']}{path}", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except (urllib.error.URLError, OSError):
        return 0


def wait_for(env: dict[str, str], path: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + STARTED_WITHIN
    while status(env, path) != 200:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline, f"{path} was not ready in time"
        time.sleep(0.05)


def test_an_unknown_key_of_the_file_ends_with_a_line_that_helps(tmp_path: Path) -> None:
    config = tmp_path / "community.toml"
    config.write_text("[service]\nnmae = 'x'\n", encoding="utf-8")
    ended = run(tmp_path, "serve", COMMUNITY_CONFIG=str(config))
    assert ended.returncode == 2
    assert str(config) in ended.stderr
    assert "service.nmae: unknown key" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_postgresql_is_not_served_without_a_key(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve", DATABASE_URL="postgresql+asyncpg://nobody@127.0.0.1:1/none")
    assert ended.returncode == 2
    assert "SECRET_KEY" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = run(tmp_path, "serve", PORT=port)
    assert ended.returncode == 2
    assert f"PORT: {port}" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("arguments", [(), ("dance",), ("backup",)])
def test_a_command_that_is_none_is_a_usage_error(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = run(tmp_path, *arguments)
    assert ended.returncode == 2
    assert "usage" in ended.stderr


def test_init_shows_a_token_once(tmp_path: Path) -> None:
    first = run(tmp_path, "init")
    assert first.returncode == 0, first.stderr
    token = first.stdout.strip().split()[-1]
    assert len(token) > 20
    again = run(tmp_path, "init")
    assert again.returncode != 0
    assert token not in again.stdout + again.stderr
    stored = b"".join(path.read_bytes() for path in (tmp_path / "var").rglob("*") if path.is_file())
    assert token.encode() not in stored


def test_seed_only_fills_an_empty_database(tmp_path: Path) -> None:
    first = run(tmp_path, "seed")
    assert first.returncode == 0, first.stderr
    workers = tmp_path / "var" / "workers.json"
    assert stat.S_IMODE(workers.stat().st_mode) == 0o600
    tokens = json.loads(workers.read_text(encoding="utf-8"))
    assert set(tokens) >= {"admin", "commander", "collector", "handler", "supervisor", "desk", "auditor", "merchant"}
    again = run(tmp_path, "seed")
    assert again.returncode == 2
    assert "not empty" in again.stderr
    assert json.loads(workers.read_text(encoding="utf-8")) == tokens


def test_it_serves_and_stops_when_told_to(tmp_path: Path) -> None:
    """`/healthz` before the sample is loaded, `/readyz` after; SIGTERM ends it without a fault."""
    env = environment(tmp_path)
    with serving(env) as process:
        wait_for(env, "/healthz", process)
        wait_for(env, "/readyz", process)
        assert status(env, "/") == 200
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in errors
    assert f"http://127.0.0.1:{env['PORT']}/" in output
    assert "heping" in output


def test_a_message_that_was_running_when_it_stopped_is_not_lost(tmp_path: Path) -> None:
    """The message is sent and the server told to stop at once: answered, or answered by whoever starts next."""
    env = environment(tmp_path)
    with serving(env) as process:
        wait_for(env, "/readyz", process)
        token = str(call(env, "login", {"account": "web"})["token"])
        with closing(socket.create_connection(("127.0.0.1", int(env["PORT"])))) as connection:
            body = json.dumps({"id": "m1", "type": "text", "text": "垃圾没人收"}).encode()
            head = f"POST /api/v1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            process.send_signal(signal.SIGTERM)
            connection.settimeout(60)
            answered = connection.recv(65536)
        process.communicate(timeout=60)
        assert process.returncode == 0
    with serving(env) as process:
        wait_for(env, "/readyz", process)
        again = call(env, "messages", {"id": "m1", "type": "text", "text": "垃圾没人收"}, token)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert "哪里" in again["replies"][0]["text"]
    if answered:
        assert json.loads(answered.partition(b"\r\n\r\n")[2])["replies"] == again["replies"]


def call(env: dict[str, str], path: str, body: dict[str, str], token: str = "") -> dict[str, list[dict[str, str]]]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{env['PORT']}/api/v1/{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {}),
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        read: dict[str, list[dict[str, str]]] = json.load(answer)
        return read
