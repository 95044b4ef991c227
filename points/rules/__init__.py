"""What earns points, as data: versions with effective moments, for areas, and a community's own settings."""

from points.rules.book import Rule, RuleBook
from points.rules.scheme import Scheme
from points.rules.shipped import default, load
from points.rules.store import in_force, scheme

__all__ = ["Rule", "RuleBook", "Scheme", "default", "in_force", "load", "scheme"]
