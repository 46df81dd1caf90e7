"""`broadcaster check-broker`, with the broker that `broadcaster setup` configures and a town at work on it."""

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.brokercheck import queues
from broadcaster.brokercheck.requirements import CONSIDER, REQUIREMENTS, Need
from broadcaster.provisioning.terminals import broker_files
from kokuchi.link import Connected, Event, MqttLink, Received
from kokuchi.link.probe import Probe, ProbeAddress
from kokuchi.trust import client_context
from kokuchi.wire import Topics
from tests.broadcaster.brokercheck.page import PAGE, sample, without_chance
from tests.broadcaster.commands.shell import Done, Shell
from tests.broadcaster.settings_files import write_settings
from tests.contract.broker import HOST
from tests.contract.secured import SecuredTown, secured_town
from tests.ports import free_port
from tests.waiting import until


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredTown]:
    with secured_town(tmp_path_factory.mktemp("town")) as town:
        yield town


@pytest.fixture
def shell(town: SecuredTown, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setattr(queues, "MESSAGES", 50)
    return Shell(town.settings.folder.parent)


class Centre:
    """The running centre of the town, as far as the broker sees it."""

    def __init__(self, town: SecuredTown) -> None:
        self.topics = Topics(town.settings.town.id)
        subscriptions = [self.topics.delivery("+")]
        self.link = MqttLink(town.settings.broker_address, client_id="centre", subscriptions=subscriptions)
        self.events: list[Event] = []

    async def listen(self) -> None:
        async for event in self.link.events():
            self.events.append(event)

    @property
    def is_there(self) -> bool:
        return self.link.is_connected

    @property
    def connections(self) -> int:
        return sum(isinstance(event, Connected) for event in self.events)

    @property
    def heard(self) -> list[bytes]:
        return [event.payload for event in self.events if isinstance(event, Received)]


def trusting(town: SecuredTown) -> ssl.SSLContext:
    return client_context([town.files.trusted])


async def run(shell: Shell, *arguments: str) -> Done:
    """Run a command while the loop goes on."""
    return await asyncio.to_thread(shell.start, "check-broker", *arguments)


def test_the_broker_that_setup_configures_has_all_that_is_needed(town: SecuredTown) -> None:
    done = Shell(town.settings.folder.parent).quick("check-broker")
    assert without_chance(done.out).rstrip() == sample("good")
    files = broker_files(town.settings)
    assert "check-" not in files.passwords.read_text() + files.rights.read_text()


async def test_a_running_centre_is_not_disturbed_and_a_login_in_use_is_left_alone(
    town: SecuredTown, shell: Shell
) -> None:
    centre = Centre(town)
    listening = asyncio.create_task(centre.listen())
    await centre.link.start()
    await until(lambda: centre.is_there)
    terminal = MqttLink(town.address("t-2"), client_id="t-2", subscriptions=[])
    await terminal.start()
    await until(lambda: terminal.is_connected)
    password = town.settings.terminals / "t-1" / "broker-password"
    done = await run(shell, "--terminal-user", "t-1", "--terminal-password-file", str(password))
    assert (done.code, done.out.count("good")) == (2, 0)
    assert "that of centre is in use" in done.err
    await terminal.publish(centre.topics.delivery("t-2"), b"kept for the centre")
    await until(lambda: centre.heard == [b"kept for the centre"])
    await terminal.close()
    await centre.link.close()
    await listening
    assert centre.connections == 2
    # Nobody needs the session any more.
    own = town.settings.broker_address
    last = Probe(ProbeAddress(HOST, own.port, own.username, own.password, trusting(town)), "", fresh=True, kept_for=0)
    assert last.open().accepted
    last.leave()


def test_with_the_rights_of_a_town_its_own_topics_are_used(town: SecuredTown, shell: Shell) -> None:
    password = town.settings.terminals / "t-3" / "broker-password"
    done = shell.run("check-broker", "--terminal-user", "t-3", "--terminal-password-file", str(password), "--json")
    assert {each["requirement"] for each in done.json["findings"] if each["verdict"] != "good"} == set()
    assert done.code == 0


def test_two_logins_are_asked_for_where_each_has_one_session(town: SecuredTown, shell: Shell) -> None:
    files = town.settings.terminals / "t-1"
    url = f"mqtts://t-1@{HOST}:{town.port}"
    done = shell.run(
        "check-broker", url, "--authority", str(town.files.trusted), "--password-file", str(files / "broker-password")
    )
    assert done.code == 2
    assert "--terminal-user" in done.err


def test_a_certificate_of_a_foreign_authority_is_bad(town: SecuredTown, shell: Shell) -> None:
    done = shell.run("check-broker", f"mqtts://{HOST}:{town.port}", "--json")
    assert done.code == 1
    assert done.json["verdict"] == "BAD"
    (tls,) = [each for each in done.json["findings"] if each["verdict"] == "BAD"]
    assert tls["requirement"] == "tls"
    assert "not from an authority that is trusted here" in tls["seen"]


def test_who_forgets_the_encryption_is_told_so(town: SecuredTown, shell: Shell) -> None:
    done = shell.run("check-broker", f"mqtt://{HOST}:{town.port}")
    assert done.code == 2
    assert "does it want encryption (mqtts://)?" in done.out
    assert done.out.rstrip().endswith("Nothing more could be tried.")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ws://broker.example:8083/mqtt", "does not speak MQTT over WebSocket"),
        ("mqtts://office:secret@broker.example", "no password in the address"),
        ("broker.example:1883", "write the broker's address as mqtts://"),
        ("mqtt://broker.example:port", "is no address"),
        ("mqtt://broker.example/town", "nothing may follow"),
    ],
)
def test_an_address_that_cannot_be_tried_is_refused_with_a_sentence(shell: Shell, url: str, why: str) -> None:
    done = shell.run("check-broker", url)
    assert (done.code, done.out) == (2, "")
    assert why in done.err
    assert "secret" not in done.err


def test_the_password_comes_from_a_file_or_the_environment(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"mqtt://office@{HOST}:{free_port()}"
    assert "KOKUCHI_CHECK_PASSWORD" in shell.run("check-broker", url).err
    assert "cannot be read" in shell.run("check-broker", url, "--password-file", "no such file").err
    monkeypatch.setenv("KOKUCHI_CHECK_PASSWORD", "secret")
    done = shell.run("check-broker", url)
    assert (done.code, done.err) == (2, "")
    assert "no connection" in done.out


def test_a_broker_that_does_not_run_cannot_be_told_of_the_logins_for_the_check(tmp_path: Path) -> None:
    write_settings(tmp_path)
    shell = Shell(tmp_path)
    shell.quick("setup")
    rights = tmp_path / "var" / "mosquitto" / "rights"
    former = rights.read_text()
    done = shell.run("check-broker")
    assert (done.code, done.out) == (2, "")
    assert "no Mosquitto can be signalled" in done.err
    assert "name the broker by its URL" in done.err
    assert rights.read_text() == former


def test_the_page_names_every_requirement_with_its_reason() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    for each in REQUIREMENTS:
        title = each.title + (" (large towns only)" if each.need is Need.LARGE else "")
        row = f"| {title} | {each.why} | {each.source or '–'} | {each.mosquitto} | {each.others} |"
        assert row in rows
    words = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert all(f"- {line}" in words for line in CONSIDER)
