"""What holds for every test."""

from collections.abc import Generator

import pytest

from tests.chromium import be_patient
from tests.town import Town, log_tails

_LONGEST_FIRST = ("tests/system/", "tests/browser/")
"""What waits most. Begun first, it waits while the other workers go through the rest."""


def pytest_configure() -> None:
    """Set what holds for every page."""
    be_patient()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put whole towns before everything else; the order within a file stays."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONGEST_FIRST))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the processes of a town said when a test in it fails."""
    report = yield
    town = getattr(item, "funcargs", {}).get("town")
    if report.failed and isinstance(town, Town):
        report.sections.append(("The end of the town's logs", log_tails(town)))
    return report
