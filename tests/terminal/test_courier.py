"""The courier: what comes in is verified and committed before it is acknowledged, what happened goes out."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kokuchi.committing import Committer
from kokuchi.link.interface import Received
from kokuchi.link.memory import MemoryBroker, MemoryLink
from kokuchi.wire import (
    Alert,
    Audience,
    AudienceKind,
    Clock,
    DeliveryReport,
    Dictionary,
    Entry,
    KeyRing,
    Membership,
    MessageType,
    Outcome,
    Presence,
    Recorded,
    SigningKey,
    SyncReply,
    SyncRequest,
    Topics,
    decode_delivery,
    decode_presence,
    decode_sync_request,
    seal,
)
from terminal_client import syncing
from terminal_client.consultation import Consultation
from terminal_client.courier import Courier, subscriptions
from terminal_client.household import Key
from terminal_client.inbox import Inbox
from terminal_client.requests import RequestStore
from terminal_client.terms import Standing, Terms
from terminal_client.timekeeping import TownTime
from tests.terminal.alerts import TOWN, alert, later
from tests.waiting import until

TOPICS = Topics(TOWN)
KEY = SigningKey.generate()
MEMBERSHIP = Membership(terminal="t-1", areas=frozenset({"kita"}))
TERMS = Terms(MEMBERSHIP, KeyRing.of(KEY.private.public_key()), {}, {})


def fresh(identifier: str = "a-1", **changes: object) -> Alert:
    return alert(identifier, sent=datetime.now(UTC), **changes)  # type: ignore[arg-type] # the same keywords


class Town:
    """A terminal's courier on a broker in memory, and the centre's ear and voice on the same broker."""

    def __init__(self, folder: Path) -> None:
        self.broker = MemoryBroker()
        self.inbox = Inbox(folder / "inbox.sqlite", "t-1")
        self.taken: list[Alert] = []
        self.dictionaries: list[Dictionary] = []
        self.connected: list[bool] = []
        self.times_known: list[datetime] = []
        self.clock_error = timedelta()
        self.synchronised = True
        self.time = TownTime(lambda: datetime.now(UTC) + self.clock_error, time.monotonic, lambda: self.synchronised)
        self.committer = Committer(lambda: None)
        self.consultation = Consultation(
            RequestStore(folder / "inbox.sqlite"),
            "t-1",
            self.time.now,
            self.committer,
            show=lambda _standing: None,
            on_change=lambda request: self.courier.request(request),
            on_wait=lambda: self.courier.ask_later(),
        )
        self.link = MemoryLink(self.broker, client_id="t-1", subscriptions=subscriptions(TOPICS, MEMBERSHIP))
        self.standing = Standing(TERMS, self.inbox, folder / "authority.pem", TOWN, self.time, self.committer)
        self.courier = Courier(
            self.link,
            self.inbox,
            self.standing,
            TOWN,
            on_alert=self.taken.append,
            on_dictionary=self.dictionaries.append,
            on_connection=self.connected.append,
            on_time_known=lambda: self.times_known.append(self.time.now()),
            presence=self._presence,
            time=self.time,
            committer=self.committer,
            consultation=self.consultation,
        )
        self.centre = MemoryLink(
            self.broker,
            client_id="centre",
            subscriptions=[TOPICS.delivery("+"), TOPICS.presence("+"), TOPICS.sync("+")],
        )
        self.heard: list[Received] = []

    def _presence(self) -> Presence:
        refused, last = self.inbox.refused()
        return Presence(terminal="t-1", sent=datetime.now(UTC), online=True, refused=refused, last_refusal=last)

    async def listen(self) -> None:
        await self.centre.start()
        async for event in self.centre.events():
            if isinstance(event, Received):
                self.centre.acknowledge(event)
                self.heard.append(event)

    @property
    def reports(self) -> list[DeliveryReport]:
        return [decode_delivery(m.payload) for m in self.heard if m.topic == TOPICS.delivery("t-1")]

    @property
    def presences(self) -> list[Presence]:
        return [decode_presence(m.payload) for m in self.heard if m.topic == TOPICS.presence("t-1")]

    @property
    def syncs(self) -> list[SyncRequest]:
        return [decode_sync_request(m.payload) for m in self.heard if m.topic == TOPICS.sync("t-1")]

    @property
    def unacknowledged(self) -> int:
        return len(self.broker.sessions["t-1"].unacknowledged)

    async def send(self, token: bytes, topic: str = f"{TOPICS.root}/alert/all") -> None:
        await self.centre.publish(topic, token)

    async def answer(self, request: SyncRequest, *tokens: bytes, key: SigningKey = KEY) -> None:
        now = datetime.now(UTC)
        reply = SyncReply(
            town=TOWN,
            terminal="t-1",
            identifier=request.identifier,
            sent=now,
            expires=now + timedelta(minutes=5),
            alerts=tuple(token.decode() for token in tokens),
            recorded=tuple(Recorded(alert=held.alert, revision=held.revision) for held in request.held),
        )
        await self.centre.publish(TOPICS.sync_reply("t-1"), seal(reply, key))


@pytest.fixture
async def town(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    """A town whose terminal has a good clock, or, as a parameter, one with an error that nobody vouches for."""
    town = Town(tmp_path)
    if (error := getattr(request, "param", None)) is not None:
        town.clock_error, town.synchronised = error, False
    tasks = [asyncio.create_task(town.listen()), asyncio.create_task(town.courier.run())]
    await until(lambda: town.connected and town.syncs and town.presences)
    yield town
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    town.inbox.close()


async def test_an_alert_is_committed_acknowledged_and_reported(town: Town) -> None:
    """Promise 1, at the terminal."""
    sent = fresh()
    await town.send(seal(sent, KEY))

    await until(lambda: town.reports)
    assert town.taken == [sent]
    assert [taken for taken, _ in town.inbox.taken()] == [sent]
    assert town.reports[0].received_at is not None
    assert town.unacknowledged == 0


async def test_an_alert_that_comes_twice_is_taken_once(town: Town) -> None:
    """Promise 2."""
    sent = fresh()
    for topic in (f"{TOPICS.root}/alert/all", f"{TOPICS.root}/alert/area/kita", f"{TOPICS.root}/alert/all"):
        await town.send(seal(sent, KEY), topic)
    await town.send(seal(fresh("a-2"), KEY))

    await until(lambda: len(town.taken) == 2)
    assert [taken.identifier for taken in town.taken] == ["a-1", "a-2"]
    await until(lambda: town.unacknowledged == 0, what="what comes twice is acknowledged too")


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (b"garbage", "unsigned"),
        (b'{"version": 1}', "unsigned"),
        (seal(fresh(), KEY)[:-8] + b"AAAAAAAA", "altered"),
        (seal(fresh(), SigningKey.generate()), "unknown_key"),
        (seal(fresh().model_copy(update={"town": "elsewhere"}), KEY), "foreign_town"),
    ],
)
async def test_what_the_town_did_not_sign_is_quarantined_told_and_everything_goes_on(
    town: Town, token: bytes, reason: str
) -> None:
    """Promise 4."""
    await town.send(token)
    await town.send(seal(fresh("good"), KEY))

    await until(lambda: town.presences[-1].refused == 1)
    await until(lambda: town.taken)
    assert [taken.identifier for taken in town.taken] == ["good"]
    assert (town.presences[-1].last_refusal or "").startswith(reason)
    await until(lambda: town.unacknowledged == 0)


async def test_what_is_shown_here_is_withdrawn_here_wherever_the_terminal_belongs_by_now(town: Town) -> None:
    """Promise 6, after a change of area: the centre sends it to whoever was sent what it withdraws."""
    shown = fresh(audience=Audience(kind=AudienceKind.AREAS, members=("kita",)))
    await town.send(seal(shown, KEY))
    await until(lambda: town.taken)
    town.standing.terms = replace(TERMS, membership=Membership(terminal="t-1", areas=frozenset({"minami"})))
    await town.send(seal(later(fresh("a-2", audience=shown.audience), MessageType.CANCEL), KEY))
    withdrawn = later(shown, MessageType.CANCEL)
    await town.send(seal(withdrawn, KEY), f"{TOPICS.root}/alert/terminal/t-1")
    await until(lambda: len(town.reports) >= 3)
    assert town.taken == [shown, withdrawn]


async def test_an_alert_for_others_is_reported_as_refused(town: Town) -> None:
    """Promise 4."""
    await town.send(seal(fresh(audience=Audience(kind=AudienceKind.AREAS, members=("minami",))), KEY))

    await until(lambda: town.reports)
    assert town.taken == []
    assert (town.reports[0].outcome, town.reports[0].reason) == (Outcome.REFUSED, "foreign_audience")


async def test_an_expired_alert_is_reported_as_expired(town: Town) -> None:
    """Promise 4."""
    await town.send(seal(alert(sent=datetime.now(UTC) - timedelta(days=2), hours=24), KEY))

    await until(lambda: town.reports)
    assert town.taken == []
    assert town.reports[0].outcome is Outcome.EXPIRED


async def test_a_sync_brings_what_push_has_lost(town: Town) -> None:
    """Promise 1: push is the fast path, sync makes it certain."""
    await town.answer(town.syncs[0], seal(fresh("lost"), KEY))

    await until(lambda: town.taken)
    assert town.taken[0].identifier == "lost"
    await until(lambda: len(town.syncs) == 2, what="it asks again until nothing is missing")
    assert [held.alert for held in town.syncs[1].held] == ["lost"]


async def test_a_question_that_nobody_answers_is_asked_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise 3: a broker that is killed forgets what it carried."""
    monkeypatch.setattr(syncing, "PATIENCE_SECONDS", 0.2)
    await town.answer(town.syncs[0], seal(fresh(), KEY))

    await until(lambda: len(town.syncs) >= 3)
    await town.answer(town.syncs[-1])

    await until(lambda: not town.inbox.has_unrecorded())


async def test_what_was_told_is_asked_about_until_the_centre_has_recorded_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise 3."""
    monkeypatch.setattr(syncing, "LATER_SECONDS", (0.1, 0.2))
    await town.answer(town.syncs[0])
    await town.send(seal(fresh(), KEY))

    await until(lambda: len(town.syncs) >= 2)
    assert [held.alert for held in town.syncs[-1].held] == ["a-1"]
    await town.answer(town.syncs[-1])

    await until(lambda: not town.inbox.has_unrecorded())


async def test_a_sync_reply_is_believed_only_with_the_towns_signature_and_for_the_question_asked(town: Town) -> None:
    """Promise 4."""
    asked = town.syncs[0]
    await town.answer(asked, seal(fresh("forged"), SigningKey.generate()), key=SigningKey.generate())
    await town.answer(asked.model_copy(update={"identifier": "other"}), seal(fresh("stale"), KEY))
    await town.answer(asked, seal(fresh("good"), KEY))

    await until(lambda: town.taken)
    assert [taken.identifier for taken in town.taken] == ["good"]


async def test_what_happened_while_the_broker_was_away_is_told_when_it_is_back(town: Town) -> None:
    """Promises 3 and 8."""
    await town.send(seal(fresh(), KEY))
    await until(lambda: town.reports and not town.inbox.untold())
    town.broker.stop()
    await until(lambda: town.connected[-1] is False)
    town.inbox.reach(Key("a-1", 1), "confirmed_at", datetime.now(UTC))
    town.courier.report()

    town.broker.start()

    await until(lambda: any(report.confirmed_at for sync in town.syncs for report in sync.held))


async def test_what_had_waited_at_the_broker_is_told_once_and_by_the_question(town: Town) -> None:
    """In a storm every household does this at once: what a question says is not reported beside it."""
    await until(lambda: town.syncs)
    town.broker.stop()
    await until(lambda: town.connected[-1] is False)
    asked, reported = len(town.syncs), len(town.reports)
    town.broker.running = True
    town.centre.connect()
    for number in range(3):
        await town.send(seal(fresh(f"a-{number}"), KEY))

    town.link.connect()

    await until(lambda: len(town.taken) == 3 and not town.inbox.untold())
    assert {report.alert for report in town.syncs[asked].held} == {"a-0", "a-1", "a-2"}
    assert len(town.reports) == reported


async def test_a_broker_that_forgot_everything_is_told_again_by_sync(town: Town) -> None:
    """Promise 3."""
    await town.send(seal(fresh(), KEY))
    await until(lambda: town.reports and not town.inbox.untold())
    town.broker.stop()
    town.broker.forget()
    town.heard.clear()

    town.broker.start()

    await until(lambda: town.syncs)
    assert [held.alert for held in town.syncs[-1].held] == ["a-1"]


@pytest.mark.parametrize("town", [timedelta(days=-20000), timedelta(days=3650)], indirect=True)
async def test_a_terminal_without_a_clock_neither_drops_a_valid_alert_nor_takes_an_old_one(town: Town) -> None:
    """Promise 4."""
    await town.send(seal(fresh("valid"), KEY))
    await town.send(seal(alert("old", sent=datetime.now(UTC) - timedelta(days=2), hours=24), KEY))
    await until(lambda: len(town.inbox.unjudged()) == 2)
    assert town.taken == []
    assert town.time.source is Clock.UNKNOWN

    await town.answer(town.syncs[0])

    await until(lambda: town.taken)
    assert [taken.identifier for taken in town.taken] == ["valid"]
    await until(lambda: any(report.outcome is Outcome.EXPIRED for report in town.reports))
    assert abs(town.times_known[-1] - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize("town", [timedelta(days=-20000)], indirect=True)
async def test_a_terminal_without_a_clock_asks_again_when_the_answer_was_too_long_on_its_way_to_tell_the_time(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise 1: what it has taken would wait for the time for ever."""
    monkeypatch.setattr(syncing, "LATER_SECONDS", (0.1, 0.2))
    with monkeypatch.context() as slow:
        slow.setattr(syncing, "FRESH_SECONDS", 0.0)
        await town.answer(town.syncs[0])
        await until(lambda: len(town.syncs) > 1)
    assert town.time.source is Clock.UNKNOWN

    await town.answer(town.syncs[-1])

    await until(lambda: town.time.source is Clock.CENTRE)


async def test_a_disk_that_cannot_be_written_is_waited_for_and_nothing_is_acknowledged_meanwhile(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise 1, at the terminal."""
    commit, full = town.inbox.add, True

    def add(*arguments: object, **options: object) -> bool:
        if full:
            raise sqlite3.OperationalError("database or disk is full")
        return commit(*arguments, **options)  # type: ignore[arg-type] # as they came

    monkeypatch.setattr(town.inbox, "add", add)
    await town.send(seal(fresh(), KEY))
    await until(lambda: town.committer.fault == "database or disk is full")
    assert town.unacknowledged == 1

    full = False

    await until(lambda: town.taken)
    await until(lambda: town.unacknowledged == 0)
    assert town.committer.fault is None


def words(revision: int, reading: str = "サッピナイ", **changes: object) -> Dictionary:
    now = datetime.now(UTC)
    made = Dictionary(
        town=TOWN,
        revision=revision,
        sent=now,
        expires=now + timedelta(days=400),
        entries=(Entry(word="札比内", reading=reading),),
    )
    return made.model_copy(update=changes)


async def test_a_dictionary_is_committed_handed_on_and_acknowledged(town: Town) -> None:
    sent = words(1)
    await town.send(seal(sent, KEY), TOPICS.dictionary)

    await until(lambda: town.dictionaries == [sent])
    assert town.inbox.dictionary() == sent
    await until(lambda: town.unacknowledged == 0)


async def test_only_a_newer_dictionary_takes_the_place_of_the_one_that_is_held(town: Town) -> None:
    for revision in (5, 4, 5, 7, 6):
        await town.send(seal(words(revision), KEY), TOPICS.dictionary)
    await town.send(seal(fresh(), KEY))

    await until(lambda: town.taken)
    assert [dictionary.revision for dictionary in town.dictionaries] == [5, 7]
    held = town.inbox.dictionary()
    assert held is not None
    assert held.revision == 7
    await until(lambda: town.unacknowledged == 0)


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (b"garbage", "unsigned"),
        (seal(words(9), KEY)[:-8] + b"AAAAAAAA", "altered"),
        (seal(words(9), SigningKey.generate()), "unknown_key"),
        (seal(words(9, town="elsewhere"), KEY), "foreign_town"),
        (seal(fresh(), KEY), "unsigned"),
        (
            seal(words(9, sent=datetime.now(UTC) - timedelta(days=401), expires=datetime.now(UTC)), KEY),
            "expired",
        ),
    ],
)
async def test_a_dictionary_that_the_town_did_not_sign_or_that_has_expired_is_refused_and_told(
    town: Town, token: bytes, reason: str
) -> None:
    """Promise 4."""
    await town.send(token, TOPICS.dictionary)
    await town.send(seal(words(2), KEY), TOPICS.dictionary)

    await until(lambda: town.presences[-1].refused == 1)
    assert (town.presences[-1].last_refusal or "").startswith(reason)
    await until(lambda: [dictionary.revision for dictionary in town.dictionaries] == [2])


@pytest.mark.parametrize("town", [timedelta(days=3650)], indirect=True)
async def test_a_terminal_without_a_clock_takes_the_dictionary(town: Town) -> None:
    await town.send(seal(words(1), KEY), TOPICS.dictionary)

    await until(lambda: town.dictionaries)


async def test_a_dictionary_is_not_acknowledged_before_it_is_on_the_disk(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, full = town.inbox.keep_dictionary, True

    def keep_dictionary(dictionary: Dictionary) -> bool:
        if full:
            raise sqlite3.OperationalError("database or disk is full")
        return keep(dictionary)

    monkeypatch.setattr(town.inbox, "keep_dictionary", keep_dictionary)
    await town.send(seal(words(1), KEY), TOPICS.dictionary)
    await until(lambda: town.committer.fault)
    assert (town.unacknowledged, town.dictionaries) == (1, [])

    full = False

    await until(lambda: town.dictionaries)
    await until(lambda: town.unacknowledged == 0)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_bytes_on_any_topic_are_taken_or_refused_without_harm(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Promise 4."""
    good = seal(fresh("mutated"), KEY)
    tokens = data.draw(
        st.lists(
            st.one_of(
                st.binary(max_size=300),
                st.builds(
                    lambda at, byte: good[:at] + byte + good[at + 1 :], st.integers(0, 900), st.binary(max_size=2)
                ),
            ),
            max_size=6,
        )
    )
    topic = data.draw(st.sampled_from([f"{TOPICS.root}/alert/all", TOPICS.sync_reply("t-1"), TOPICS.dictionary]))

    async def run() -> None:
        town = Town(tmp_path_factory.mktemp("any"))
        tasks = [asyncio.create_task(town.listen()), asyncio.create_task(town.courier.run())]
        await until(lambda: town.connected)
        for token in tokens:
            await town.send(token, topic)
        await town.send(seal(fresh("last"), KEY))
        await until(lambda: any(taken.identifier == "last" for taken in town.taken))
        assert {taken.identifier for taken in town.taken} <= {"last", "mutated"}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        town.inbox.close()

    asyncio.run(run())
