"""How personal data looks to those who may not see it, and text with such data taken out.

The forms are the strict ones of Alipay's rules for mini-programs: of a name the last character, of a mobile number the
first three and the last two digits; of an address no room number.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

SUMMARY_CHARACTERS: Final = 200
HIDDEN: Final = "*"

_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
    "姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛"
)
_PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_ROOM: Final = re.compile(
    r"(?:[0-9零一二三四五六七八九十]+\s*[室户房])|[-—]\s*[0-9]{3,4}(?![0-9号栋弄路])|(?<=[栋号楼元])\s*[0-9]{3,4}(?![0-9号栋弄路])"
)
_REDACTIONS: Final = (
    (re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])"), "〔证件号〕"),
    (re.compile(r"(?<![0-9])(?:\+?86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}(?![0-9])"), "〔电话〕"),
    (re.compile(r"(?<![0-9])0[0-9]{2,3}[- ]?[0-9]{7,8}(?![0-9])"), "〔电话〕"),
    (re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), "〔邮箱〕"),
    (re.compile(rf"[{_PROVINCES}][A-Z][·. ]?[A-Z0-9]{{5,6}}"), "〔车牌〕"),
    (re.compile(r"(?<=微信号)[:： ]?[A-Za-z][A-Za-z0-9_-]{4,}"), "〔账号〕"),
    (re.compile(r"(?<![0-9])[0-9]{7,}(?![0-9])"), "〔号码〕"),
    (re.compile(r"(我叫|名叫|叫做|姓名[:： ]?|联系人[:： ]?|户主[:： ]?)[\u4e00-\u9fff]{2,3}"), r"\1〔姓名〕"),
    (re.compile(rf"[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}(?=先生|女士|小姐|奶奶|爷爷|大爷|大妈|阿姨|师傅)"), "某"),
    (_ROOM, "〔房号〕"),
)  # fmt: skip


def name(text: str) -> str:
    return HIDDEN * (len(text) - 1) + text[-1] if len(text) > 1 else HIDDEN * len(text)


def phone(text: str) -> str:
    """`13800000000` → `138******00`; a number too short for that shows nothing."""
    return text[:3] + HIDDEN * (len(text) - 5) + text[-2:] if len(text) > 6 else HIDDEN * len(text)


def address(text: str) -> str:
    """The address without its room."""
    return _ROOM.sub("〔房号〕", text)


def storable(text: str) -> str:
    """The text without what no database and no encoding takes: NUL, other controls but line ends, lone surrogates."""
    return "".join(c for c in text if c.isspace() or unicodedata.category(c) not in _UNSTORABLE)


_UNSTORABLE: Final = frozenset({"Cc", "Cs"})


def redact(text: str) -> str:
    """The text without numbers, names and rooms by which a person could be found; full-width digits count as digits.

    It rather takes out too much than too little: what remains is stored in the clear and searched.
    """
    found = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isspace() or unicodedata.category(c)[0] != "C")
    for pattern, instead in _REDACTIONS:
        found = pattern.sub(instead, found)
    return found


def summary(text: str) -> str:
    """The redacted text on one line, cut to SUMMARY_CHARACTERS."""
    line = " ".join(redact(text).split())
    return line if len(line) <= SUMMARY_CHARACTERS else line[: SUMMARY_CHARACTERS - 1] + "…"
