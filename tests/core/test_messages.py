"""What is stored of a message is all of it but the sender, and what is stored of a reply is all of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from core.db import dump_json
from core.messages import Choice, Event, EventKind, Inbound, InboundKind, Media, Reply, ReplyKind
from core.values import Crs, Platform, Point

words = st.text(st.characters(codec="utf-8"), max_size=20)
points = st.builds(
    Point,
    st.floats(-180, 180, allow_nan=False),
    st.floats(-90, 90, allow_nan=False),
    st.sampled_from(Crs),
)
medias = st.builds(Media, media_id=words, url=words, format=words, is_stored=st.booleans())
events = st.builds(
    Event,
    st.sampled_from(EventKind),
    words,
    words,
    st.lists(st.tuples(words, words), max_size=2).map(tuple),
)
inbounds = st.builds(
    Inbound,
    account=words,
    platform=st.sampled_from(Platform),
    sender=words,
    dedupe_key=words.filter(bool),
    kind=st.sampled_from(InboundKind),
    sent_at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    text=words,
    choice=words,
    media=st.none() | medias,
    point=st.none() | points,
    label=words,
    event=st.none() | events,
).filter(lambda said: bool(said.account))
replies = st.builds(
    Reply,
    words,
    choices=st.lists(st.builds(Choice, words, words), max_size=3).map(tuple),
    type=st.sampled_from(ReplyKind),
    url=words,
    title=words,
    media_sha256=words,
    id=words,
)


@given(inbounds)
def test_a_message_comes_back_whole(said: Inbound) -> None:
    stored = json.loads(dump_json(said.to_json()))
    assert Inbound.from_json(stored, sender=said.sender) == said


@given(inbounds)
def test_the_sender_is_not_in_what_is_stored(said: Inbound) -> None:
    stored = replace(said, sender="openid-of-somebody", alternate_sender="2088-of-somebody").to_json()
    assert "of-somebody" not in dump_json(stored)


@given(replies)
def test_a_reply_comes_back_whole(reply: Reply) -> None:
    assert Reply.from_json(json.loads(dump_json(reply.to_json()))) == reply


def test_a_reply_without_anything_is_silent() -> None:
    assert Reply("").is_silent
    assert not Reply("", (Choice("a", "好"),)).is_silent
    assert not Reply("", url="https://community.example").is_silent


def test_choices_are_always_told() -> None:
    assert Reply("好").to_json() == {"id": "", "type": "text", "text": "好", "choices": []}
