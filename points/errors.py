"""What the ledger refuses, as past facts; the words for people stand elsewhere."""

from __future__ import annotations

from core.errors import Conflict, Forbidden, Invalid, NotFound, Refused


class AmountInvalid(Invalid):
    """Not a whole number of points between 1 and the limit."""

    code = "amount_invalid"


class RuleUnknown(Invalid):
    code = "rule_unknown"


class KeyReused(Conflict):
    """The idempotency key stands for another request."""

    code = "key_reused"


class SourceAlreadyPaid(Conflict):
    """This deed was paid to this recipient under this rule before, with another key."""

    code = "source_already_paid"


class TransferUnknown(NotFound):
    code = "transfer_unknown"


class AlreadyReversed(Refused):
    """Facts: `by` (id of the reversal), `at`."""

    code = "already_reversed"


class NotReversible(Refused):
    """Reversals and moves of wallets are corrected by a new adjustment. Facts: `kind`."""

    code = "not_reversible"


class InsufficientPoints(Refused):
    """Facts: `needed` and `available`, in points."""

    code = "insufficient_points"


class FundExhausted(Refused):
    """The community's fund cannot pay this. Facts: `needed` and `available`, in points."""

    code = "fund_exhausted"


class AccountClosed(Refused):
    """The account takes no more movements. Facts: `status`."""

    code = "account_closed"


class AccountFrozen(Refused):
    """Nothing is spent from the account until the freeze is lifted. Facts: `status`."""

    code = "account_frozen"


class CeilingReached(Refused):
    """The account would hold more than it may. Facts: `ceiling` and `posted`, in its unit."""

    code = "ceiling_reached"


class RewardUnknown(NotFound):
    code = "reward_unknown"


class RewardClosed(Refused):
    """Withdrawn, or outside its window. Facts: `opens_at`, `closes_at`."""

    code = "reward_closed"


class RewardSoldOut(Refused):
    code = "reward_sold_out"


class LimitReached(Refused):
    """This person's share of a reward is used up. Facts: `limit`, `period`."""

    code = "limit_reached"


class ExchangeClosed(Refused):
    """The community's scheme does not let points be exchanged on this day."""

    code = "exchange_closed"


class RewardChanged(Refused):
    """Price or conditions are not those that were seen. Facts: `version`, the present one."""

    code = "reward_changed"


class SiteUnknown(NotFound):
    code = "site_unknown"


class CodeMistyped(Invalid):
    """Not eight symbols of ours, or one that does not fit the others."""

    code = "code_mistyped"


class CodeUnknown(NotFound):
    code = "code_unknown"


class CodeElsewhere(Forbidden):
    """The code belongs to a community outside the worker's areas, and to none of their sites."""

    code = "code_elsewhere"


class CodeAlreadyVerified(Refused):
    """Facts: `redemption_id`, `verified_at`, `verified_by`, `site_id`, `area_code`."""

    code = "code_already_verified"


class CodeExpired(Refused):
    """Facts: `redemption_id`, `expires_at`."""

    code = "code_expired"


class CodeVoid(Refused):
    """Facts: `redemption_id`, `voided_at`."""

    code = "code_void"


class CodeNotVerified(Refused):
    """Nothing is handed out before the code is verified. Facts: `redemption_id`."""

    code = "code_not_verified"


class RedemptionNotApproved(Refused):
    """It has no code yet. Facts: `redemption_id`."""

    code = "redemption_not_approved"


class RedemptionRefused(Refused):
    """Facts: `redemption_id`, `refused_at`."""

    code = "redemption_refused"


class AlreadyApproved(Refused):
    """Facts: `redemption_id`, `approved_at`, `approved_by`; both empty where nobody had to approve."""

    code = "already_approved"


class AlreadyHandedOut(Refused):
    """Facts: `redemption_id`, `handed_at`, `handed_by`."""

    code = "already_handed_out"


class OwnRedemption(Refused):
    """Nobody approves or verifies what they redeemed themselves."""

    code = "own_redemption"


class HoldSettled(Refused):
    """The reservation was posted or released before. Facts: `state`."""

    code = "hold_settled"


class StatementBroken(Conflict):
    """The entries of a period don't lead from its first balance to its last: the ledger is damaged. Facts: `month`."""

    code = "statement_broken"
