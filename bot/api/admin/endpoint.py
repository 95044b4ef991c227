"""One endpoint of the admin API as a value, and the call that its handler gets.

An object outside the worker's areas is refused with 403 like a missing role, whether it is asked for by itself, named
in a filter or changed; what does not exist is 404. Lists leave such objects out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.adapters.media import Stored
from bot.http import LARGEST_BODY
from bot.service import Service
from bot.wakeups import SENDER
from community.permissions import NotYourTask, Permission, Worker
from core.crypto import Vault

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 100

Json = dict[str, Any]
AreaPrefix = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{0,20}$", description="An area code; all below it counts.")]
Reason = Annotated[str, Field(min_length=1, max_length=1000)]
Text = Annotated[str, Field(min_length=1, max_length=1000)]


def _has_nul(said: Any) -> bool:
    match said:
        case str():
            return "\0" in said
        case dict():
            return any(_has_nul(name) or _has_nul(value) for name, value in said.items())
        case list():
            return any(_has_nul(value) for value in said)
        case _:
            return False


class Input(BaseModel):
    """What a caller says: in the body of a POST, in the query of a GET. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nul(cls, said: Any) -> Any:
        """No text with a NUL goes further: PostgreSQL takes none."""
        if _has_nul(said):
            raise PydanticCustomError("nul", "a NUL in a text")
        return said


class Nothing(Input):
    """An endpoint that asks for nothing."""


class Listing(Input):
    """A page of a list; `cursor` is the `next` of the page before."""

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT
    cursor: Annotated[str, Field(max_length=64)] | None = None


class InArea(Listing):
    area: AreaPrefix = ""


class Because(Input):
    reason: Reason


@dataclass(slots=True)
class Call:
    """A request whose worker is known and whose input is checked; `photos` are stored already.

    `key` is the caller's Idempotency-Key, made unique to the worker. `area_code` and `subject` go to the audit log.
    """

    service: Service
    db: AsyncSession
    worker: Worker
    permission: Permission | None
    path: Mapping[str, str]
    key: str
    photos: tuple[Stored, ...] = ()
    subject: str = ""
    area_code: str = ""

    @property
    def vault(self) -> Vault:
        return self.service.vault

    def about(self, subject: str, area_code: str = "") -> None:
        """Say what this call is about, for the audit log."""
        self.subject, self.area_code = subject, area_code

    def require(self, area_code: str) -> None:
        """The worker must have the endpoint's permission where the object lies. Raises NotYourTask."""
        self.area_code = area_code
        if self.permission is not None:
            self.worker.require(self.permission, area_code)

    def areas(self, wanted: str = "") -> tuple[str, ...]:
        """The code prefixes of a list: the worker's areas within what was asked for. Raises NotYourTask."""
        if self.permission is None:
            raise ValueError("an endpoint without a permission has no areas")
        held = self.worker.areas_for(self.permission)
        found = (wanted,) if any(wanted.startswith(a) for a in held) else tuple(a for a in held if a.startswith(wanted))
        if not found:
            raise NotYourTask
        self.area_code = self.area_code or found[0]
        return outermost(found)


Said = TypeVar("Said", bound=Input)


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[Said]):
    """One line of the API. `command` is the `hc` command that calls it, or empty.

    Whatever is not a GET runs in a writing transaction and is audited, and so is a GET that is `personal`.
    `wakes` is who hears of a change once it is committed.
    `accepts` is the body, or the query of a GET; with `uploads` it may also come as multipart with files in `photo`.
    """

    method: Literal["GET", "POST", "PUT"]
    path: str
    handler: Callable[[Call, Said], Awaitable[Any]]
    permission: Permission | None
    accepts: type[Said]
    answers: type[BaseModel]
    summary: str
    command: str = ""
    personal: bool = False
    uploads: bool = False
    largest_body: int = LARGEST_BODY
    status: int = 200
    wakes: str = SENDER

    @property
    def audited(self) -> bool:
        return self.method != "GET" or self.personal


def outermost(prefixes: Collection[str]) -> tuple[str, ...]:
    """The prefixes without those that lie below another of them."""
    return tuple(sorted(p for p in set(prefixes) if not any(p != q and p.startswith(q) for q in prefixes)))


def page(items: Sequence[Json], *, limit: int, cursor: str | None) -> Json:
    """One page; `cursor` is that of its last item, given on only when the page is full."""
    return {"items": list(items), "next": cursor if len(items) >= limit else None}
