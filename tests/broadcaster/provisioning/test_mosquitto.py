"""A real Mosquitto with the generated files lets everybody do what is theirs and nothing else (promise 10)."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from broadcaster.dispatch.dispatcher import subscriptions as centre_subscriptions
from broadcaster.domain.audience import Terminal
from broadcaster.ledger import Ledger
from broadcaster.provisioning.secrets import make_signing_key
from broadcaster.provisioning.terminals import broker_files, take_into_service
from broadcaster.settings import Settings, load_settings
from kokuchi.link import BrokerAddress, Connected, Disconnected, Event, LinkError, MqttLink, Received
from kokuchi.wire import MAXIMUM_BYTES, Topics
from terminal_client.courier import subscriptions as terminal_subscriptions
from tests.broadcaster.settings_files import TOML, write_secrets, write_settings
from tests.contract.broker import mosquitto
from tests.waiting import until

HANAKO = Terminal("t-1", "見本 花子", "household", "kita", frozenset({"elderly"}))
TARO = Terminal("t-2", "見本 太郎", "household", "minami")
CENTRE = "centre"
COLLECTOR = "centre@2"
FORBIDDEN = (
    "delivery/t-2",
    "presence/t-2",
    "request/t-2",
    "sync/t-2",
    "sync/{own}/reply",
    "sync/t-2/reply",
    "alert/all",
    "alert/area/kita",
    "alert/group/elderly",
    "alert/terminal/{own}",
    "alert/terminal/t-2",
    "settings/{own}",
    "dictionary",
    "elsewhere",
)
"""What a terminal must not write; each has its own intruder, since a refusal ends the connection."""

INTRUDERS = [Terminal(f"i-{number}", "侵入 者", "household", "kita") for number in range(len(FORBIDDEN))]


@dataclass(frozen=True)
class Broker:
    settings: Settings
    topics: Topics

    def password(self, user: str) -> str:
        if user in (CENTRE, COLLECTOR):
            return self.settings.broker.password.get_secret_value()
        return (self.settings.terminals / user / "broker-password").read_text()


@pytest.fixture(scope="module")
def provisioned(tmp_path_factory: pytest.TempPathFactory) -> Broker:
    folder: Path = tmp_path_factory.mktemp("centre with a space")
    path = write_settings(folder, TOML.replace("[broker]\n", "[broker]\ncollectors = 2\n"))
    write_secrets(folder)
    settings, town = load_settings(path, {})
    make_signing_key(settings.signing_key)
    ledger = Ledger(settings.ledger)
    take_into_service(settings, town, ledger, [HANAKO, TARO, *INTRUDERS])
    ledger.close()
    return Broker(settings, Topics(town.id))


@pytest.fixture
def broker(provisioned: Broker) -> Iterator[Broker]:
    """A broker that knows nobody's session yet."""
    files = broker_files(provisioned.settings)
    for kept in (files.directory / "data").iterdir():
        kept.unlink()
    with mosquitto(files.configuration, provisioned.settings.broker.port):
        yield provisioned


class Party:
    """Somebody at the broker."""

    def __init__(self, link: MqttLink) -> None:
        self.link = link
        self.events: list[Event] = []
        self.listening = asyncio.create_task(self._listen())
        self.leaving: asyncio.Task[None] | None = None

    async def leave(self) -> None:
        self.leaving = self.leaving or asyncio.create_task(self.link.close())
        await self.leaving
        await self.listening

    async def _listen(self) -> None:
        async for event in self.link.events():
            self.events.append(event)

    @property
    def heard(self) -> list[str]:
        return [event.topic for event in self.events if isinstance(event, Received)]

    @property
    def payloads(self) -> list[bytes]:
        return [event.payload for event in self.events if isinstance(event, Received)]

    @property
    def refusals(self) -> list[str]:
        return [event.reason for event in self.events if isinstance(event, Disconnected)]

    @property
    def is_connected(self) -> bool:
        return any(isinstance(event, Connected) for event in self.events)


class Gate:
    """Lets parties in, and all of them out at the end."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.topics = broker.topics
        self.parties: list[Party] = []

    async def let_in(
        self, user: str, *listens_to: str, password: str | None = None, client_id: str | None = None, wait: bool = True
    ) -> Party:
        """Connect with a fresh session; wait until the broker has the subscriptions."""
        settings = self.broker.settings.broker
        address = BrokerAddress(
            settings.host, settings.port, user, self.broker.password(user) if password is None else password
        )
        party = Party(MqttLink(address, client_id=client_id or user, subscriptions=list(listens_to)))
        self.parties.append(party)
        await party.link.start()
        if wait:
            await until(lambda: party.is_connected, what=f"{user} is connected")
            own = {CENTRE: self.topics.sync_reply("nobody"), COLLECTOR: self.topics.collector(COLLECTOR)}
            await party.link.publish(own.get(user, self.topics.presence(user)), b"the subscriptions came before this")
        return party

    async def close(self) -> None:
        await asyncio.gather(*(party.leave() for party in self.parties))


@pytest.fixture
async def gate(broker: Broker) -> AsyncIterator[Gate]:
    gate = Gate(broker)
    yield gate
    await gate.close()


async def assert_refused(party: Party, topic: str) -> None:
    """The broker refuses and, for MQTT 5, ends the connection or says so."""
    with pytest.raises(LinkError, match=r"(?i)not authori[sz]ed|ended"):
        await party.link.publish(topic, b"forged")


async def test_the_centre_reaches_terminals_and_they_reach_the_centre(gate: Gate) -> None:
    topics = gate.topics
    centre = await gate.let_in(CENTRE, *centre_subscriptions(topics))
    hanako = await gate.let_in("t-1", *terminal_subscriptions(topics, HANAKO.membership))
    sent = [*topics.of_member(HANAKO.membership), topics.sync_reply("t-1"), topics.dictionary, topics.settings("t-1")]
    for topic in sent:
        await centre.link.publish(topic, b"x")
    await until(lambda: hanako.heard == sent)
    said = [topics.delivery("t-1"), topics.presence("t-1"), topics.request("t-1"), topics.sync("t-1")]
    for topic in said:
        await hanako.link.publish(topic, b"x")
    await until(lambda: centre.heard[-len(said) :] == said)


async def test_the_centre_and_a_further_collector_share_the_reports_and_nothing_else(gate: Gate) -> None:
    topics = gate.topics
    group = gate.broker.settings.broker.group
    centre = await gate.let_in(CENTRE, *centre_subscriptions(topics, group))
    collector = await gate.let_in(
        COLLECTOR, topics.shared_deliveries(group), topics.presence("+"), topics.sync("+"), "#"
    )
    hanako = await gate.let_in("t-1")
    said = [topics.request("t-1"), topics.sync("t-1")]
    for topic in [*said, *[topics.delivery("t-1")] * 6]:
        await hanako.link.publish(topic, b"x")
    await collector.link.publish(topics.collector(COLLECTOR), b"end")
    await until(lambda: b"end" in collector.payloads)
    own = [topic for topic in collector.heard if topic != topics.collector(COLLECTOR)]
    # Three by its share and, since it may read all of them, six by its own "#".
    assert own == [topics.delivery("t-1")] * 9
    await until(lambda: centre.heard.count(topics.delivery("t-1")) == 3)
    assert set(said) < set(centre.heard)


async def test_a_terminal_does_not_know_the_group_in_which_it_could_make_reports_vanish(gate: Gate) -> None:
    """Mosquitto lets it in, hands it nothing for want of rights, and hands nobody else what was its turn."""
    topics, group = gate.topics, gate.broker.settings.broker.group
    centre = await gate.let_in(CENTRE, topics.shared_deliveries(group))
    taro, told = await gate.let_in("t-2"), topics.shared_deliveries(group)
    knows = await gate.let_in("t-1", told)
    for _ in range(4):
        await taro.link.publish(topics.delivery("t-2"), b"x")
    await until(lambda: len(centre.heard) == 2)
    assert knows.heard == []
    password = gate.broker.password(CENTRE)
    assert group not in password
    assert password not in group
    assert re.fullmatch("[0-9a-f]{32}", group)


@pytest.mark.parametrize("topic", ["alert/all", "delivery/t-1"])
async def test_a_further_collector_can_say_nothing(gate: Gate, topic: str) -> None:
    collector = await gate.let_in(COLLECTOR)
    await assert_refused(collector, f"{gate.topics.root}/{topic}")


async def test_the_dictionary_is_told_to_a_terminal_that_comes_later_and_again_whenever_it_comes_back(
    gate: Gate,
) -> None:
    centre = await gate.let_in(CENTRE)
    await centre.link.publish(gate.topics.dictionary, b"words", retain=True, expires_in=400 * 24 * 3600)
    hanako = await gate.let_in("t-1", *terminal_subscriptions(gate.topics, HANAKO.membership))
    await until(lambda: hanako.payloads == [b"words"])
    await hanako.leave()
    again = await gate.let_in("t-1", *terminal_subscriptions(gate.topics, HANAKO.membership))
    await until(lambda: set(again.payloads) == {b"words"})


async def test_a_terminal_hears_nothing_that_is_for_others_whatever_it_subscribes_to(gate: Gate) -> None:
    topics = gate.topics
    centre = await gate.let_in(CENTRE)
    taro = await gate.let_in("t-2")
    spy = await gate.let_in("t-1", "#", f"{topics.root}/#", "$SYS/#", *topics.of_member(TARO.membership))
    own = [topics.sync_reply("t-2"), topics.settings("t-2")]
    for_others = [*topics.of_member(TARO.membership)[1:], *own, f"{topics.root}/alert/area/mujin"]
    for topic in for_others:
        await centre.link.publish(topic, b"x")
    for topic in (topics.delivery("t-2"), topics.presence("t-2"), topics.request("t-2"), topics.sync("t-2")):
        await taro.link.publish(topic, b"x", retain=True)
    await centre.link.publish(f"{topics.root}/alert/all", b"end")
    await until(lambda: f"{topics.root}/alert/all" in spy.heard)
    assert set(spy.heard) == {f"{topics.root}/alert/all"}


async def test_what_others_retained_is_not_told_to_a_terminal_that_comes_later(gate: Gate) -> None:
    taro = await gate.let_in("t-2")
    await taro.link.publish(gate.topics.presence("t-2"), b"x", retain=True)
    centre = await gate.let_in(CENTRE, gate.topics.presence("+"))
    await until(lambda: centre.heard)
    spy = await gate.let_in("t-1", "#", gate.topics.presence("+"), gate.topics.presence("t-2"))
    await centre.link.publish(f"{gate.topics.root}/alert/all", b"end")
    await until(lambda: spy.heard)
    assert set(spy.heard) == {f"{gate.topics.root}/alert/all"}


async def test_a_terminal_cannot_write_what_is_not_its_own(gate: Gate) -> None:
    """Neither as another terminal nor as the centre."""
    root = gate.topics.root
    centre = await gate.let_in(CENTRE, *centre_subscriptions(gate.topics))
    taro = await gate.let_in("t-2", *terminal_subscriptions(gate.topics, TARO.membership))
    for intruder, forbidden in zip(INTRUDERS, FORBIDDEN, strict=True):
        party = await gate.let_in(intruder.id)
        await assert_refused(party, f"{root}/{forbidden.format(own=intruder.id)}")
        party.leaving = asyncio.create_task(party.link.close())  # it must not come back
    await taro.link.publish(gate.topics.delivery("t-2"), b"end")
    await until(lambda: b"end" in centre.payloads)
    assert b"forged" not in centre.payloads
    assert taro.heard == []


async def test_even_the_centre_cannot_report_for_a_terminal(gate: Gate) -> None:
    centre = await gate.let_in(CENTRE)
    await assert_refused(centre, gate.topics.delivery("t-1"))


async def test_who_says_once_what_the_broker_s_rights_do_not_know_comes_back_and_can_go_on(gate: Gate) -> None:
    """As a terminal whose broker's files were written before there were requests: its sync carries what was refused."""
    hanako = await gate.let_in("t-1")
    await assert_refused(hanako, f"{gate.topics.root}/elsewhere")
    await until(lambda: [type(event) for event in hanako.events] == [Connected, Disconnected, Connected])
    for _ in range(3):
        await hanako.link.publish(gate.topics.sync("t-1"), b"x")
    assert len(hanako.refusals) == 1


async def test_even_the_centre_cannot_ask_for_a_call_in_a_household_s_name(gate: Gate) -> None:
    centre = await gate.let_in(CENTRE)
    await assert_refused(centre, gate.topics.request("t-1"))


async def test_a_wrong_password_or_name_is_refused(gate: Gate) -> None:
    wrong = [("t-1", "guessed"), ("t-1", ""), (CENTRE, "guessed"), ("nobody", "x"), ("", ""), ("mosquitto", "")]
    parties = [await gate.let_in(user, password=password, client_id="x", wait=False) for user, password in wrong]
    await until(lambda: all(party.refusals for party in parties))
    assert all("not authori" in party.refusals[0].lower() for party in parties)
    assert not any(party.is_connected for party in parties)


async def test_one_terminal_does_not_have_the_password_of_another(gate: Gate) -> None:
    party = await gate.let_in("t-1", password=gate.broker.password("t-2"), wait=False)
    await until(lambda: party.refusals)
    assert not party.is_connected


async def test_nobody_takes_over_the_session_of_the_centre_by_naming_its_client_identifier(gate: Gate) -> None:
    topics = gate.topics
    centre = await gate.let_in(CENTRE, topics.delivery("+"))
    intruder = await gate.let_in("t-1", client_id=CENTRE)
    taro = await gate.let_in("t-2")
    await taro.link.publish(topics.delivery("t-2"), b"report")
    await until(lambda: centre.heard == [topics.delivery("t-2")])
    assert centre.refusals == []
    assert intruder.heard == []


async def test_the_broker_takes_a_message_of_the_largest_size(gate: Gate) -> None:
    centre = await gate.let_in(CENTRE)
    hanako = await gate.let_in("t-1", f"{gate.topics.root}/alert/all")
    await centre.link.publish(f"{gate.topics.root}/alert/all", b"x" * MAXIMUM_BYTES)
    await until(lambda: hanako.heard)
