"""What is masked cannot be read, and what is stored in the clear names nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community import masking


@pytest.mark.parametrize(
    ("mask", "given_text", "shown"),
    [
        (masking.name, "李小明", "**明"),
        (masking.name, "李", "*"),
        (masking.name, "", ""),
        (masking.phone, "13800000000", "138******00"),
        (masking.phone, "12345", "*****"),
        (masking.address, "和平里3号楼2单元501室", "和平里3号楼2单元〔房号〕"),
        (masking.address, "和平里3-2-501", "和平里3-2〔房号〕"),
    ],
)
def test_masks_follow_the_strict_forms(mask: object, given_text: str, shown: str) -> None:
    assert callable(mask)
    assert mask(given_text) == shown


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("电话138 0000 0000谢谢", "0000"),
        ("１３８００００００００", "138"),
        ("座机010-88880000", "8888"),
        ("身份证110101190001010000", "1101"),
        ("车牌京A12345挡路", "12345"),
        ("我叫王小二，楼道灯坏", "王小二"),
        ("李奶奶家漏水", "李奶奶"),
        ("邮箱someone@example.com", "someone"),
        ("5栋1203室漏水", "1203"),
        ("灯坏了\x00\x07", "\x00"),
    ],
)
def test_redaction_takes_out_what_names_a_person(text: str, lost: str) -> None:
    assert lost not in masking.summary(text)


@given(st.text())
def test_a_summary_is_one_short_line_that_any_database_takes(text: str) -> None:
    found = masking.summary(text)
    assert len(found) <= masking.SUMMARY_CHARACTERS
    assert "\n" not in found
    assert "\x00" not in found
    found.encode()


def test_ordinary_words_stay() -> None:
    assert masking.summary("小区东门的路灯坏了三天，2026年7月还没修") == "小区东门的路灯坏了三天,2026年7月还没修"
