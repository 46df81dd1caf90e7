"""What processes use while systems take turns: memory at the end of each round, processor time in it."""

import os
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.processes import own_processor_seconds


@dataclass
class Used:
    """What a process has used: MiB at the end of each round and the most at any time, seconds of a processor in all."""

    resident: list[float] = field(default_factory=list)
    peak: float = 0.0
    seconds: float = 0.0


@dataclass
class Meter:
    """Looks at processes around each round of one system."""

    used: dict[str, Used] = field(default_factory=lambda: defaultdict(Used))
    _before: Mapping[str, float] = field(default_factory=dict)

    def begin(self, pids: Mapping[str, int]) -> None:
        """Note what these processes have used before the round."""
        self._before = {name: own_processor_seconds(pid) for name, pid in pids.items()}

    def end(self, pids: Mapping[str, int]) -> None:
        """Note what they have used in it."""
        for name, pid in pids.items():
            used = self.used[name]
            used.seconds += own_processor_seconds(pid) - self._before[name]
            used.resident.append(_status(pid, "VmRSS"))
            used.peak = max(used.peak, _status(pid, "VmHWM"))


def own_pid() -> int:
    """Return the fleet's process: the bench itself."""
    return os.getpid()


def _status(pid: int, name: str) -> float:
    """Return a line of /proc/PID/status in MiB, 0 if the process has just ended."""
    try:
        found = re.search(rf"^{name}:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0
