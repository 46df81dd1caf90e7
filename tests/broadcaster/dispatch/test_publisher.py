"""From the outbox to the broker (promises 1 and 8)."""

import sqlite3
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from broadcaster.dispatch.dispatcher import subscriptions
from broadcaster.ledger import Ledger
from broadcaster.ledger.outbox import Outbox, Outcome, Publication
from kokuchi.link import PublishRefused
from kokuchi.link.memory import MemoryLink
from tests.broadcaster.dispatch.town import Town, accept_now, fresh
from tests.broadcaster.examples import EVERYONE, TOPICS, accept, areas, groups, terminals
from tests.waiting import until


def states(ledger: Ledger) -> list[str]:
    rows = ledger.connections.read().execute("SELECT state FROM outbox ORDER BY id")
    return [row["state"] for row in rows]


async def test_an_accepted_alert_is_published_signed_on_each_topic_of_its_audience(town: Town) -> None:
    await town.start_centre()
    given = [
        await accept_now(town, fresh("all", audience=EVERYONE)),
        await accept_now(town, fresh("two", audience=areas("kita", "minami"))),
        await accept_now(town, fresh("group", audience=groups("elderly"))),
        await accept_now(town, fresh("one", audience=terminals("t-3"))),
    ]
    await until(lambda: len(town.alerts) == 5)
    assert town.alerts == [(topic, alert) for alert in given for topic in TOPICS.of_audience(alert.audience)]
    await until(lambda: set(states(town.ledger)) == {"published"})


async def test_an_alert_goes_out_as_soon_as_it_is_accepted(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit wakes the publisher; it need not look."""
    monkeypatch.setattr("broadcaster.dispatch.publisher.LOOK_SECONDS", 3600)
    await town.start_centre()
    await until(lambda: (state := town.ledger.broker.state()) and state.connected)
    for number in range(5):
        await accept_now(town, fresh(f"a-{number}"))
        await until(lambda expected=number + 1: len(town.alerts) == expected)  # type: ignore[misc] # a bound number


async def test_with_the_broker_away_nothing_is_lost_and_it_goes_out_when_the_broker_comes(town: Town) -> None:
    """Promise 8."""
    town.broker.stop()
    await town.start_centre()
    await until(lambda: (state := town.ledger.broker.state()) and not state.connected)
    given = await accept_now(town, fresh())
    assert town.ledger.outbox.backlog().waiting == 1
    assert town.alerts == []
    town.broker.start()
    await until(lambda: town.alerts)
    assert [alert for _, alert in town.alerts] == [given]
    await until(lambda: states(town.ledger) == ["published"])


async def test_a_broker_that_goes_away_in_between_is_tried_again(town: Town) -> None:
    await town.start_centre()
    for number in range(3):
        town.broker.stop()
        await accept_now(town, fresh(f"a-{number}"))
        town.broker.start()
        await until(lambda expected=f"a-{number}": town.alerts and town.alerts[-1][1].identifier == expected)  # type: ignore[misc] # a bound name


async def test_a_centre_that_died_between_publishing_and_settling_publishes_again(town: Town) -> None:
    """Promise 1: rather twice than never; terminals know what comes twice."""

    class Dying(Outbox):
        def settle(self, outcomes: Sequence[Outcome], now: datetime) -> None:
            published.extend(item.topic for item, failure in outcomes if failure is None)
            assert now
            died.wait(20)  # and nothing is written any more

    published: list[str] = []
    died = threading.Event()
    whole = town.ledger.outbox
    town.ledger.outbox = Dying(town.ledger.connections)
    await town.start_centre()
    await accept_now(town, fresh())
    await until(lambda: published and len(town.alerts) == 1)
    await town.stop_centre()
    died.set()
    assert states(town.ledger) == ["waiting"]

    town.ledger.outbox = whole
    await town.start_centre()
    await until(lambda: len(town.alerts) == 2 and states(town.ledger) == ["published"])
    assert {alert.identifier for _, alert in town.alerts} == {"a-1"}


async def test_what_went_out_is_not_published_again_while_the_disk_is_too_full_to_say_so(town: Town) -> None:
    class Full(Outbox):
        def settle(self, outcomes: Sequence[Outcome], now: datetime) -> None:
            if len(failures) < 3:
                failures.append(now)
                raise sqlite3.OperationalError("database or disk is full")
            super().settle(outcomes, now)

    failures: list[datetime] = []
    town.ledger.outbox = Full(town.ledger.connections)
    await town.start_centre()
    await until(lambda: (state := town.ledger.broker.state()) and state.connected)
    await accept_now(town, fresh())
    await until(lambda: states(town.ledger) == ["published"])
    assert len(failures) == 3
    assert len(town.alerts) == 1


async def test_a_ledger_that_cannot_be_read_for_a_while_is_tried_again(town: Town) -> None:
    class Ill(Outbox):
        def due(self, now: datetime, limit: int = 100) -> list[Publication]:
            if len(failures) < 2:
                failures.append(now)
                raise sqlite3.OperationalError("disk I/O error")
            return super().due(now, limit)

    failures: list[datetime] = []
    town.ledger.outbox = Ill(town.ledger.connections)
    await town.start_centre()
    await accept_now(town, fresh())
    await until(lambda: town.alerts)
    assert len(failures) == 2


async def test_what_the_broker_refuses_waits_with_the_reason_and_holds_up_nothing_else(town: Town) -> None:
    class Refusing(MemoryLink):
        refuses = True

        async def publish(
            self, topic: str, payload: bytes, *, retain: bool = False, expires_in: float | None = None
        ) -> None:
            if self.refuses and topic.endswith("/kita"):
                raise PublishRefused("the broker refused the message: Not authorized")
            await super().publish(topic, payload, retain=retain, expires_in=expires_in)

    link = Refusing(town.broker, client_id="centre", subscriptions=subscriptions(TOPICS))
    await town.start_centre(link)
    await accept_now(town, fresh("refused", audience=areas("kita")))
    await accept_now(town, fresh("taken", audience=areas("minami")))
    await until(lambda: [alert.identifier for _, alert in town.alerts] == ["taken"])
    await until(lambda: "Not authorized" in town.ledger.outbox.backlog().last_failure)
    link.refuses = False
    await until(lambda: [alert.identifier for _, alert in town.alerts] == ["taken", "refused"])


async def test_what_expired_before_it_could_go_out_is_not_published(town: Town) -> None:
    accept(town.ledger, fresh("old").model_copy(update={"expires": datetime.now(UTC) - timedelta(seconds=1)}))
    accept(town.ledger, fresh("new"))
    await town.start_centre()
    await until(lambda: states(town.ledger) == ["expired", "published"])
    # More than once where it went out before the connection was known to be a new session's.
    assert {alert.identifier for _, alert in town.alerts} == {"new"}


async def test_a_broker_that_lost_its_sessions_gets_every_valid_alert_once_more(town: Town) -> None:
    """Promise 1."""
    await town.start_centre()
    await accept_now(town, fresh("a-1"))
    await accept_now(town, fresh("a-2"))
    await until(lambda: states(town.ledger) == ["published"] * 2)
    town.broker.stop()
    town.broker.forget()
    town.broker.start()
    await until(lambda: len(town.alerts) == 4)
    assert [alert.identifier for _, alert in town.alerts] == ["a-1", "a-2"] * 2


async def test_a_broker_that_kept_its_sessions_gets_nothing_twice(town: Town) -> None:
    await town.start_centre()
    await accept_now(town, fresh("a-1"))
    await until(lambda: states(town.ledger) == ["published"])
    town.broker.stop()
    town.broker.start()
    await accept_now(town, fresh("a-2"))
    await until(lambda: states(town.ledger) == ["published"] * 2)
    assert [alert.identifier for _, alert in town.alerts] == ["a-1", "a-2"]


async def test_several_hundred_alerts_go_out_in_their_order(town: Town) -> None:
    """More than a batch."""
    for number in range(150):
        accept(town.ledger, fresh(f"a-{number}", audience=areas("kita", "minami")))
    await town.start_centre()
    await until(lambda: len(town.alerts) == 300)
    assert [alert.identifier for _, alert in town.alerts] == [f"a-{number // 2}" for number in range(300)]


async def test_the_state_of_the_broker_is_in_the_ledger(town: Town) -> None:
    """Promise 8: staff see that nothing goes out."""
    await town.start_centre()
    await until(lambda: (state := town.ledger.broker.state()) and state.connected)
    town.broker.stop()
    await until(lambda: (state := town.ledger.broker.state()) and not state.connected)
    state = town.ledger.broker.state()
    assert state is not None
    assert state.detail == "the broker is gone"
    town.broker.start()
    await until(lambda: (state := town.ledger.broker.state()) and state.connected)
