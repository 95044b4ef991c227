"""A small town behind the admin API: two streets, a worker of every role in one of them, residents with reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.api import leaderboard, openapi, resident, things
from bot.api.admin.table import routes
from bot.http import SERVICE, errors
from bot.service import Service
from community import areas, contacts, issues, residents, workers
from community.issues import NewIssue
from community.permissions import Grant
from core import clock
from core.values import Platform, Role
from tests.bot.api import promises

STREET: Final = "110101001"
OTHER_STREET: Final = "110101002"
COMMUNITY: Final = f"{STREET}001"
OTHER_COMMUNITY: Final = f"{OTHER_STREET}001"
UNIT: Final = "市政维护队"
NAME: Final = "王小明"
PHONE: Final = "13800000001"


@dataclass(slots=True)
class Town:
    """`tokens` are by role, of workers in STREET; `elsewhere` of workers with the same roles in OTHER_STREET."""

    service: Service
    server: TestServer
    tokens: dict[Role, str] = field(default_factory=dict)
    elsewhere: dict[Role, str] = field(default_factory=dict)
    ids: dict[Role, str] = field(default_factory=dict)
    resident_id: str = ""
    ref: str = ""
    people: int = 0

    @property
    def url(self) -> str:
        return str(self.server.make_url("/"))

    @property
    def settlers(self) -> dict[str, Any]:
        """What `settle` has set, as JSON keeps it; a town of the same database is made with it."""
        return {name: getattr(self, name) for name in ("tokens", "elsewhere", "ids", "resident_id", "ref", "people")}

    async def settle(self) -> None:
        """Workers and one resident of STREET."""
        async with self.service.database.write() as db:
            for role in Role:
                worker, token = await workers.create(
                    db, self.service.vault, name=f"测试{role}", unit=UNIT, grants=[Grant(role, STREET)]
                )
                self.tokens[role], self.ids[role] = token, worker.id
                _, other = await workers.create(
                    db, self.service.vault, name=f"别处{role}", unit="别处", grants=[Grant(role, OTHER_STREET)]
                )
                self.elsewhere[role] = other
        self.resident_id, self.ref = await self.new_resident(COMMUNITY)

    async def new_resident(self, area_code: str) -> tuple[str, str]:
        """Id and reference of somebody who told us name and phone."""
        self.people += 1
        vault = self.service.vault
        async with self.service.database.write() as db:
            who = await residents.identify(
                db,
                vault,
                account="heping",
                platform=Platform.WECHAT,
                sender=f"sender-{self.people}",
                area_code=area_code,
            )
            await contacts.keep(db, vault, resident_id=who.resident_id, name=NAME, phone=PHONE)
            row = await residents.get(db, resident_id=who.resident_id)
        return who.resident_id, row.ref

    async def widen(self, role: Role, area_code: str) -> None:
        """Let the worker of this role work in another, usually larger area."""
        async with self.service.database.write() as db:
            await workers.set_grants(db, worker_id=self.ids[role], grants=[Grant(role, area_code)])

    async def report(self, area_code: str = COMMUNITY, **changed: Any) -> str:
        """The number of a new report of a dark stairwell."""
        values: dict[str, Any] = {
            "description": f"3号楼2单元楼道灯不亮，电话{PHONE}",
            "area_code": area_code,
            "category_code": "M09",
            "address": "和平里3号楼2单元501室",
            **changed,
        }
        async with self.service.database.write() as db:
            filed = await issues.report(
                db,
                self.service.vault,
                self.service.config,
                resident_id=self.resident_id,
                draft=NewIssue(**values),
                source="wechat",
            )
        return filed.number

    async def add_areas(self, *areas_of_today: Mapping[str, str | None]) -> None:
        """Import areas without borders."""
        features = [{"type": "Feature", "properties": one, "geometry": None} for one in areas_of_today]
        async with self.service.database.write() as db:
            await areas.import_areas(db, {"type": "FeatureCollection", "features": features})

    async def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        role: Role = Role.ADMIN,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> tuple[int, Any]:
        """Status and JSON of one call, by a worker of STREET unless another token is given; true to the document."""
        bearer = self.tokens[role] if token is None else token
        return await self.call_as(bearer, method, f"/admin/v1{path}", headers=headers, **options)

    async def call_as(
        self, bearer: str, method: str, path: str, *, headers: dict[str, str] | None = None, **options: Any
    ) -> tuple[int, Any]:
        """The same for either API, with the whole path."""
        sent = {"Authorization": f"Bearer {bearer}", **(headers or {})}
        async with self.service.http.request(method, self.server.make_url(path), headers=sent, **options) as response:
            status, answer = response.status, await response.json()
        promises.check(method, path, status, answer)
        return status, answer

    async def get(self, path: str, **options: Any) -> tuple[int, Any]:
        return await self.call("GET", path, **options)

    async def post(self, path: str, body: Any = None, **options: Any) -> tuple[int, Any]:
        return await self.call("POST", path, json={} if body is None else body, **options)


def application(service: Service) -> web.Application:
    app = web.Application(middlewares=[errors])
    app[SERVICE] = service
    app.add_routes([*routes(), *openapi.routes(), *resident.routes(), *things.routes(), *leaderboard.routes()])
    return app


def in_days(days: float) -> str:
    return clock.iso(clock.now() + timedelta(days=days))
