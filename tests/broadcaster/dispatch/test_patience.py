import asyncio

import pytest

from broadcaster.dispatch.patience import LONGEST_SECONDS, Patience


async def test_a_broker_that_refuses_for_weeks_is_still_asked_every_five_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)
    patience = Patience()
    waits = []
    for _ in range(2000):
        patience.failed()
        began = now
        while not patience.is_over:
            now += 1.0
        waits.append(now - began)
    assert waits[:4] == [1.0, 2.0, 4.0, 8.0]
    assert set(waits[9:]) == {LONGEST_SECONDS}
    patience.succeeded()
    assert not patience.is_tried
