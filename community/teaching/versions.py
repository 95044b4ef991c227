"""Trained models: which one serves, which reads in the shadow, and the way back.

The files stand in the database: every process of every host serves the same version, and a backup holds them. Version
0 is the one that comes with the project; it has no row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from community.teaching.models import ModelFiles, ModelVersion, VersionState
from core import clock
from core.db import violated
from core.errors import Conflict, NotFound, Refused

SHIPPED: Final = 0
KEPT: Final = 3
_IN_USE: Final = (VersionState.SERVING, VersionState.SHADOW)


class VersionNotFound(NotFound):
    code = "version_not_found"


class VersionUnusable(Refused):
    """The version was refused, or its files are not kept any more."""

    code = "version_unusable"


class NothingToRollBack(Refused):
    """The models that come with the project serve already."""

    code = "nothing_to_roll_back"


class VersionChanged(Conflict):
    """Somebody else chose a version in the same moment; nothing was done."""

    code = "version_changed"


@dataclass(frozen=True, slots=True)
class InUse:
    """Numbers: `serving` is 0 for the shipped models, `shadow` None without one."""

    serving: int
    shadow: int | None


async def in_use(db: AsyncSession) -> InUse:
    rows = await db.execute(
        select(ModelVersion.state, ModelVersion.number).where(
            ModelVersion.state.in_([state.value for state in _IN_USE])
        )
    )
    found = {row.state: row.number for row in rows}
    return InUse(found.get(VersionState.SERVING, SHIPPED), found.get(VersionState.SHADOW))


async def record(
    db: AsyncSession, *, packed: bytes | None, figures: dict[str, Any], reason: str, created_by: str
) -> int:
    """The number of a new version: trained, or refused for a `reason` and without files."""
    state = VersionState.REFUSED if packed is None else VersionState.TRAINED
    made = await db.execute(
        insert(ModelVersion)
        .values(state=state.value, figures=figures, reason=reason, created_by=created_by, created_at=clock.now())
        .returning(ModelVersion.number)
    )
    number = made.scalar_one()
    if packed is not None:
        await db.execute(insert(ModelFiles).values(number=number, packed=packed))
        await _prune(db)
    return number


async def files(db: AsyncSession, *, number: int) -> bytes:
    """The packed models of a version. Raises VersionUnusable."""
    packed = (await db.execute(select(ModelFiles.packed).where(ModelFiles.number == number))).scalar_one_or_none()
    if packed is None:
        raise VersionUnusable(number=number)
    return packed


async def scores(db: AsyncSession, *, number: int) -> dict[str, Any] | None:
    """`{sentences_digest, intent, category}` of a version, or of the shipped one as a comparison with it found."""
    query = select(ModelVersion.number, ModelVersion.figures).order_by(ModelVersion.number.desc())
    for row in await db.execute(query):
        for found, of in (("after", row.number), ("before", row.figures.get("against"))):
            if of == number and found in row.figures:
                return {"sentences_digest": row.figures["sentences_digest"], **row.figures[found]}
    return None


async def get(db: AsyncSession, *, number: int) -> dict[str, Any]:
    """The JSON of a version. Raises VersionNotFound."""
    for shown in await listing(db, only=(number,)):
        return shown
    raise VersionNotFound


async def listing(db: AsyncSession, *, only: Sequence[int] = ()) -> list[dict[str, Any]]:
    """All versions, the newest first, or those of these numbers."""
    is_kept = exists().where(ModelFiles.number == ModelVersion.number)
    query = select(ModelVersion, is_kept).order_by(ModelVersion.number.desc())
    if only:
        query = query.where(ModelVersion.number.in_(only))
    return [_shown(row, is_kept=kept) for row, kept in await db.execute(query)]


def _shown(row: ModelVersion, *, is_kept: bool) -> dict[str, Any]:
    return {
        "number": row.number,
        "state": row.state,
        "kept": is_kept,
        "reason": row.reason,
        "replaced": row.replaced,
        "figures": row.figures,
        "created_at": clock.iso(row.created_at),
        "created_by": row.created_by,
        "served_at": clock.iso(row.served_at) if row.served_at else None,
    }


async def serve(db: AsyncSession, *, number: int) -> None:
    """Let a version answer residents; 0 is the shipped one. Raises VersionNotFound, VersionUnusable, VersionChanged.

    To serve what a rollback would come to is a rollback: each version stands once on the way back.
    """
    if number != SHIPPED:
        await _require_files(db, number)
    way_back = await _way_back(db)
    await _leave(db, VersionState.SERVING)
    if number in way_back:
        await _enter(db, number, VersionState.SERVING)
    else:
        await _enter(db, number, VersionState.SERVING, replaced=way_back[0])
    await _prune(db)


async def shadow(db: AsyncSession, *, number: int) -> None:
    """Let a version read along without answering; 0 ends that. Raises as `serve` does."""
    if number != SHIPPED:
        await _require_files(db, number)
        if (await in_use(db)).serving == number:
            raise VersionUnusable(number=number)
    await _leave(db, VersionState.SHADOW)
    await _enter(db, number, VersionState.SHADOW)


async def roll_back(db: AsyncSession) -> int:
    """Serve what served before, as far back as files are kept, and the shipped models at last; its number.

    Raises NothingToRollBack, VersionChanged.
    """
    _, *before = await _way_back(db)
    if not before:
        raise NothingToRollBack
    kept = {SHIPPED, *(await db.execute(select(ModelFiles.number))).scalars()}
    target = next(number for number in before if number in kept)
    await _leave(db, VersionState.SERVING)
    await _enter(db, target, VersionState.SERVING)
    return target


async def _way_back(db: AsyncSession) -> list[int]:
    """The version that serves, the one that it replaced, and so on to the shipped one."""
    rows = await db.execute(select(ModelVersion.number, ModelVersion.replaced))
    replaced = {row.number: row.replaced for row in rows}
    found = [(await in_use(db)).serving]
    while found[-1] != SHIPPED:
        found.append(replaced[found[-1]] or SHIPPED)
    return found


async def _require_files(db: AsyncSession, number: int) -> None:
    known = select(ModelVersion.number).where(ModelVersion.number == number)
    if (await db.execute(known)).scalar_one_or_none() is None:
        raise VersionNotFound
    if not (await db.execute(select(exists().where(ModelFiles.number == number)))).scalar_one():
        raise VersionUnusable(number=number)


async def _leave(db: AsyncSession, state: VersionState) -> None:
    to = VersionState.RETIRED if state is VersionState.SERVING else VersionState.TRAINED
    await db.execute(
        update(ModelVersion)
        .where(ModelVersion.state == state.value)
        .values(state=to.value)
        .execution_options(synchronize_session=False)
    )


async def _enter(db: AsyncSession, number: int, state: VersionState, **values: Any) -> None:
    """The shipped version has no row: it serves when no other does. Raises VersionChanged."""
    if state is VersionState.SERVING:
        values["served_at"] = clock.now()
    entering = update(ModelVersion).where(ModelVersion.number == number).values(state=state.value, **values)
    try:
        async with db.begin_nested():
            await db.execute(entering.execution_options(synchronize_session=False))
    except IntegrityError as error:
        if violated(error, "uq_model_version_in_use", "model_version.state"):
            raise VersionChanged from None
        raise


async def _prune(db: AsyncSession) -> None:
    """Keep the files of KEPT versions: what is in use, what it replaced, then the newest."""
    rows = (
        await db.execute(
            select(ModelVersion.number, ModelVersion.state, ModelVersion.replaced)
            .join(ModelFiles, ModelFiles.number == ModelVersion.number)
            .order_by(ModelVersion.number.desc())
        )
    ).all()
    used = [row.number for row in rows if row.state in _IN_USE]
    before = [row.replaced for row in rows if row.state == VersionState.SERVING]
    ranked = list(dict.fromkeys([*used, *before, *(row.number for row in rows)]))
    kept = [number for number in ranked if number in {row.number for row in rows}][:KEPT]
    await db.execute(
        delete(ModelFiles).where(ModelFiles.number.not_in(kept)).execution_options(synchronize_session=False)
    )
