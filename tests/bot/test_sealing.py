from __future__ import annotations

from datetime import timedelta

import pytest

from bot.sealing import Sealer
from core import chains, clock
from core.chains import Link
from points import anchors, seals
from points.anchors import AnchorContradicted
from tests.house import House

LATER = chains.SETTLED + timedelta(seconds=1)


async def _sealed(house: House) -> Sealer:
    sealer = Sealer(house.service)
    with clock.frozen(clock.now() + LATER):
        await sealer.once()
    return sealer


async def test_every_seal_is_noted_outside_the_database(quiet: House) -> None:
    sealer = await _sealed(quiet)
    async with quiet.service.database.read() as db:
        newest = await seals.newest(db)
    assert newest is not None
    assert list(anchors.known(sealer.anchored)) == [newest]
    await _sealed(quiet)
    assert list(anchors.known(sealer.anchored)) == [newest]


async def test_a_contradicted_anchor_is_left_as_it_is(quiet: House) -> None:
    anchors.keep(Sealer(quiet.service).anchored, Link(10**6, "of another life"))
    with pytest.raises(AnchorContradicted):
        await _sealed(quiet)
    assert [one.seq for one in anchors.known(Sealer(quiet.service).anchored)] == [10**6]
    await Sealer(quiet.service).watched()
