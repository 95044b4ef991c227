"""`python -m nlp understand` prints one object a line."""

from __future__ import annotations

import io
import json
import sys

import pytest

from nlp.__main__ import main

KEYS = {
    "text",
    "intent",
    "confidence",
    "candidates",
    "intents",
    "category",
    "category_candidates",
    "urgency",
    "emergency",
    "slots",
}


def test_one_object_a_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("明天下午三点送餐到3栋\n\n井盖丢了\n"))
    main(["understand", "--now", "2026-11-21T10:00"])
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["text"] for answer in answers] == ["明天下午三点送餐到3栋", "", "井盖丢了"]
    assert all(answer.keys() >= KEYS for answer in answers)
    times = [slot["value"] for slot in answers[0]["slots"] if slot["type"] == "time"]
    assert times == [{"start": "2026-11-22T15:00:00+08:00", "end": "2026-11-22T16:00:00+08:00", "grain": "hour"}]
    assert (answers[2]["urgency"], answers[2]["emergency"]) == (3, None)


def test_a_wrong_moment_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["understand", "--now", "tomorrow"])
    assert stopped.value.code == 2
    assert "not a time" in capsys.readouterr().err
