"""Workers, their roles and tokens. Nobody gives a role, or takes one, outside their own areas."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from bot.api import shapes
from bot.api.admin import answers
from bot.api.admin.endpoint import Call, Endpoint, InArea, Input, Json, Nothing
from bot.api.paging import sliced
from community import workers
from community.permissions import Grant, Permission, Worker
from core import clock
from core.errors import Invalid
from core.values import Role

_PERMISSION: Final = Permission.WORKERS


class NewGrant(Input):
    """A role in an area and all below it; an empty code is the whole installation."""

    role: Role
    area_code: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{0,20}$")] = ""


class Roles(Input):
    roles: Annotated[list[NewGrant], Field(min_length=1, max_length=50)]


class NewWorker(Roles):
    name: Annotated[str, Field(min_length=1, max_length=60)]
    unit: Annotated[str, Field(max_length=100)] = ""


async def whoami(call: Call, _: Nothing) -> Json:
    return shown(call.worker)


async def bind(call: Call, _: Nothing) -> Json:
    """A code that the worker sends from their own WeChat or Alipay, so that it answers for their role."""
    call.about(call.worker.id)
    code = await workers.start_binding(call.db, call.vault, worker_id=call.worker.id)
    return {"code": code, "minutes": workers.BINDING_MINUTES}


async def listing(call: Call, query: InArea) -> Json:
    found = {
        listed.worker.id: shown(listed.worker)
        | {"disabled": listed.disabled, "created_at": clock.iso(listed.created_at)}
        for area in call.areas(query.area)
        for listed in await workers.listing(call.db, call.vault, area_code=area)
    }
    return sliced(list(found.values()), limit=query.limit, cursor=query.cursor, key="id")


async def create(call: Call, said: NewWorker) -> Json:
    grants = _grants(call, said)
    worker, token = await workers.create(call.db, call.vault, name=said.name, unit=said.unit, grants=grants)
    call.about(worker.id, grants[0].area_code)
    return shown(worker) | {"token": token}


async def set_roles(call: Call, said: Roles) -> Json:
    worker = await _managed(call)
    grants = _grants(call, said)
    if worker.id == call.worker.id and all(grant.role is not Role.ADMIN for grant in grants):
        raise Invalid("cannot_demote_oneself", fields={"roles": "admin"})
    await workers.set_grants(call.db, worker_id=worker.id, grants=grants)
    call.about(worker.id, grants[0].area_code)
    return shown(await workers.load(call.db, call.vault, worker_id=worker.id))


async def disable(call: Call, _: Nothing) -> Json:
    worker = await _managed(call)
    if worker.id == call.worker.id:
        raise Invalid("cannot_disable_oneself", fields={"id": "oneself"})
    await workers.disable(call.db, worker_id=worker.id)
    return {"id": worker.id, "state": "disabled"}


async def token(call: Call, _: Nothing) -> Json:
    worker = await _managed(call)
    return {"id": worker.id, "token": await workers.new_token(call.db, worker_id=worker.id)}


async def _managed(call: Call) -> Worker:
    """The worker in the path, all of whose roles lie in the caller's areas. Raises WorkerNotFound, NotYourTask."""
    worker = await workers.load(call.db, call.vault, worker_id=call.path["id"])
    for grant in worker.grants:
        call.require(grant.area_code)
    call.subject = worker.id
    return worker


def _grants(call: Call, said: Roles) -> list[Grant]:
    """Raises NotYourTask for a role outside the caller's areas."""
    for grant in said.roles:
        call.require(grant.area_code)
    return [Grant(grant.role, grant.area_code) for grant in said.roles]


def shown(worker: Worker) -> Json:
    """The JSON of a worker."""
    return {
        "id": worker.id,
        "name": worker.name,
        "unit": worker.unit,
        "roles": [{"role": grant.role.value, "area_code": grant.area_code} for grant in worker.grants],
    }


ENDPOINTS: Final = (
    Endpoint("GET", "/me", whoami, None, Nothing, answers.Worker, "Who the token belongs to", "whoami"),
    Endpoint(
        "POST", "/me/binding", bind, None, Nothing, answers.BindingCode,
        "A code that binds the caller's own WeChat or Alipay to their role", "workers bind",
    ),
    Endpoint(
        "GET", "/workers", listing, _PERMISSION, InArea, shapes.Page[answers.ListedWorker],
        "Workers with a role in these areas", "workers list", personal=True,
    ),
    Endpoint(
        "POST", "/workers", create, _PERMISSION, NewWorker, answers.NewWorker,
        "A new worker and their token, shown once", "workers create", status=201,
    ),
    Endpoint(
        "POST", "/workers/{id}/roles", set_roles, _PERMISSION, Roles, answers.Worker,
        "Replace a worker's roles", "workers roles",
    ),
    Endpoint(
        "POST", "/workers/{id}/disable", disable, _PERMISSION, Nothing, answers.Done,
        "End a worker's access", "workers disable",
    ),
    Endpoint(
        "POST", "/workers/{id}/token", token, _PERMISSION, Nothing, answers.NewToken,
        "A token in place of the one before", "workers token",
    ),
)  # fmt: skip
