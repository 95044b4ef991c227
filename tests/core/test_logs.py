"""Nothing of a person and no secret comes through a log, whoever writes it and in whatever form."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from core import logs

OPENID = "o" + "Ab3-_" * 5 + "xy"
PHONE = "13800000000"
ALIPAY_ID = "2088000000000001"
ID_NUMBER = "11010119900101001X"
SECRET = "a-declared-secret-value"
PERSONAL = [OPENID, PHONE, ALIPAY_ID, ID_NUMBER, SECRET]


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, secrets = root.handlers[:], root.level, set(logs._secrets)
    configured = structlog.get_config()
    logs.declare_secrets([SECRET])
    yield
    structlog.configure(**configured)
    root.handlers[:], root.level = handlers, level
    logs._secrets.clear()
    logs._secrets.update(secrets)


def fail(words: str) -> NoReturn:
    raise ValueError(words)


def written(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    line = capsys.readouterr().err.strip().splitlines()[-1]
    data: dict[str, Any] = json.loads(line)
    return data


@pytest.mark.parametrize("personal", PERSONAL)
def test_personal_values_do_not_come_through(personal: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "INFO")
    log = logs.get("test")
    log.info("happened", said=f"call {personal} now", inside={"deep": [personal]}, raw=personal.encode())
    assert personal not in capsys.readouterr().err


@pytest.mark.parametrize("personal", PERSONAL)
def test_nor_inside_an_exception(personal: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("console", "INFO")
    try:
        fail(personal)
    except ValueError:
        logs.get("test").exception("failed")
    said = capsys.readouterr().err
    assert personal not in said
    assert "ValueError" in said


@pytest.mark.parametrize("personal", PERSONAL)
def test_nor_through_the_standard_module(personal: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Libraries log for themselves, with arguments and with tracebacks."""
    logs.configure("json", "INFO")
    library = logging.getLogger("some.library")
    library.error("refused %s", personal)
    try:
        fail(personal)
    except ValueError:
        library.exception("broken")
    said = capsys.readouterr().err
    assert personal not in said
    assert "refused" in said


def test_tokens_in_addresses_do_not_come_through() -> None:
    url = "https://api.example/cgi-bin/x?access_token=abcDEF123&lang=zh&secret=s3cr3tvalue"
    cleaned = logs.redact(url)
    assert "abcDEF123" not in cleaned
    assert "s3cr3tvalue" not in cleaned
    assert "lang=zh" in cleaned


def test_a_sentence_without_them_stays() -> None:
    sentence = "grid R2611210001 answered 200 in 35 ms at 2026-11-21T08:00:00Z"
    assert logs.redact(sentence) == sentence


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_phone_is_found_between_any_words(before: str, after: str) -> None:
    cleaned = logs.redact(f"{before} {PHONE} {after}")
    assert PHONE not in cleaned


def test_too_short_a_secret_would_redact_everything() -> None:
    logs.declare_secrets(["", "a", "12345"])
    assert logs.redact("a 12345") == "a 12345"


def test_each_line_says_what_it_belongs_to(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "INFO")
    token = logs.correlation_id.set("m42")
    logs.get("test").warning("happened", count=3, ratio=0.5, on=True, none=None)
    logs.correlation_id.reset(token)
    line = written(capsys)
    assert line["correlation_id"] == "m42"
    assert (line["event"], line["level"], line["count"]) == ("happened", "warning", 3)


def test_below_the_level_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "WARNING")
    logs.get("test").info("quiet")
    assert capsys.readouterr().err == ""
