"""What fairness refuses: flags, freezes, appeals, second signatures and claw-backs, as past facts."""

from __future__ import annotations

from core.errors import NotFound, Refused


class FlagUnknown(NotFound):
    code = "flag_unknown"


class FlagDecided(Refused):
    """Somebody has looked at it before. Facts: `state`, `by`."""

    code = "flag_decided"


class AlreadyFrozen(Refused):
    """Facts: `freeze_id`, `ends_at`."""

    code = "already_frozen"


class NotFrozen(Refused):
    """The wallet can be used, or its freeze has ended."""

    code = "not_frozen"


class AppealUnknown(NotFound):
    code = "appeal_unknown"


class AppealOpen(Refused):
    """An appeal against the same freeze waits for an answer. Facts: `appeal_id`."""

    code = "appeal_open"


class AppealsUsedUp(Refused):
    """A freeze is appealed against once and once again, not more."""

    code = "appeals_used_up"


class AppealDecided(Refused):
    """Facts: `state`, `by`."""

    code = "appeal_decided"


class AdjustmentUnknown(NotFound):
    code = "adjustment_unknown"


class AdjustmentDecided(Refused):
    """Facts: `state`, `by`."""

    code = "adjustment_decided"


class SamePerson(Refused):
    """This step belongs to somebody else than who took the one before. Facts: `worker_id`."""

    code = "same_person"


class NothingToClawBack(Refused):
    """No grant of this kind is left that could be taken back."""

    code = "nothing_to_claw_back"
