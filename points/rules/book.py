"""All versions that hold or held, and which of them is meant: the nearest area at the moment of the deed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, Generic, TypeAlias, TypeVar

from points.errors import RuleUnknown
from points.rules.body import ASKED, Purpose, RuleBody
from points.rules.data import Data
from points.rules.scheme import Scheme

ALWAYS: Final = datetime(2000, 1, 1, tzinfo=UTC)
_AS_IT_COMES: Final = Scheme()
Body_co = TypeVar("Body_co", bound=Data, covariant=True)


@dataclass(frozen=True, slots=True)
class Version(Generic[Body_co]):
    """One version for an area and all below it; an empty area is everywhere. It holds from `effective_from` on.

    `is_shipped` is one that came with the service: what an installation says for itself goes before it.
    """

    id: str
    version: int
    body: Body_co
    effective_from: datetime
    effective_until: datetime | None = None
    area_code: str = ""
    is_shipped: bool = False

    def holds_at(self, moment: datetime) -> bool:
        return self.effective_from <= moment and (self.effective_until is None or moment < self.effective_until)

    def without_end(self) -> Version[Body_co]:
        """The same as if it had always held."""
        return replace(self, effective_from=ALWAYS, effective_until=None)


Rule: TypeAlias = Version[RuleBody]
SchemeVersion: TypeAlias = Version[Scheme]


def nearest(versions: Iterable[Version[Body_co]], moment: datetime, area_code: str) -> Version[Body_co] | None:
    """Of those that hold at a moment, the one of the nearest area up the prefix; the shipped one last."""
    holding = [one for one in versions if one.holds_at(moment) and area_code.startswith(one.area_code)]
    return max(holding, key=lambda one: (len(one.area_code), not one.is_shipped), default=None)


@dataclass(frozen=True)
class RuleBook:
    """The rules and schemes of all areas, as of one reading."""

    rules: tuple[Rule, ...]
    schemes: tuple[SchemeVersion, ...] = ()
    _by_id: dict[str, list[Rule]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        for rule in self.rules:
            self._by_id.setdefault(rule.id, []).append(rule)

    def at(self, rule_id: str, moment: datetime, area_code: str = "") -> Rule | None:
        """The version that holds in an area at the moment of a deed."""
        return nearest(self._by_id.get(rule_id, ()), moment, area_code)

    def version(self, rule_id: str, version: int) -> Rule | None:
        """Exactly this one, wherever and whenever it held."""
        return next((rule for rule in self._by_id.get(rule_id, ()) if rule.version == version), None)

    def scheme(self, area_code: str, moment: datetime) -> Scheme:
        """How a community wants it at a moment."""
        found = nearest(self.schemes, moment, area_code)
        return found.body if found else _AS_IT_COMES

    def purpose_of(self, rule_id: str) -> Purpose:
        """What of a deed the rule pays. Raises RuleUnknown."""
        if rule_id in ASKED:
            return ASKED[rule_id][0]
        versions = self._by_id.get(rule_id)
        if not versions:
            raise RuleUnknown(rule=rule_id)
        return max(versions, key=lambda rule: rule.version).body.purpose

    def title_of(self, rule_id: str, version: int | None = None) -> str | None:
        """What residents read of a rule; of its newest version when none is named."""
        found = [one for one in self._by_id.get(rule_id, ()) if version is None or one.version == version]
        return max(found, key=lambda rule: rule.version).body.title if found else None

    def trying_rule(self, rule: Rule) -> RuleBook:
        """The same book as if one version had always held, in place of those that its own area has of that rule."""
        others = (one for one in self.rules if one.id != rule.id or one.area_code != rule.area_code or one.is_shipped)
        return RuleBook((*others, rule.without_end()), self.schemes)

    def trying_scheme(self, scheme: SchemeVersion) -> RuleBook:
        """The same for the settings of an area."""
        others = (one for one in self.schemes if one.area_code != scheme.area_code or one.is_shipped)
        return RuleBook(self.rules, (*others, scheme.without_end()))
