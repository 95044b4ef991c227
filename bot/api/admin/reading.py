"""What a caller said, checked against the endpoint's model: a query, a JSON body, or a form with photos."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final, TypeVar

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import ValidationError

from bot.adapters.media import MediaStore, NotAnImage, Stored
from bot.api.admin.endpoint import Endpoint, Input
from bot.http import body_of
from core.errors import Invalid, TooLarge

MAX_PHOTOS: Final = 9
MAX_FIELD_BYTES: Final = 16 * 1024
CHUNK_BYTES: Final = 64 * 1024

Model = TypeVar("Model", bound=Input)


async def read(request: web.Request, endpoint: Endpoint[Any], media: MediaStore) -> tuple[Input, tuple[Stored, ...]]:
    """What was said, and the photos that came with it, stored. Raises Invalid or TooLarge."""
    if endpoint.method == "GET":
        return _read_query(request, endpoint.accepts), ()
    if endpoint.uploads and request.content_type == "multipart/form-data":
        return await _read_form(request, endpoint.accepts, media)
    body = await body_of(request, endpoint.largest_body)
    try:
        return endpoint.accepts.model_validate_json(body or b"{}"), ()
    except ValidationError as error:
        raise Invalid(fields=faults(error)) from None


def _read_query(request: web.Request, model: type[Model]) -> Model:
    """Raises Invalid, also for a name given twice."""
    given = list(request.query.items())
    if len(dict(given)) != len(given):
        raise Invalid(fields={name: "given_twice" for name, _ in given if len(request.query.getall(name)) > 1})
    return checked(model, dict(given))


def checked(model: type[Model], given: dict[str, Any]) -> Model:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise Invalid(fields=faults(error)) from None


def faults(error: ValidationError) -> dict[str, str]:
    """Field names with what is wrong; never a value, which may be personal."""
    return {
        ".".join(map(str, fault["loc"])) or "body": str(fault["type"])
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    }


async def _read_form(request: web.Request, model: type[Input], media: MediaStore) -> tuple[Input, tuple[Stored, ...]]:
    fields: dict[str, Any] = {}
    photos: list[Stored] = []
    try:
        form = await request.multipart()
        while (part := await form.next()) is not None:
            if not isinstance(part, BodyPartReader) or part.name is None:
                raise Invalid(fields={"body": "multipart"})
            if part.name != "photo":
                fields[part.name] = await _text(part)
            elif len(photos) >= MAX_PHOTOS:
                raise TooLarge(fields={"photo": f"at most {MAX_PHOTOS}"})
            else:
                photos.append(await _photo(part, media))
    except (ValueError, HttpProcessingError):  # what aiohttp raises for a form that is none
        raise Invalid(fields={"body": "multipart"}) from None
    return checked(model, fields), tuple(photos)


async def _text(part: BodyPartReader) -> str:
    """Raises TooLarge, Invalid."""
    data = bytearray()
    while chunk := await part.read_chunk(CHUNK_BYTES):
        data += chunk
        if len(data) > MAX_FIELD_BYTES:
            raise TooLarge(fields={part.name or "body": f"at most {MAX_FIELD_BYTES} bytes"})
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Invalid(fields={part.name or "body": "utf-8"}) from None


async def _photo(part: BodyPartReader, media: MediaStore) -> Stored:
    """Raises NotAnImage, ImageTooLarge."""
    stored = await media.put(_chunks(part))
    if not stored.content_type.startswith("image/"):
        raise NotAnImage(fields={"photo": "an image"})
    return stored


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(CHUNK_BYTES):
        yield chunk
