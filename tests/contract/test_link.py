"""What holds for every link: the real one through a real Mosquitto, and the fake in memory."""

import asyncio
import ctypes
import threading
import uuid
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broadcaster.provisioning.certificates import Certificates, Names
from kokuchi.link import (
    BrokerAddress,
    Connected,
    Disconnected,
    EndableLink,
    Event,
    MqttLink,
    NotConnected,
    Received,
    Subscribed,
    Will,
)
from kokuchi.link.memory import MemoryBroker, MemoryLink
from tests.contract.broker import HOST, Cable, mosquitto
from tests.ports import free_port
from tests.waiting import until

ROOT = f"test/{uuid.uuid4().hex}"


class Party:
    """A link with everything that it has told so far."""

    def __init__(self, link: EndableLink) -> None:
        self.link = link
        self.events: list[Event] = []
        self.listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for event in self.link.events():
            self.events.append(event)

    @property
    def received(self) -> list[Received]:
        return [event for event in self.events if isinstance(event, Received)]

    @property
    def payloads(self) -> list[bytes]:
        return [received.payload for received in self.received]

    @property
    def connections(self) -> list[Connected]:
        return [event for event in self.events if isinstance(event, Connected)]

    async def connected(self, times: int = 1) -> None:
        try:
            await until(lambda: len(self.connections) >= times and self.link.is_connected)
        except AssertionError as error:
            error.add_note(f"connected {times} times; it has told {self.events}")
            raise

    async def has(self, count: int) -> None:
        await until(lambda: len(self.received) >= count, what=f"{count} messages")

    async def leave(self) -> None:
        await self.link.close()
        await self.listening


class Bench(ABC):
    """A broker, links to it, and how to cut them off."""

    def __init__(self) -> None:
        self.parties: list[Party] = []
        self.root = f"{ROOT}/{uuid.uuid4().hex}"

    @abstractmethod
    def link(self, client_id: str, subscriptions: Sequence[str], will: Will | None, *, direct: bool) -> EndableLink:
        """Make a link; a direct one is never cut."""

    @abstractmethod
    async def cut(self) -> None:
        """Cut all that are not direct; they can come back at once."""

    @abstractmethod
    async def unplug(self) -> None:
        """Cut all that are not direct; they cannot come back."""

    @abstractmethod
    async def plug_in(self) -> None:
        """Let them come back."""

    @abstractmethod
    async def forget(self) -> None:
        """Let the broker lose every session, as one does that was killed before it saved; only while unplugged."""

    def topic(self, name: str) -> str:
        return f"{self.root}/{name}"

    def filter(self, name: str) -> str:
        share = "$share/ears/" if name.startswith("$share/ears/") else ""
        return share + self.topic(name.removeprefix(share))

    async def join(
        self,
        name: str,
        *subscriptions: str,
        will: tuple[str, bytes] | None = None,
        direct: bool = False,
        wait: bool = True,
    ) -> Party:
        link = self.link(
            f"{self.root.rpartition('/')[2]}-{name}",
            [self.filter(subscription) for subscription in subscriptions],
            Will(self.topic(will[0]), will[1]) if will else None,
            direct=direct,
        )
        party = Party(link)
        self.parties.append(party)
        await link.start()
        if wait:
            await party.connected()
            # The broker takes things in order: it has the subscriptions when it has taken this.
            await link.publish(f"nowhere/{self.root}", b"")
        return party

    async def leave(self, party: Party) -> None:
        self.parties.remove(party)
        await party.leave()

    async def close(self) -> None:
        for party in list(self.parties):
            await self.leave(party)


class Broker:
    """A Mosquitto that keeps nothing on disk and speaks TLS, as in every town; the demo's town does without."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        certificates = Certificates(folder / "certificates", "月形町")
        certificates.make(Names((HOST,)), datetime.now(UTC))
        self._authority = certificates.trusted
        self._configuration = folder / "mosquitto.conf"
        self._configuration.write_text(
            f"listener {self.port} {HOST}\ncertfile {certificates.server}\nkeyfile {certificates.server_key}\n"
            "user root\nallow_anonymous true\n"
        )
        self._running = ExitStack()

    def address(self, client_id: str, port: int | None = None) -> BrokerAddress:
        return BrokerAddress(HOST, port or self.port, client_id, "", self._authority)

    def start(self) -> None:
        self._running.enter_context(mosquitto(self._configuration, self.port))

    def stop(self) -> None:
        self._running.close()


class MqttBench(Bench):
    def __init__(self, broker: Broker) -> None:
        super().__init__()
        self._broker = broker
        self._cable = Cable(broker.port)

    def link(self, client_id: str, subscriptions: Sequence[str], will: Will | None, *, direct: bool) -> EndableLink:
        address = self._broker.address(client_id, None if direct else self._cable.port)
        return MqttLink(address, client_id=client_id, subscriptions=subscriptions, will=will)

    async def cut(self) -> None:
        await self._cable.cut()

    async def unplug(self) -> None:
        await self._cable.unplug()

    async def plug_in(self) -> None:
        await self._cable.plug_in()

    async def forget(self) -> None:
        self._broker.stop()
        await asyncio.to_thread(self._broker.start)


class MemoryBench(Bench):
    def __init__(self) -> None:
        super().__init__()
        self._broker = MemoryBroker()
        self._cuttable: list[MemoryLink] = []
        self._plugged = True

    def link(self, client_id: str, subscriptions: Sequence[str], will: Will | None, *, direct: bool) -> EndableLink:
        if direct:
            return MemoryLink(self._broker, client_id=client_id, subscriptions=subscriptions, will=will)
        link = _Cuttable(self, self._broker, client_id=client_id, subscriptions=subscriptions, will=will)
        self._cuttable.append(link)
        return link

    @property
    def plugged(self) -> bool:
        return self._plugged

    async def cut(self) -> None:
        await self.unplug()
        await self.plug_in()

    async def unplug(self) -> None:
        self._plugged = False
        for link in self._cuttable:
            link.cut("cut")

    async def plug_in(self) -> None:
        self._plugged = True
        for link in self._cuttable:
            if link in self._broker.links:
                link.connect()

    async def forget(self) -> None:
        self._broker.forget()


class _Cuttable(MemoryLink):
    def __init__(
        self,
        bench: MemoryBench,
        broker: MemoryBroker,
        *,
        client_id: str,
        subscriptions: Sequence[str],
        will: Will | None,
    ) -> None:
        super().__init__(broker, client_id=client_id, subscriptions=subscriptions, will=will)
        self._bench = bench

    def connect(self) -> None:
        if self._bench.plugged:
            super().connect()
        else:
            self.put(Disconnected("the broker is not there"))


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    broker = Broker(tmp_path_factory.mktemp("mosquitto"))
    broker.start()
    yield broker
    broker.stop()


def _lowest(low: float, _high: float) -> float:
    return low


@pytest.fixture(params=["mqtt", "memory"])
async def bench(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    # The wait before a link tries again is random; here it is the shortest that it can be.
    monkeypatch.setattr("kokuchi.link.mqtt.random.uniform", _lowest)
    made: Bench = MqttBench(request.getfixturevalue("broker")) if request.param == "mqtt" else MemoryBench()
    await made.plug_in()
    yield made
    await made.close()
    await made.unplug()


async def test_a_link_says_that_it_is_connected_and_whether_the_broker_knew_it(bench: Bench) -> None:
    first = await bench.join("one", "#")
    assert first.events == [Connected(session_present=False), Subscribed()]
    await bench.leave(first)
    second = await bench.join("one", "#")
    assert second.events == [Connected(session_present=True), Subscribed()]


async def test_a_link_says_that_it_has_subscribed_after_what_had_waited_for_it(bench: Bench) -> None:
    """Whoever asks for what is missing then knows what the broker had kept."""
    ear, mouth = await bench.join("ear", "#"), await bench.join("mouth", direct=True)
    await bench.leave(ear)
    await mouth.link.publish(bench.topic("a"), b"1")
    await mouth.link.publish(bench.topic("a"), b"2")
    again = await bench.join("ear", "#")
    await until(lambda: Subscribed() in again.events)
    assert [type(event) for event in again.events] == [Connected, Received, Received, Subscribed]


async def test_a_link_that_subscribes_to_something_else_says_so_again(bench: Bench) -> None:
    ear = await bench.join("ear", "a")
    ear.link.listen_to([bench.topic("b")])
    await until(lambda: ear.events == [Connected(session_present=False), Subscribed(), Subscribed()])


async def test_what_is_published_arrives_as_it_is(bench: Bench) -> None:
    ear, mouth = await bench.join("ear", "#"), await bench.join("mouth")
    for payload in (b"hello", b"", bytes(range(256)), "お知らせ".encode(), b"x" * 200_000):
        await mouth.link.publish(bench.topic("a/b"), payload)
    await ear.has(5)
    assert ear.payloads == [b"hello", b"", bytes(range(256)), "お知らせ".encode(), b"x" * 200_000]
    assert {(got.topic, got.retained, got.qos) for got in ear.received} == {(bench.topic("a/b"), False, 1)}
    assert len({got.message_id for got in ear.received}) == 5


async def test_only_what_is_subscribed_to_arrives(bench: Bench) -> None:
    ear, mouth = await bench.join("ear", "a/+", "b/#"), await bench.join("mouth")
    for name in ("a", "a/x", "a/x/y", "b", "b/x/y", "c"):
        await mouth.link.publish(bench.topic(name), name.encode())
    await mouth.link.publish(bench.topic("a/end"), b"end")
    await until(lambda: b"end" in ear.payloads)
    assert ear.payloads == [b"a/x", b"b", b"b/x/y", b"end"]


async def test_a_hundred_at_once_are_all_taken_and_arrive_in_order(bench: Bench) -> None:
    ear, mouth = await bench.join("ear", "#"), await bench.join("mouth")
    wanted = [str(number).encode() for number in range(100)]
    await asyncio.gather(*(mouth.link.publish(bench.topic("a"), payload) for payload in wanted))
    await ear.has(100)
    assert ear.payloads == wanted


async def test_what_was_not_acknowledged_is_delivered_again_after_a_reconnection(bench: Bench) -> None:
    """Promise 3: nothing is lost that was not committed."""
    ear, mouth = await bench.join("ear", "#"), await bench.join("mouth")
    for payload in (b"1", b"2"):
        await mouth.link.publish(bench.topic("a"), payload)
    await ear.has(2)
    await bench.leave(ear)
    again = await bench.join("ear", "#")
    await again.has(2)
    assert again.payloads == [b"1", b"2"]
    assert again.connections == [Connected(session_present=True)]


async def test_what_was_acknowledged_is_not_delivered_again(bench: Bench) -> None:
    ear, mouth = await bench.join("ear", "#"), await bench.join("mouth")
    for payload in (b"1", b"2", b"3"):
        await mouth.link.publish(bench.topic("a"), payload)
    await ear.has(3)
    for received in ear.received[:2]:
        ear.link.acknowledge(received)
    await bench.leave(ear)
    again = await bench.join("ear", "#")
    await mouth.link.publish(bench.topic("a"), b"end")
    await again.has(2)
    assert again.payloads == [b"3", b"end"]


async def test_an_acknowledgement_without_a_connection_is_none(bench: Bench) -> None:
    """The broker has not heard it, so it delivers again; whoever committed it knows a message that comes twice."""
    ear, mouth = await bench.join("ear", "#"), await bench.join("mouth", direct=True)
    await mouth.link.publish(bench.topic("a"), b"1")
    await ear.has(1)
    await bench.unplug()
    await until(lambda: not ear.link.is_connected)
    ear.link.acknowledge(ear.received[0])
    await bench.plug_in()
    await ear.has(2)
    assert ear.payloads == [b"1", b"1"]


async def test_an_acknowledgement_that_comes_late_is_not_taken_for_another_message(bench: Bench) -> None:
    """A broker that lost the session gives its numbers anew; what has them now is not committed yet."""
    ear = await bench.join("ear", "#")
    mouth = await bench.join("mouth")
    await mouth.link.publish(bench.topic("a"), b"before")
    await ear.has(1)
    await bench.unplug()
    await bench.forget()
    await bench.plug_in()
    await ear.connected(2)
    await mouth.connected(2)
    await ear.link.publish("nowhere", b"")
    assert ear.connections[-1] == Connected(session_present=False)
    await mouth.link.publish(bench.topic("a"), b"after")
    await ear.has(2)
    before, after = ear.received
    assert before.message_id == after.message_id
    ear.link.acknowledge(before)
    await bench.leave(ear)
    again = await bench.join("ear", "#")
    await again.has(1)
    assert again.payloads == [b"after"]


async def test_those_who_share_get_each_message_once_among_them_whether_they_are_there_or_away(bench: Bench) -> None:
    mouth = await bench.join("mouth")
    here, away = [await bench.join(name, "$share/ears/+") for name in ("here", "away")]
    await bench.leave(away)
    wanted = [str(number).encode() for number in range(6)]
    for payload in wanted:
        await mouth.link.publish(bench.topic("a"), payload)
    await here.has(3)
    back = await bench.join("away", "$share/ears/+")
    await back.has(3)
    assert sorted(here.payloads + back.payloads) == wanted


async def test_one_who_leaves_for_good_is_not_known_any_more_and_nothing_is_kept_for_him(bench: Bench) -> None:
    ear, mouth = await bench.join("ear", "#"), await bench.join("mouth", direct=True)
    await ear.link.close_for_good()
    await ear.listening
    bench.parties.remove(ear)
    await mouth.link.publish(bench.topic("a"), b"1")
    again = await bench.join("ear", "#")
    assert again.connections == [Connected(session_present=False)]
    await mouth.link.publish(bench.topic("a"), b"2")
    await again.has(1)
    assert again.payloads == [b"2"]


async def test_what_is_published_while_one_is_away_is_kept_for_him(bench: Bench) -> None:
    """Promise 1."""
    ear, mouth = await bench.join("ear", "#"), await bench.join("mouth")
    await bench.leave(ear)
    await mouth.link.publish(bench.topic("a"), b"kept", expires_in=3600)
    again = await bench.join("ear", "#")
    await again.has(1)
    assert again.payloads == [b"kept"]
    assert not again.received[0].retained


async def test_a_retained_message_meets_whoever_comes_later(bench: Bench) -> None:
    early, mouth = await bench.join("early", "#"), await bench.join("mouth")
    await mouth.link.publish(bench.topic("state"), b"old", retain=True)
    await mouth.link.publish(bench.topic("state"), b"new", retain=True)
    await early.has(2)
    assert [(got.payload, got.retained) for got in early.received] == [(b"old", False), (b"new", False)]
    late = await bench.join("late", "#")
    await late.has(1)
    assert [(got.payload, got.retained) for got in late.received] == [(b"new", True)]


async def test_a_link_listens_to_something_else_from_now_on_also_after_the_broker_was_away(bench: Bench) -> None:
    ear, mouth = await bench.join("ear", "old"), await bench.join("mouth", direct=True)
    ear.link.listen_to([bench.topic("new")])
    await ear.link.publish(f"nowhere/{bench.root}", b"the subscriptions came before this")
    for topic in ("old", "new"):
        await mouth.link.publish(bench.topic(topic), b"1")
    await ear.has(1)
    ear.link.acknowledge(ear.received[0])
    await ear.link.publish(f"nowhere/{bench.root}", b"the acknowledgement came before this")
    await bench.unplug()
    ear.link.listen_to([bench.topic("newest")])
    await bench.plug_in()
    await ear.connected(2)
    await ear.link.publish(f"nowhere/{bench.root}", b"the subscriptions came before this")
    for topic in ("new", "newest"):
        await mouth.link.publish(bench.topic(topic), b"2")
    await ear.has(2)
    assert [got.topic for got in ear.received] == [bench.topic("new"), bench.topic("newest")]


async def test_an_empty_retained_message_takes_the_retained_one_away(bench: Bench) -> None:
    """MQTT 5, 3.3.1.3."""
    mouth = await bench.join("mouth")
    await mouth.link.publish(bench.topic("state"), b"old", retain=True)
    await mouth.link.publish(bench.topic("state"), b"", retain=True)
    late = await bench.join("late", "#")
    await mouth.link.publish(bench.topic("other"), b"end")
    await late.has(1)
    assert late.payloads == [b"end"]


async def test_publishing_without_a_connection_is_told_at_once(bench: Bench) -> None:
    party = await bench.join("mouth")
    await bench.unplug()
    await until(lambda: not party.link.is_connected)
    with pytest.raises(NotConnected):
        await party.link.publish(bench.topic("a"), b"1")
    await until(lambda: isinstance(party.events[-1], Disconnected) and party.events[-1].reason)


async def test_a_link_that_was_not_started_cannot_publish(bench: Bench) -> None:
    link = bench.link("never", [], None, direct=False)
    assert not link.is_connected
    with pytest.raises(NotConnected):
        await link.publish(bench.topic("a"), b"1")


async def test_a_broker_that_is_not_there_is_no_error_and_is_found_when_it_comes(bench: Bench) -> None:
    """Promise 8."""
    await bench.unplug()
    party = await bench.join("early", "#", wait=False)
    await until(lambda: party.events)
    assert isinstance(party.events[0], Disconnected)
    assert not party.link.is_connected
    await bench.plug_in()
    await party.connected()


async def test_the_broker_speaks_the_will_of_one_whose_connection_is_cut(bench: Bench) -> None:
    watcher = await bench.join("watcher", "state/+", direct=True)
    mortal = await bench.join("mortal", will=("state/mortal", b"offline"))
    await mortal.link.publish(bench.topic("state/mortal"), b"online", retain=True)
    await watcher.has(1)
    await bench.unplug()
    await watcher.has(2)
    assert watcher.payloads == [b"online", b"offline"]
    late = await bench.join("late", "state/+", direct=True)
    await late.has(1)
    assert [(got.payload, got.retained) for got in late.received] == [(b"offline", True)]


async def test_one_who_says_goodbye_leaves_no_will(bench: Bench) -> None:
    watcher = await bench.join("watcher", "#", direct=True)
    mortal = await bench.join("mortal", will=("state/mortal", b"offline"))
    await bench.leave(mortal)
    mouth = await bench.join("mouth", direct=True)
    await mouth.link.publish(bench.topic("end"), b"end")
    await until(lambda: b"end" in watcher.payloads)
    assert watcher.payloads == [b"end"]


async def test_a_link_that_was_cut_comes_back_by_itself_with_its_session(bench: Bench) -> None:
    ear, mouth = await bench.join("ear", "#"), await bench.join("mouth", direct=True)
    await mouth.link.publish(bench.topic("a"), b"1")
    await ear.has(1)
    await bench.cut()
    await ear.connected(2)
    kinds = [type(event) for event in ear.events if not isinstance(event, Received)]
    assert [kind for kind in kinds if kind is not Subscribed] == [Connected, Disconnected, Connected]
    assert ear.connections[-1] == Connected(session_present=True)
    await mouth.link.publish(bench.topic("a"), b"2")
    await ear.has(3)
    assert ear.payloads == [b"1", b"1", b"2"]


async def test_a_renewed_link_connects_again_and_gets_what_it_had_not_acknowledged(bench: Bench) -> None:
    ear, mouth = await bench.join("ear", "#"), await bench.join("mouth", direct=True)
    await mouth.link.publish(bench.topic("a"), b"1")
    await ear.has(1)
    await ear.link.renew()
    await ear.connected(2)
    await ear.has(2)
    assert ear.payloads == [b"1", b"1"]
    for received in ear.received:
        ear.link.acknowledge(received)
    await mouth.link.publish(bench.topic("a"), b"2")
    await ear.has(3)
    await ear.link.publish(bench.topic("b"), b"3")
    await ear.has(4)


async def test_closing_ends_the_events_and_the_connection(bench: Bench) -> None:
    party = await bench.join("one", "#")
    await bench.leave(party)
    assert party.listening.done()
    assert not party.link.is_connected
    assert isinstance(party.events[-1], Disconnected)
    with pytest.raises(NotConnected):
        await party.link.publish(bench.topic("a"), b"1")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # the thread dies on purpose
async def test_a_link_whose_thread_has_died_is_renewed(broker: Broker) -> None:
    """paho's thread may end while the connection seems to be up: what is published then is never acknowledged."""
    party = Party(MqttLink(broker.address("frozen"), client_id="frozen", subscriptions=["frozen/#"]))
    await party.link.start()
    await party.connected()
    thread = next(thread for thread in threading.enumerate() if thread.name.startswith("paho-mqtt-client-"))
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit))
    lost = asyncio.create_task(party.link.publish("frozen/a", b"1"))
    await until(lambda: not thread.is_alive())
    assert party.link.is_connected
    assert not lost.done()

    await party.link.renew()

    with pytest.raises(NotConnected, match="renewed"):
        await lost
    await party.connected(2)
    await party.link.publish("frozen/a", b"2")
    await until(lambda: b"2" in party.payloads)
    await party.leave()


async def test_who_shares_from_now_on_leaves_what_it_listened_to_before_and_loses_nothing_meanwhile(
    broker: Broker,
) -> None:
    """A centre whose settings have changed, there and back: its session stays the same."""
    plain, shared = "changing/+", "$share/ears/changing/+"

    async def listen(wanted: str, left: str) -> Party:
        link = MqttLink(broker.address("changing-ear"), client_id="changing-ear", subscriptions=[wanted], leaves=[left])
        party = Party(link)
        await link.start()
        await party.connected()
        await link.publish("nowhere", b"the subscriptions came before this")
        return party

    ear = await listen(shared, plain)
    mouth = Party(MqttLink(broker.address("changing-mouth"), client_id="changing-mouth", subscriptions=[]))
    await mouth.link.start()
    await mouth.connected()
    said: list[bytes] = []
    has_changed = asyncio.Event()

    async def speak() -> None:
        while not has_changed.is_set():
            said.append(str(len(said)).encode())
            await mouth.link.publish("changing/a", said[-1])

    speaking = asyncio.create_task(speak())
    heard: set[bytes] = set()
    for wanted, left in ((plain, shared), (shared, plain)):
        await ear.has(20)
        for received in ear.received:
            ear.link.acknowledge(received)
        await ear.leave()
        heard |= set(ear.payloads)
        ear = await listen(wanted, left)
    has_changed.set()
    await speaking
    await mouth.link.publish("changing/a", b"once")
    await mouth.link.publish("changing/a", b"end")
    await until(lambda: b"end" in ear.payloads)
    assert set(said) <= heard | set(ear.payloads)
    assert ear.payloads.count(b"once") == 1
    await ear.leave()
    await mouth.leave()
