"""What the platforms allow to be sent, to the second and to the count."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.adapters.send_windows import MARGIN, Act, Route, Trigger, open_until, route, trigger_of
from core import clock
from core.messages import Event, EventKind, Inbound, InboundKind
from core.values import Platform

NOW = clock.parse("2026-11-21T12:00:00+08:00")
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("platform", "trigger", "seconds", "sends"),
    [
        (Platform.WECHAT, Trigger.MESSAGE, 48 * 3600, 5),
        (Platform.WECHAT, Trigger.CLICK, 60, 3),
        (Platform.WECHAT, Trigger.FOLLOW, 60, 3),
        (Platform.WECHAT, Trigger.SCAN, 60, 3),
        (Platform.WECHAT_MINI, Trigger.MESSAGE, 48 * 3600, 5),
        (Platform.WECHAT_MINI, Trigger.ENTER, 60, 2),
        (Platform.ALIPAY, Trigger.CLICK, 300, 5),
        (Platform.ALIPAY, Trigger.ENTER, 86400, 1),
    ],
)
def test_each_window_has_its_length_and_its_number_of_sends(
    platform: Platform, trigger: Trigger, seconds: int, sends: int
) -> None:
    length = timedelta(seconds=seconds)
    opened = [Act(trigger, NOW)]
    late = NOW + length - MARGIN - SECOND
    assert route(platform, opened, [NOW] * (sends - 1), late) is Route.MESSAGE
    assert route(platform, opened, [NOW] * sends, late) is Route.HOLD
    assert route(platform, opened, [], NOW + length - MARGIN) is Route.HOLD
    assert open_until(platform, opened, [], late) == NOW + length


def test_a_new_message_starts_a_new_count() -> None:
    acts = [Act(Trigger.MESSAGE, NOW - 10 * HOUR), Act(Trigger.MESSAGE, NOW - HOUR)]
    used = [NOW - 9 * HOUR] * 5
    assert route(Platform.WECHAT, acts, used, NOW) is Route.MESSAGE
    assert route(Platform.WECHAT, acts, [*used, *[NOW - SECOND] * 5], NOW) is Route.HOLD


def test_a_click_opens_again_what_messages_have_used_up() -> None:
    acts = [Act(Trigger.MESSAGE, NOW - HOUR), Act(Trigger.CLICK, NOW - 10 * SECOND)]
    used = [NOW - 30 * timedelta(minutes=1)] * 5
    assert route(Platform.WECHAT, acts, used, NOW) is Route.MESSAGE
    assert route(Platform.WECHAT, acts, [*used, *[NOW - SECOND] * 3], NOW) is Route.HOLD


def test_mere_news_leaves_sends_for_what_matters() -> None:
    acts = [Act(Trigger.MESSAGE, NOW - HOUR)]
    assert route(Platform.WECHAT, acts, [NOW - SECOND], NOW, spare=3) is Route.MESSAGE
    assert route(Platform.WECHAT, acts, [NOW - SECOND] * 2, NOW, spare=3) is Route.HOLD
    assert route(Platform.WECHAT, acts, [NOW - SECOND] * 2, NOW) is Route.MESSAGE


def test_of_two_open_windows_the_longer_counts() -> None:
    acts = [Act(Trigger.CLICK, NOW), Act(Trigger.MESSAGE, NOW - HOUR)]
    assert open_until(Platform.WECHAT, acts, [], NOW) == NOW + 47 * HOUR


def test_outside_a_window_consent_decides() -> None:
    assert route(Platform.WECHAT, [], [], NOW) is Route.HOLD
    assert route(Platform.WECHAT, [], [], NOW, has_consent=True) is Route.NOTICE
    assert route(Platform.ALIPAY_MINI, [Act(Trigger.MESSAGE, NOW)], [], NOW, has_consent=True) is Route.NOTICE


def test_an_account_without_customer_service_sends_notices_only() -> None:
    acts = [Act(Trigger.MESSAGE, NOW)]
    assert route(Platform.WECHAT, acts, [], NOW, customer_service=False) is Route.HOLD
    assert route(Platform.WECHAT, acts, [], NOW, customer_service=False, has_consent=True) is Route.NOTICE


def test_the_web_page_takes_everything() -> None:
    assert route(Platform.WEB, [], [], NOW) is Route.MESSAGE


def test_a_message_in_which_entering_does_not_count_opens_nothing() -> None:
    assert route(Platform.WECHAT, [Act(Trigger.ENTER, NOW)], [], NOW) is Route.HOLD


def test_what_opens_which_window() -> None:
    said = Inbound("a", Platform.WECHAT, "s", "k", InboundKind.TEXT, NOW)
    pressed = replace(said, kind=InboundKind.CHOICE)
    assert trigger_of(said) is Trigger.MESSAGE
    assert trigger_of(replace(said, kind=InboundKind.OTHER)) is Trigger.MESSAGE
    assert trigger_of(pressed) is Trigger.CLICK
    assert trigger_of(replace(pressed, platform=Platform.WECHAT_MINI)) is Trigger.MESSAGE
    for kind, trigger in (
        (EventKind.FOLLOW, Trigger.FOLLOW),
        (EventKind.SCAN, Trigger.SCAN),
        (EventKind.CLICK, Trigger.CLICK),
        (EventKind.ENTER, Trigger.ENTER),
        (EventKind.UNFOLLOW, None),
        (EventKind.LOCATION, None),
        (EventKind.OTHER, None),
    ):
        event = replace(said, kind=InboundKind.EVENT, event=Event(kind, "x"))
        assert trigger_of(event) is trigger
    entered = replace(said, platform=Platform.ALIPAY, kind=InboundKind.EVENT, event=Event(EventKind.SCAN, "x"))
    assert trigger_of(entered) is Trigger.ENTER
