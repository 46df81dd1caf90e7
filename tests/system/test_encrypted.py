"""A town that was set up by its commands: every byte over TLS, from the code on the card to the report."""

import os
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
from tests.contract.broker import HOST, MOSQUITTO, answers, free_port
from tests.contract.secured import SECURED, presented, serial
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

    def receive(self, headline: str) -> None:
        """Send an alert, and wait until the terminal has reported it."""
        words = ("--category", "scam", "--headline", headline, "--body", "訓練です。", "--drill", "--json")
        identifier = self.shell.quick("publish", *words).json["identifier"]

        def is_received() -> bool:
            alert = self.ledger.alerts.get(identifier)
            assert alert is not None
            return all(line.delivery.received_at for line in self.ledger.deliveries.of_alert(alert.row))

        wait_until(is_received, what=f"{headline} is received")


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[EncryptedTown]:
    web_port = free_port()
    toml = SECURED.replace("[web]\n", f"[web]\nport = {web_port}\n").replace('"chimes"', f'"{REPOSITORY / "sounds"}"')
    config = write_settings(tmp_path, toml)
    shell = Shell(tmp_path)
    shell.quick("setup")
    shell.quick("terminals", "add", "t-1", "--household", "見本 花子", "--area", "kita")
    settings, _town = load_settings(config, {})
    ledger = Ledger(settings.ledger)
    with Processes(tmp_path / "logs") as processes:
        processes.start("mosquitto", [MOSQUITTO, "-c", str(broker_files(settings).configuration)])
        processes.start("centre", [sys.executable, "-m", "broadcaster", "--config", str(config), "serve"])
        for port in (settings.broker.port, web_port):
            processes.wait_for(f"port {port}", partial(answers, port), PATIENCE)
        yield EncryptedTown(shell, settings, ledger, processes, web_port)
    ledger.close()


def test_a_device_is_enrolled_warned_and_not_disturbed_by_a_renewal(encrypted: EncryptedTown) -> None:
    town, folder = encrypted, encrypted.shell.folder
    authority, device = folder / "card" / "authority.pem", folder / "device" / "terminal.toml"
    town.shell.quick("certificates", "export", str(authority.parent))
    code = town.shell.quick("terminals", "code", "t-1", "--json").json["code"]
    client = [sys.executable, "-m", "terminal_client", "--config", str(device)]
    where = ("--address", f"https://{HOST}:{town.web_port}", "--authority", str(authority))
    subprocess.run([*client, "enrol", *where, "--code", code], cwd=REPOSITORY, timeout=PATIENCE, check=True)
    screen = {**os.environ, "KOKUCHI_SCREEN__PORT": str(free_port())}
    town.processes.start("terminal", [*client, "run", "--no-voice"], screen)
    town.receive("最初の訓練")

    certificates = certificates_of(town.settings)
    first = serial(certificates)
    assert "the broker presents it now" in town.shell.quick("certificates", "renew").out
    assert serial(certificates) != first
    for port in (town.settings.broker.port, town.web_port):
        wait_until(partial(presents, port, serial(certificates)), what=f"port {port} presents the new one")
    pages = f"https://{HOST}:{town.web_port}"
    assert httpx.get(f"{pages}/healthz", verify=client_context([authority])).is_success
    town.receive("次の訓練")
    town.processes.check()
    terminal = (folder / "logs" / "terminal.log").read_text()
    assert terminal.count("connected") == 1, terminal


def presents(port: int, wanted: int) -> bool:
    """Tell whether a certificate is presented at a port."""
    return presented(port) == wanted
