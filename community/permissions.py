"""Which role may do what, as data, and a worker's grants with the areas that they cover.

A merchant verifies codes at the sites of which they are a keeper, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.errors import Forbidden
from core.values import Role


class Permission(StrEnum):
    """What a role allows besides the moves of an issue, which the workflow table names."""

    READ_ISSUES = "read_issues"
    READ_CONTACTS = "read_contacts"
    VOLUNTEERS = "volunteers"
    ORDERS = "orders"
    MEMBERS = "members"
    POINTS = "points"
    ADJUST_POINTS = "adjust_points"
    APPROVE_POINTS = "approve_points"
    FAIRNESS = "fairness"
    DRAFT_RULES = "draft_rules"
    ACTIVATE_RULES = "activate_rules"
    BUDGETS = "budgets"
    REWARDS = "rewards"
    REDEMPTIONS = "redemptions"
    VERIFY_CODES = "verify_codes"
    CHATS = "chats"
    OUTBOX = "outbox"
    AREAS = "areas"
    WORKERS = "workers"
    DUTY = "duty"
    READ_AUDIT = "read_audit"
    PURGE_AUDIT = "purge_audit"
    STATISTICS = "statistics"
    UNDERSTANDING = "understanding"
    MODELS = "models"


_P = Permission
ALLOWED: Final[dict[Role, frozenset[Permission]]] = {
    Role.ADMIN: frozenset(Permission),
    Role.COMMANDER: frozenset(
        {_P.READ_ISSUES, _P.READ_CONTACTS, _P.OUTBOX, _P.DUTY, _P.STATISTICS, _P.UNDERSTANDING, _P.MODELS, _P.CHATS}
    ),
    Role.COLLECTOR: frozenset({_P.READ_ISSUES, _P.READ_CONTACTS, _P.DUTY}),
    Role.HANDLER: frozenset({_P.READ_ISSUES, _P.READ_CONTACTS}),
    Role.SUPERVISOR: frozenset({_P.READ_ISSUES, _P.STATISTICS, _P.DUTY, _P.OUTBOX}),
    Role.DESK: frozenset(
        {
            _P.READ_ISSUES,
            _P.READ_CONTACTS,
            _P.VOLUNTEERS,
            _P.ORDERS,
            _P.MEMBERS,
            _P.POINTS,
            _P.ADJUST_POINTS,
            _P.APPROVE_POINTS,
            _P.FAIRNESS,
            _P.DRAFT_RULES,
            _P.REWARDS,
            _P.REDEMPTIONS,
            _P.VERIFY_CODES,
            _P.CHATS,
            _P.DUTY,
            _P.STATISTICS,
            _P.UNDERSTANDING,
        }
    ),
    Role.AUDITOR: frozenset({_P.READ_ISSUES, _P.POINTS, _P.READ_AUDIT, _P.STATISTICS}),
    Role.MERCHANT: frozenset({_P.VERIFY_CODES}),
}


class NotYourTask(Forbidden):
    """The worker has no role for this, or has it in another area."""

    code = "not_your_task"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in an area and all below it, by code prefix; an empty code is the whole installation."""

    role: Role
    area_code: str = ""

    def covers(self, area_code: str) -> bool:
        return area_code.startswith(self.area_code)


@dataclass(frozen=True, slots=True)
class Worker:
    """A community worker with what they may do; `unit` is the organisation that they work for."""

    id: str
    name: str
    unit: str
    grants: tuple[Grant, ...]
    resident_id: str | None = None

    def may(self, permission: Permission, area_code: str) -> bool:
        return any(permission in ALLOWED[grant.role] and grant.covers(area_code) for grant in self.grants)

    def require(self, permission: Permission, area_code: str) -> None:
        """Raises NotYourTask."""
        if not self.may(permission, area_code):
            raise NotYourTask

    def roles_in(self, area_code: str) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.grants if grant.covers(area_code))

    def areas_for(self, permission: Permission) -> tuple[str, ...]:
        """Code prefixes in which the worker may do this; an empty prefix is everywhere, no prefix is nowhere."""
        return tuple(sorted({grant.area_code for grant in self.grants if permission in ALLOWED[grant.role]}))
