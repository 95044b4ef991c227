"""A lesson: the same folds for both versions, what would be missed or changed, and models as one piece of bytes."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core import clock
from nlp import corpus, examples, folds, packing
from nlp.__main__ import main
from nlp.comparing import Asked, Pair
from nlp.curve import learning_curve
from nlp.folds import Scores
from nlp.linear import BrokenModel
from nlp.models import Models, shipped
from nlp.pipeline import understand
from nlp.teaching import WORSE, plain, refused, teach

SENTENCES = Path(__file__).with_name("lesson.csv")
LAMP = {"text": "电杆上那个亮的没亮〔电话〕", "intent": "issue_report", "category": "路灯照明", "danger": ""}


def lesson(**changed: Any) -> dict[str, Any]:
    return {
        "taught": [LAMP], "held_out": [], "recent": [], "serving": None, "sentences": str(SENTENCES), "known": None,
    } | changed  # fmt: skip


@pytest.fixture(scope="module")
def taught() -> tuple[Models, dict[str, Any]]:
    recent = [{"ref": "issue:R1", "text": "楼道灯不亮"}, {"ref": "example:1", "text": "帮我找个工作人员"}]
    return teach(lesson(recent=recent, held_out=[{**LAMP, "text": "路灯坏了"}]))


def test_a_lesson_tells_how_the_new_models_compare(taught: tuple[Models, dict[str, Any]]) -> None:
    models, report = taught
    assert (report["sentences"], report["taught"]) == (40, 1)
    assert set(report["before"]) == {"intent", "category"}
    assert [one["percent"] for one in report["curve"]] == [25, 50, 75, 100]
    assert report["held_out"]["messages"] == 1
    assert models.gate == shipped().gate


def test_what_says_nothing_about_danger_leaves_the_safety_net_as_it_is(taught: tuple[Models, dict[str, Any]]) -> None:
    models, report = taught
    assert models.danger is shipped().danger
    assert report["missed"] == []


def test_changes_name_messages_and_do_not_repeat_them(taught: tuple[Models, dict[str, Any]]) -> None:
    _, report = taught
    refs = [change["ref"] for change in report["changes"]]
    assert "example:1" in refs, "forty sentences know no wish for a person"
    assert "工作人员" not in json.dumps(report["changes"], ensure_ascii=False)


def test_known_scores_are_used_for_the_same_sentences_only(taught: tuple[Models, dict[str, Any]]) -> None:
    digest = taught[1]["sentences_digest"]
    _, report = teach(lesson(known={"sentences_digest": digest, "intent": 0.99, "category": 0.5}))
    assert report["before"] == {"intent": 0.99, "category": 0.5}
    assert report["refused"] == ["intent_worse"]
    _, report = teach(lesson(known={"sentences_digest": "other", "intent": 0.99, "category": 0.5}))
    assert report["before"] == taught[1]["before"]


def test_two_points_less_is_borne_and_more_is_refused() -> None:
    before = Scores(0.9, 0.8)
    assert refused(before, Scores(0.9 - WORSE + 0.001, 0.8 - WORSE + 0.001), []) == []
    assert refused(before, Scores(0.9 - WORSE - 0.001, 0.8), []) == ["intent_worse"]
    assert refused(before, Scores(0.95, 0.8 - WORSE - 0.001), []) == ["category_worse"]
    assert refused(before, before, ["着火了"]) == ["emergency_missed"]


def test_a_danger_that_the_version_before_caught_is_missed() -> None:
    serving = shipped()
    deaf = replace(serving, gate=replace(serving.gate, alarm=2.0, ask=2.0))
    now = clock.now()
    caught = [
        one.text
        for one in corpus.read(corpus.FOLDER / "danger.csv")[::8]
        if one.danger and not one.danger.startswith("doubt") and understand(one.text, now=now).urgency == 3
    ]
    assert Pair(serving, serving, now).missed(caught) == []
    missed = Pair(serving, deaf, now).missed(caught)
    assert missed
    assert set(missed) < set(caught), "what the rules catch stays caught"


def test_the_same_decisions_are_no_changes() -> None:
    pair = Pair(shipped(), shipped(), clock.now())
    assert pair.changes([Asked("1", "路灯坏了"), Asked("2", "查积分")]) == []


def test_a_sentence_is_in_the_same_fold_whatever_else_there_is() -> None:
    sentences = corpus.read(SENTENCES)
    alone = {one.place: folds.fold(one) for one in examples.read(sentences[:10])}
    among = {one.place: folds.fold(one) for one in examples.read(sentences)}
    assert alone.items() <= among.items()
    assert set(among.values()) == {0, 1, 2}


def test_wrong_examples_lower_the_scores_on_our_own_sentences() -> None:
    read = examples.read(corpus.read(SENTENCES))
    wrong = [replace(one, intents=("points_query",), categories=()) for one in corpus.read(SENTENCES) if one.categories]
    assert folds.cross_read(read, examples.read(wrong)).scores().intent < folds.cross_read(read).scores().intent


def test_the_curve_uses_more_and_more_sentences() -> None:
    points = learning_curve(examples.read(corpus.read(SENTENCES)), percents=(50, 100))
    assert points[0]["sentences"] < points[1]["sentences"] < 40


def test_blanks_for_persons_are_not_learnt() -> None:
    assert plain("我叫〔姓名〕，电话〔电话〕") == "我叫，电话"


def test_models_come_back_from_their_bytes() -> None:
    again = packing.unpacked(packing.packed(shipped()))
    now = clock.now()
    for text in ("路灯坏了", "查积分", "楼下着火了"):
        one, other = (understand(text, now=now, models=models) for models in (shipped(), again))
        assert (one.intent, one.category, one.emergency) == (other.intent, other.category, other.emergency)


def test_broken_bytes_are_a_broken_model(tmp_path: Path) -> None:
    whole = packing.packed(shipped())
    hollow = tmp_path / "hollow.zip"
    with zipfile.ZipFile(hollow, "w") as archive:
        archive.writestr("gate.json", "{}")
    spoiled = whole[: len(whole) // 2] + b"\0" * 64 + whole[len(whole) // 2 + 64 :]
    for body in (b"", b"not a zip", whole[:-40], hollow.read_bytes(), spoiled):
        with pytest.raises(BrokenModel):
            packing.unpacked(body)


def test_a_broken_table_ends_the_process_with_file_line_and_reason(tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_text("text,intent,category,danger,source,tags\n灯坏了,nonsense,,,x,\n", encoding="utf-8")
    out = tmp_path / "models.zip"
    ended = subprocess.run(
        [sys.executable, "-m", "nlp.teaching", str(out)],
        input=json.dumps(lesson(sentences=str(broken))).encode(),
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.decode().startswith("broken.csv:2: ")
    assert not out.exists()


def test_evaluate_shows_the_curve_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "labelled.jsonl"
    data.write_text('{"text": "路灯坏了", "intent": "issue_report"}\n', encoding="utf-8")
    assert main(["evaluate", "--data", str(data), "--learning-curve", "--sentences", str(SENTENCES)]) == 0
    assert len(json.loads(capsys.readouterr().out)["learning_curve"]) == 4
