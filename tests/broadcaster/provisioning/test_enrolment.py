"""A device that takes a terminal over at a real Mosquitto: the former one is out at once, nobody else is disturbed."""

import subprocess
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broadcaster.domain.audience import Terminal
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.provisioning.reload import BrokerUntold, tell_broker
from broadcaster.provisioning.terminals import broker_files, enrolment_of, take_into_service
from broadcaster.settings import Settings
from kokuchi.enrolment import EnrolmentRequest, Grant
from kokuchi.link import BrokerAddress, Connected, Disconnected, Event, MqttLink, Received
from kokuchi.wire import SigningKey, Topics
from terminal_client.courier import subscriptions
from tests.contract.broker import mosquitto
from tests.contract.party import at_broker
from tests.waiting import until

HANAKO = Terminal("t-1", "見本 花子", "household", "kita", frozenset({"elderly"}))
TARO = Terminal("t-2", "見本 太郎", "household", "kita")


def enrol(settings: Settings, town: Town, ledger: Ledger, reached_at: str = "127.0.0.1") -> Grant:
    """Let a new device have the first terminal."""
    enrolment = enrolment_of(settings, town, ledger, lambda: datetime.now(UTC))
    code = enrolment.make_code("t-1", "shell").digits
    return enrolment.enrol(EnrolmentRequest(code=code, attempt="d" * 32), reached_at)


def party(
    settings: Settings, user: str, password: str, *topics: str
) -> AbstractAsyncContextManager[tuple[MqttLink, list[Event]]]:
    """Somebody at the town's broker, with all that happens to them."""
    return at_broker(BrokerAddress(settings.broker.host, settings.broker.port, user, password), *topics)


def count(events: list[Event], kind: type[Event]) -> int:
    return sum(isinstance(event, kind) for event in events)


async def test_the_former_device_is_out_at_once_and_the_new_one_has_its_session(
    settings: Settings, town: Town, ledger: Ledger
) -> None:
    first, second = take_into_service(settings, town, ledger, [HANAKO, TARO])
    files, topics = broker_files(settings), Topics(town.id)
    own = f"{topics.root}/alert/terminal/t-1"
    words = settings.broker.password.get_secret_value()
    with mosquitto(files.configuration, settings.broker.port):
        async with (
            party(settings, "centre", words) as (centre, of_centre),
            party(settings, "t-2", (second / "broker-password").read_text()) as (_, of_taro),
        ):
            old = party(
                settings, "t-1", (first / "broker-password").read_text(), *subscriptions(topics, HANAKO.membership)
            )
            async with old as (_, of_old):
                await until(lambda: all(count(events, Connected) for events in (of_centre, of_taro, of_old)))
                grant = enrol(settings, town, ledger)
                await until(lambda: any("uthori" in e.reason for e in of_old if isinstance(e, Disconnected)))
                await centre.publish(own, b"while nobody was there")
            assert count(of_old, Received) == 0
            async with party(settings, "t-1", grant.broker.password, *subscriptions(topics, HANAKO.membership)) as (
                _,
                new,
            ):
                await until(lambda: [e.payload for e in new if isinstance(e, Received)] == [b"while nobody was there"])
            assert count(of_centre, Disconnected) == count(of_taro, Disconnected) == 0
    assert not files.pid_file.exists()


def test_the_grant_has_the_towns_key_and_the_broker_as_the_device_reaches_it(
    settings: Settings, town: Town, ledger: Ledger
) -> None:
    take_into_service(settings, town, ledger, [HANAKO])
    grant = enrol(settings, town, ledger, "192.168.1.10")
    assert grant.public_keys == (SigningKey.load(settings.signing_key).public_pem().decode(),)
    assert (grant.broker.host, grant.broker.port) == ("192.168.1.10", settings.broker.port)
    # Nobody was there to be told; the grant stands all the same, and the staff are told instead.
    assert ledger.untold.terminals() == ["t-1"]
    named = settings.broker.model_copy(update={"public_host": "broker.town"})
    public = settings.model_copy(update={"broker": named})
    assert enrol(public, town, ledger, "192.168.1.10").broker.host == "broker.town"
    listener = broker_files(public).configuration.read_text().splitlines()[1]
    assert listener == f"listener {settings.broker.port}"


def test_a_broker_is_told_by_the_command_of_the_settings(tmp_path: Path) -> None:
    tell_broker(tmp_path / "nothing", ["touch", str(tmp_path / "told")])
    assert (tmp_path / "told").exists()
    with pytest.raises(BrokerUntold, match="ended with 1"):
        tell_broker(tmp_path / "nothing", ["false"])
    with pytest.raises(BrokerUntold, match="no-such-program"):
        tell_broker(tmp_path / "nothing", ["no-such-program"])


@pytest.mark.parametrize("content", ["", "x", "0", "-1", "999999999"])
def test_a_pid_file_that_names_no_mosquitto_signals_nobody(tmp_path: Path, content: str) -> None:
    (tmp_path / "pid").write_text(content)
    with pytest.raises(BrokerUntold, match="reload"):
        tell_broker(tmp_path / "pid")


def test_a_killed_brokers_number_that_is_another_programs_now_is_not_signalled(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as innocent:
        (tmp_path / "pid").write_text(f"{innocent.pid}\n")
        try:
            with pytest.raises(BrokerUntold, match="and no Mosquitto"):
                tell_broker(tmp_path / "pid")
            assert innocent.poll() is None
        finally:
            innocent.kill()
