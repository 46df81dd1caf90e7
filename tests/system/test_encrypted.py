"""A town that was set up by its commands: every byte over TLS, from the code on the card to the report."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import pytest

from broadcaster.ledger import Ledger
from broadcaster.provisioning.server_names import certificates_of
from broadcaster.provisioning.terminals import broker_files
from broadcaster.settings import Settings, load_settings
from demo.processes import Processes
from kokuchi.trust import client_context
from tests.broadcaster.commands.shell import Shell
from tests.broadcaster.settings_files import write_settings
from tests.contract.broker import HOST, MOSQUITTO, answers
from tests.contract.secured import SECURED, presented, serial
from tests.ports import free_port
from tests.waiting import PATIENCE, wait_until

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass
class EncryptedTown:
    """A centre and a broker that run, and one device."""

    shell: Shell
    settings: Settings
    ledger: Ledger
    processes: Processes
    web_port: int
    device: Path

    def start(self) -> None:
        """Start broker and centre, and wait until they answer."""
        self.processes.start("mosquitto", [MOSQUITTO, "-c", str(broker_files(self.settings).configuration)])
        self.processes.start(
            "centre", [sys.executable, "-m", "broadcaster", "--config", str(self.shell.config), "serve"]
        )
        for port in (self.settings.broker.port, self.web_port):
            self.processes.wait_for(f"port {port}", partial(answers, port), PATIENCE)

    @property
    def client(self) -> list[str]:
        """The command of the device."""
        return [sys.executable, "-m", "terminal_client", "--config", str(self.device / "terminal.toml")]

    def enrol(self) -> None:
        """Make the device a terminal, with what is on its card and on its SD card."""
        authority = self.device.parent / "card" / "authority.pem"
        self.shell.quick("certificates", "export", str(authority.parent))
        card = self.shell.quick("terminals", "code", "t-1", "--json").json
        command = [*self.client, "enrol", "--address", card["address"], "--code", card["code"]]
        subprocess.run([*command, "--authority", str(authority)], cwd=REPOSITORY, timeout=PATIENCE, check=True)

    @property
    def connections(self) -> int:
        """How often the terminal has come to the broker."""
        return self.log("terminal").count("broker connected")

    def log(self, name: str) -> str:
        """What a process has said."""
        return (self.device.parent / "logs" / f"{name}.log").read_text()

    def wait_until_presented(self) -> None:
        """Wait until broker and pages present the server's newest certificate."""
        wanted = serial(certificates_of(self.settings))
        for port in (self.settings.broker.port, self.web_port):
            wait_until(partial(presents, port, wanted), what=f"port {port} presents the new one")

    def receive(self, headline: str) -> None:
        """Send an alert, and wait until the terminal has reported it."""
        words = ("--category", "scam", "--headline", headline, "--body", "訓練です。", "--drill", "--json")
        identifier = self.shell.quick("publish", *words).json["identifier"]

        def is_received() -> bool:
            alert = self.ledger.alerts.get(identifier)
            assert alert is not None
            lines = self.ledger.deliveries.of_alert(alert.row)
            return any(line.delivery.received_at for line in lines if line.terminal.id == "t-1")

        wait_until(is_received, what=f"{headline} is received")


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EncryptedTown]:
    below, web_port = tmp_path_factory.mktemp("encrypted"), free_port()
    (folder := below / "town").mkdir()
    toml = SECURED.replace("[web]\n", f"[web]\nport = {web_port}\n").replace('"chimes"', f'"{REPOSITORY / "sounds"}"')
    config = write_settings(folder, f'{toml}\n[backup]\nfolder = "backups"\npassphrase_path = "var/passphrase"\n')
    shell = Shell(folder)
    shell.quick("setup")
    for terminal in ("t-1", "t-2"):
        shell.quick("terminals", "add", terminal, "--household", "見本 花子", "--area", "kita")
    settings, _town = load_settings(config, {})
    ledger = Ledger(settings.ledger)
    with Processes(below / "logs") as processes:
        town = EncryptedTown(shell, settings, ledger, processes, web_port, below / "device")
        town.start()
        town.enrol()
        screen = {**os.environ, "KOKUCHI_SCREEN__PORT": str(free_port())}
        processes.start("terminal", [*town.client, "run", "--no-voice"], screen)
        yield town
    town.ledger.close()


def test_a_device_is_warned_and_not_disturbed_by_a_renewal(encrypted: EncryptedTown) -> None:
    town = encrypted
    town.receive("最初の訓練")
    connections = town.connections
    certificates = certificates_of(town.settings)
    first = serial(certificates)
    assert "the broker presents it now" in town.shell.quick("certificates", "renew").out
    assert serial(certificates) != first
    town.wait_until_presented()
    pages = f"https://{HOST}:{town.web_port}"
    assert httpx.get(f"{pages}/healthz", verify=client_context([certificates.authority])).is_success
    town.receive("次の訓練")
    town.processes.check()
    assert town.connections == connections


def test_a_new_authority_is_told_to_who_is_there_and_named_are_those_who_were_not(encrypted: EncryptedTown) -> None:
    town, certificates = encrypted, certificates_of(encrypted.settings)
    town.receive("前の認証局")
    connections = town.connections
    town.shell.quick("certificates", "renew", "--authority")
    since = certificates.announced_at()
    wait_until(lambda: town.ledger.terminal_settings.untold_since(since) == ["t-2"], what="t-1 says that it knows")
    assert (town.device / "authority.pem").read_text() == certificates.trusted.read_text()
    asked = town.shell.run("certificates", "switch", stdin=b"n\n")
    assert (asked.code, "\nt-2\n" in asked.err) == (1, True)
    town.shell.run("certificates", "switch", "--yes")
    town.wait_until_presented()
    certificates.former.unlink()
    town.shell.quick("certificates", "make")
    town.processes.end("mosquitto", signal.SIGTERM)
    town.processes.start_again("mosquitto")
    town.receive("新しい認証局")
    assert town.connections > connections


def test_a_centre_that_is_restored_elsewhere_has_its_terminals_back_without_a_visit(
    encrypted: EncryptedTown, tmp_path: Path
) -> None:
    town = encrypted
    town.receive("控えの前")
    backup = town.shell.quick("backup", "--json").json["file"]
    town.shell.quick("terminals", "retire", "t-2")
    for name in ("centre", "mosquitto"):
        town.processes.end(name, signal.SIGTERM)
    town.ledger.close()
    passphrase = ("--passphrase-file", str(town.shell.folder / "var" / "passphrase"))
    told = town.shell.quick("restore", backup, "--into", str(tmp_path), *passphrase).out
    assert "suspended or retired after the backup are in service again" in told
    config = next(tmp_path.rglob("broadcaster.toml"))
    town.shell = Shell(config.parent)
    town.settings, _town = load_settings(config, {})
    town.ledger = Ledger(town.settings.ledger)
    town.start()
    town.receive("控えの後")
    town.processes.check()
    assert set(town.ledger.terminals.password_hashes()) == {"t-1", "t-2"}
    assert town.shell.run("keys", "rotate", "--force").code == 0
    wanted = {key.kid for key in town.ledger.signing_keys.all()}
    assert len(wanted) == 3
    wait_until(lambda: {*(town.ledger.presences.all()["t-1"].keys or ())} == wanted, what="it trusts the new keys")
    town.receive("新しい鍵で")


def presents(port: int, wanted: int) -> bool:
    """Tell whether a certificate is presented at a port."""
    return presented(port) == wanted
