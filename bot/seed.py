"""Loads the sample community of `sample/` into an empty database, through the same services as real data."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import seed_issues
from bot.service import Service
from community import areas, contacts, orders, residents, volunteers, workers
from community.permissions import Grant, Worker
from community.volunteers import Plan
from community.workers import WorkerRow
from core import clock
from core.errors import ConfigError
from core.outbox import OutboxRow
from core.settings import ROOT, Settings
from core.values import Role
from points import budgets, grants, rewards, sites
from points.caps import Period

SAMPLE: Final = ROOT / "sample"
FUND_POINTS: Final = 100_000


def read(name: str, kind: str | None = None) -> list[dict[str, Any]]:
    """The entries of one sample file, those that it is named after or of another kind."""
    entries: list[dict[str, Any]] = tomllib.loads((SAMPLE / f"{name}.toml").read_text(encoding="utf-8"))[kind or name]
    return entries


class Interrupted(Exception):
    """The service was stopped before the sample was whole."""


async def is_empty(db: AsyncSession) -> bool:
    """Whether nobody has set this installation up. Residents may write before the sample is loaded."""
    for column in (WorkerRow.id, areas.Area.code):
        if (await db.execute(select(column).limit(1))).first() is not None:
            return False
    return True


async def load_if_empty(service: Service) -> bool:
    """Load the sample unless something is there already; whether it was loaded."""
    async with service.database.read() as db:
        if not await is_empty(db):
            return False
    await load(service)
    return True


async def load(service: Service) -> None:
    """Load the sample in short transactions: residents may be writing already. Raises ConfigError if it is not empty.

    While it loads, `var/seeding` is there; one that stays says that the sample is not whole.
    """
    async with service.database.read() as db:
        if not await is_empty(db):
            raise ConfigError("database: is not empty; the sample community is only for an empty one")
    mark = _mark(service.settings)
    mark.touch()
    async with _quietly(service) as db:
        await areas.import_areas(db, json.loads((SAMPLE / "areas.geojson").read_text(encoding="utf-8")))
        admin, tokens, logins = await _workers(db, service)
    async with _quietly(service) as db:
        people = await _residents(db, service)
    async with _quietly(service) as db:
        await _offers(db, admin, logins)
    async with _quietly(service) as db:
        await _activities(db, service, admin, people)
    numbers: dict[str, str] = {}
    for entry in seed_issues.in_order(read("issues")):
        async with _quietly(service) as db:
            await seed_issues.load(db, service, entry, numbers, admin=admin, people=people)
    async with _quietly(service) as db:
        while await grants.post_due(db, limit=100):
            pass
    write_tokens(service.settings, tokens)
    mark.unlink()


def is_broken(settings: Settings) -> bool:
    """Whether loading the sample was interrupted."""
    return _mark(settings).exists()


def _mark(settings: Settings) -> Path:
    settings.var.mkdir(parents=True, exist_ok=True)
    return settings.var / "seeding"


@asynccontextmanager
async def _quietly(service: Service) -> AsyncIterator[AsyncSession]:
    """A transaction that nobody outside is told of: what it queued for them is taken back before it ends."""
    if service.wakeups.is_stopping:
        raise Interrupted
    async with service.database.write() as db:
        real = (await db.execute(select(func.max(OutboxRow.id)))).scalar_one() or 0
        yield db
        await db.execute(delete(OutboxRow).where(OutboxRow.id > real))


async def _offers(db: AsyncSession, admin: Worker, logins: Mapping[str, str]) -> None:
    """Services, rewards, and the funds that awards are paid from."""
    for entry in read("services"):
        await orders.create(db, offer=orders.read_offer(entry))
    await _rewards(db, logins)
    for area in await areas.communities(db, within=""):
        await budgets.allocate(
            db,
            area_code=area.code,
            amount_points=FUND_POINTS,
            period=budgets.period(f"{clock.today():%Y}"),
            document_no=f"SAMPLE-{clock.today():%Y}",
            actor_id=admin.id,
        )


async def _workers(db: AsyncSession, service: Service) -> tuple[Worker, dict[str, str], dict[str, str]]:
    """Every worker: who acts for the sample, the tokens by role, the ids by log-in."""
    tokens: dict[str, str] = {}
    logins: dict[str, str] = {}
    admin: Worker | None = None
    for entry in read("workers"):
        granted = [Grant(Role(role), area) for role in entry["roles"] for area in entry["areas"] or [""]]
        worker, token = await workers.create(
            db, service.vault, name=entry["name"], unit=entry.get("unit", ""), grants=granted
        )
        logins[entry["login"]] = worker.id
        if entry.get("token"):
            tokens[entry["token"]] = token
        if Role.ADMIN in entry["roles"]:
            admin = admin or worker
    if admin is None:
        raise ConfigError(f"{SAMPLE / 'workers.toml'}: workers: one with the role admin is needed")
    return admin, tokens, logins


async def _residents(db: AsyncSession, service: Service) -> dict[str, str]:
    """Ids of the sample residents by their keys."""
    people: dict[str, str] = {}
    for entry in read("residents"):
        account = service.conversations.account(entry["account"])
        who = await residents.identify(
            db, service.vault, account=account.name, platform=account.platform, sender=entry["sender"]
        )
        people[entry["key"]] = who.resident_id
        await contacts.keep(
            db,
            service.vault,
            resident_id=who.resident_id,
            name=entry["name"],
            phone=entry["phone"],
            address=entry["address"],
        )
        await residents.set_area(db, resident_id=who.resident_id, area_code=entry["grid"][:12], grid_code=entry["grid"])
        if entry.get("volunteer"):
            await volunteers.enrol(
                db,
                service.vault,
                resident_id=who.resident_id,
                area_code=entry["grid"][:12],
                profile=volunteers.Profile(),
            )
    return people


async def _rewards(db: AsyncSession, logins: Mapping[str, str]) -> None:
    places: dict[str, str] = {}
    for entry in read("rewards", "sites"):
        key, keepers = entry.pop("key"), [logins[login] for login in entry["keepers"]]
        places[key] = await sites.create_site(db, **{**entry, "keepers": keepers})
    for entry in read("rewards"):
        period = Period(entry["limit_period"]) if "limit_period" in entry else Period.EVER
        site_id = places[entry.pop("site")] if "site" in entry else None
        await rewards.create_reward(db, **{**entry, "limit_period": period, "site_id": site_id})


async def _activities(db: AsyncSession, service: Service, admin: Worker, people: dict[str, str]) -> None:
    for entry in read("activities"):
        day = _day(entry)
        plan = Plan(
            area_code=entry["area_code"],
            title=entry["title"],
            place=entry["place"],
            description=entry["description"],
            risks=entry["risks"],
            starts_at=_on(day, entry["starts"]),
            ends_at=_on(day, entry["ends"]),
            capacity=entry["capacity"],
            waiting_capacity=entry["waiting_capacity"],
            min_age=entry.get("min_age"),
        )
        activity_id = await volunteers.create_activity(db, service.vault, plan=plan, worker_id=admin.id)
        if entry.get("state", "published") == "published":
            await volunteers.publish_activity(db, service.vault, activity_id=activity_id, worker_id=admin.id)
        for key in entry.get("signed_up", ()):
            await volunteers.sign_up(
                db, service.vault, resident_id=people[key], activity_id=activity_id, age_confirmed=True
            )


def _day(entry: dict[str, Any]) -> datetime:
    today = clock.local(clock.now())
    if "in_days" in entry:
        return today + timedelta(days=entry["in_days"])
    ahead = (entry["weekday"] - today.isoweekday()) % 7 or 7
    return today + timedelta(days=ahead)


def _on(day: datetime, at: str) -> datetime:
    moment = time.fromisoformat(at)
    return day.replace(hour=moment.hour, minute=moment.minute, second=0, microsecond=0)


def write_tokens(settings: Settings, tokens: dict[str, str]) -> None:
    """`var/workers.json`, readable by its owner only."""
    settings.var.mkdir(parents=True, exist_ok=True)
    path = settings.var / "workers.json"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(tokens, file, indent=2)
    path.chmod(0o600)


def addresses(settings: Settings) -> str:
    """Where everything is, for whoever has just typed `make run`."""
    base = f"http://127.0.0.1:{settings.port}"
    names: Sequence[str] = [account.name for account in settings.config.accounts]
    lines = [
        "",
        f"  chat page          {base}/",
        *(f"  WeChat webhook     {base}/wechat/{name}" for name in names if name == "heping"),
        *(f"  Alipay webhook     {base}/alipay/{name}" for name in names if name == "heping-alipay"),
        "  simulator          .venv/bin/python -m bot simulate --account heping",
        f"  worker's log-in    .venv/bin/hc login --server {base} --token $(python3 -c"
        f' \'import json; print(json.load(open("{settings.var / "workers.json"}"))["admin"])\')',
        f"  tokens by role     {settings.var / 'workers.json'}",
        "",
    ]
    return "\n".join(lines) + "\n"
