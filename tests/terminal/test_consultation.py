"""「相談したい」 between the terminal's file, the centre and the screen: sent when it can be, and never lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kokuchi.committing import Committer
from kokuchi.link import PublishRefused, Received
from kokuchi.link.memory import MemoryBroker, MemoryLink
from kokuchi.wire import (
    CallbackRequest,
    KeyRing,
    Membership,
    Presence,
    RequestState,
    SigningKey,
    SyncReply,
    SyncRequest,
    TerminalSettings,
    Topics,
    decode_request,
    decode_sync_request,
    seal,
)
from kokuchi.wire.fields import JsonObject
from terminal_client import consultation as module
from terminal_client import syncing
from terminal_client.consultation import Consultation
from terminal_client.courier import Courier, subscriptions
from terminal_client.household import Key
from terminal_client.inbox import Inbox
from terminal_client.requests import RequestStore
from terminal_client.terms import Standing, Terms
from terminal_client.timekeeping import TownTime
from tests.waiting import until

TOWN = "tsukigata"
TOPICS = Topics(TOWN)
KEY = SigningKey.generate()
MEMBERSHIP = Membership(terminal="t-1")
SCAM = Key("scam-1", 2)


class StrictLink(MemoryLink):
    """At a broker whose rights are of an earlier version: it refuses the request's topic and ends the connection."""

    refused = 0

    async def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expires_in: float | None = None
    ) -> None:
        if topic == TOPICS.request("t-1"):
            self.refused += 1
            self.cut("not authorized")
            asyncio.get_running_loop().call_later(0.05, self.connect)
            raise PublishRefused("the broker refused the message: Not authorized")
        await super().publish(topic, payload, retain=retain, expires_in=expires_in)


class Device:
    """A terminal without a voice: its file, its consultation and its courier."""

    def __init__(self, path: Path, link: MemoryLink) -> None:
        self.standing: JsonObject | None = None
        self.inbox = Inbox(path, "t-1")
        self.store = RequestStore(path)
        self.link = link
        time = TownTime(lambda: datetime.now(UTC), asyncio.get_running_loop().time, lambda: True)
        committer = Committer()
        self.consultation = Consultation(
            self.store,
            "t-1",
            time.now,
            committer,
            show=self._show,
            on_change=lambda request: self.courier.request(request),
            on_wait=lambda: self.courier.ask_later(),
        )
        terms = Terms(MEMBERSHIP, KeyRing.of(KEY.private.public_key()), {}, {})
        self.courier = Courier(
            link,
            self.inbox,
            Standing(terms, self.inbox, path.with_name("authority.pem"), TOWN, time, committer),
            TOWN,
            on_alert=lambda _alert: None,
            on_dictionary=lambda _dictionary: None,
            on_connection=self.consultation.connection,
            on_time_known=lambda: None,
            presence=lambda: Presence(terminal="t-1", sent=time.now(), online=True),
            time=time,
            committer=committer,
            consultation=self.consultation,
        )

    def _show(self, standing: JsonObject | None) -> None:
        self.standing = standing

    def shows(self, stage: str, *, recorded: bool, connected: bool = True) -> bool:
        shown = dict(self.standing or {})
        shown.pop("request", None)
        return shown == {"stage": stage, "recorded": recorded, "connected": connected}


class Centre:
    """Keeps what it is told, and answers syncs while it is there."""

    def __init__(self, broker: MemoryBroker) -> None:
        self.broker = broker
        self.link = MemoryLink(broker, client_id="centre", subscriptions=[TOPICS.request("+"), TOPICS.sync("+")])
        self.published: list[CallbackRequest] = []
        self.syncs: list[SyncRequest] = []
        self.ledger: dict[str, CallbackRequest] = {}
        self.done_at: datetime | None = None
        self.is_there = True

    async def run(self) -> None:
        await self.link.start()
        async for event in self.link.events():
            if not isinstance(event, Received):
                continue
            self.link.acknowledge(event)
            if event.topic == TOPICS.request("t-1"):
                self.published.append(decode_request(event.payload))
                self._record(self.published[-1])
            else:
                self.syncs.append(decode_sync_request(event.payload))
                if self.is_there:
                    await self._answer(self.syncs[-1])

    def _record(self, request: CallbackRequest) -> None:
        known = self.ledger.get(request.identifier)
        if known is None or known.withdrawn_at is None:
            self.ledger[request.identifier] = request

    def say_settings(self, revision: int) -> None:
        """Tell the terminal about itself, as the centre does when staff have closed a wish."""
        now = datetime.now(UTC)
        settings = TerminalSettings(
            town=TOWN,
            terminal="t-1",
            revision=revision,
            sent=now,
            expires=now + timedelta(days=1),
            kinds={},
            public_keys=(KEY.public_pem().decode(),),
        )
        self._saying = asyncio.create_task(self.link.publish(TOPICS.settings("t-1"), seal(settings, KEY), retain=True))

    async def _answer(self, sync: SyncRequest) -> None:
        for request in sync.requests or ():
            self._record(request)
        states = tuple(
            RequestState(
                identifier=request.identifier,
                withdrawn=self.ledger[request.identifier].withdrawn_at is not None,
                done_at=self.done_at,
            )
            for request in sync.requests or ()
        )
        now = datetime.now(UTC)
        reply = SyncReply(
            town=TOWN,
            terminal="t-1",
            identifier=sync.identifier,
            sent=now,
            expires=now + timedelta(minutes=5),
            requests=states or None,
        )
        await self.link.publish(TOPICS.sync_reply("t-1"), seal(reply, KEY))


@pytest.fixture
async def centre() -> AsyncIterator[Centre]:
    centre = Centre(MemoryBroker())
    running = asyncio.create_task(centre.run())
    yield centre
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


@asynccontextmanager
async def device(path: Path, centre: Centre, kind: type[MemoryLink] = MemoryLink) -> AsyncIterator[Device]:
    link = kind(centre.broker, client_id="t-1", subscriptions=subscriptions(TOPICS, MEMBERSHIP))
    device = Device(path, link)
    tasks = [asyncio.create_task(device.courier.run()), asyncio.create_task(device.consultation.run())]
    await until(lambda: link in centre.broker.links)
    yield device
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    device.store.close()
    device.inbox.close()


@pytest.fixture
async def home(tmp_path: Path, centre: Centre) -> AsyncIterator[Device]:
    """A terminal that is connected."""
    async with device(tmp_path / "inbox.sqlite", centre) as home:
        await until(lambda: centre.syncs)
        yield home


async def test_a_wish_is_sent_at_once_and_the_screen_says_that_the_desk_has_it(home: Device, centre: Centre) -> None:
    await home.consultation.ask(SCAM)
    await until(lambda: home.shows("asked", recorded=True))
    [request] = centre.published
    assert (request.terminal, request.alert, request.revision, request.withdrawn_at) == ("t-1", "scam-1", 2, None)
    assert home.standing is not None
    assert home.standing["request"] == request.identifier


async def test_a_second_press_asks_no_second_time(home: Device, centre: Centre) -> None:
    await asyncio.gather(home.consultation.ask(SCAM), home.consultation.ask(None))
    await until(lambda: home.shows("asked", recorded=True))
    assert len(centre.ledger) == 1


async def test_before_the_centre_has_it_the_screen_does_not_say_so(home: Device, centre: Centre) -> None:
    centre.is_there = False
    await home.consultation.ask(None)
    await until(lambda: centre.published)
    assert home.shows("asked", recorded=False)


async def test_offline_it_is_kept_said_and_sent_with_the_next_connection(home: Device, centre: Centre) -> None:
    centre.broker.stop()
    await until(lambda: not home.link.is_connected)
    await home.consultation.ask(None)
    await until(lambda: home.shows("asked", recorded=False, connected=False))
    centre.broker.start()
    await until(lambda: home.shows("asked", recorded=True))
    assert [request.alert for request in centre.ledger.values()] == [None]


async def test_a_terminal_that_was_killed_before_it_could_send_sends_it_after_its_start(
    tmp_path: Path, centre: Centre
) -> None:
    centre.broker.stop()
    async with device(tmp_path / "inbox.sqlite", centre) as first:
        await first.consultation.ask(SCAM)
    async with device(tmp_path / "inbox.sqlite", centre) as second:
        await until(lambda: second.shows("asked", recorded=False, connected=False))
        centre.broker.start()
        await until(lambda: second.shows("asked", recorded=True))
    assert [request.alert for request in centre.ledger.values()] == ["scam-1"]


async def test_a_withdrawal_reaches_the_centre_and_is_asked_about_no_more(home: Device, centre: Centre) -> None:
    await home.consultation.ask(None)
    await home.consultation.withdraw()
    await until(lambda: home.shows("withdrawn", recorded=True))
    assert [request.withdrawn_at is not None for request in centre.ledger.values()] == [True]
    assert home.consultation.to_ask_about() == []


async def test_a_withdrawal_while_offline_says_that_it_will_be_told(home: Device, centre: Centre) -> None:
    await home.consultation.ask(None)
    await until(lambda: home.shows("asked", recorded=True))
    centre.broker.stop()
    await home.consultation.withdraw()
    await until(lambda: home.shows("withdrawn", recorded=False, connected=False))
    centre.broker.start()
    await until(lambda: home.shows("withdrawn", recorded=True))


async def test_the_household_hears_that_the_desk_has_dealt_with_it(
    home: Device, centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The terminal asks from time to time: nobody tells it."""
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(module, "ASK_SECONDS", 0.05)
    monkeypatch.setattr(syncing, "LATER_SECONDS", (0.01, 0.02))
    running = asyncio.create_task(home.consultation.run())
    await home.consultation.ask(None)
    await until(lambda: home.shows("asked", recorded=True))
    centre.done_at = datetime.now(UTC)
    await until(lambda: home.shows("done", recorded=True))
    running.cancel()


async def test_what_the_desk_takes_back_is_open_again_at_the_household(home: Device, centre: Centre) -> None:
    """Closed by a slip of the hand: the household that was told so must not think that nobody will call."""
    await home.consultation.ask(SCAM)
    await until(lambda: home.shows("asked", recorded=True))
    centre.done_at = datetime.now(UTC)
    centre.say_settings(revision=1)
    await until(lambda: home.shows("done", recorded=True))
    centre.done_at = None
    centre.say_settings(revision=2)
    await until(lambda: home.shows("asked", recorded=True))
    assert len(centre.ledger) == 1


async def test_what_is_done_is_asked_about_as_long_as_the_screen_says_so(home: Device, centre: Centre) -> None:
    await home.consultation.ask(None)
    await until(lambda: home.shows("asked", recorded=True))
    [wish] = centre.ledger.values()
    yesterday = datetime.now(UTC) - timedelta(days=1)
    state = RequestState(identifier=wish.identifier, done_at=yesterday)
    home.store.learn((state,), yesterday + timedelta(minutes=1))
    assert [asked.identifier for asked in home.consultation.to_ask_about()] == [wish.identifier]
    await home.consultation.ask(SCAM)
    assert [asked.alert for asked in home.consultation.to_ask_about()] == ["scam-1"]


async def test_the_answer_to_an_earlier_question_takes_nothing_back(home: Device, centre: Centre) -> None:
    await home.consultation.ask(None)
    await until(lambda: home.shows("asked", recorded=True))
    [wish] = centre.ledger.values()
    clock = asyncio.get_running_loop().time()
    done = RequestState(identifier=wish.identifier, done_at=datetime.now(UTC))
    await home.consultation.answered((done,), asked=clock)
    await home.consultation.answered((RequestState(identifier=wish.identifier),), asked=clock - 1)
    assert home.shows("done", recorded=True)


async def test_a_broker_that_does_not_know_the_topic_is_asked_once_and_the_sync_carries_the_wish(
    tmp_path: Path, centre: Centre
) -> None:
    """A town that was updated before its broker's files were written anew."""
    async with device(tmp_path / "inbox.sqlite", centre, StrictLink) as home:
        await until(lambda: centre.syncs)
        await home.consultation.ask(SCAM)
        await until(lambda: home.shows("asked", recorded=True))
        assert isinstance(home.link, StrictLink)
        assert home.link.refused == 1
        assert centre.published == []
        assert [request.alert for request in centre.ledger.values()] == ["scam-1"]
