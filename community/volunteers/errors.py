"""Refusals of sign-ups and check-ins."""

from __future__ import annotations

from core.errors import Refused


class AlreadySignedUp(Refused):
    code = "already_signed_up"


class ActivityFull(Refused):
    """Neither seats nor places on the waiting list are left for so many. Facts: `free`."""

    code = "activity_full"


class ActivityOver(Refused):
    """It has begun or is past."""

    code = "activity_over"


class ActivityNotOpen(Refused):
    """It is a draft, cancelled or certified. Facts: `state`."""

    code = "activity_not_open"


class AgeNotConfirmed(Refused):
    """The activity has an age limit and the resident did not say that all who come have that age. Facts: `min_age`."""

    code = "age_not_confirmed"


class NotSignedUp(Refused):
    """Only who has a seat checks in."""

    code = "not_signed_up"


class CheckInClosed(Refused):
    """It opens half an hour before the activity and ends with it. Facts: `starts_at`, `ends_at`."""

    code = "check_in_closed"


class CheckInCodeWrong(Refused):
    """No activity of this resident that is open for check-in shows this code."""

    code = "check_in_code_wrong"


class CheckedInElsewhere(Refused):
    """Nobody serves at two places at once. Facts: `title` of the other activity."""

    code = "checked_in_elsewhere"


class NotCheckedIn(Refused):
    code = "not_checked_in"


class ActivityNotEnded(Refused):
    """Hours are certified when the activity is over. Facts: `ends_at`."""

    code = "activity_not_ended"
