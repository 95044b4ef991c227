"""Words without persons: what of a message may become an example."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from community import masking
from core import clock
from core.crypto import Vault
from core.errors import Invalid
from nlp import understand
from nlp.normalise import normalise
from nlp.understanding import Slot

CHARACTERS: Final = 500
"""Longer messages tell a story; they teach little and may say much about a person."""

SHORTEST: Final = 2
PURPOSE_INDEX: Final = "teaching.text"
_BLANKS: Final = {"name": "〔姓名〕", "phone": "〔电话〕", "idcard": "〔证件号〕", "ticket": "〔工单号〕"}
_HOME: Final = "〔住址〕"
_RELATIVE: Final = re.compile(
    r"((?:妈妈?|爸爸?|奶奶?|爷爷?|姥姥|姥爷|外婆|外公|老伴|老公|老婆|爱人|媳妇|丈夫|妻子|儿子|女儿|闺女|孙子|孙女|邻居))"
    r"[王李张刘陈杨赵吴孙朱郭罗郑宋韩冯邓曹彭肖董潘袁蔡蒋杜魏苏吕卢姚沈姜崔谭陆范汪廖贾邹孟秦邱尹薛][\u4e00-\u9fff]{2}"
)
"""A relative with their name, by surnames that seldom begin other words there (周三, 谢谢 and 高血压 do)."""

_BLANK: Final = re.compile("〔[^〕]*〕")
_MUTED: Final = re.compile(r"[\s，。！？,.!?、；;：:~…]+")


class PersonalData(Invalid):
    """The words hold a number, a name or a room by which somebody could be found; the field says how to write them."""

    code = "personal_data"


class TextUnusable(Invalid):
    """Nothing to read, or more than CHARACTERS."""

    code = "text_unusable"


def blanked(text: str) -> str:
    """The text on one line with blanks for names, numbers and homes."""
    found = masking.storable(text)
    for slot in sorted(understand(found, now=clock.now()).slots, key=lambda one: -one.start):
        if (blank := _blank(slot)) is not None:
            found = found[: slot.start] + blank + found[slot.end :]
    found = _RELATIVE.sub(r"\1〔姓名〕", found)
    return " ".join(masking.redact(found).split())


def _blank(slot: Slot) -> str | None:
    if slot.type == "loc":
        return _HOME if masking.address(slot.text) != slot.text else None
    return _BLANKS.get(slot.type)


def is_usable(text: str) -> bool:
    """Whether there is something to read, and not a whole story."""
    return len(text) <= CHARACTERS and len(_MUTED.sub("", _BLANK.sub("", text))) >= SHORTEST


def without_persons(text: str) -> str:
    """What a worker wrote or chose, as it is stored. Raises TextUnusable, PersonalData."""
    said = " ".join(unicodedata.normalize("NFKC", masking.storable(text)).split())
    if not is_usable(said):
        raise TextUnusable(fields={"text": f"{SHORTEST} to {CHARACTERS} characters"})
    clean = blanked(said)
    if _outside(clean) != _outside(said):
        raise PersonalData(fields={"text": clean})
    return said


def _outside(text: str) -> str:
    """The words outside of blanks: a blank may be read as something that is blanked again."""
    return "".join(_BLANK.sub("", text).split())


def index(vault: Vault, text: str) -> str:
    """The keyed index under which the same words, however they are written, are found once."""
    return vault.blind(PURPOSE_INDEX, _MUTED.sub("", normalise(text).text))
