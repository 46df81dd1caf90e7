"""The centre says to systemd that all is well while it is, and ends when it is not."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broadcaster import watching
from broadcaster.dispatch import Dispatcher, collector, publisher
from broadcaster.dispatch.dispatcher import subscriptions
from broadcaster.dispatch.signer import Signer
from broadcaster.domain.signing import Keychain, TownTerms
from broadcaster.ledger import Ledger
from broadcaster.watching import watch_centre
from kokuchi.link.memory import MemoryBroker, MemoryLink
from kokuchi.pulse import Pulse
from kokuchi.restarts import last_restart
from kokuchi.watchdog import Part, StoodStill
from kokuchi.wire import DeliveryReport, SigningKey, encode
from tests.broadcaster.examples import TOPICS, TOWN, accept, alert
from tests.broadcaster.settings_files import write_secrets, write_settings
from tests.ports import free_port
from tests.service_manager import Systemd, listening
from tests.waiting import PATIENCE, until, wait_until

SHORT = 1.5
"""Patience for these tests: more than the half second between two looks at the outbox."""


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Systemd]:
    with listening(tmp_path / "notify") as end:
        monkeypatch.setenv("NOTIFY_SOCKET", str(end.path))
        yield end


def test_a_centre_without_a_broker_is_ready_and_says_that_it_is_well_until_it_is_told_to_end(
    tmp_path: Path, systemd: Systemd
) -> None:
    config = write_settings(tmp_path)
    write_secrets(tmp_path)
    (tmp_path / "chimes").symlink_to(Path(__file__).parents[2] / "sounds")
    command = [sys.executable, "-m", "broadcaster", "--config", str(config)]
    subprocess.run([*command, "setup"], check=True, capture_output=True)
    centre = subprocess.Popen(
        [*command, "serve"], stderr=subprocess.PIPE, env={**os.environ, "KOKUCHI_WEB__PORT": str(free_port())}
    )
    try:
        wait_until(lambda: len(systemd.listen()) > 2 or centre.poll() is not None)
    finally:
        centre.send_signal(signal.SIGTERM)
        errors = centre.communicate(timeout=30)[1]
    assert systemd.listen()[0] == "READY=1", errors
    assert set(systemd.heard[1:]) - {"STOPPING=1"} == {"WATCHDOG=1\nSTATUS=broker not connected"}


class DeafLink(MemoryLink):
    """A link whose broker never says that it has taken a message, as when its thread is dead."""

    async def publish(self, *_message: object, **_options: object) -> None:
        await asyncio.Event().wait()


def dispatcher_of(ledger: Ledger, link: MemoryLink) -> tuple[Dispatcher, dict[str, Part]]:
    dispatcher = Dispatcher(
        ledger, link, Signer(lambda: Keychain(SigningKey.generate())), TOWN.id, lambda: TownTerms({}, {})
    )
    return dispatcher, {part.name: part for part in dispatcher.vital_parts}


async def stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_publisher_that_waits_for_ever_ends_the_centre_and_no_word_follows_that_all_is_well(
    ledger: Ledger, systemd: Systemd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "PATIENCE", SHORT)
    dispatcher, _ = dispatcher_of(ledger, DeafLink(MemoryBroker(), client_id="centre", subscriptions=[]))
    dispatching = asyncio.create_task(dispatcher.run())
    watching_it = asyncio.create_task(watch_centre(ledger, dispatcher.vital_parts, tmp_path, lambda: "well"))
    await until(lambda: "WATCHDOG=1\nSTATUS=well" in systemd.listen())

    accept(ledger, alert(sent=datetime.now(UTC)))

    with pytest.raises(StoodStill, match="the publisher stands still: it did not look at the outbox"):
        await asyncio.wait_for(watching_it, PATIENCE)
    assert systemd.listen()[-1] == "STOPPING=1"
    part, moment = last_restart(tmp_path) or ("", datetime.min.replace(tzinfo=UTC))
    assert part == "publisher"
    assert datetime.now(UTC) - moment < timedelta(minutes=1)
    await stop(dispatching)


async def test_reports_that_are_not_written_are_noticed_and_silence_is_not(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collector, "PATIENCE", 0.2)
    broker = MemoryBroker()
    dispatcher, parts = dispatcher_of(
        ledger, MemoryLink(broker, client_id="centre", subscriptions=subscriptions(TOPICS))
    )
    stuck, was_called = threading.Event(), threading.Event()
    record = ledger.deliveries.record

    def record_when_allowed(reports: list[DeliveryReport]) -> None:
        was_called.set()
        stuck.wait(60)
        record(reports)

    monkeypatch.setattr(ledger.deliveries, "record", record_when_allowed)
    terminal = MemoryLink(broker, client_id="t-1", subscriptions=[])
    await terminal.start()
    dispatching = asyncio.create_task(dispatcher.run())
    await until(lambda: (state := ledger.broker.state()) and state.connected)
    pulse = parts["collector"].pulse
    assert pulse.is_resting

    report = DeliveryReport(terminal="t-1", alert="a-1", revision=1, sent=datetime.now(UTC))
    await terminal.publish(TOPICS.delivery("t-1"), encode(report))
    await until(was_called.is_set)
    await until(lambda: pulse.is_overdue)

    stuck.set()
    await until(lambda: pulse.is_resting)
    await stop(dispatching)
    await terminal.close()


async def test_a_ledger_that_cannot_be_read_ends_the_centre(
    ledger: Ledger, systemd: Systemd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LEDGER_PATIENCE", 0.5)
    busy = Part("publisher", Pulse(), "")
    busy.pulse.expect(1000)
    watching_it = asyncio.create_task(watch_centre(ledger, [busy], tmp_path, lambda: "well", look_seconds=0.05))
    await until(lambda: "WATCHDOG=1\nSTATUS=well" in systemd.listen())
    with ledger.connections.write() as db:
        db.execute("ALTER TABLE broker RENAME TO elsewhere")
    with pytest.raises(StoodStill, match="the ledger stands still"):
        await asyncio.wait_for(watching_it, PATIENCE)
