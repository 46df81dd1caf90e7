"""A real Mosquitto with the generated files speaks TLS alone; a link trusts what the town's authority vouches for."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broadcaster.provisioning.certificates import Certificates, Names
from kokuchi.durable_files import write_durably
from kokuchi.link import BrokerAddress, Connected, Disconnected
from kokuchi.wire import Topics
from tests.contract.broker import HOST
from tests.contract.party import at_broker
from tests.contract.secured import SecuredTown, answer_to, presented, secured_town, serial
from tests.waiting import until

PRESENCE = Topics("tsukigata").presence("t-1")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredTown]:
    with secured_town(tmp_path_factory.mktemp("town")) as running:
        yield running


@pytest.fixture(autouse=True)
def _good_certificate(town: SecuredTown, monkeypatch: pytest.MonkeyPatch) -> None:
    town.present()
    # The wait before a link tries again is random; here it is nearly none.
    monkeypatch.setattr("kokuchi.link.mqtt.random.uniform", _at_once)


def _at_once(_low: float, _high: float) -> float:
    return 0.05


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """The authority of somebody else with the town's name."""
    files = Certificates(tmp_path / "stranger", "月形町")
    files.make(Names((HOST,)), datetime.now(UTC))
    return files.trusted


async def refusal(address: BrokerAddress, clock_is_known: Callable[[], bool] = lambda: True) -> str:
    """Return why a link has not come to its broker."""
    async with at_broker(address, clock_is_known=clock_is_known) as (_link, events):
        await until(lambda: events)
        assert isinstance(events[0], Disconnected)
        return events[0].reason


async def test_a_terminal_comes_in_over_tls_and_not_without(town: SecuredTown) -> None:
    async with at_broker(town.address()) as (link, events):
        await until(lambda: events)
        assert events == [Connected(session_present=False)]
        await link.publish(PRESENCE, b"here")
    async with at_broker(replace(town.address("t-2"), authority=None)) as (link, events):
        await until(lambda: events)
        # It tries again and again.
        assert {type(event) for event in events} == {Disconnected}
        assert not link.is_connected


def test_the_broker_speaks_tls_1_2_and_1_3_and_nothing_older(town: SecuredTown) -> None:
    versions = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
    refused = "TLSV1_ALERT_PROTOCOL_VERSION"
    assert [answer_to(town.port, version) for version in versions] == [refused, refused, "TLSv1.2", "TLSv1.3"]


@pytest.mark.parametrize("clock_is_known", [True, False])
async def test_a_broker_of_another_authority_or_name_is_not_trusted_and_the_log_says_why(
    town: SecuredTown, stranger: Path, clock_is_known: bool
) -> None:
    reason = await refusal(town.address(authority=stranger), lambda: clock_is_known)
    assert reason == (
        f"the broker at {HOST} port {town.port} is not trusted: the certificate is not from an authority that is"
        " trusted here"
    )
    town.present("broker.internal")
    assert "for another name or address" in await refusal(town.address(), lambda: clock_is_known)
    assert "for another name or address" in await refusal(town.address(host="localhost"), lambda: clock_is_known)


@pytest.mark.parametrize(
    ("made", "said"),
    [(datetime(2019, 1, 1, tzinfo=UTC), "has expired"), (datetime(2040, 1, 1, tzinfo=UTC), "is not valid yet")],
)
async def test_a_certificate_of_another_time_is_refused_by_who_knows_the_time_and_by_nobody_else(
    town: SecuredTown, made: datetime, said: str
) -> None:
    """A device without a battery begins in 1970 and learns the time over the network only."""
    town.present(now=made)
    clock = [False]
    async with at_broker(town.address(), clock_is_known=lambda: clock[0]) as (link, events):
        await until(lambda: link.is_connected, what="connected while the time is not known")
        clock[0] = True
        await link.renew()
        await until(lambda: len(events) > 2, what="refused once it is")
        assert isinstance(events[2], Disconnected)
        assert said in events[2].reason


async def test_a_renewal_counts_for_who_comes_and_disturbs_nobody_who_is_there(town: SecuredTown) -> None:
    async with at_broker(town.address()) as (link, events):
        await until(lambda: link.is_connected)
        before = presented(town.port)
        town.files.renew(Names((HOST,)), datetime.now(UTC))
        town.reload()
        assert presented(town.port) == serial(town.files) != before
        await link.publish(PRESENCE, b"still here")
        async with at_broker(town.address("t-2")) as (_other, others):
            await until(lambda: others)
            assert isinstance(others[0], Connected)
        assert [type(event) for event in events] == [Connected]


async def test_a_running_link_takes_up_the_authorities_that_its_file_gets(
    town: SecuredTown, stranger: Path, tmp_path: Path
) -> None:
    trusted, foreign = tmp_path / "authority.pem", await asyncio.to_thread(stranger.read_text)
    async with at_broker(town.address(authority=trusted)) as (link, events):
        await until(lambda: events)
        assert isinstance(events[0], Disconnected)
        assert "authority.pem: no authority can be read from it" in events[0].reason
        write_durably(trusted, foreign + town.files.authority.read_text())
        await until(lambda: link.is_connected)


async def test_terminals_come_back_after_the_authority_was_changed_in_two_steps(
    town: SecuredTown, tmp_path: Path
) -> None:
    write_durably(old := tmp_path / "old.pem", town.files.authority.read_text())
    town.files.announce_authority(Names((HOST,)), datetime.now(UTC))
    town.files.renew(Names((HOST,)), datetime.now(UTC))
    town.reload()
    # Until all have been told, what they know holds.
    for authority in (old, town.files.trusted):
        async with at_broker(town.address(authority=authority)) as (link, _events):
            await until(lambda: link.is_connected)
    town.files.switch(Names((HOST,)), datetime.now(UTC))
    town.reload()
    async with at_broker(town.address(authority=town.files.trusted)) as (link, _events):
        await until(lambda: link.is_connected)
    assert "not from an authority" in await refusal(town.address(authority=old))
