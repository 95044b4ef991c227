"""What a reversal takes is taken once, however many parts a transfer had."""

from __future__ import annotations

from datetime import timedelta

from core import clock
from tests.points.test_sharing import FAMILY, pool
from tests.points.town import Town


async def test_points_pooled_from_two_lots_come_back_to_both(town: Town) -> None:
    resident = await town.resident()
    soon = clock.now() + timedelta(days=10)
    await town.adjust(resident, 4, expires_at=soon)
    await town.adjust(resident, 6)
    posted = await pool(town, resident, 10)
    await town.reverse(posted.transfer_id)
    assert await town.lots(resident) == [(4, 0, soon), (6, 0, None)]
    assert [left for left, _, _ in await town.lots(FAMILY)] == [0, 0]
    assert await town.findings() == []
