"""Where a run keeps its files, and its ports."""

import random
import time
from dataclasses import dataclass
from pathlib import Path

from chaos.journal import NAME
from demo.places import REPOSITORY, Places
from demo.processes import first_free

RUNS = REPOSITORY / "var" / "chaos"
_PORTS = 12


@dataclass(frozen=True)
class ChaosPlaces(Places):
    """The demo's places, with a proxy before the broker and what light terminals need."""

    @property
    def proxy_port(self) -> int:
        """The port that everybody takes for the broker's."""
        return self.port + 11

    @property
    def schedule(self) -> Path:
        """The file with everything that the seed means."""
        return self.data / "schedule.txt"

    def journal(self, terminal: str) -> Path:
        """The journal of a light terminal."""
        return self.device_files(terminal) / NAME

    def clock(self, terminal: str) -> Path:
        """The file that turns a light terminal's clock."""
        return self.device_files(terminal) / "clock"

    def inbox(self, terminal: str) -> Path:
        """A terminal's inbox."""
        return self.device_files(terminal) / "inbox.sqlite"


def fresh_folder(seed: int) -> Path:
    """Return a folder for this run that does not exist yet."""
    return RUNS / f"{time.strftime('%Y%m%d-%H%M%S')}-seed-{seed}"


def free_ports() -> int:
    """Return the first of the ports of a run; they lie below those that the kernel gives to outgoing connections."""
    candidates = iter(lambda: random.randrange(20000, 32000, _PORTS), None)  # noqa: S311 - any free port will do
    return first_free(candidates, _PORTS)
