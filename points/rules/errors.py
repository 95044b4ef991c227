"""What is refused of a rule before it may pay, as past facts."""

from __future__ import annotations

from core.errors import Conflict, Invalid, NotFound, Refused


class RuleInvalid(Invalid):
    """The body does not fit: `fields` says where and why."""

    code = "rule_invalid"


class RuleForbidden(Refused):
    """Sharing, inviting and membership earn nothing anywhere, and no rule takes points away. Facts: `what`."""

    code = "rule_forbidden"


class RuleUnlimited(Refused):
    """No cap on what one person earns in a period."""

    code = "rule_unlimited"


class RuleUnfunded(Refused):
    """No community of the rule's area has a fund with points or a budget."""

    code = "rule_unfunded"


class RulesOverlap(Conflict):
    """Another version holds at the same time in the same area. Facts: `id`."""

    code = "rules_overlap"


class SamePerson(Refused):
    """Who drafted a rule does not activate it."""

    code = "rule_same_person"


class RuleNotDraft(Refused):
    """Only a draft is activated, only an active rule retired. Facts: `status`."""

    code = "rule_not_draft"


class RuleOver(Refused):
    """It would end before it begins, or its end stands already. Facts: `until`."""

    code = "rule_over"


class RuleVersionNotFound(NotFound):
    code = "rule_version_not_found"
