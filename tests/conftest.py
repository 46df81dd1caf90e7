"""What holds for every test."""

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.chromium import be_patient
from tests.postgresql import postgresql
from tests.town import Town, log_tails
from tests.voice.kept import kept_voice, voice_of_the_session

__all__ = ["kept_voice", "postgresql", "voice_of_the_session"]

_LONGEST_FIRST = (
    "tests/system/test_recovery.py",
    "tests/system/test_dictionary.py",
    "tests/browser/",
    "tests/system/",
    "tests/broadcaster/web/test_accessible_staff_pages.py",
    "tests/broadcaster/web/api/test_schemathesis.py",
    "tests/voice/",
    "tests/terminal/screen/",
)
"""In this order, before the rest: no worker shall begin with something long when the others have come to their end."""

_MEMORY = Path("/dev/shm")  # noqa: S108 - where Linux keeps what is in memory
_ROOM = 4 * 1024**3


def pytest_configure() -> None:
    """Set what holds for every page, and where the tests' folders are."""
    be_patient()
    _keep_folders_in_memory()


def _keep_folders_in_memory() -> None:
    """Let the tests' databases commit to memory where there is room: no test is about a machine that loses its power.

    A container may have a small one or none; then they are where pytest puts them. `--basetemp` wins over both.
    """
    if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes longest before everything else; the order within a file stays."""
    items.sort(key=lambda item: next(_places_of(item.nodeid), len(_LONGEST_FIRST)))


def _places_of(test: str) -> Iterator[int]:
    return (place for place, beginning in enumerate(_LONGEST_FIRST) if test.startswith(beginning))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the processes of a town said when a test in it fails."""
    report = yield
    town = getattr(item, "funcargs", {}).get("town")
    if report.failed and isinstance(town, Town):
        report.sections.append(("The end of the town's logs", log_tails(town)))
    return report
