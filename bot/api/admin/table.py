"""Every endpoint of the admin API, in the order in which they are matched and documented."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from aiohttp import web

from bot.api.admin import (
    activities,
    adjustments,
    appeals,
    areas,
    audit,
    chats,
    corrections,
    donations,
    duty,
    fairness,
    freezes,
    funds,
    honours,
    issues,
    members,
    models,
    orders,
    outbox,
    points,
    points_audit,
    redemptions,
    rewards,
    rules,
    services,
    sites,
    statistics,
    volunteers,
    workers,
)
from bot.api.admin.endpoint import Endpoint
from bot.api.admin.serving import serve

PREFIX: Final = "/admin/v1"

ENDPOINTS: Final[tuple[Endpoint[Any], ...]] = (
    *workers.ENDPOINTS,
    *issues.ENDPOINTS,
    *activities.ENDPOINTS,
    *volunteers.ENDPOINTS,
    *services.ENDPOINTS,
    *orders.ENDPOINTS,
    *members.ENDPOINTS,
    *fairness.ENDPOINTS,
    *freezes.ENDPOINTS,
    *appeals.ENDPOINTS,
    *adjustments.ENDPOINTS,
    *donations.ENDPOINTS,
    *rules.ENDPOINTS,
    *funds.ENDPOINTS,
    *points_audit.ENDPOINTS,
    *points.ENDPOINTS,
    *honours.ENDPOINTS,
    *rewards.ENDPOINTS,
    *sites.ENDPOINTS,
    *redemptions.ENDPOINTS,
    *chats.ENDPOINTS,
    *outbox.ENDPOINTS,
    *areas.ENDPOINTS,
    *duty.ENDPOINTS,
    *audit.ENDPOINTS,
    *statistics.ENDPOINTS,
    *corrections.ENDPOINTS,
    *models.ENDPOINTS,
)


def routes() -> Iterable[web.RouteDef]:
    return [web.route(one.method, PREFIX + one.path, serve(one)) for one in ENDPOINTS]
