"""The models in use: three linear ones, and the gate that says when to ask back. Read once, when first needed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from nlp.linear import BrokenModel, LinearModel
from nlp.stack import Stack

FOLDER: Final = Path(__file__).parent / "data" / "models"
NO_DANGER: Final = "none"
DOUBT: Final = "doubt"
HAZARD: Final = "hazard"
INTENT, CATEGORY, DANGER = range(3)
"""Which head of the stack is whose."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Thresholds, taken from sentences that the models had not seen (`nlp.calibration`).

    An intent is taken at `probability` with `margin` to the next. A clause is a wish of its own at `wish`. The danger
    model alone raises an alarm at `alarm`, asks at `ask`, and turns an alarm of the rules into a question when it is
    surer than `calm` that there is none.
    """

    probability: float = 0.6
    margin: float = 0.1
    wish: float = 0.85
    alarm: float = 0.8
    ask: float = 0.3
    calm: float = 0.6

    def to_json(self) -> dict[str, float]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Models:
    intent: LinearModel
    category: LinearModel
    danger: LinearModel
    gate: Gate
    stack: Stack = field(init=False, repr=False, compare=False)
    """The three as one."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "stack", Stack(self.intent, self.category, self.danger))

    @classmethod
    def load(cls, folder: Path) -> Models:
        """Raises BrokenModel."""
        try:
            gate = Gate(**json.loads((folder / "gate.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise BrokenModel(f"gate.json: {error}") from error
        intent, category, danger = (
            LinearModel.load(folder / f"{name}.npz") for name in ("intent", "category", "danger")
        )
        return cls(intent, category, danger, gate)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, model in (("intent", self.intent), ("category", self.category), ("danger", self.danger)):
            model.save(folder / f"{name}.npz")
        (folder / "gate.json").write_text(json.dumps(self.gate.to_json(), indent=2) + "\n", encoding="utf-8")


@cache
def shipped() -> Models:
    """The models that come with the project, trained on its own sentences."""
    return Models.load(FOLDER)
