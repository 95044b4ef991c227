"""Volunteering: activities, seats and waiting lists, attendance and certified hours, profiles.

What other packages may use stands here; the tables are written by this package only.
"""

from community.volunteers.activities import (
    Plan,
    cancel_activity,
    check_in_code,
    create_activity,
    get_activity,
    listing,
    publish_activity,
    upcoming,
)
from community.volunteers.attendance import Hours, check_in, check_out, enter_by_hand, hours
from community.volunteers.cancelling import cancel_signup
from community.volunteers.certifying import certify
from community.volunteers.errors import (
    ActivityFull,
    ActivityNotEnded,
    ActivityNotOpen,
    ActivityOver,
    AgeNotConfirmed,
    AlreadySignedUp,
    CheckedInElsewhere,
    CheckInClosed,
    CheckInCodeWrong,
    NotCheckedIn,
    NotSignedUp,
)
from community.volunteers.models import Activity, Signup
from community.volunteers.profiles import Profile, enrol, leave, own_profile
from community.volunteers.profiles import listing as list_volunteers
from community.volunteers.profiles import staff_view as show_volunteer
from community.volunteers.signups import SignedUp, get_signup, reminder_still_wanted, sign_up
from community.volunteers.views import attendance, my_signups, show_activity, show_signup

__all__ = [
    "Activity",
    "ActivityFull",
    "ActivityNotEnded",
    "ActivityNotOpen",
    "ActivityOver",
    "AgeNotConfirmed",
    "AlreadySignedUp",
    "CheckInClosed",
    "CheckInCodeWrong",
    "CheckedInElsewhere",
    "Hours",
    "NotCheckedIn",
    "NotSignedUp",
    "Plan",
    "Profile",
    "SignedUp",
    "Signup",
    "attendance",
    "cancel_activity",
    "cancel_signup",
    "certify",
    "check_in",
    "check_in_code",
    "check_out",
    "create_activity",
    "enrol",
    "enter_by_hand",
    "get_activity",
    "get_signup",
    "hours",
    "leave",
    "list_volunteers",
    "listing",
    "my_signups",
    "own_profile",
    "publish_activity",
    "reminder_still_wanted",
    "show_activity",
    "show_signup",
    "show_volunteer",
    "sign_up",
    "upcoming",
]
