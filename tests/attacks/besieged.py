"""A town with attackers, who have what a stolen terminal has: its name, its password, and any program."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from broadcaster.provisioning.terminals import write_broker_files
from broadcaster.settings import load_settings
from demo.places import HOST
from demo.preparation import environment
from kokuchi.wire import Topics
from tests.town import Town
from tests.waiting import wait_until

STOLEN, OTHER, THIRD = "t-0001", "t-0002", "t-0003"


@dataclass
class Spy:
    """Somebody who listens."""

    process: subprocess.Popen[bytes]
    heard_in: Path

    @property
    def heard(self) -> list[str]:
        """Return the topics of what was heard."""
        return [line.split(" ", 1)[0] for line in self.heard_in.read_text(errors="replace").splitlines() if line]

    @property
    def is_cut_off(self) -> bool:
        return self.process.poll() is not None


@dataclass
class Besieged:
    """The town, and ways to attack its broker."""

    town: Town
    topics: Topics = field(default_factory=lambda: Topics("tsukigata"))
    _spies: int = 0
    _tracebacks: int = 0

    def show_refused_messages(self) -> None:
        """Let Mosquitto log what it otherwise does not: each message that it refuses."""
        configuration = self.town.places.data / "var" / "mosquitto" / "mosquitto.conf"
        configuration.write_text(configuration.read_text() + "log_type debug\n")

    def renew_rights(self) -> None:
        """Write the broker's files anew from the ledger, and tell it."""
        settings, town = load_settings(self.town.places.config, environment(self.town.places))
        write_broker_files(settings, town, self.town.ledger)
        self.show_refused_messages()
        self.town.processes.signal("mosquitto", signal.SIGHUP)

    def log(self, name: str) -> str:
        """Return what a program has said so far."""
        return (self.town.places.logs / f"{name}.log").read_text(errors="replace")

    def tracebacks(self) -> list[str]:
        """Return what the centre has failed at since this was asked last."""
        found = self.log("centre").split("Traceback (most recent call last)")[1:]
        new = found[self._tracebacks :]
        self._tracebacks = len(found)
        return new

    def wait_for_log(self, name: str, *parts: str) -> None:
        """Wait until a line of a log has all these parts."""
        wait_until(
            lambda: any(all(part in line for part in parts) for line in self.log(name).splitlines()),
            what=f"{name} says {parts}",
        )

    def password(self, terminal: str) -> str:
        return (self.town.places.device_files(terminal) / "broker-password").read_text().strip()

    def publish(self, terminal: str, topic: str, payload: bytes, *options: str) -> str:
        """Publish as a terminal; return what its program complains of."""
        login = ["-u", terminal, "-P", self.password(terminal), "-i", terminal]
        content = "-s" if payload else "-n"
        return self.run("mosquitto_pub", *login, "-q", "1", "-t", topic, content, *options, payload=payload)

    def run(self, program: str, *options: str, payload: bytes = b"") -> str:
        """Run one of Mosquitto's programs; return what it complains of."""
        command = [program, "-V", "5", "-h", HOST, "-p", str(self.town.places.broker_port), *options]
        return subprocess.run(command, input=payload, capture_output=True, timeout=30, check=False).stderr.decode()

    @contextmanager
    def spy(self, terminal: str, *topics: str, will: str = "") -> Iterator[Spy]:
        """Listen as a terminal for the length of a block, from when the broker has the subscriptions."""
        self._spies += 1
        heard_in = self.town.places.logs / f"spy-{self._spies}.txt"
        login = ["-u", terminal, "-P", self.password(terminal), "-i", terminal]
        wanted = [option for topic in topics for option in ("-t", topic)]
        last_will = ["--will-topic", will, "--will-payload", "forged", "--will-retain"] if will else []
        port = ["-V", "5", "-h", HOST, "-p", str(self.town.places.broker_port)]
        before = self.log("mosquitto").count(f"Sending SUBACK to {terminal}")
        with heard_in.open("wb") as output:
            process = subprocess.Popen(
                ["mosquitto_sub", *port, *login, *wanted, *last_will, "-v", "-q", "1"], stdout=output
            )
        try:
            wait_until(lambda: self.log("mosquitto").count(f"Sending SUBACK to {terminal}") > before)
            yield Spy(process, heard_in)
        finally:
            process.kill()
            process.wait()
