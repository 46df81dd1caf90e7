"""A real centre and a real Mosquitto that stops and starts: the command, the mail and /readyz say so."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from broadcaster.ledger import Ledger
from tests.broadcaster.commands.shell import REPOSITORY, Shell
from tests.broadcaster.monitoring.smtp_server import HOST, MailServer, mail_server
from tests.broadcaster.settings_files import ROSTER, write_settings
from tests.contract.broker import mosquitto
from tests.ports import free_port
from tests.waiting import wait_until

MAIL = """
[mail]
host = "{host}"
port = {port}
security = "none"
from = "kokuchi@town.example.jp"
to = ["kiki@town.example.jp"]
after_minutes = 0
"""


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory, server: MailServer) -> Shell:
    folder = tmp_path_factory.mktemp("centre")
    config = write_settings(folder)
    text = config.read_text().replace('"chimes"', f'"{REPOSITORY / "sounds"}"')
    config.write_text(text + MAIL.format(host=HOST, port=server.port))
    shell = Shell(folder)
    shell.quick("setup")
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    shell.quick("terminals", "import", str(folder / "roster.csv"))
    return shell


@pytest.fixture(scope="module")
def centre(shell: Shell) -> Iterator[str]:
    """The address of a running centre."""
    port = free_port()
    log = shell.folder / "centre.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KOKUCHI_")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "broadcaster", "--config", str(shell.config), "serve"],
            cwd=REPOSITORY,
            env={**environment, "KOKUCHI_WEB__PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield f"http://{HOST}:{port}"
    finally:
        process.terminate()
        process.wait(20)
    assert "Traceback" not in log.read_text()


def test_a_broker_that_is_away_is_told_and_that_it_is_back_too(shell: Shell, centre: str, server: MailServer) -> None:
    wait_until(lambda: any("放送の通信が止まっています" in text for text in texts(server)), what="the mail")
    assert "broker_away" in kinds(shell)
    assert shell.run("status").code == 2
    wait_until(
        lambda: httpx.get(f"{centre}/readyz").json() == {"ready": True, "reasons": [], "broker_connected": False}
    )

    configuration, port = shell.folder / "var" / "mosquitto" / "mosquitto.conf", broker_port(shell.folder)
    with mosquitto(configuration, port):
        wait_until(lambda: "broker_away" not in kinds(shell), what="the broker is there")
        wait_until(lambda: "broker_away" not in noted(shell), what="its end is noted")
        assert httpx.get(f"{centre}/readyz").json()["broker_connected"]
    wait_until(lambda: "broker_away" in kinds(shell), what="the broker is missed")
    wait_until(lambda: "broker_away" in noted(shell), what="its beginning is noted")


def kinds(shell: Shell) -> set[str]:
    """What the command says."""
    return {one["kind"] for one in shell.run("status", "--json").json["incidents"]}


def noted(shell: Shell) -> set[str]:
    """What the running centre has noted."""
    ledger = Ledger(shell.folder / "var" / "ledger.sqlite")
    try:
        return {one.incident.kind.value for one in ledger.incidents.standing()}
    finally:
        ledger.close()


def texts(server: MailServer) -> list[str]:
    return [str(mail.get_content()) for mail in server.mails]


def broker_port(folder: Path) -> int:
    lines = (folder / "broadcaster.toml").read_text().splitlines()
    broker = lines[lines.index("[broker]") :]
    return int(next(line for line in broker if line.startswith("port")).split("=")[1])
