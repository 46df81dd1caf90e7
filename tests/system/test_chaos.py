"""Promises under faults: the chaos run, and whether its judge, its schedule and its proxy can be trusted."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from jwt.utils import base64url_decode

from broadcaster.domain.delivery import Delivery
from chaos.events import Cast, Corruption, FaultKind, Forgery
from chaos.evidence import Evidence, Home, Published
from chaos.journal import Journal, Line, What, read_journal
from chaos.judge import Verdict, judge
from chaos.lies import corrupt, forge
from chaos.proxy import Direction, Proxy, client_identifier
from chaos.schedule import plan
from chaos.text import Listener, headline_for, heard
from demo.places import HOST, REPOSITORY
from kokuchi.voice.script import resumed, script_of
from kokuchi.wire import Alert, KeyRing, MessageType, Outcome, SigningKey, WireError, open_alert, seal
from terminal_client.household import Key
from tests.ports import free_port_range
from tests.system.leaks import headline_of, heard_on_the_wire, names_of, said_in_logs, secrets_of
from tests.terminal.alerts import TOWN, alert, cancel, update
from tests.waiting import until, wait_until

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
CAST = Cast(
    terminals=tuple(f"t-{number:04}" for number in range(1, 61)),
    whole=("t-0001", "t-0002", "t-0003"),
    areas=("kita", "chuo", "minami"),
    groups=("elderly", "business"),
)
FIRST, SECOND = Key("a", 1), Key("a", 2)
VOICED = Delivery(received_at=NOW, displayed_at=NOW, voice_started_at=NOW, voiced_at=NOW + timedelta(seconds=5))
SPOILT = {
    "received_at": replace(VOICED, received_at=None),
    "displayed_at": replace(VOICED, displayed_at=None),
    "voice_started_at": replace(VOICED, voice_started_at=None),
    "voiced_at": replace(VOICED, voiced_at=None),
    "voiced_at, another time": replace(VOICED, voiced_at=NOW),
}


# The run itself


def test_a_short_chaos_breaks_no_promise_and_tells_nobody_a_name(tmp_path: Path) -> None:
    """Promises 1, 2, 3, 4, 6 and 10."""
    command = [sys.executable, "-m", "chaos", "--minutes", "0.4", "--seed", "7", "--terminals", "15", "--json"]
    answer = subprocess.run(
        [*command, "--data", str(tmp_path / "run")], cwd=REPOSITORY, capture_output=True, text=True, timeout=280
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr[-4000:]
    result = json.loads(answer.stdout.splitlines()[-1])
    assert result["deliveries"] > 20
    assert [result[kind] for kind in ("lost", "voiced_twice", "voiced_after_cancel", "voiced_forged")] == [0, 0, 0, 0]
    assert result["reports_missing"] == 0
    assert result["faults"]["broker_forgot"] >= 1
    _assert_nothing_leaked(tmp_path / "run")


def _assert_nothing_leaked(run: Path) -> None:
    names, secrets = names_of(run), secrets_of(run)
    assert len(names) >= 15
    assert len(secrets) >= 15 + 3
    heard = heard_on_the_wire(run)
    said = said_in_logs(run)
    # Whoever looks for something finds what is there.
    assert "/presence/t-0004" in heard
    assert headline_of(run) in heard
    assert "broker connected" in said
    for place, text in (("on the wire", heard), ("in a log", said)):
        leaked = sorted(secret for secret in names | secrets if secret in text)
        assert leaked == [], place


# The schedule


def test_the_same_seed_gives_the_same_faults() -> None:
    assert plan(3, 120, CAST) == plan(3, 120, CAST)


def test_another_seed_gives_other_faults() -> None:
    assert plan(3, 120, CAST).faults != plan(4, 120, CAST).faults


@pytest.mark.parametrize("seed", range(5))
def test_a_run_of_three_minutes_has_every_kind_of_fault_and_all_are_over_when_it_ends(seed: int) -> None:
    schedule = plan(seed, 180, CAST)

    assert {kind: count for kind, count in schedule.counts().items() if not count} == {}
    assert max(fault.at + fault.seconds for fault in schedule.faults) <= 180


def test_the_broker_forgets_everything_at_least_once_in_a_short_run_too() -> None:
    assert all(plan(seed, 24, CAST).counts()[FaultKind.BROKER_FORGOT] for seed in range(20))


def test_nothing_is_killed_again_while_it_is_away() -> None:
    outages = (FaultKind.TERMINAL_KILLED, FaultKind.CLOCKLESS_START)
    back: dict[str, float] = {}
    for fault in plan(1, 300, CAST).faults:
        if fault.kind in outages:
            assert fault.at >= back.get(fault.whom, 0)
            back[fault.whom] = fault.at + fault.seconds


# The judge


@dataclass
class Case:
    """One alert at one terminal, as every end has it when all is well; a test spoils one thing."""

    published: dict[Key, Published] = field(default_factory=dict)
    ledger: dict[Key, Delivery] = field(default_factory=dict)
    inbox: dict[Key, Delivery] = field(default_factory=dict)
    journal: list[Line] | None = field(default_factory=list)
    seen: frozenset[Key] = frozenset()

    def send(self, key: Key = FIRST, *, hours: float = 24, withdrawal: bool = False, emergency: bool = False) -> None:
        self.published[key] = Published(key, NOW, NOW + timedelta(hours=hours), withdrawal, emergency)
        self.ledger[key] = Delivery()

    def reach(self, key: Key, delivery: Delivery) -> None:
        self.ledger[key] = self.inbox[key] = delivery

    def write(self, seconds: float, what: What, key: Key = FIRST, process: int = 1, starved: float = 0.0) -> None:
        assert self.journal is not None
        at = (NOW + timedelta(seconds=seconds)).timestamp()
        self.journal.append(Line(at, what, process, key, starved=starved))

    def verdict(self) -> Verdict:
        home = Home(self.inbox, self.seen | set(self.inbox), self.journal)
        deliveries = {("t-1", key): delivery for key, delivery in self.ledger.items()}
        return judge(Evidence(self.published, deliveries, {"t-1": home}), calm_since=NOW + timedelta(minutes=1))

    def counts(self) -> dict[str, int]:
        """Return the kinds of offence that there are."""
        verdict = self.verdict()
        return {name: len(found) for name in Verdict.__dataclass_fields__ if (found := getattr(verdict, name))}


@pytest.fixture
def case() -> Case:
    case = Case()
    case.send()
    case.reach(FIRST, VOICED)
    case.write(0, What.STARTED)
    case.write(1, What.TAKEN)
    case.write(1.1, What.ACKNOWLEDGED)
    case.write(2, What.SPEECH_STARTED)
    case.write(4, What.SPEECH_ENDED)
    case.write(4.1, What.COMMITTED)
    return case


def corrected(case: Case, at: float) -> Case:
    """Send an Update that arrives at a time."""
    case.send(SECOND)
    case.reach(SECOND, VOICED)
    case.write(at, What.TAKEN, SECOND)
    return case


def test_a_delivery_that_went_well_is_no_offence(case: Case) -> None:
    assert case.counts() == {}


def test_an_alert_that_never_arrived_is_lost(case: Case) -> None:
    case.send(Key("b", 1))

    assert case.counts() == {"lost": 1}


def test_an_alert_that_was_taken_and_never_voiced_is_lost(case: Case) -> None:
    case.send(Key("b", 1))
    case.reach(Key("b", 1), Delivery(received_at=NOW, displayed_at=NOW))

    assert case.counts() == {"lost": 1}


def test_an_alert_that_expired_before_all_was_calm_is_not_lost(case: Case) -> None:
    case.send(Key("b", 1), hours=0.02)

    assert case.counts() == {}


def test_an_older_revision_need_not_arrive_once_there_is_a_newer_one(case: Case) -> None:
    case.send(Key("b", 1))
    case.send(Key("b", 2))
    case.reach(Key("b", 2), VOICED)

    assert case.counts() == {}


def test_a_cancel_that_never_arrived_is_lost(case: Case) -> None:
    case.send(SECOND, withdrawal=True)

    assert case.counts() == {"lost": 1}


def test_a_cancel_that_nobody_needed_to_hear_is_not_lost(case: Case) -> None:
    case.send(SECOND, withdrawal=True)
    case.reach(SECOND, Delivery(received_at=NOW, outcome=Outcome.CANCELLED))

    assert case.counts() == {}


def test_a_cancel_that_was_taken_and_then_forgotten_is_lost(case: Case) -> None:
    case.send(SECOND, withdrawal=True)
    case.reach(SECOND, Delivery(received_at=NOW))

    assert case.counts() == {"lost": 1}


def test_an_alert_that_was_acknowledged_before_it_was_committed_is_lost_had_the_power_failed(case: Case) -> None:
    case.send(Key("b", 1))
    case.reach(Key("b", 1), VOICED)
    case.write(5, What.ACKNOWLEDGED, Key("b", 1))
    case.write(5.1, What.TAKEN, Key("b", 1))

    assert case.counts() == {"lost": 1}


def test_a_revision_that_begins_again_after_it_was_committed_is_voiced_twice(case: Case) -> None:
    case.write(9, What.SPEECH_STARTED, process=2)

    assert case.counts() == {"voiced_twice": 1}


@pytest.mark.parametrize(("seconds", "offences"), [(9, {"voiced_twice": 1}), (240, {})])
def test_an_emergency_may_be_said_again_after_some_minutes(
    case: Case, seconds: float, offences: dict[str, int]
) -> None:
    case.send(emergency=True)
    case.reach(FIRST, VOICED)
    case.write(seconds, What.SPEECH_STARTED, process=2)

    assert case.counts() == offences


def test_a_revision_that_is_heard_to_the_end_twice_in_one_life_is_voiced_twice(case: Case) -> None:
    case.journal = [line for line in case.journal or [] if line.what is not What.COMMITTED]
    case.write(5, What.SPEECH_STARTED)
    case.write(7, What.SPEECH_ENDED)

    assert case.counts() == {"voiced_twice": 1}


def test_a_revision_may_be_voiced_again_after_a_power_cut_that_came_before_the_commit(case: Case) -> None:
    """Promise 2."""
    case.journal = [line for line in case.journal or [] if line.what is not What.COMMITTED]
    case.write(9, What.SPEECH_STARTED, process=2)
    case.write(11, What.SPEECH_ENDED, process=2)
    case.write(11, What.COMMITTED, process=2)

    assert case.counts() == {}


def test_an_old_text_may_go_on_for_a_second_after_its_correction(case: Case) -> None:
    """Promise 6."""
    assert corrected(case, at=5).counts() == {}
    case.write(5.9, What.SPEECH_STOPPED)

    assert case.counts() == {}


@pytest.mark.parametrize("what", [What.SPEECH_STARTED, What.SPEECH_STOPPED, What.SPEECH_ENDED])
def test_an_old_text_that_is_heard_longer_than_that_is_voiced_after_cancel(case: Case, what: What) -> None:
    case.journal = [line for line in case.journal or [] if line.what is not What.COMMITTED]
    corrected(case, at=2.5)
    case.write(3.6, what, process=2)

    assert case.counts()["voiced_after_cancel"] >= 1


@pytest.mark.parametrize(("starved", "found"), [(7.5, 0), (7.0, 1)])
def test_the_time_for_which_a_terminal_had_no_processor_is_not_held_against_it(
    case: Case, starved: float, found: int
) -> None:
    case.journal = []
    case.write(1, What.HELD)
    case.write(2, What.SPEECH_STARTED, starved=6.5)
    case.send(SECOND, withdrawal=True)
    case.reach(SECOND, VOICED)
    case.write(3, What.TAKEN, SECOND, starved=6.7)
    case.write(4.5, What.SPEECH_STOPPED, starved=starved)

    assert case.counts().get("voiced_after_cancel", 0) == found


def test_a_journal_knows_how_long_its_process_waited_for_a_processor(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.write(What.STARTED)
    rivals = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 1))]

    def starved_for() -> float:
        journal.write(What.DISPLAYED)
        first, *_, last = read_journal(tmp_path / "journal")
        return last.starved - first.starved

    try:
        wait_until(lambda: starved_for() > 0.02, what="the processors are shared")
    finally:
        for rival in rivals:
            rival.kill()
            rival.wait()


def test_a_cancel_that_is_found_in_the_inbox_at_the_start_counts_from_then_on(case: Case) -> None:
    case.journal = []
    case.write(1, What.HELD)
    case.send(SECOND, withdrawal=True)
    case.reach(SECOND, VOICED)
    case.write(1, What.HELD, SECOND)
    case.write(3, What.SPEECH_STARTED)

    assert case.counts() == {"voiced_after_cancel": 1}


def test_a_whole_program_that_voiced_an_old_text_is_found_by_its_inbox(case: Case) -> None:
    case.journal = None
    case.send(SECOND)
    case.reach(SECOND, VOICED)
    case.reach(FIRST, replace(VOICED, voiced_at=NOW + timedelta(seconds=1.2)))

    assert case.counts() == {"voiced_after_cancel": 1}


def test_a_voice_that_says_what_the_ledger_does_not_know_is_voiced_though_forged(case: Case) -> None:
    case.write(6, What.SPEECH_STARTED, Key("forged-1", 1))

    assert case.counts() == {"voiced_forged": 1}


def test_an_alert_in_the_inbox_that_the_ledger_does_not_know_is_too(case: Case) -> None:
    case.inbox[Key("forged-1", 1)] = Delivery(received_at=NOW)

    assert case.counts() == {"voiced_forged": 1}


def test_an_alert_for_others_that_was_refused_is_well(case: Case) -> None:
    case.inbox[Key("b", 1)] = Delivery(received_at=NOW, outcome=Outcome.REFUSED)

    assert case.counts() == {}


def test_a_text_that_begins_after_it_has_expired_is_voiced_though_expired(case: Case) -> None:
    case.published[FIRST] = replace(case.published[FIRST], expires=NOW - timedelta(seconds=10))

    assert case.counts() == {"voiced_forged": 1}


def test_a_whole_program_that_voiced_what_had_expired_is_found_by_its_inbox(case: Case) -> None:
    case.journal = None
    case.published[FIRST] = replace(case.published[FIRST], expires=NOW - timedelta(seconds=10))

    assert case.counts() == {"voiced_forged": 1}


@pytest.mark.parametrize("moment", SPOILT)
def test_a_stage_that_only_the_inbox_knows_is_a_report_missing(case: Case, moment: str) -> None:
    case.ledger[FIRST] = SPOILT[moment]

    assert case.counts() == {"reports_missing": 1}


def test_a_stage_that_only_the_ledger_knows_is_one_too(case: Case) -> None:
    case.ledger[FIRST] = replace(VOICED, confirmed_at=NOW)

    assert case.counts() == {"reports_missing": 1}


def test_an_outcome_that_only_one_end_knows_is_a_report_missing(case: Case) -> None:
    case.ledger[FIRST] = replace(VOICED, outcome=Outcome.VOICE_FAILED)

    assert case.counts() == {"reports_missing": 1}


def test_a_delivery_that_the_inbox_has_pruned_is_no_report_missing(case: Case) -> None:
    case.published[FIRST] = replace(case.published[FIRST], expires=NOW + timedelta(seconds=10))
    case.seen = frozenset(case.inbox)
    case.inbox.clear()

    assert case.counts() == {}


# What is observed


def test_a_journal_gives_back_what_was_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.write(What.STARTED)
    journal.write(What.TAKEN, FIRST, "note")

    first, second = read_journal(tmp_path / "journal.jsonl")
    assert (first.what, first.key) == (What.STARTED, None)
    assert (second.what, second.key, second.detail) == (What.TAKEN, FIRST, "note")


def test_whoever_hears_a_performance_knows_which_revision_it_is() -> None:
    first = alert("chaos-0001", sent=NOW, headline=headline_for(Key("chaos-0001", 1)))
    second = update(first, headline=headline_for(Key("chaos-0001", 2)))

    revisions = [heard(script_of(said, "月形町", "ツキガタチョウ")) for said in (first, second, cancel(second))]

    assert revisions == [Key("chaos-0001", 1), Key("chaos-0001", 2), Key("chaos-0001", 3)]


def test_whoever_heard_a_performance_knows_it_when_it_resumes_after_its_name() -> None:
    first = alert("chaos-0001", sent=NOW, headline=headline_for(Key("chaos-0001", 1)))
    withdrawal = cancel(first)
    listener = Listener()

    for said in (first, withdrawal):
        script = script_of(said, "月形町", "ツキガタチョウ")
        key = Key(said.identifier, said.revision)
        assert listener.heard(script) == key
        assert all(listener.heard(resumed(script, place)) == key for place in range(len(script)))


@pytest.mark.parametrize("manner", Forgery)
def test_a_forgery_is_one(manner: Forgery) -> None:
    key = SigningKey.generate()

    with pytest.raises(WireError):
        open_alert(forge(manner, 1, TOWN, key), KeyRing.of(key.private.public_key()), TOWN)


@pytest.mark.parametrize("manner", Corruption)
@pytest.mark.parametrize("number", range(10))
def test_a_corrupted_token_is_not_genuine_any_more(manner: Corruption, number: int) -> None:
    key = SigningKey.generate()
    token = seal(alert("chaos-0001", sent=NOW), key)

    with pytest.raises(WireError):
        open_alert(corrupt(manner, token, number), KeyRing.of(key.private.public_key()), TOWN)


def test_a_corrupted_payload_would_pass_if_nobody_looked_at_the_signature() -> None:
    token = corrupt(Corruption.PAYLOAD, seal(alert("chaos-0001", sent=NOW), SigningKey.generate()), 5)

    altered = Alert.model_validate_json(base64url_decode(token.split(b".")[1]))

    assert altered.message_type is MessageType.UPDATE
    assert heard(script_of(altered, "月形町", "ツキガタチョウ")) == Key("forged-0005", 9000)


# The proxy


def connect_packet(client: str) -> bytes:
    """Return an MQTT 5 CONNECT packet with properties of two bytes."""
    name = client.encode()
    body = b"\x00\x04MQTT\x05\x00\x00\x14" + b"\x02\x17\x01" + len(name).to_bytes(2, "big") + name
    return bytes([0x10, len(body)]) + body


@dataclass
class Caller:
    """Somebody who is connected to an echo through the proxy."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heard: bytearray = field(default_factory=bytearray)
    is_cut: bool = False

    def say(self, words: bytes) -> None:
        self.writer.write(words)

    async def listen(self) -> None:
        try:
            while chunk := await self.reader.read(1000):
                self.heard += chunk
        except ConnectionError:
            pass
        self.is_cut = True
        self.writer.close()


@dataclass
class Telephone:
    """A proxy before an echo that answers every byte."""

    proxy: Proxy
    port: int
    echo: asyncio.Server
    arrived: bytearray = field(default_factory=bytearray)
    listening: list[asyncio.Task[None]] = field(default_factory=list)

    async def call(self, client: str) -> Caller:
        caller = Caller(*await asyncio.open_connection(HOST, self.port))
        self.listening.append(asyncio.create_task(caller.listen()))
        caller.say(connect_packet(client))
        return caller

    async def connected(self, client: str) -> Caller:
        caller = await self.call(client)
        await until(lambda: bytes(caller.heard) == connect_packet(client))
        caller.heard.clear()
        self.arrived.clear()
        return caller


@pytest.fixture
async def telephone() -> AsyncIterator[Telephone]:
    port = free_port_range(2)
    arrived = bytearray()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(1000):
                arrived.extend(chunk)
                writer.write(chunk)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    echo = await asyncio.start_server(answer, HOST, port + 1)
    proxy = Proxy(HOST, port, port + 1)
    await proxy.start()
    telephone = Telephone(proxy, port, echo, arrived)
    yield telephone
    await proxy.close()
    echo.close()
    await asyncio.gather(*telephone.listening)


def test_the_name_of_a_client_is_read_however_little_of_its_greeting_has_come() -> None:
    packet = connect_packet("t-0042")

    assert [client_identifier(packet[:length]) for length in range(len(packet))] == [None] * len(packet)
    assert client_identifier(packet + b"more") == "t-0042"
    assert client_identifier(b"GET / HTTP/1.1") == ""


async def test_a_connection_is_carried_both_ways(telephone: Telephone) -> None:
    caller = await telephone.connected("t-1")
    caller.say(b"hello")

    await until(lambda: caller.heard == b"hello")
    assert telephone.proxy.connections("t-1") == 1


async def test_a_cut_ends_the_connections_of_one_client_and_of_nobody_else(telephone: Telephone) -> None:
    one, other = await telephone.connected("t-1"), await telephone.connected("t-2")
    telephone.proxy.cut("t-1")

    await until(lambda: one.is_cut)
    other.say(b"still here")
    await until(lambda: other.heard == b"still here")


async def test_a_stalled_connection_carries_nothing_and_afterwards_everything_in_order(telephone: Telephone) -> None:
    caller, other = await telephone.connected("t-1"), await telephone.connected("t-2")
    telephone.proxy.stall("t-1", 60)
    caller.say(b"one ")
    other.say(b"x")
    await until(lambda: other.heard == b"x")
    caller.say(b"two")
    assert caller.heard == b""

    telephone.proxy.heal()

    await until(lambda: caller.heard == b"one two")


async def test_a_delayed_connection_is_late(telephone: Telephone) -> None:
    caller = await telephone.connected("t-1")
    telephone.proxy.delay("t-1", 60, by=0.1)
    started = asyncio.get_running_loop().time()
    caller.say(b"late")

    await until(lambda: caller.heard == b"late")
    assert asyncio.get_running_loop().time() - started >= 0.2


async def test_what_is_swallowed_downwards_has_arrived_and_is_not_answered(telephone: Telephone) -> None:
    caller = await telephone.connected("t-1")
    telephone.proxy.swallow("t-1", Direction.DOWNWARDS)
    caller.say(b"taken")

    await until(lambda: telephone.arrived == b"taken")
    telephone.proxy.cut("t-1")
    await until(lambda: caller.is_cut)
    assert caller.heard == b""
    await telephone.connected("t-1")


async def test_what_is_swallowed_upwards_never_arrives(telephone: Telephone) -> None:
    caller, other = await telephone.connected("t-1"), await telephone.connected("t-2")
    telephone.proxy.swallow("t-1", Direction.UPWARDS)
    caller.say(b"lost")
    other.say(b"x")

    await until(lambda: other.heard == b"x")
    assert telephone.arrived == b"x"


async def test_without_a_broker_a_caller_is_turned_away(telephone: Telephone) -> None:
    telephone.echo.close()
    caller = await telephone.call("t-1")

    await until(lambda: caller.is_cut)
