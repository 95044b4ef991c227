"""Errors carry a stable code, one HTTP status and facts; what a far system did says whether trying again can help."""

from __future__ import annotations

import pytest

from core.errors import (
    AppError,
    Conflict,
    DeliveryError,
    DeliveryHeld,
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    Refused,
    TooLarge,
    Unauthenticated,
)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Invalid, 400),
        (Unauthenticated, 401),
        (Forbidden, 403),
        (NotFound, 404),
        (Conflict, 409),
        (TooLarge, 413),
        (Refused, 422),
        (RateLimited, 429),
    ],
)
def test_each_kind_has_its_status(kind: type[AppError], status: int) -> None:
    assert kind.status == status
    assert str(kind()) == kind.code


def test_a_code_given_in_place_stands_for_that_one_only() -> None:
    assert NotFound("issue_not_found").code == "issue_not_found"
    assert NotFound().code == "not_found"


def test_facts_and_fields_travel_beside_the_code() -> None:
    error = Refused("seats_gone", fields={"seats": "2"}, left=1)
    assert (error.fields, error.facts) == ({"seats": "2"}, {"left": 1})


def test_held_is_a_delivery_that_no_retry_helps() -> None:
    held = DeliveryHeld("window_closed")
    assert isinstance(held, DeliveryError)
    assert not held.retryable
