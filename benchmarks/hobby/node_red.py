"""Node-RED with the hobbyist's flow, as a process of its own."""

import json
import os
import shutil
import signal
import sqlite3
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

from benchmarks.broker.ground import Ground, answer_topic, message_topic
from demo.places import HOST, REPOSITORY

HERE = Path(__file__).resolve().parent
FLOW = HERE / "flow.json"
SETTINGS = HERE / "settings.js"
PROGRAMS = REPOSITORY / "var" / "hobby" / "node_modules"
INSTALLED = PROGRAMS / ".installed"
"""`make hobby` writes it when everything is there, and the native module of the SQLite node was built."""

SYSTEM = "hobby"
ALERTS, READY = "/alerts", "/ready"
"""Where the flow is spoken to over HTTP."""

USER = "node-red"
START_SECONDS = 60.0
_PASSWORD = "node-red"  # noqa: S105 - of a broker that lives for a few minutes on loopback
_TOPICS = f"bench/{SYSTEM}/#"


def why_missing() -> str:
    """Return a sentence that says why Node-RED cannot be run here, empty if it can."""
    if shutil.which("node") is None:
        return "Node-RED is left out: there is no node here (`make hobby` installs what it needs)"
    if not INSTALLED.exists():
        return "Node-RED is left out: it is not installed (`make hobby` does that; it needs npm, a network and g++)"
    return ""


def variables(http_port: int, broker_port: int, database: Path, rows_at_once: int) -> dict[str, str]:
    """Return what the flow and the settings read from their environment."""
    return {
        "HOBBY_HTTP_PORT": str(http_port),
        "HOBBY_BROKER_PORT": str(broker_port),
        "HOBBY_BROKER_USER": USER,
        "HOBBY_DATABASE": str(database),
        "HOBBY_ALERT_TOPIC": message_topic(SYSTEM),
        "HOBBY_REPORT_TOPIC": answer_topic(SYSTEM, "+"),
        "HOBBY_PROBE_TOPIC": f"bench/{SYSTEM}/probe",
        "HOBBY_ROWS_AT_ONCE": str(rows_at_once),
    }


class NodeRed:
    """The hobbyist's centre on a ground. It answers over HTTP at the centre's second port."""

    def __init__(self, ground: Ground, rows_at_once: int) -> None:
        self._ground = ground
        self._folder = ground.places.data / "node-red"
        # Of a town's ports, those of terminals' screens are free: the fleet's have none.
        port = ground.places.port + 1
        self._address = f"http://{HOST}:{port}"
        self._database = self._folder / "town.sqlite"
        self._variables = variables(port, ground.places.broker_port, self._database, rows_at_once)

    @property
    def pid(self) -> int:
        """Its process."""
        return self._ground.processes.pid(USER)

    @property
    def alerts_address(self) -> str:
        """Where an alert is posted."""
        return f"{self._address}{ALERTS}"

    def start(self) -> None:
        """Start it with a login of its own; return once it listens to the terminals. Raises DemoError."""
        self._ground.let_in([USER], _PASSWORD, f"\nuser {USER}\ntopic readwrite {_TOPICS}\n")
        self._folder.mkdir(parents=True)
        shutil.copy(FLOW, self._folder)
        (self._folder / "node_modules").symlink_to(PROGRAMS)
        login = {"broker": {"user": USER, "password": _PASSWORD}}
        (self._folder / "flow_cred.json").write_text(json.dumps(login), encoding="utf-8")
        program = PROGRAMS / "node-red" / "red.js"
        command = ["node", str(program), "--userDir", str(self._folder), "--settings", str(SETTINGS)]
        self._ground.processes.start(USER, command, {**os.environ, **self._variables})
        self._wait()

    def kill(self) -> None:
        """End it without a word."""
        self._ground.processes.end(USER, signal.SIGKILL)

    def start_again(self) -> None:
        """Start it after it was killed; return once it listens again. Raises DemoError."""
        self._ground.processes.start_again(USER)
        self._wait()

    def rows(self) -> int:
        """Return how many reports it has stored in all, seen from another connection; that is quick."""
        return self._ask("SELECT coalesce(max(rowid), 0) FROM deliveries")

    def count(self, alert: str) -> int:
        """Return how many reports about an alert are stored, all counted."""
        return self._ask("SELECT count(*) FROM deliveries WHERE alert = ?", alert)

    def _ask(self, query: str, *values: str) -> int:
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=10)) as database:
            return int(database.execute(query, values).fetchone()[0])

    def _wait(self) -> None:
        self._ground.processes.wait_for("Node-RED", self._is_ready, START_SECONDS)

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self._address}{READY}", timeout=5) as answer:  # noqa: S310 - http
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False
