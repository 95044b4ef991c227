"""Menu, welcome, greeting and thanks, and the way to a person. Never a dead end."""

from __future__ import annotations

from typing import Final

from handlers import texts
from handlers.dialogue import Dialogue, Done, Outcome, Turn, entry


def _menu_options() -> tuple[tuple[str, str], ...]:
    return (
        ("report", texts.REPORT_TITLE),
        ("my_reports", texts.MY_REPORTS_TITLE),
        ("volunteer", texts.VOLUNTEER_TITLE),
        ("order", texts.ORDER_TITLE),
        ("points", texts.POINTS_TITLE),
        ("member", texts.MEMBER_TITLE),
        ("me", texts.ME_TITLE),
        ("human", texts.TO_HUMAN),
    )


async def menu(turn: Turn) -> Outcome:
    options = tuple(entry(name, label) for name, label in _menu_options())
    return Done(texts.MENU_TEXT.format(name=turn.config.service.name), options)


async def welcome(turn: Turn) -> Done:
    options = tuple(entry(name, label) for name, label in _menu_options()[:5])
    return Done(texts.WELCOME_TEXT.format(name=turn.config.service.name), options)


async def greeting(turn: Turn) -> Outcome:
    if any(word in turn.said.text for word in texts.THANKS_WORDS):
        return Done(texts.THANKS_TEXT)
    options = tuple(entry(name, label) for name, label in _menu_options()[:4])
    return Done(texts.GREETING_TEXT, (*options, entry("menu", texts.MENU_MORE)))


async def human(turn: Turn) -> Outcome:
    phone = turn.config.service.phone
    line = texts.HUMAN_PHONE.format(phone=phone) if phone else ""
    return Done(texts.HUMAN_CALLED.format(phone=line), to_human=True)


MENU: Final = Dialogue("menu", texts.MENU_TITLE, menu, {})
WELCOME: Final = Dialogue("welcome", texts.MENU_TITLE, welcome, {})
GREETING: Final = Dialogue("greeting", texts.MENU_TITLE, greeting, {}, intents=("greeting",))
HUMAN: Final = Dialogue("human", texts.HUMAN_TITLE, human, {}, intents=("human",))
