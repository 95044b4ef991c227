"""Fetching the photos that a grid system names. Its addresses are followed like those of a stranger.

Only its own host may lie inside our network; any other name is resolved here, and the address that was checked is the
one that is called. Nothing is redirected.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from bot.adapters import http_json
from bot.adapters.media import MAX_IMAGE_BYTES, Stored, voice_type
from bot.adapters.pictures import ImageTooLarge, NotAnImage
from bot.grid.pushes import connector_of
from bot.service import Service
from community import photo_files
from community.issues import update_photos
from community.issues.photos import Photo
from core.errors import DeliveryError
from core.outbox import Job

PRIVATE_ADDRESS: Final = "photo_at_private_address"
NO_ADDRESS: Final = "photo_without_address"


async def fetch(service: Service, job: Job) -> None:
    """Bring one photo into the store and show it with its report."""
    grid = connector_of(service, job.payload["connector"])
    try:
        stored = await _stored(service, job.payload["url"], own_host=URL(grid.url).host)
    except (NotAnImage, ImageTooLarge, http_json.TooMuch) as error:
        raise DeliveryError(type(error).__name__, retryable=False) from None
    async with service.database.write() as db:
        photo = Photo(stored.sha256, stored.content_type)
        await update_photos.arrived(db, number=job.payload["number"], photo=photo)
        await photo_files.let_go(db, sha256s=[stored.sha256])  # the report may show enough of them


async def _stored(service: Service, address: str, *, own_host: str | None) -> Stored:
    content = await _download(service.http, address, own_host=own_host)
    if voice_type(content):
        raise NotAnImage
    return await service.media.put(content)


async def _download(http: aiohttp.ClientSession, address: str, *, own_host: str | None) -> bytes:
    """Raises DeliveryError, TooMuch."""
    host = _host(address)
    if host == own_host:
        _, content = await http_json.fetch(http, "GET", address, limit_bytes=MAX_IMAGE_BYTES)
        return content
    if _is_literal(host) and not _is_public(host):
        raise DeliveryError(PRIVATE_ADDRESS, retryable=False)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=PublicResolver())) as outside:
        _, content = await http_json.fetch(outside, "GET", address, limit_bytes=MAX_IMAGE_BYTES)
    return content


def _host(address: str) -> str:
    """Raises DeliveryError for what is no address."""
    try:
        host = URL(address).host
    except ValueError:
        host = None
    if not host:
        raise DeliveryError(NO_ADDRESS, retryable=False)
    return host


class PublicResolver(AbstractResolver):
    """Resolves names as usual. Raises DeliveryError for one that leads to an address inside a network."""

    def __init__(self) -> None:
        self._usual = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._usual.resolve(host, port, family)
        if not all(_is_public(one["host"]) for one in found):
            raise DeliveryError(PRIVATE_ADDRESS, retryable=False)
        return found

    async def close(self) -> None:
        await self._usual.close()


def _is_literal(host: str) -> bool:
    """Digits and dots, or colons: the HTTP client takes it for an address and asks no resolver."""
    return ":" in host or host.replace(".", "").isdigit()


def _is_public(host: str) -> bool:
    """Whether this is an address that everybody may call; one that carries another within may lead inside."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and any(address in network for network in _CARRIERS):
        return False
    return address.is_global and not address.is_multicast


_CARRIERS: Final = tuple(ipaddress.IPv6Network(name) for name in ("::ffff:0:0/96", "64:ff9b::/96", "2002::/16"))
