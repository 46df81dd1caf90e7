"""The monthly test of the whole town: what it found at each terminal, and what that is beside the month before."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from broadcaster.domain.delivery import Delivery, Fault, Trouble, faults
from broadcaster.domain.standing import TROUBLES, Standing
from kokuchi.wire import Alert, Presence

CATEGORY = "monthly_test"
"""The kind of message (config/categories.toml) of which the monthly test is a drill."""

EVERY = timedelta(days=31)
"""After this time the next test is due (小山 and others test each month; field.md)."""

DONE_AFTER = timedelta(minutes=15)
"""Until then a terminal that has it and has not said it may still be busy with another one."""


def is_monthly_test(alert: Alert) -> bool:
    """Tell whether an alert is a test of the whole town."""
    return alert.category == CATEGORY and alert.is_drill


class Finding(StrEnum):
    """What a test can find wrong with a terminal, in the order of the report."""

    OFFLINE = "offline"
    SILENT = "silent"
    SOUND = "sound"
    REFUSED = "refused"
    SCREEN = "screen"
    STORAGE = "storage"
    CLOCK = "clock"
    HEAT = "heat"
    WORDS = "words"
    SOFTWARE = "software"


_OF_TROUBLE = {
    Trouble.NEVER_SEEN: Finding.OFFLINE,
    Trouble.OFFLINE: Finding.OFFLINE,
    Trouble.NO_ANSWER: Finding.OFFLINE,
    Trouble.VOICE_FAILED: Finding.SOUND,
    Trouble.REFUSED: Finding.REFUSED,
    Trouble.NOT_DISPLAYED: Finding.SCREEN,
}
_OF_FAULT = {
    Fault.SOUND: Finding.SOUND,
    Fault.STORAGE: Finding.STORAGE,
    Fault.CLOCK: Finding.CLOCK,
    Fault.HEAT: Finding.HEAT,
}
_MAY_SPEAK = (Standing.RECEIVED, Standing.DISPLAYED, Standing.SPEAKING)
_UNHEARD = (*_MAY_SPEAK, Standing.EXPIRED)


def found_by_delivery(standing: Standing, delivery: Delivery, dictionary: int | None, *, done: bool) -> set[Finding]:
    """Return what a delivery of the test shows; `dictionary` stood when it was sent, `done`: enough time has passed.

    What the household or its quiet hours keep from being said is no fault, nor is a device that was set up without a
    voice.
    """
    if standing is Standing.NO_VOICE:
        return set()
    if standing in (Standing.NEVER_CAME, Standing.MISSED):
        return {Finding.OFFLINE}
    if standing in _UNHEARD:
        return {Finding.SILENT} if done or standing is Standing.EXPIRED else set()
    found = {_OF_TROUBLE[TROUBLES[standing]]} if standing in TROUBLES else set[Finding]()
    if delivery.voice_started_at and dictionary is not None and (delivery.dictionary or 0) < dictionary:
        found.add(Finding.WORDS)
    return found


def is_open(standing: Standing, *, done: bool) -> bool:
    """Tell whether nothing is known yet of a terminal: nothing has gone out to it, or it may still be speaking."""
    return standing in (Standing.PENDING, Standing.AWAITED) or (standing in _MAY_SPEAK and not done)


def found_by_presence(presence: Presence, newest_software: str) -> set[Finding]:
    """Return what a connected terminal says of itself that a test should have mended."""
    if not presence.online:
        return set()
    found = {_OF_FAULT[fault] for fault in faults(presence)}
    if presence.software and version(presence.software) < version(newest_software):
        found.add(Finding.SOFTWARE)
    return found


def version(software: str) -> tuple[int, ...]:
    """Return a version's numbers, which sort as versions do; what is not a number counts as 0."""
    return tuple(int(part) if part.isdecimal() else 0 for part in software.split("."))


Findings = Mapping[str, Collection[Finding]]
"""What was found, by terminals; those that are well have nothing."""


@dataclass(frozen=True)
class Comparison:
    """The terminals of one finding: those that had none of it the month before, and those that had it."""

    new: tuple[str, ...]
    still: tuple[str, ...]


def compare(now: Findings, before: Findings) -> dict[Finding, Comparison]:
    """Return the findings of a test, by terminals, beside those of the test before."""
    found = {}
    for finding in Finding:
        having = sorted(terminal for terminal, findings in now.items() if finding in findings)
        still = [terminal for terminal in having if finding in before.get(terminal, ())]
        if having:
            found[finding] = Comparison(tuple(name for name in having if name not in set(still)), tuple(still))
    return found


def mended(now: Findings, before: Findings) -> list[str]:
    """Return the terminals of this test that are well now and were not in the one before."""
    return sorted(terminal for terminal, findings in now.items() if not findings and before.get(terminal))
