"""Refusals of orders."""

from __future__ import annotations

from core.errors import Refused


class SlotFull(Refused):
    """The slot has not that much room left."""

    code = "slot_full"


class TooLate(Refused):
    """The last moment to order or cancel is past. Facts: `until`."""

    code = "too_late"


class ServiceNotOffered(Refused):
    """The service was withdrawn, is for another area, or is not given at that time."""

    code = "service_not_offered"
