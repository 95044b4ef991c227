"""Who may call what: every endpoint with every role, and the table as a whole."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest

from bot.api.admin.endpoint import Endpoint, outermost
from bot.api.admin.table import ENDPOINTS
from community.permissions import ALLOWED, Permission
from core.values import Role
from tests.bot.api.town import OTHER_STREET, STREET, Town

EXPECTED: Final[dict[str, str]] = {
    "whoami": "ACOHSDUM",
    "workers bind": "ACOHSDUM",
    "workers": "A",
    "issues": "ACOHSDU",
    "activities": "AD",
    "volunteers": "AD",
    "services": "AD",
    "orders": "AD",
    "members": "AD",
    "points balance": "ADU",
    "points statement": "ADU",
    "points report": "ADU",
    "points honours": "ADU",
    "points audit": "ADU",
    "points rules list": "ADU",
    "points rules show": "ADU",
    "points rules recompute": "ADU",
    "points rules draft": "AD",
    "points rules test": "AD",
    "points rules activate": "A",
    "points rules retire": "A",
    "points funds list": "ADU",
    "points funds allocate": "A",
    "points award": "AD",
    "points": "AD",
    "points adjustments list": "ADU",
    "points donations list": "ADU",
    "points appeals list": "ADU",
    "points flags list": "ADU",
    "points flags show": "ADU",
    "points freezes": "ADU",
    "points reverse": "AD",
    "rewards": "AD",
    "redemptions": "AD",
    "redemptions list": "ADM",
    "redemptions verify": "ADM",
    "redemptions hand-out": "ADM",
    "chats": "ACD",
    "outbox": "ACS",
    "areas": "A",
    "duty": "ACOSD",
    "audit": "AU",
    "audit purge": "A",
    "stats": "ACSDU",
    "nlp": "ACD",
    "nlp retrain": "",
    "nlp serve": "",
    "nlp rollback": "",
}
"""By command or noun: admin, commander, cOllector, handler, supervisor, desk, aUditor, merchant.

Which version serves is decided for the whole installation, by nobody of one street.
"""

LETTERS: Final = {
    Role.ADMIN: "A", Role.COMMANDER: "C", Role.COLLECTOR: "O", Role.HANDLER: "H",
    Role.SUPERVISOR: "S", Role.DESK: "D", Role.AUDITOR: "U",
    Role.MERCHANT: "M",
}  # fmt: skip


def expected(endpoint: Endpoint[Any], role: Role) -> bool:
    noun = endpoint.command.split(" ")[0]
    return LETTERS[role] in EXPECTED.get(endpoint.command, EXPECTED.get(noun, ""))


@pytest.mark.alike("role")
@pytest.mark.parametrize("role", list(Role))
async def test_every_endpoint_asks_for_its_role(town: Town, role: Role) -> None:
    """With a role that may, an unknown object is 404 or an empty body 400; without it, 403 before anything is read."""
    for endpoint in ENDPOINTS:
        path = re.sub(r"\{\w+\}", "0", endpoint.path)
        status, answer = await town.call(endpoint.method, path, role=role)
        allowed = expected(endpoint, role)
        if allowed:
            assert status in (200, 201, 400, 404), (endpoint.command, role, answer)
        else:
            assert (status, answer["error"]["code"]) == (403, "not_your_task"), (endpoint.command, role)


async def test_without_a_token_everything_is_401(town: Town) -> None:
    for endpoint in ENDPOINTS:
        path = re.sub(r"\{\w+\}", "0", endpoint.path)
        for headers in ({}, {"Authorization": "Bearer hcw_wrong"}, {"Authorization": "Basic YTpi"}):
            url = town.server.make_url(f"/admin/v1{path}")
            async with town.service.http.request(endpoint.method, url, headers=headers) as response:
                assert response.status == 401
                assert (await response.json())["error"]["code"] == "unauthenticated"


async def test_a_disabled_workers_token_is_dead(town: Town) -> None:
    status, _ = await town.post(f"/workers/{town.ids[Role.DESK]}/disable")
    assert status == 200
    status, _ = await town.get("/me", role=Role.DESK)
    assert status == 401


@pytest.mark.alike("role")
@pytest.mark.parametrize("role", list(Role))
async def test_another_street_as_a_filter_is_refused(town: Town, role: Role) -> None:
    for endpoint in ENDPOINTS:
        if endpoint.method == "GET" and "area" in endpoint.accepts.model_fields and "{" not in endpoint.path:
            status, _ = await town.get(f"{endpoint.path}?area={OTHER_STREET}", role=role)
            assert status == 403, endpoint.command


def test_every_permission_is_asked_for_somewhere() -> None:
    asked = {endpoint.permission for endpoint in ENDPOINTS}
    assert set(Permission) - asked == {Permission.READ_CONTACTS}


def test_every_line_of_the_table_is_there_once() -> None:
    lines = [(endpoint.method, endpoint.path) for endpoint in ENDPOINTS]
    commands = [endpoint.command for endpoint in ENDPOINTS]
    assert len(set(lines)) == len(lines)
    assert len(set(commands)) == len(commands)


def test_members_and_audit_are_duties_of_few() -> None:
    holders = {role for role in Role if Permission.MEMBERS in ALLOWED[role]}
    assert holders == {Role.ADMIN, Role.DESK}


def test_of_nested_areas_the_outermost_counts() -> None:
    assert outermost([STREET, f"{STREET}001", OTHER_STREET]) == (STREET, OTHER_STREET)
    assert outermost(["", STREET]) == ("",)
