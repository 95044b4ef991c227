"""The OpenAPI documents: valid, as committed, and true of what the API answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot.api import openapi
from bot.api.admin.table import ENDPOINTS
from tests.bot.api.town import Town


@pytest.mark.parametrize("name", ["admin.json", "resident.json"])
def test_the_committed_document_is_that_of_the_code(name: str) -> None:
    """After a change: `python -m bot.api.openapi`."""
    assert (openapi.TARGET / name).read_text(encoding="utf-8") == openapi.documents()[name]


@pytest.mark.parametrize("name", ["admin.json", "resident.json"])
def test_every_reference_leads_somewhere_and_schemas_are_valid(name: str) -> None:
    document = json.loads(openapi.documents()[name])
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    for reference in _references(document):
        assert reference.removeprefix("#/components/schemas/") in schemas
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    ids = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(set(ids)) == len(ids)


def test_every_endpoint_is_described() -> None:
    paths = openapi.admin_document()["paths"]
    for endpoint in ENDPOINTS:
        described = paths[f"/admin/v1{endpoint.path}"][endpoint.method.lower()]
        names = {one["name"] for one in described["parameters"]}
        if endpoint.method == "GET":
            assert {field.alias or name for name, field in endpoint.accepts.model_fields.items()} <= names


async def test_the_documents_are_served(town: Town) -> None:
    for path, name in (("/admin/v1/openapi.json", "admin.json"), ("/api/v1/openapi.json", "resident.json")):
        async with town.service.http.get(town.server.make_url(path)) as response:
            assert await response.json() == json.loads(openapi.documents()[name])


def _references(value: Any) -> set[str]:
    if isinstance(value, dict):
        here = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return here.union(*(_references(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(_references(inner) for inner in value))
    return set()
