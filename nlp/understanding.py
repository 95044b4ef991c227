"""What one message means: the values every dialogue reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

INTENTS: Final = (
    "issue_report",
    "volunteer_signup",
    "service_order",
    "party_register",
    "points_query",
    "redeem",
    "progress_query",
    "cancel",
    "human",
    "greeting",
    "other",
)
CATEGORIES: Final = (
    *("垃圾环卫", "噪音扰民", "违章建筑", "占道经营", "停车秩序", "道路设施", "积水排水", "井盖", "路灯照明", "供水"),
    *("供电", "供气", "供暖", "物业服务", "电梯", "消防隐患", "环境污染", "园林绿化", "宠物家禽", "邻里纠纷"),
    *("治安", "交通出行", "通信杆线", "户外广告", "市场消费", "劳动社保", "房产征迁", "教育医疗", "政风政务", "其他"),
)
"""What a report may be about: the first level of our matter list."""

SLOT_TYPES: Final = (
    "loc",
    "time",
    "phone",
    "name",
    "count",
    "item",
    "activity",
    "ticket",
    "relation",
    "idcard",
)


@dataclass(frozen=True, slots=True)
class Slot:
    """One piece of data found in a message: `text == message[start:end]`.

    `value` by type: loc `{"name": str, "deictic": bool}` (deictic: only the speaker knows where it is); time
    `{"start", "end", "grain"}`, ISO 8601 in Asia/Shanghai, `end` exclusive, grain `minute|hour|part|day|week|month`
    (`month` for seasons and years too), with `"recurs": "day"|"week"|"month"|"year"` where it comes again and
    `"kind": "duration"` for how long something has been going on; phone its digits; count an int, 0 where it is vague
    or a measure; idcard masked; item, activity, name, relation and ticket a canonical str.
    """

    type: str
    start: int
    end: int
    text: str
    value: Any

    def to_json(self) -> dict[str, Any]:
        return {
            "type": self.type,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "value": self.value,
        }


@dataclass(frozen=True, slots=True)
class Scored:
    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Understanding:
    """The reading of one message. `intent` is None when it must be asked back: `candidates` then holds what to offer.

    `emergency` is the kind of CONTRACT 4 and stays set when `emergency_doubt` says that the words were negated, past or
    a drill: show the numbers of that kind and ask one question. `to_json` counts a doubtful emergency as none.
    `confidential`: the speaker does not want to be named to others.
    """

    text: str
    intent: str | None
    confidence: float
    candidates: tuple[Scored, ...]
    intents: tuple[str, ...]
    category: str | None
    category_candidates: tuple[Scored, ...]
    urgency: int
    emergency: str | None
    emergency_doubt: bool
    confidential: bool
    slots: tuple[Slot, ...]

    @property
    def alarm(self) -> str | None:
        """The kind of an emergency that is beyond doubt."""
        return None if self.emergency_doubt else self.emergency

    def slot(self, slot_type: str) -> Slot | None:
        """The first slot of that type, in order of mention."""
        return next((slot for slot in self.slots if slot.type == slot_type), None)

    def place(self) -> Slot | None:
        """The place that helps most: one that others know before one that only the speaker knows, then the longest."""
        places = self.all("loc")
        return max(places, key=lambda slot: (not slot.value["deictic"], slot.end - slot.start), default=None)

    def all(self, slot_type: str) -> tuple[Slot, ...]:
        return tuple(slot for slot in self.slots if slot.type == slot_type)

    def to_json(self) -> dict[str, Any]:
        """The object that `python -m nlp understand` prints."""
        return {
            "text": self.text,
            "intent": self.intent,
            "confidence": self.confidence,
            "candidates": [{"intent": one.name, "confidence": one.confidence} for one in self.candidates],
            "intents": list(self.intents),
            "category": self.category,
            "category_candidates": [
                {"category": one.name, "confidence": one.confidence} for one in self.category_candidates
            ],
            "urgency": self.urgency,
            "emergency": self.alarm,
            "emergency_doubt": self.emergency_doubt,
            "confidential": self.confidential,
            "slots": [slot.to_json() for slot in self.slots],
        }
