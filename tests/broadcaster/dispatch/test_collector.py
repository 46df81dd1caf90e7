"""From the broker to the ledger (promises 3 and 10)."""

import sqlite3
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadcaster.domain.delivery import Delivery
from broadcaster.domain.service import Step
from broadcaster.ledger import Ledger
from broadcaster.ledger.deliveries import Deliveries
from broadcaster.ledger.merging import merge_one_by_one
from kokuchi import committing
from kokuchi.link import Received
from kokuchi.link.memory import MemoryBroker
from kokuchi.wire import MAXIMUM_BYTES, CallbackRequest, DeliveryReport, RequestState, SyncRequest, encode
from tests.broadcaster.dispatch.town import Town, fresh
from tests.broadcaster.examples import NOW, TOPICS, accept, presence, report
from tests.waiting import until
from tests.wire import strategies


def delivery(ledger: Ledger, terminal: str = "t-1") -> Delivery:
    accepted = ledger.alerts.get("a-1")
    assert accepted is not None
    return next(line.delivery for line in ledger.deliveries.of_alert(accepted.row) if line.terminal.id == terminal)


def quarantine(ledger: Ledger) -> list[tuple[str, str]]:
    rows = ledger.connections.read().execute("SELECT topic, refusal FROM quarantine ORDER BY id")
    return [(row["topic"], row["refusal"]) for row in rows]


@pytest.fixture
async def running(town: Town) -> Town:
    """A centre that runs, with one alert."""
    accept(town.ledger, fresh())
    await town.start_centre()
    return town


async def test_a_report_is_recorded_and_acknowledged(running: Town) -> None:
    await running.say(TOPICS.delivery("t-1"), report("t-1", received_at=NOW))
    await until(lambda: delivery(running.ledger).received_at == NOW)
    await until(lambda: running.unacknowledged == [])


async def test_presences_are_recorded_and_acknowledged(running: Town) -> None:
    await running.say(TOPICS.presence("t-2"), presence("t-2"))
    await until(lambda: running.ledger.presences.all() == {"t-2": presence("t-2")})
    await until(lambda: running.unacknowledged == [])


async def test_nothing_is_acknowledged_before_it_is_committed(running: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise 3: a report that could not be written stays at the broker until it could be."""

    class Ill(Deliveries):
        def record(self, reports: Iterable[DeliveryReport]) -> None:
            if not healed:
                attempts.append(list(running.unacknowledged))
                raise sqlite3.OperationalError("database or disk is full")
            super().record(reports)

    attempts: list[list[bytes]] = []
    healed: list[bool] = []
    usual = committing.RETRY_SECONDS
    monkeypatch.setattr("kokuchi.committing.RETRY_SECONDS", 0.01)
    running.ledger.deliveries = Ill(running.ledger.connections, merge_one_by_one)
    said = report("t-1", received_at=NOW)
    await running.say(TOPICS.delivery("t-1"), said)
    await until(lambda: len(attempts) >= 3)
    assert running.unacknowledged == [encode(said)]
    assert delivery(running.ledger) == Delivery()
    healed.append(True)
    await until(lambda: running.unacknowledged == [])
    assert delivery(running.ledger).received_at == NOW
    assert all(kept == [encode(said)] for kept in attempts)
    assert usual <= 1


async def test_what_a_centre_had_not_committed_when_it_died_comes_to_the_next_one(running: Town) -> None:
    """Promise 3."""

    class Stuck(Deliveries):
        def record(self, reports: Iterable[DeliveryReport]) -> None:
            tried.append(len(list(reports)))
            raise sqlite3.OperationalError("database is locked")

    tried: list[int] = []
    whole = running.ledger.deliveries
    running.ledger.deliveries = Stuck(running.ledger.connections, merge_one_by_one)
    await running.say(TOPICS.delivery("t-1"), report("t-1", received_at=NOW))
    await until(lambda: tried)
    await running.stop_centre()
    running.ledger.deliveries = whole
    await running.start_centre()
    await until(lambda: delivery(running.ledger).received_at == NOW)
    await until(lambda: running.unacknowledged == [])


async def test_garbage_goes_to_quarantine_is_acknowledged_and_everything_goes_on(running: Town) -> None:
    garbage = [
        (TOPICS.delivery("t-1"), b"\x00\xff garbage", "malformed"),
        (TOPICS.delivery("t-1"), b"", "malformed"),
        (TOPICS.delivery("t-1"), b"[1]", "malformed"),
        (TOPICS.presence("t-1"), b'{"version": 2}', "unknown_version"),
        (TOPICS.sync("t-1"), b'{"version": 1}', "invalid"),
        (TOPICS.delivery(""), encode(report("t-1", received_at=NOW)), "invalid"),
        (TOPICS.delivery("t-1"), b"[" * (MAXIMUM_BYTES + 1), "too_large"),
        (TOPICS.presence("t-1"), encode(report("t-1", received_at=NOW)), "invalid"),
    ]
    for topic, payload, _ in garbage:
        await running.say(topic, payload)
    await running.say(TOPICS.delivery("t-1"), report("t-1", received_at=NOW))
    await until(lambda: delivery(running.ledger).received_at == NOW)
    await until(lambda: running.unacknowledged == [])
    assert quarantine(running.ledger) == [(topic, refusal) for topic, _, refusal in garbage]


@pytest.mark.parametrize("topic", ["", "delivery", "elsewhere/x", TOPICS.root, f"{TOPICS.root}/request/t-1"])
async def test_a_message_on_a_strange_topic_does_no_harm(running: Town, topic: str) -> None:
    """Such as one of an old subscription that the broker still keeps."""
    assert running.link is not None
    running.link.put(Received(topic, encode(report("t-1", received_at=NOW)), False, 999, 1))
    await running.say(TOPICS.delivery("t-2"), report("t-2", received_at=NOW))
    await until(lambda: delivery(running.ledger, "t-2").received_at == NOW)
    await until(lambda: [found for found, _ in quarantine(running.ledger)] == [topic])
    assert delivery(running.ledger, "t-1") == Delivery()


async def test_a_terminal_that_speaks_for_another_is_not_believed(running: Town) -> None:
    """Promise 10: the broker vouches for the topic, nobody for the payload."""
    foreign = report("t-1", received_at=NOW)
    await running.say(TOPICS.delivery("t-2"), foreign)
    await running.say(TOPICS.presence("t-2"), presence("t-1"))
    await running.say(TOPICS.sync("t-2"), SyncRequest(terminal="t-1", identifier="s-1", sent=NOW))
    await running.say(TOPICS.sync("t-2"), SyncRequest(terminal="t-2", identifier="s-2", sent=NOW, held=(foreign,)))
    await until(lambda: running.ledger.quarantine.count() == 4)
    assert {refusal for _, refusal in quarantine(running.ledger)} == {"invalid"}
    assert delivery(running.ledger, "t-1") == delivery(running.ledger, "t-2") == Delivery()
    assert running.ledger.presences.all() == {}
    assert running.replies("t-1") == running.replies("t-2") == []
    await until(lambda: running.unacknowledged == [])


async def test_reports_of_an_alert_that_the_ledger_does_not_know_are_acknowledged(running: Town) -> None:
    await running.say(TOPICS.delivery("t-1"), report("t-1", "a-unknown", received_at=NOW))
    await running.say(TOPICS.delivery("t-9"), report("t-9", received_at=NOW))
    await running.say(TOPICS.delivery("t-1"), report("t-1", received_at=NOW))
    await until(lambda: delivery(running.ledger).received_at == NOW)
    await until(lambda: running.unacknowledged == [])
    assert running.ledger.quarantine.count() == 0


async def test_a_thousand_reports_at_once_are_all_recorded_and_acknowledged(running: Town) -> None:
    """More than a batch; each carries one stage more."""
    stages = ("received_at", "displayed_at", "voiced_at", "confirmed_at")
    reached: dict[str, Any] = {}
    for count in range(400):
        reached[stages[count % 4]] = NOW
        for terminal in ("t-1", "t-2", "t-3"):
            await running.say(TOPICS.delivery(terminal), report(terminal, **reached))
    await until(lambda: all(delivery(running.ledger, terminal).is_complete for terminal in ("t-1", "t-2", "t-3")))
    await until(lambda: running.unacknowledged == [])


async def test_what_waited_at_the_broker_while_the_centre_was_away_is_recorded(running: Town) -> None:
    """Promise 3."""
    await running.stop_centre()
    await running.say(TOPICS.delivery("t-1"), report("t-1", received_at=NOW))
    await running.say(TOPICS.presence("t-1"), presence("t-1"))
    assert len(running.unacknowledged) == 2
    await running.start_centre()
    await until(lambda: delivery(running.ledger).received_at == NOW)
    await until(lambda: running.ledger.presences.all())
    await until(lambda: running.unacknowledged == [])


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    messages=st.lists(
        st.tuples(
            st.sampled_from(["delivery", "presence", "sync"]),
            strategies.few_identifiers("t"),
            st.binary(max_size=50) | strategies.messages().map(encode),
        ),
        max_size=5,
    )
)
async def test_whatever_comes_is_acknowledged_in_the_end(
    messages: list[tuple[str, str, bytes]], ledger: Ledger
) -> None:
    town = Town(ledger, MemoryBroker())
    await town.open()
    await town.start_centre()
    await until(lambda: "centre" in town.broker.sessions)
    for kind, terminal, payload in messages:
        await town.say(f"{TOPICS.root}/{kind}/{terminal}", payload)
    await until(lambda: town.unacknowledged == [])
    await town.close()


def wish(terminal: str = "t-1") -> CallbackRequest:
    return CallbackRequest(terminal=terminal, identifier="r-1", sent=NOW, asked_at=NOW, alert="a-1", revision=1)


async def test_a_household_s_wish_is_recorded_and_acknowledged(running: Town) -> None:
    await running.say(TOPICS.request("t-1"), wish())
    await until(lambda: running.ledger.requests.count_open() == 1)
    await until(lambda: running.unacknowledged == [])


async def test_a_wish_that_a_sync_carries_is_recorded_and_answered(running: Town) -> None:
    """Whatever became of the message that carried it first."""
    question = SyncRequest(terminal="t-1", identifier="s-1", sent=NOW, requests=(wish(),))
    assert (await running.ask(question)).requests == (RequestState(identifier="r-1"),)
    running.ledger.requests.finish(running.ledger.requests.open()[0].row, "hanako", NOW)
    assert (await running.ask(question)).requests == (RequestState(identifier="r-1", done_at=NOW),)
    assert (await running.ask(question.model_copy(update={"requests": None}))).requests is None


async def test_a_wish_in_the_name_of_another_household_is_refused(running: Town) -> None:
    """Promise 10."""
    await running.say(TOPICS.request("t-1"), wish("t-2"))
    await running.say(
        TOPICS.sync("t-1"), SyncRequest(terminal="t-1", identifier="s-1", sent=NOW, requests=(wish("t-2"),))
    )
    await until(lambda: len(quarantine(running.ledger)) == 2)
    assert quarantine(running.ledger) == [(TOPICS.request("t-1"), "invalid"), (TOPICS.sync("t-1"), "invalid")]
    assert running.ledger.requests.count_open() == 0


@pytest.mark.parametrize("away", [Step.SUSPEND, Step.RETIRE])
async def test_what_a_terminal_out_of_service_says_is_not_taken_and_not_answered(running: Town, away: Step) -> None:
    """Promise 10: also if the broker still lets it in."""
    running.ledger.service.step(away, ["t-1"], "hanako", NOW)
    for topic, message in (
        (TOPICS.delivery("t-1"), report("t-1", received_at=NOW)),
        (TOPICS.presence("t-1"), presence("t-1")),
        (TOPICS.sync("t-1"), SyncRequest(terminal="t-1", identifier="s-1", sent=NOW)),
    ):
        await running.say(topic, message)
    await running.say(TOPICS.presence("t-2"), presence("t-2"))
    await running.ask(SyncRequest(terminal="t-2", identifier="s-2", sent=NOW))
    assert running.replies("t-1") == []
    assert delivery(running.ledger) == Delivery()
    assert running.ledger.presences.all() == {"t-2": presence("t-2")}
    assert quarantine(running.ledger) == [
        (topic, "invalid") for topic in (TOPICS.delivery("t-1"), TOPICS.presence("t-1"), TOPICS.sync("t-1"))
    ]
    assert running.unacknowledged == []


async def test_the_last_will_of_a_terminal_that_was_cut_off_is_its_truth(running: Town) -> None:
    await running.say(TOPICS.presence("t-1"), presence("t-1"))
    await until(lambda: running.ledger.presences.all() == {"t-1": presence("t-1")})
    running.ledger.service.step(Step.RETIRE, ["t-1"], "hanako", NOW)
    await running.say(TOPICS.presence("t-1"), presence("t-1", online=False))
    await until(lambda: not running.ledger.presences.all()["t-1"].online)
    assert quarantine(running.ledger) == []
