"""Words that leave, step back or restart a dialogue: only as the whole message, never inside a sentence."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, Literal, get_args

from nlp import tables
from nlp.normalise import normalise

Escape = Literal["cancel", "back", "menu", "human", "restart"]
_LONGEST: Final = 24
_BEFORE: Final = re.compile(
    r"^(?:谢谢|好的|好吧|行吧|不是|请问|请你|请|麻烦你?|你好|您好|那就?|我要|我想|给我|帮我|唉|哎|嗯|啊|[\W_])+"
)
_AFTER: Final = re.compile(r"(?:谢谢你?|吧|了吧|啊|呀|哦|哈|嘛|呢|一下|啦|[\W_])+$")


@cache
def _words() -> dict[str, Escape]:
    means: dict[str, Escape] = {name: name for name in get_args(Escape)}
    return {row["word"]: means[row["means"]] for row in tables.rows("escapes")}


def escape_word(text: str) -> Escape | None:
    """What the whole message asks of the dialogue, politeness put aside; None for every ordinary sentence."""
    if len(text) > _LONGEST:
        return None
    plain = _said_once(normalise(text).text.strip())
    words = _words()
    ending = _AFTER.sub("", plain)
    for form in (plain, ending, _BEFORE.sub("", plain), _BEFORE.sub("", ending)):
        if form in words:
            return words[form]
    return None


def _said_once(text: str) -> str:
    """取消取消 is 取消, only louder."""
    half = len(text) // 2
    return text[:half] if half > 1 and text == text[:half] * 2 else text
