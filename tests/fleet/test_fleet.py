"""Light terminals at a real Mosquitto, and a centre that a test plays."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from fleet import ALL_STAGES, Fleet, LightTerminal, Plain, Script
from fleet.opening import Opening
from fleet.script import MOMENTS
from fleet.shared import Shared
from kokuchi.wire import (
    DeliveryReport,
    KeyRing,
    Membership,
    SigningKey,
    SyncReply,
    Topics,
    WireError,
    decode_delivery,
    decode_presence,
    decode_sync_request,
    seal,
)
from tests.contract.broker import HOST, mosquitto
from tests.ports import free_port
from tests.terminal.alerts import TOWN, alert
from tests.waiting import PATIENCE

KEY = SigningKey.generate()
TOPICS = Topics(TOWN)
NAMES = ("f-1", "f-2", "f-3")
AN_HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    number, folder = free_port(), tmp_path_factory.mktemp("broker")
    with mosquitto(configured(folder, number), number):
        yield number


def configured(folder: Path, port: int) -> Path:
    configuration = folder / "mosquitto.conf"
    # A broker that is started as root cannot read what is another user's.
    configuration.write_text(f"listener {port} {HOST}\nallow_anonymous true\nuser root\n")
    return configuration


class Centre:
    """Hears what terminals say, and answers nothing by itself."""

    def __init__(self, port: int) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_message = lambda _client, _data, said: self.heard.append((said.topic, bytes(said.payload)))
        self._client.connect(HOST, port)
        self._client.subscribe([(f"{TOPICS.root}/{kind}/+", 1) for kind in ("delivery", "presence", "sync")])
        self._client.subscribe("answers/+", 1)
        self._client.loop_start()

    def publish(self, topic: str, payload: bytes) -> None:
        self._client.publish(topic, payload, qos=1)

    def on(self, topic: str) -> list[bytes]:
        return [payload for heard, payload in self.heard if heard == topic]

    def reports(self, terminal: str) -> list[DeliveryReport]:
        return [decode_delivery(payload) for payload in self.on(TOPICS.delivery(terminal))]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def centre(port: int) -> Iterator[Centre]:
    running = Centre(port)
    yield running
    running.close()


def connected(port: int, centre: Centre, *, script: Script = ALL_STAGES, plain: Plain | None = None) -> Fleet:
    keys = KeyRing.of(KEY.private.public_key())
    shared = Shared(Opening(keys, TOWN), script, [plain] if plain else [])
    fleet = Fleet({name: LightTerminal(Membership(terminal=name), "any", shared) for name in NAMES}, HOST, port, shared)
    fleet.come_back(within=0)
    fleet.run_until(lambda: all(centre.on(TOPICS.sync(name)) for name in NAMES), PATIENCE)
    return fleet


def test_terminals_report_a_signed_alert_in_the_reports_of_their_script(port: int, centre: Centre) -> None:
    fleet = connected(port, centre)
    centre.publish(f"{TOPICS.root}/alert/all", seal(alert("a-1"), KEY))
    fleet.run_until(lambda: all(len(centre.reports(name)) == 3 for name in NAMES), PATIENCE)
    fleet.close()

    assert fleet.shared.opening.holders("a-1") == 3
    for name in NAMES:
        reached = [[moment for moment in MOMENTS if getattr(report, moment)] for report in centre.reports(name)]
        assert reached == [list(MOMENTS[:count]) for count in (2, 4, 5)], "each says all that the earlier ones did"


def answer(centre: Centre, question: str, *tokens: bytes) -> None:
    now = datetime.now(UTC)
    alerts = tuple(token.decode() for token in tokens)
    reply = SyncReply(town=TOWN, terminal="f-1", identifier=question, sent=now, expires=now + AN_HOUR, alerts=alerts)
    centre.publish(TOPICS.sync_reply("f-1"), seal(reply, KEY))


def test_what_an_answer_brings_is_taken_and_asked_about_once_more(port: int, centre: Centre) -> None:
    fleet = connected(port, centre)
    one = fleet.terminals["f-1"]

    asked = one.asked
    answer(centre, asked, seal(alert("a-2"), KEY))
    fleet.run_until(lambda: one.asked != asked, PATIENCE)
    assert set(one.held) == {("a-2", 1)}
    assert one.synced_at is None

    answer(centre, one.asked)
    fleet.run_until(lambda: one.synced_at is not None, PATIENCE)
    fleet.run_until(lambda: decode_sync_request(centre.on(TOPICS.sync("f-1"))[-1]).identifier != asked, PATIENCE)
    fleet.close()
    last = decode_sync_request(centre.on(TOPICS.sync("f-1"))[-1])
    assert [(report.alert, report.revision) for report in last.held] == [("a-2", 1)]


def test_an_answer_to_an_earlier_question_is_one_too_unless_the_power_failed_since(port: int, centre: Centre) -> None:
    fleet = connected(port, centre)
    one = fleet.terminals["f-1"]
    asked = one.asked
    one.ask()
    answer(centre, asked)
    fleet.run_until(lambda: one.synced_at is not None, PATIENCE)

    fleet.reconnect(one)
    fleet.run_until(lambda: one.is_connected, PATIENCE)
    answer(centre, asked)
    centre.publish(f"{TOPICS.root}/alert/all", seal(alert("a-4"), KEY))
    fleet.run_until(lambda: ("a-4", 1) in one.held, PATIENCE)
    assert one.synced_at is None
    fleet.close()


def test_one_whose_power_fails_is_told_of_by_its_last_will_and_comes_back(port: int, centre: Centre) -> None:
    fleet = connected(port, centre)

    def said() -> list[bool]:
        return [decode_presence(payload).online for payload in centre.on(TOPICS.presence("f-2"))]

    before = len(said())
    fleet.reconnect(fleet.terminals["f-2"])
    fleet.run_until(lambda: len(said()) > before + 1, PATIENCE)
    fleet.close()

    assert said()[before:][:2] == [False, True]


def test_an_unsigned_message_of_a_bench_is_answered_without_being_read(port: int, centre: Centre) -> None:
    plain = Plain("plain", lambda name: f"answers/{name}", lambda name: [b"first", b"second", name.encode()])
    fleet = connected(port, centre, plain=plain)
    centre.publish("plain", b"no alert")
    fleet.run_until(lambda: all(len(centre.on(f"answers/{name}")) == 3 for name in NAMES), PATIENCE)
    fleet.close()

    assert plain.holders == 3
    assert centre.on("answers/f-3") == [b"first", b"second", b"f-3"]


def test_an_alert_that_was_altered_ends_the_run(port: int, centre: Centre) -> None:
    """What a fleet stands on is that everything is verified."""
    fleet = connected(port, centre)
    head, payload, signature = seal(alert("a-3"), KEY).split(b".")
    centre.publish(f"{TOPICS.root}/alert/all", b".".join((head, payload[:-4] + b"AAAA", signature)))

    with pytest.raises(WireError, match="altered"):
        fleet.run_until(lambda: False, PATIENCE)
    fleet.close()


def test_terminals_that_come_before_the_broker_try_again(tmp_path: Path) -> None:
    number = free_port()
    shared = Shared(Opening(KeyRing.of(KEY.private.public_key()), TOWN), ALL_STAGES, [])
    terminals = {name: LightTerminal(Membership(terminal=name), "any", shared) for name in NAMES}
    fleet = Fleet(terminals, HOST, number, shared)
    fleet.come_back(within=0)
    fleet.drive()
    assert not any(terminal.is_connected for terminal in terminals.values())

    with mosquitto(configured(tmp_path, number), number):
        fleet.run_until(lambda: all(terminal.is_connected for terminal in terminals.values()), PATIENCE)
    fleet.run_until(lambda: not any(terminal.is_connected for terminal in terminals.values()), PATIENCE)

    assert fleet.bring_back() == len(NAMES)
    fleet.close()
