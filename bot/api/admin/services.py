"""The catalogue of services that residents order."""

from __future__ import annotations

from typing import Final

from pydantic import ConfigDict

from bot.api import shapes
from bot.api.admin import answers
from bot.api.admin.endpoint import Call, Endpoint, InArea, Input, Json
from bot.api.paging import sliced
from community.orders import catalogue
from community.orders.catalogue import Offer
from community.orders.models import Service
from community.permissions import Permission

_PERMISSION: Final = Permission.ORDERS


class NewService(Offer, Input):
    """A service as a worker writes it; times are those of Shanghai."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


async def listing(call: Call, query: InArea) -> Json:
    rows = await catalogue.listing(call.db, areas=call.areas(query.area))
    return sliced([shown(row) for row in rows], limit=query.limit, cursor=query.cursor, key="id")


async def create(call: Call, said: NewService) -> Json:
    call.require(said.area_code)
    service_id = await catalogue.create(call.db, offer=said)
    call.about(service_id, said.area_code)
    return shown(await catalogue.get_service(call.db, service_id=service_id))


def shown(row: Service) -> Json:
    """The JSON of a service."""
    return {
        "id": row.id,
        "area_code": row.area_code,
        "kind": row.kind,
        "title": row.title,
        "description": row.description,
        "price": row.price,
        "windows": row.windows,
        "order_days_before": row.order_days_before,
        "order_by": row.order_by,
        "capacity": row.capacity,
        "needs_address": row.needs_address,
        "active": row.active,
    }


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/services", listing, _PERMISSION, InArea, shapes.Page[answers.Service], "The catalogue", "services list"
    ),
    Endpoint(
        "POST", "/services", create, _PERMISSION, NewService, answers.Service,
        "Offer a service", "services create", status=201,
    ),
)  # fmt: skip
