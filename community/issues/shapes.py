"""Parts of a report's JSON that staff, residents and grid systems see alike."""

from __future__ import annotations

from typing import Any

from community.issues.models import Issue


def category(issue: Issue) -> dict[str, str]:
    return {
        "standard": issue.category_standard,
        "kind": issue.category_kind,
        "code": issue.category_code,
        "name": issue.category_name,
    }


def location(issue: Issue) -> dict[str, Any] | None:
    """The place as it was given, with its system, and in WGS-84."""
    if issue.lng is None or issue.lat is None:
        return None
    return {
        "lng": issue.lng,
        "lat": issue.lat,
        "crs": issue.crs,
        "wgs84": {"lng": issue.wgs_lng, "lat": issue.wgs_lat},
    }
