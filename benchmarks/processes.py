"""What a process and all of its children use, as Linux counts it in /proc."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

_MAPPING = re.compile(r"[0-9a-f]+-[0-9a-f]+ \S+ ([0-9a-f]+) (\S+) (\d+)")
_TICKS = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> list[int]:
    """Return a process and its children, and theirs."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(descendant for child in children for descendant in tree(int(child)))]


def memory(pid: int) -> float:
    """Return what the tree holds in MiB: pages of its own, and those of files once, whoever else has them too.

    That is the PSS that it would have if nothing else of its kind ran on the machine.
    """
    own, shared = 0, dict[tuple[str, str, str], int]()
    for process in tree(pid):
        for mapping, private, common in _mappings(process):
            own += private
            shared[mapping] = max(shared.get(mapping, 0), common)
    return (own + sum(shared.values())) / 1024


def processor_seconds(pid: int) -> float:
    """Return the seconds of a processor that the tree has used so far."""
    return sum(own_processor_seconds(process) for process in tree(pid))


def own_processor_seconds(process: int) -> float:
    """Return the seconds of a processor that one process has used so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def written_bytes(pid: int) -> int:
    """Return how many bytes the tree has had written to a disk so far."""
    total = 0
    for process in tree(pid):
        fields = dict(line.split(": ") for line in Path(f"/proc/{process}/io").read_text().splitlines())
        total += int(fields["write_bytes"]) - int(fields["cancelled_write_bytes"])
    return total


def _mappings(process: int) -> Iterator[tuple[tuple[str, str, str], int, int]]:
    """Yield each mapping with its private and its shared KiB."""
    mapping, private, shared = ("", "", ""), 0, 0
    try:
        lines = Path(f"/proc/{process}/smaps").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        if header := _MAPPING.match(line):
            yield mapping, private, shared
            mapping, private, shared = (header[1], header[2], header[3]), 0, 0
        elif line.startswith("Private_"):
            private += int(line.split()[1])
        elif line.startswith("Shared_"):
            shared += int(line.split()[1])
    yield mapping, private, shared
