"""Where rewards are handed out, and who verifies codes there."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Final

from pydantic import Field

from bot.api import shapes
from bot.api.admin.endpoint import Call, Endpoint, InArea, Input, Json, Nothing
from bot.api.admin.known_areas import require_area
from bot.api.paging import sliced
from community import workers
from community.permissions import Permission
from points import sites
from points.sites import MAX_TEXT, MOST_KEEPERS, Site

_PERMISSION: Final = Permission.REWARDS

Name = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
Address = Annotated[str, Field(max_length=MAX_TEXT)]
Hours = Annotated[dict[str, list[str]], Field(default_factory=dict)]
Keepers = Annotated[list[str], Field(default_factory=list, max_length=MOST_KEEPERS)]


class NewSite(Input):
    """`hours` by ISO weekday, `{"1": ["09:00-12:00"]}`; `keepers` are ids of workers."""

    area_code: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,20}$")]
    name: Name
    address: Address = ""
    hours: Hours
    keepers: Keepers


class SiteChanges(Input):
    """What is to be different."""

    name: Name = ""
    address: Address = ""
    hours: Hours
    keepers: Keepers


async def listing(call: Call, query: InArea) -> Json:
    found = await sites.list_sites(call.db, area_codes=call.areas(query.area))
    return sliced([asdict(site) for site in found], limit=query.limit, cursor=query.cursor, key="id")


async def create(call: Call, said: NewSite) -> Json:
    call.require(said.area_code)
    await require_area(call, said.area_code)
    await _require_workers(call, said.keepers)
    site_id = await sites.create_site(call.db, **said.model_dump())
    call.about(site_id, said.area_code)
    return asdict(await sites.find_site(call.db, site_id=site_id))


async def edit(call: Call, said: SiteChanges) -> Json:
    site = await _site(call)
    await _require_workers(call, said.keepers)
    await sites.edit_site(call.db, site_id=site.id, **said.model_dump(exclude_unset=True))
    return asdict(await sites.find_site(call.db, site_id=site.id))


async def close(call: Call, _: Nothing) -> Json:
    site = await _site(call)
    await sites.close_site(call.db, site_id=site.id)
    return asdict(await sites.find_site(call.db, site_id=site.id))


async def _site(call: Call) -> Site:
    site = await sites.find_site(call.db, site_id=call.path["id"])
    call.require(site.area_code)
    return site


async def _require_workers(call: Call, keepers: list[str]) -> None:
    """Raises WorkerNotFound."""
    for worker_id in keepers:
        await workers.get(call.db, worker_id=worker_id)


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/sites", listing, _PERMISSION, InArea, shapes.Page[shapes.Site],
        "Where rewards are handed out", "rewards sites list",
    ),
    Endpoint(
        "POST", "/sites", create, _PERMISSION, NewSite, shapes.Site,
        "A new site", "rewards sites create", status=201,
    ),
    Endpoint(
        "POST", "/sites/{id}/edit", edit, _PERMISSION, SiteChanges, shapes.Site,
        "Change name, address, hours or keepers", "rewards sites edit",
    ),
    Endpoint(
        "POST", "/sites/{id}/close", close, _PERMISSION, Nothing, shapes.Site,
        "No reward can be given this site any more", "rewards sites close",
    ),
)  # fmt: skip
