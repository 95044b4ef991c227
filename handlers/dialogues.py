"""All dialogues, in one list. Adding one is four touches: its file, a line here, its words and texts, a transcript."""

from __future__ import annotations

from typing import Final

from handlers import basics, report
from handlers.dialogue import Dialogue, Turn
from handlers.routing import Router

DIALOGUES: Final[tuple[Dialogue, ...]] = (
    report.REPORT,
    basics.MENU,
    basics.WELCOME,
    basics.GREETING,
    basics.HUMAN,
)


def is_known(turn: Turn) -> bool:
    """Seats, orders, registration and points need a bound or verified identity (CONTRACT 3)."""
    return turn.who.verified


def router() -> Router:
    return Router(DIALOGUES, is_known=is_known)
