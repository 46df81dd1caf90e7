"""What the centre answers a terminal that says what it holds (promises 1, 3 and 9)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcaster.dispatch.sealing import Sealed
from broadcaster.dispatch.sync import REPLY_VALID, answer, missing
from kokuchi.wire import (
    MAXIMUM_BYTES,
    Alert,
    Contact,
    DeliveryReport,
    Furigana,
    Reading,
    Recorded,
    Ruby,
    SyncReply,
    SyncRequest,
    Translation,
    open_alert,
    open_sync_reply,
    seal,
)
from kokuchi.wire.alert import (
    MAXIMUM_BODY,
    MAXIMUM_HEADLINE,
    MAXIMUM_TRANSLATED_BODY,
    MAXIMUM_TRANSLATED_HEADLINE,
)
from kokuchi.wire.audience import MAXIMUM_MEMBERS
from kokuchi.wire.fields import iso
from tests.broadcaster.dispatch.town import KEY, RING, Town, accept_now, fresh
from tests.broadcaster.examples import NOW, TOWN, accept, alert, report, terminals
from tests.waiting import until


def request(*held: DeliveryReport, terminal: str = "t-1") -> SyncRequest:
    return SyncRequest(terminal=terminal, identifier="s-1", sent=NOW, held=held)


def sealed(*alerts: Alert) -> list[Sealed]:
    return [Sealed(found, seal(found, KEY)) for found in alerts]


def opened(reply: SyncReply) -> list[Alert]:
    return [open_alert(token.encode(), RING, TOWN.id) for token in reply.alerts]


def names(alerts: list[Alert]) -> list[tuple[str, int]]:
    return [(found.identifier, found.revision) for found in alerts]


def test_what_is_lacking_or_older_is_missing_and_what_is_held_is_not() -> None:
    active = [alert("lacking"), alert("older", 3), alert("same", 2), alert("ahead", 2)]
    held = [report("t-1", "older", 2), report("t-1", "same", 2), report("t-1", "ahead", 3), report("t-1", "gone", 1)]
    lacking = [found.alert for found in missing(request(*held), sealed(*active))]
    assert names(lacking) == [("lacking", 1), ("older", 3)]


def test_of_several_revisions_that_are_held_the_highest_counts() -> None:
    held = [report("t-1", "a-1", 3), report("t-1", "a-1", 1)]
    assert missing(request(*held), sealed(alert("a-1", 3))) == []
    assert missing(request(*reversed(held)), sealed(alert("a-1", 3))) == []


def test_the_answer_names_its_request_and_its_terminal_and_confirms_what_was_held() -> None:
    reply = answer(TOWN.id, request(report("t-1", "a-1", 2)), sealed(alert("a-2")), NOW)
    assert (reply.town, reply.terminal, reply.identifier) == (TOWN.id, "t-1", "s-1")
    assert (reply.sent, reply.expires) == (NOW, NOW + REPLY_VALID)
    assert reply.recorded == (Recorded(alert="a-1", revision=2),)
    assert opened(reply) == [alert("a-2")]


def largest(number: int, character: str = "𠮷") -> Alert:
    """An alert that fills every field that the centre can fill."""
    ruby = Ruby(start=999, end=1000, kana=character * 40)
    members = tuple(f"{index:064}" for index in range(MAXIMUM_MEMBERS))
    return alert(f"{number:064}", 2, audience=terminals(*members)).model_copy(
        update={
            "headline": character * MAXIMUM_HEADLINE,
            "body": character * MAXIMUM_BODY,
            "event": character * 40,
            "sender_name": character * 40,
            "category": "c" * 64,
            "references": (f"{'t' * 64},{number:064},{iso(NOW)}",) * 100,
            "contact": Contact(name=character * 40, telephone="0" * 20),
            "reading": Reading(headline=character * 400, body=character * 8000, contact=character * 400),
            "furigana": Furigana(headline=(ruby,) * MAXIMUM_HEADLINE, body=(ruby,) * (MAXIMUM_BODY // 2)),
            "translations": (
                Translation(
                    language="zh-Hans",
                    headline=character * MAXIMUM_TRANSLATED_HEADLINE,
                    body=character * MAXIMUM_TRANSLATED_BODY,
                ),
            )
            * 4,
        }
    )


FULL = [report("t" * 64, "a" * 60 + f"{number:04}", 10_000) for number in range(500)]
"""As many reports as a request can hold, with the longest names."""


def rounds(active: list[Alert], held: list[DeliveryReport]) -> list[SyncReply]:
    """Ask until nothing is missing, as a terminal does that was given something."""
    replies: list[SyncReply] = []
    tokens = sealed(*active)
    while not replies or replies[-1].alerts:
        assert len(replies) <= len(active) + 1, "no end in sight"
        reply = answer(TOWN.id, request(*held[-500:]), tokens, NOW)
        assert len(seal(reply, KEY)) <= MAXIMUM_BYTES
        held = held + [report("t-1", found.identifier, found.revision) for found in opened(reply)]
        replies.append(reply)
    assert [(said.alert, said.revision) for said in replies[-1].recorded] == [
        (r.alert, r.revision) for r in held[-500:]
    ]
    return replies


@pytest.mark.parametrize("character", ["𠮷", '"', "\n", "a"])
def test_the_largest_alerts_all_arrive_in_replies_that_the_broker_takes(character: str) -> None:
    active = [largest(number, character) for number in range(6)]
    assert all(found == Alert.model_validate(found.model_dump()) for found in active), "these are possible"
    replies = rounds(active, FULL)
    arrived = [found for reply in replies for found in opened(reply)]
    assert arrived == active


def test_the_largest_reply_is_read_by_a_terminal() -> None:
    reply = answer(TOWN.id, request(*FULL), sealed(largest(0)), NOW)
    assert open_sync_reply(seal(reply, KEY), RING, TOWN.id) == reply


@settings(deadline=None, max_examples=15)
@given(sizes=st.lists(st.integers(1, MAXIMUM_BODY), max_size=80), reading=st.integers(0, 8000))
def test_any_number_of_alerts_arrives_in_rounds(sizes: list[int], reading: int) -> None:
    active = [
        alert(f"a-{number}", body="お" * size).model_copy(update={"reading": Reading(headline="", body="カ" * reading)})
        for number, size in enumerate(sizes)
    ]
    arrived = [found for reply in rounds(active, []) for found in opened(reply)]
    assert arrived == active


@pytest.fixture
async def running(town: Town) -> Town:
    await town.start_centre()
    return town


async def test_a_terminal_that_was_away_gets_what_it_missed(running: Town) -> None:
    """Promises 1 and 9: only what is for it, has not expired, and is the newest revision."""
    accept(running.ledger, fresh("missed"))
    accept(running.ledger, fresh("for-others", audience=terminals("t-2")))
    accept(running.ledger, fresh("expired").model_copy(update={"expires": datetime.now(UTC) - timedelta(hours=1)}))
    accept(running.ledger, fresh("updated"))
    accept(running.ledger, fresh("updated", 2))
    accept(running.ledger, fresh("held"))
    reply = await running.ask(request(report("t-1", "updated", 1), report("t-1", "held")))
    assert names(opened(reply)) == [("missed", 1), ("updated", 2)]
    assert reply.terminal == "t-1"
    assert reply.expires > datetime.now(UTC)


async def test_what_a_request_says_is_recorded_before_it_is_confirmed(running: Town) -> None:
    """Promise 3: a sync repairs every report that was lost."""
    row = accept(running.ledger, fresh()).row
    reply = await running.ask(request(report("t-1", received_at=NOW, voiced_at=NOW)))
    lines = {line.terminal.id: line.delivery for line in running.ledger.deliveries.of_alert(row)}
    assert reply.recorded == (Recorded(alert="a-1", revision=1),)
    assert (lines["t-1"].received_at, lines["t-1"].voiced_at) == (NOW, NOW)
    assert lines["t-2"].received_at is None


async def test_a_terminal_that_the_town_does_not_know_gets_nothing(running: Town) -> None:
    """Promise 10."""
    await accept_now(running, fresh())
    reply = await running.ask(request(terminal="t-9"))
    assert (reply.terminal, reply.alerts) == ("t-9", ())


async def test_an_answer_goes_to_the_terminal_that_asked_only(running: Town) -> None:
    await accept_now(running, fresh())
    await running.ask(request(terminal="t-2"))
    assert running.replies("t-1") == running.replies("t-3") == []


async def test_a_request_while_the_broker_goes_away_is_answered_when_it_comes_again(running: Town) -> None:
    await running.say("kokuchi/v1/tsukigata/sync/t-1", request())
    running.broker.stop()
    await until(lambda: (state := running.ledger.broker.state()) and not state.connected)
    running.broker.start()
    reply = await running.ask(request())
    assert reply.identifier == "s-1"
