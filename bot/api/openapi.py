"""OpenAPI 3.1 documents of both APIs, made from the tables of their endpoints.

`python -m bot.api.openapi` writes them to `docs/openapi/`; a test fails when they differ from the code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.api import shapes
from bot.api.admin.endpoint import Endpoint, Nothing
from bot.api.admin.serving import KEY_HEADER, LONGEST_KEY, action_name
from bot.api.admin.table import ENDPOINTS, PREFIX
from bot.api.resident_table import OPERATIONS
from bot.http import json_response
from core.settings import ROOT

Json = dict[str, Any]
_Names = dict[tuple[Any, str], Json]
"""References by model and mode (`validation` of what comes in, `serialization` of what goes out)."""

TARGET: Final = ROOT / "docs" / "openapi"
_SCHEMAS: Final = "#/components/schemas/"
_KEY: Final = {
    "name": KEY_HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": LONGEST_KEY},
    "description": "The caller's own: points are moved and words are sent once under the same key.",
}
_PATH_NAME: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Operation:
    """What one line of a table says, for either API. `form` names the file field of a multipart body."""

    method: str
    path: str
    id: str
    summary: str
    accepts: type[BaseModel] | None
    answers: type[BaseModel]
    status: int = 200
    is_public: bool = False
    form: str = ""
    has_json: bool = True
    has_key: bool = False
    media_type: str = "application/json"


def admin_document() -> Json:
    """The workers' API."""
    return _document(
        "Happy Community: admin API",
        "Workers' tools: every call needs a worker's token, and is checked for role, area and data level. "
        "What lies outside the worker's areas is 403, what does not exist is 404. Staff actions are audited.",
        [_of_endpoint(endpoint) for endpoint in ENDPOINTS],
    )


def resident_document() -> Json:
    """The residents' API."""
    return _document(
        "Happy Community: resident API",
        "For the web page and the mini-programs: log in, talk, and read one's own things.",
        [
            Operation(
                one.method, one.path, one.id, one.summary, one.accepts, one.answers,
                status=one.status, is_public=one.is_public, form=one.form, has_json=not one.form,
                media_type=one.media_type,
            )
            for one in OPERATIONS
        ],
    )  # fmt: skip


def _of_endpoint(endpoint: Endpoint[Any]) -> Operation:
    return Operation(
        endpoint.method,
        PREFIX + endpoint.path,
        action_name(endpoint).replace(".", "_"),
        endpoint.summary,
        None if endpoint.accepts is Nothing else endpoint.accepts,
        endpoint.answers,
        status=endpoint.status,
        form="photo" if endpoint.uploads else "",
        has_key=endpoint.method == "POST",
    )


def _document(title: str, description: str, operations: Sequence[Operation]) -> Json:
    names, schemas = _schemas(operations)
    paths: Json = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, names, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "description": description, "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas,
        },
    }


def _schemas(operations: Sequence[Operation]) -> tuple[_Names, Json]:
    """A reference for each model, and the schemas referred to. Inputs as validated, answers as they stand."""
    models: list[tuple[type[BaseModel], Any]] = [(shapes.Error, "serialization")]
    for operation in operations:
        if operation.accepts is not None:
            models.append((operation.accepts, "validation"))
        models.append((operation.answers, "serialization"))
    unique = list(dict.fromkeys(models))
    references, defined = models_json_schema(unique, ref_template=_SCHEMAS + "{model}")
    return {(model, mode): reference for (model, mode), reference in references.items()}, defined.get("$defs", {})


def _operation(operation: Operation, names: _Names, schemas: Json) -> Json:
    error = {"description": "Refused", "content": _content(names[shapes.Error, "serialization"])}
    answer = names[operation.answers, "serialization"]
    made: Json = {
        "operationId": operation.id,
        "summary": operation.summary,
        "parameters": [_path_parameter(name) for name in _PATH_NAME.findall(operation.path)],
        "responses": {
            str(operation.status): {"description": "Done", "content": _content(answer, operation.media_type)},
            "4XX": error,
            "5XX": error,
        },
    }
    if operation.has_key:
        made["parameters"].append(_KEY)
    if not operation.is_public:
        made["security"] = [{"token": []}]
    given = names[operation.accepts, "validation"] if operation.accepts else None
    if operation.method in ("GET", "DELETE"):
        if given is not None:
            made["parameters"] += _query_parameters(given, schemas)
    elif given is not None or operation.form:
        made["requestBody"] = {"required": True, "content": _body(operation, given)}
    return made


def _content(schema: Json, media_type: str = "application/json") -> Json:
    return {media_type: {"schema": schema}}


def _body(operation: Operation, given: Json | None) -> Json:
    content: Json = _content(given) if given is not None and operation.has_json else {}
    if operation.form:
        file = {
            "type": "object",
            "properties": {operation.form: {"type": "string", "contentMediaType": "application/octet-stream"}},
        }
        content["multipart/form-data"] = {"schema": {"allOf": [file, *([given] if given else [])]}}
    return content


def _path_parameter(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameters(reference: Json, schemas: Json) -> list[Json]:
    """A parameter for each field of the model; the model itself is then needed nowhere else."""
    model = schemas[reference["$ref"].removeprefix(_SCHEMAS)]
    required = model.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in model["properties"].items()
    ]


@lru_cache(maxsize=2)
def _written(name: str) -> str:
    made = admin_document() if name == "admin" else resident_document()
    return json.dumps(made, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def documents() -> dict[str, str]:
    """The text of each document by the name of its file."""
    return {f"{name}.json": _written(name) for name in ("admin", "resident")}


async def show_admin(_request: web.Request) -> web.Response:
    return json_response(json.loads(_written("admin")))


async def show_resident(_request: web.Request) -> web.Response:
    return json_response(json.loads(_written("resident")))


def routes() -> Iterable[web.RouteDef]:
    return (web.get("/admin/v1/openapi.json", show_admin), web.get("/api/v1/openapi.json", show_resident))


def write(target: Path = TARGET) -> None:
    """Write both documents."""
    target.mkdir(parents=True, exist_ok=True)
    for name, text in documents().items():
        (target / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
