"""Faults on demand: the next calls of a kind fail, or are slow, or are done but their answer is lost."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """What becomes of one call. `errcode` is WeChat's, `sub_code` Alipay's, `status` HTTP's.

    `done`: the call takes effect first, as when an answer is lost on its way. `delay_seconds` passes before the answer.
    """

    errcode: int | None = None
    sub_code: str = ""
    status: int | None = None
    done: bool = False
    delay_seconds: float = 0.0


class Faults:
    """Calls are named by the end of their path (`custom/send`) or of their method (`message.custom.send`)."""

    def __init__(self) -> None:
        self._planned: dict[str, deque[PlannedFault]] = {}

    def plan(self, call: str, fault: PlannedFault, times: int) -> None:
        self._planned.setdefault(call, deque()).extend([fault] * times)

    def take(self, call: str) -> PlannedFault | None:
        """The fault that this call is to have, if any."""
        for name, waiting in self._planned.items():
            if waiting and call.endswith(name):
                return waiting.popleft()
        return None
