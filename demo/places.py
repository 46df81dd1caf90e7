"""Where the demo keeps its files and which ports it uses."""

from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
TERMINALS = ("t-0001", "t-0002", "t-0003")
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Places:
    """The files under `data` and the ports from `port` on."""

    data: Path
    port: int

    @property
    def config(self) -> Path:
        """The centre's settings."""
        return self.data / "config" / "broadcaster.toml"

    @property
    def summary(self) -> Path:
        """What programs read to find the demo's addresses."""
        return self.data / "demo.json"

    @property
    def logs(self) -> Path:
        """The folder with a log for each process."""
        return self.data / "logs"

    @property
    def centre_url(self) -> str:
        """The staff's and the operators' pages."""
        return f"http://{HOST}:{self.port}"

    def terminal_port(self, terminal: str) -> int:
        """The port of a terminal's screen."""
        return self.port + 1 + TERMINALS.index(terminal)

    def terminal_url(self, terminal: str) -> str:
        """The page of a terminal's screen."""
        return f"http://{HOST}:{self.terminal_port(terminal)}"

    @property
    def wall_port(self) -> int:
        """The port of the page that shows all screens side by side."""
        return self.port + 9

    @property
    def broker_port(self) -> int:
        """The port of the private Mosquitto."""
        return self.port + 10

    def device_files(self, terminal: str) -> Path:
        """The folder with a terminal's settings."""
        return self.data / "var" / "terminals" / terminal
