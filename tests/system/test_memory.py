"""How the running centre takes memory."""

import re
from pathlib import Path

import pytest

from tests.town import Town

SWITCHED_ON = ()

_HUGE_PAGES = Path("/sys/kernel/mm/transparent_hugepage/enabled")

asked_for = pytest.mark.skipif(
    not _HUGE_PAGES.exists() or "[madvise]" not in _HUGE_PAGES.read_text(),
    reason="this kernel gives nobody huge pages, or gives them by itself when it sees fit",
)


@asked_for
def test_most_of_the_centres_memory_lies_in_huge_pages(town: Town) -> None:
    rollup = Path(f"/proc/{town.processes.pid('centre')}/smaps_rollup").read_text()
    kibibytes = {name: int(size) for name, size in re.findall(r"^(\w+): +(\d+) kB$", rollup, re.MULTILINE)}
    assert kibibytes["AnonHugePages"] > 0.8 * kibibytes["Anonymous"]
