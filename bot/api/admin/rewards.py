"""What points can be exchanged for."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, Field

from bot.api import shapes
from bot.api.admin.endpoint import Call, Endpoint, InArea, Input, Json, Nothing
from bot.api.admin.known_areas import require_area
from bot.api.paging import sliced
from community.permissions import Permission
from core import clock
from points import rewards, shelves
from points.caps import Period
from points.rewards import CODE_DAYS, MAX_NAME, MAX_NOTE, RewardView
from points.shelves import MAX_STOCK

_PERMISSION: Final = Permission.REWARDS

Price = Annotated[int, Field(ge=1, strict=True)]
Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
Pickup = Annotated[str, Field(max_length=2 * MAX_NAME)]
Note = Annotated[str, Field(max_length=MAX_NOTE)]
Limit = Annotated[int, Field(ge=1, le=MAX_STOCK)] | None
CodeDays = Annotated[int, Field(ge=1, le=366)]
Windows = Annotated[list[dict[str, Any]], Field(max_length=20)] | None
SiteId = Annotated[str, Field(max_length=64)] | None


class NewReward(Input):
    """A reward as a worker writes it; `code_days` is how long a code is good, `windows` recurring spans of days."""

    area_code: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,20}$")]
    name: Name
    price_points: Price
    stock: Annotated[int, Field(ge=0, le=MAX_STOCK, strict=True)]
    pickup: Pickup = ""
    note: Note = ""
    limit_per_person: Limit = None
    limit_period: Period = Period.EVER
    code_days: CodeDays = CODE_DAYS
    opens_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None
    windows: Windows = None
    site_id: SiteId = None
    needs_approval: bool = False


class Changes(Input):
    """What is to be different; `version` is the one that was seen."""

    version: Annotated[int, Field(ge=1, strict=True)]
    name: Name = ""
    price_points: Price = 0
    pickup: Pickup = ""
    note: Note = ""
    limit_per_person: Limit = None
    limit_period: Period = Period.EVER
    code_days: CodeDays = CODE_DAYS
    opens_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None
    windows: Windows = None
    site_id: SiteId = None
    needs_approval: bool = False


class Stock(Input):
    """How many there are now, and why that differs from before."""

    stock: Annotated[int, Field(ge=0, le=MAX_STOCK, strict=True)]
    reason: Annotated[str, Field(min_length=1, max_length=200)] = "counted"


async def listing(call: Call, query: InArea) -> Json:
    found = [
        shown(one) for area in call.areas(query.area) for one in await rewards.all_rewards(call.db, area_prefix=area)
    ]
    return sliced(found, limit=query.limit, cursor=query.cursor, key="id")


async def create(call: Call, said: NewReward) -> Json:
    call.require(said.area_code)
    await require_area(call, said.area_code)
    reward_id = await rewards.create_reward(call.db, actor_id=call.worker.id, **said.model_dump())
    call.about(reward_id, said.area_code)
    return shown(await rewards.find_reward(call.db, reward_id=reward_id))


async def edit(call: Call, said: Changes) -> Json:
    reward = await _reward(call)
    return shown(await rewards.edit_reward(call.db, reward_id=reward.id, **said.model_dump(exclude_unset=True)))


async def stock(call: Call, said: Stock) -> Json:
    reward = await _reward(call)
    await shelves.set_stock(call.db, reward_id=reward.id, stock=said.stock, actor_id=call.worker.id, reason=said.reason)
    return shown(await rewards.find_reward(call.db, reward_id=reward.id))


async def withdraw(call: Call, _: Nothing) -> Json:
    reward = await _reward(call)
    await rewards.withdraw_reward(call.db, reward_id=reward.id)
    return shown(await rewards.find_reward(call.db, reward_id=reward.id))


async def _reward(call: Call) -> RewardView:
    reward = await rewards.find_reward(call.db, reward_id=call.path["id"])
    call.require(reward.area_code)
    return reward


def shown(reward: RewardView) -> Json:
    """The JSON of a reward."""
    times = {"opens_at": reward.opens_at, "closes_at": reward.closes_at}
    return asdict(reward) | {name: clock.iso(at) if at else None for name, at in times.items()}


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/rewards", listing, _PERMISSION, InArea, shapes.Page[shapes.Reward], "The catalogue", "rewards list"
    ),
    Endpoint(
        "POST", "/rewards", create, _PERMISSION, NewReward, shapes.Reward,
        "Offer a reward", "rewards create", status=201,
    ),
    Endpoint(
        "POST", "/rewards/{id}/edit", edit, _PERMISSION, Changes, shapes.Reward,
        "Change its terms; what was redeemed keeps its own", "rewards edit",
    ),
    Endpoint(
        "POST", "/rewards/{id}/stock", stock, _PERMISSION, Stock, shapes.Reward,
        "Say how many are on the shelf", "rewards stock",
    ),
    Endpoint(
        "POST", "/rewards/{id}/withdraw", withdraw, _PERMISSION, Nothing, shapes.Reward,
        "Offer it no longer; codes that are out stay good", "rewards withdraw",
    ),
)  # fmt: skip
