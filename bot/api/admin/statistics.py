"""Figures of a period, over the worker's areas: how many reports, where they stand. Nothing about single persons."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field
from sqlalchemy import func, select

from bot.api.admin import answers
from bot.api.admin.endpoint import Call, Endpoint, Input, Json
from community import scope
from community.issues import lists
from community.issues.models import Issue
from community.issues.workflow import OPEN
from community.orders.models import Order
from community.permissions import Permission
from community.teaching import readings
from community.volunteers.models import Activity
from core import clock
from core.values import IssueState

_PERMISSION: Final = Permission.STATISTICS
_UNHANDLED: Final = [state.value for state in OPEN - {IssueState.HANDLED}]


class SummaryQuery(Input):
    days: Annotated[int, Field(ge=1, le=366)] = 30


async def summary(call: Call, query: SummaryQuery) -> Json:
    since = clock.now() - timedelta(days=query.days)
    by_state = await lists.counts(call.db, worker=call.worker, since=since)
    areas = call.areas()
    made = (Issue.created_at >= since, scope.within(Issue.area_code, areas))
    overdue = await call.db.execute(
        select(func.count()).where(*made, Issue.deadline_at < clock.now(), Issue.state.in_(_UNHANDLED))
    )
    rest = await call.db.execute(select(func.count(Issue.emergency), func.avg(Issue.rating)).where(*made))
    emergencies, rating = rest.one()
    orders = select(func.count()).where(Order.created_at >= since, scope.within(Order.area_code, areas))
    activities = select(func.count()).where(Activity.starts_at >= since, scope.within(Activity.area_code, areas))
    return {
        "since": clock.iso(since),
        "issues": {
            "total": sum(by_state.values()),
            "by_state": by_state,
            "overdue": overdue.scalar_one(),
            "emergencies": emergencies,
            "average_rating": None if rating is None else round(float(rating), 2),
        },
        "orders": (await call.db.execute(orders)).scalar_one(),
        "activities": (await call.db.execute(activities)).scalar_one(),
        "understanding": await readings.summary(call.db, areas=areas, since=clock.local(since).date()),
    }


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/stats/summary", summary, _PERMISSION, SummaryQuery, answers.Summary, "Figures of the last days",
        "stats summary",
    ),
)  # fmt: skip
