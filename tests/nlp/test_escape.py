"""Escape words count only as the whole message."""

from __future__ import annotations

import pytest

from nlp import escape_word


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("取消", "cancel"),
        ("算了吧", "cancel"),
        ("不弄了。", "cancel"),
        ("取消吧，谢谢", "cancel"),
        ("返回", "back"),
        ("上一步", "back"),
        ("菜单", "menu"),
        ("帮助！", "menu"),
        ("人工", "human"),
        ("請轉人工", "human"),
        ("麻烦转人工客服", "human"),
        ("重新开始", "restart"),
        ("人工人工", "human"),
        ("🙏取消", "cancel"),
        ("quxiao", "cancel"),
        ("返回菜单", "menu"),
    ],
)
def test_the_whole_message_is_the_word(text: str, means: str) -> None:
    assert escape_word(text) == means


@pytest.mark.parametrize(
    "text",
    ["", "取消周六的报名", "别取消", "人工湖边上灯坏了", "帮助老人过马路", "算了多少积分", "返回的路上堵车", "3"],
)
def test_an_ordinary_sentence_is_none(text: str) -> None:
    assert escape_word(text) is None
