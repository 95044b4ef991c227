"""Words that the service, the API and the command line share. This module imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final


class Platform(StrEnum):
    WECHAT = "wechat"
    WECHAT_MINI = "wechat_mini"
    ALIPAY = "alipay"
    ALIPAY_MINI = "alipay_mini"
    WEB = "web"


class Crs(StrEnum):
    """Coordinate reference systems that reach us; CGCS2000 equals WGS-84 within decimetres."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class Role(StrEnum):
    ADMIN = "admin"
    COMMANDER = "commander"
    COLLECTOR = "collector"
    HANDLER = "handler"
    SUPERVISOR = "supervisor"
    DESK = "desk"
    AUDITOR = "auditor"
    MERCHANT = "merchant"


class IssueState(StrEnum):
    SUBMITTED = "submitted"
    VERIFIED = "verified"
    FILED = "filed"
    OFFLIST_REVIEW = "offlist_review"
    DISPATCHED = "dispatched"
    IN_PROGRESS = "in_progress"
    RETURNED = "returned"
    SUSPENDED = "suspended"
    HANDLED = "handled"
    CLOSED = "closed"
    NOT_ACCEPTED = "not_accepted"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    VOID = "void"


class EmergencyKind(StrEnum):
    FIRE = "fire"
    GAS = "gas"
    ELECTRIC = "electric"
    MEDICAL = "medical"
    TRAPPED = "trapped"
    FALLING = "falling"
    CRIME = "crime"
    VIOLENCE = "violence"
    MISSING = "missing"
    SUICIDE = "suicide"
    MINOR = "minor"


class Urgency(IntEnum):
    NORMAL = 1
    IMPORTANT = 2
    URGENT = 3


class OrderState(StrEnum):
    PLACED = "placed"
    ACCEPTED = "accepted"
    ASSIGNED = "assigned"
    SERVED = "served"
    RATED = "rated"
    CANCELLED = "cancelled"


class SignupState(StrEnum):
    SEATED = "seated"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    ABSENT = "absent"


class ActivityState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    CERTIFIED = "certified"


class RegistrationState(StrEnum):
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"


class PartyServiceKind(StrEnum):
    """What an in-service party member does for the community; never in words of its own, so that it names nobody."""

    PATROL = "patrol"
    CLEANUP = "cleanup"
    MEDIATION = "mediation"
    COMPANIONSHIP = "companionship"
    PUBLICITY = "publicity"
    MEDICAL = "medical"
    EDUCATION = "education"
    LEGAL_AID = "legal_aid"
    CULTURE = "culture"
    WISH = "wish"
    OTHER = "other"


class RedemptionState(StrEnum):
    """WAITING for approval, without a code; HELD until the code is verified."""

    WAITING = "waiting"
    HELD = "held"
    VERIFIED = "verified"
    HANDED_OUT = "handed_out"
    REFUSED = "refused"
    VOID = "void"
    EXPIRED = "expired"


CHINA_BOUNDS: Final = (73.0, 3.0, 136.0, 54.0)
"""West, south, east and north limits, in degrees, within which a coordinate is believed."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place as it was given: longitude and latitude in degrees and the system they are in."""

    lng: float
    lat: float
    crs: Crs

    def is_in_china(self) -> bool:
        west, south, east, north = CHINA_BOUNDS
        return west <= self.lng <= east and south <= self.lat <= north
