"""Training, keeping and explaining the linear models; the gate; the commands that do it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from nlp import calibration, corpus
from nlp.__main__ import main
from nlp.calibration import Point, Unseen
from nlp.linear import BrokenModel, LinearModel, quantised, softmax
from nlp.models import FOLDER, Models, shipped
from nlp.ngrams import grams
from nlp.training import Example, Plan, fit
from nlp.understanding import CATEGORIES, INTENTS

LAMPS = ("路灯坏了", "楼道灯不亮", "灯又灭了", "门口路灯一闪一闪", "灯杆倒了灯也碎了", "声控灯没反应")
RUBBISH = ("垃圾没人收", "垃圾桶满了", "满地垃圾", "建筑垃圾堆在路边", "垃圾臭得很", "清运垃圾的没来")
EXAMPLES = [Example(text, "灯", {}) for text in LAMPS] + [Example(text, "垃圾", {"rule": 2.0}) for text in RUBBISH]


def test_a_model_learns_what_it_is_shown_and_more() -> None:
    model = fit(EXAMPLES)
    for example in EXAMPLES:
        assert model.best(example.text, example.points) == example.label
    assert model.best("三楼的灯坏了", {}) == "灯"


def test_it_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    model = fit(EXAMPLES)
    model.save(tmp_path / "m.npz")
    again = LinearModel.load(tmp_path / "m.npz")
    assert again.labels == model.labels
    assert np.allclose(again.logits("灯坏了", {"rule": 1.0}), model.logits("灯坏了", {"rule": 1.0}), atol=2e-3)


@pytest.mark.parametrize("content", [b"", b"not a model", b"PK\x03\x04 broken"])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.npz").write_bytes(content)
    with pytest.raises(BrokenModel, match=r"m\.npz"):
        LinearModel.load(tmp_path / "m.npz")


def test_what_spoke_for_a_label_adds_up_to_its_lead() -> None:
    model = fit(EXAMPLES)
    parts = model.contributions("垃圾没人管", {"rule": 2.0}, label="垃圾", against="灯")
    logits = model.logits("垃圾没人管", {"rule": 2.0})
    lead = logits[model.labels.index("垃圾")] - logits[model.labels.index("灯")]
    bias = model.bias[model.labels.index("垃圾")] - model.bias[model.labels.index("灯")]
    assert sum(weight for _, weight in parts) == pytest.approx(float(lead - bias), abs=1e-4)
    assert "rule:rule" in dict(parts)
    assert parts[0][1] > 0


def test_steps_of_a_byte_are_close_to_the_weights() -> None:
    weights = np.random.default_rng(1).normal(size=(50, 4)).astype(np.float32)
    steps, scales = quantised(weights)
    assert np.abs(steps * scales - weights).max() <= scales.max() / 2 + 1e-6


def seen(text: str) -> list[int]:
    keys, _ = grams((text,))
    return [int(key) for key in keys]


def test_numbers_say_nothing_and_telephones_call_nobody() -> None:
    assert seen("3号楼") == seen("15号楼")
    assert seen("报名，电话13800000001") == seen("报名，")


def test_the_temperature_makes_probabilities_true() -> None:
    """Scores ten times too large are cooled until the surest four in five are right four times in five."""
    rng = np.random.default_rng(2)
    logits = rng.normal(size=(4000, 3)).astype(np.float32)
    right = np.array([rng.choice(3, p=share) for share in softmax(logits)])
    found = calibration.temperature(Unseen(("a", "b", "c"), logits * np.float32(3.0), right))
    assert found == pytest.approx(3.0, rel=0.1)
    shares = softmax(logits)
    is_right = shares.argmax(axis=1) == right
    assert calibration.calibration_error(shares.max(axis=1), is_right) < 0.03


def test_the_gate_is_the_lowest_that_keeps_its_promises() -> None:
    points = [
        Point(0.3, 1.0, 0.9, 0.1),
        Point(0.5, 0.9, 0.98, 0.06),
        Point(0.7, 0.8, 0.985, 0.02),
        Point(0.9, 0.5, 1, 0),
    ]
    assert calibration.lowest_safe(points, accuracy=0.975, accepted=0.03) == 0.7


def test_training_needs_no_order() -> None:
    """The same sentences in another order give the same answers."""
    patient = Plan(rounds=400)
    one, other = fit(EXAMPLES, patient), fit(EXAMPLES[::-1], patient)
    assert np.allclose(one.logits("路边的灯", {}), other.logits("路边的灯", {}), atol=0.1)
    assert fit(EXAMPLES, Plan(rounds=5)).labels == one.labels


def test_the_shipped_models_are_small_and_name_what_we_know() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 5_000_000
    assert set(shipped().intent.labels) == set(INTENTS)
    assert set(shipped().category.labels) == set(CATEGORIES)


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "t.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *((one.text, one.label) for one in EXAMPLES)])
    assert main(["benchmark", "--train", str(table), "--test", str(table)]) == 0
    assert json.loads(capsys.readouterr().out)["macro_f1"] == 1.0
    assert main(["explain", "楼道灯坏了"]) == 0
    assert "路灯照明" in capsys.readouterr().out
    assert main(["benchmark", "--train", str(tmp_path / "none.csv"), "--test", str(table)]) == 2
    table.write_text("a,b\n", encoding="utf-8")
    assert main(["benchmark", "--train", str(table), "--test", str(table)]) == 2
    assert "t.csv:1" in capsys.readouterr().err


def test_what_train_writes_is_what_understand_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A few sentences of each label: enough for the way from the file to a reading, not for understanding."""
    kept: dict[str, int] = {}
    path = tmp_path / "few.csv"
    with (corpus.FOLDER / "everyday.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if row[5] != "danger-only"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for row in rows:
            kind = f"{row[1]}/{row[2]}/{row[3]}"
            kept[kind] = kept.get(kind, 0) + 1
            if kept[kind] <= 2:
                writer.writerow(row)
    assert main(["train", "--data", str(path), "--out", str(tmp_path / "m")]) == 0
    assert json.loads(capsys.readouterr().out)["gate"] == Models.load(tmp_path / "m").gate.to_json()
    assert main(["explain", "楼道灯坏了", "--models", str(tmp_path / "m")]) == 0
    assert main(["explain", "楼道灯坏了", "--models", str(tmp_path)]) == 2
