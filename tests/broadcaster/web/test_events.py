import asyncio

import pytest

from broadcaster.ledger import Ledger
from broadcaster.web import live
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.town import NOW, accept, presence, report


async def test_a_report_moves_the_alert_s_page(operator: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    async with operator.events(f"/alerts/{alert.identifier}/events") as stream:
        status, headers = await stream.start()
        assert status == 200
        assert headers["content-type"].startswith("text/event-stream")
        assert "no-store" in headers["cache-control"]
        assert set(await stream.parts()) == {
            "banner", "calls", "request-count-bar", "request-count-menu", "trouble-count-bar", "trouble-count-menu",
            "state", "counts", "curve", "areas", "troubles", "reasons", "earlier", "found",
            "line-t-1", "line-t-2", "line-t-3",
        }  # fmt: skip
        ledger.deliveries.record([report(alert, "t-2", received_at=NOW, displayed_at=NOW)])
        parts = await stream.parts()
    assert "3台のうち1台に届き" in parts["state"]
    assert "表示済み" in parts["line-t-2"]
    assert "line-t-1" not in parts


async def test_a_new_alert_appears_in_the_log_and_on_the_first_page(operator: Browser, ledger: Ledger) -> None:
    async with operator.events("/log/events") as log, operator.events("/events") as home:
        await log.parts_after_start()
        await home.parts_after_start()
        alert = accept(ledger)
        assert f"alert-{alert.identifier}" in await log.parts()
        assert alert.identifier in (await home.parts())["running"]


async def test_a_terminal_that_goes_is_seen_at_once(operator: Browser, ledger: Ledger) -> None:
    async with operator.events("/terminals/events") as stream:
        await stream.parts_after_start()
        ledger.presences.record([presence("t-1", online=False)])
        assert "接続なし" in (await stream.parts())["terminal-t-1"]


async def test_a_broker_that_goes_is_said_on_an_open_page(operator: Browser, ledger: Ledger) -> None:
    async with operator.events("/events") as stream:
        await stream.parts_after_start()
        ledger.broker.record(False, "gone", NOW)
        assert set(await stream.parts()) == {"banner", "troubles", "trouble-count-bar", "trouble-count-menu"}


async def test_many_changes_make_few_events(operator: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    async with operator.events(f"/alerts/{alert.identifier}/events") as stream:
        await stream.parts_after_start()
        for terminal in ("t-1", "t-2", "t-3"):
            ledger.deliveries.record([report(alert, terminal, received_at=NOW)])
        parts = await stream.parts()
    assert {"line-t-1", "line-t-2", "line-t-3"} <= set(parts)


async def test_a_stream_ends_with_the_account(operator: Browser, ledger: Ledger) -> None:
    async with operator.events("/events") as stream:
        await stream.parts_after_start()
        with ledger.connections.write() as db:
            db.execute("DELETE FROM accounts WHERE name = 'ops'")
        assert stream.task is not None
        await asyncio.wait_for(asyncio.shield(stream.task), 5)


async def test_a_stream_ends_with_the_session(operator: Browser, ledger: Ledger) -> None:
    async with operator.events("/events") as stream:
        await stream.parts_after_start()
        await operator.post("/logout")
        ledger.changes.announce()
        assert stream.task is not None
        await asyncio.wait_for(asyncio.shield(stream.task), 5)


async def test_a_quiet_stream_says_that_it_lives(operator: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)
    async with operator.events("/events") as stream:
        await stream.parts_after_start()
        assert (await stream.next_text()).startswith(":")
