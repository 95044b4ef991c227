"""What earns points, as data: versions with effective moments, for areas, and a community's own settings."""

from points.rules.shipped import Rule, RuleBook, default, load

__all__ = ["Rule", "RuleBook", "default", "load"]
