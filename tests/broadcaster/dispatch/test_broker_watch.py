"""What the broker says of those whom it turns away is logged, and what honest terminals do is not."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.dispatch.broker_watch import OVERHEARD, BrokerWatch
from broadcaster.domain.audience import Terminal
from broadcaster.ledger import Ledger
from kokuchi.wire import Topics
from terminal_client.courier import subscriptions

NOTICE, SUBSCRIBED = OVERHEARD
HANAKO = Terminal("t-1", "見本 花子", "household", "kita", frozenset({"elderly"}))
TOPICS = Topics("tsukigata")
ROOT = TOPICS.root

TOLD = {
    "1795902544: Client t-1 disconnected, not authorised.": "not authorised",
    "1795902544: Client <unknown> disconnected, not authorised.": "not authorised",
    "Client t-1 disconnected due to protocol error.": "protocol error",
}
UNTOLD = [
    "1795902544: New client connected from 127.0.0.1:42588 as t-1 (p5, c0, k20, u't-1').",
    "1795902544: Client t-1 disconnected.",
    "1795902544: Client t-1 closed its connection.",
    "1795902544: Client t-1 has exceeded timeout, disconnecting.",
    "",
    "\ufffd",
]
STRANGE = ["#", "+/+", f"{ROOT}/#", f"{ROOT}/alert/+", f"{ROOT}/alert/terminal/t-2", f"{ROOT}/sync/t-2/reply", "$SYS/#"]


@pytest.fixture
def watch(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[BrokerWatch]:
    caplog.set_level(logging.WARNING)
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.terminals.add([(HANAKO, "hash")])
    yield BrokerWatch(ledger, TOPICS)
    ledger.close()


def reasons(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.__dict__["why"] for record in caplog.records]


@pytest.mark.parametrize("line", TOLD)
def test_who_was_turned_away_is_told_of_once(watch: BrokerWatch, caplog: pytest.LogCaptureFixture, line: str) -> None:
    for _ in range(100):
        watch.take(NOTICE, line)
    assert reasons(caplog) == [TOLD[line]]


@pytest.mark.parametrize("line", UNTOLD)
def test_what_happens_every_day_is_not_told(watch: BrokerWatch, caplog: pytest.LogCaptureFixture, line: str) -> None:
    watch.take(NOTICE, line)
    watch.take(SUBSCRIBED, line)
    assert reasons(caplog) == []


def test_a_terminal_that_listens_to_what_is_not_its_own_is_told_of(
    watch: BrokerWatch, caplog: pytest.LogCaptureFixture
) -> None:
    for topic in STRANGE:
        watch.take(SUBSCRIBED, f"1795902544: t-1 1 {topic}")
    assert reasons(caplog) == [f"listens to {topic}" for topic in STRANGE]


def test_a_terminal_that_listens_to_its_own_is_not_told_of_and_neither_is_the_centre(
    watch: BrokerWatch, caplog: pytest.LogCaptureFixture
) -> None:
    for topic in [*subscriptions(TOPICS, HANAKO.membership), f"{ROOT}/settings/t-1"]:
        watch.take(SUBSCRIBED, f"1795902544: t-1 1 {topic}")
    watch.take(SUBSCRIBED, f"1795902544: centre 1 {ROOT}/delivery/+")
    assert reasons(caplog) == []
