"""What terminals report joins what the ledger holds: the same join for SQLite and for PostgreSQL.

It is broadcaster.domain.delivery.merge, done by the database for a whole batch; a test holds them together. A revision
that the ledger does not know, or that was not addressed to the terminal, changes nothing.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from kokuchi.storage import Database
from kokuchi.wire import DeliveryReport
from kokuchi.wire.fields import iso

MOMENTS = ("received_at", "displayed_at", "voice_started_at", "voiced_at", "confirmed_at")
_SAID = (*MOMENTS, "outcome", "reason", "dictionary", "silence")
COLUMNS = (*_SAID, "alert", "revision", "terminal")

Values: TypeAlias = tuple[str | int | None, ...]
"""What a report says, in the order of COLUMNS."""

Merging: TypeAlias = Callable[[Any, Sequence[Values]], None]
"""How a database merges what a batch of reports says, within a transaction that it has opened."""

_RANK = (
    "CASE {} WHEN 'voice_failed' THEN 0 WHEN 'expired' THEN 1 WHEN 'cancelled' THEN 2 WHEN 'refused' THEN 3 ELSE -1 END"
)
_SILENCE_RANK = "CASE {} WHEN 'held' THEN 0 WHEN 'summarised' THEN 1 WHEN 'declined' THEN 2 ELSE -1 END"


def joined(
    old: str, new: str, least: Callable[[str, str], str], greatest: Callable[[str, str], str]
) -> Mapping[str, str]:
    """Return what each column of a delivery becomes, as an expression.

    `old` and `new` stand before the names of the columns; `least` and `greatest` say of two values, of which one may be
    missing, which stays.
    """
    now, then = _RANK.format(f"{new}outcome"), _RANK.format(f"{old}outcome")
    new_wins = f"({now} > {then} OR ({now} = {then} AND {new}reason > {old}reason))"
    louder = f"{_SILENCE_RANK.format(f'{new}silence')} > {_SILENCE_RANK.format(f'{old}silence')}"
    return {
        **{moment: least(f"{old}{moment}", f"{new}{moment}") for moment in MOMENTS},
        "dictionary": greatest(f"{old}dictionary", f"{new}dictionary"),
        "outcome": f"CASE WHEN {new_wins} THEN {new}outcome ELSE {old}outcome END",
        "reason": f"CASE WHEN {new_wins} THEN {new}reason ELSE {old}reason END",
        "silence": f"CASE WHEN {louder} THEN {new}silence ELSE {old}silence END",
    }


def _of_two(function: str) -> Callable[[str, str], str]:
    # SQLite's have nothing to say as soon as one of two is missing.
    return lambda one, other: f"{function}(ifnull({one}, {other}), ifnull({other}, {one}))"


_ASSIGNED = ", ".join(
    f"{column} = {value}" for column, value in joined("", ":", _of_two("min"), _of_two("max")).items()
)
_MERGE = re.sub(
    # By number: a tuple is bound faster than a dict.
    r":(\w+)",
    lambda name: f"?{COLUMNS.index(name[1]) + 1}",
    f"UPDATE deliveries SET {_ASSIGNED}"  # noqa: S608 - constants
    " WHERE alert_id = (SELECT id FROM alerts WHERE identifier = :alert AND revision = :revision)"
    " AND terminal_id = (SELECT id FROM terminals WHERE terminal = :terminal)",
)


def merge_one_by_one(database: Database, said: Sequence[Values]) -> None:
    """Merge with an UPDATE for each report, as SQLite does best."""
    database.executemany(_MERGE, said)


def values_of(report: DeliveryReport) -> Values:
    """Return what a report says."""
    return (
        *(iso(moment) if (moment := getattr(report, name)) else None for name in MOMENTS),
        report.outcome.value if report.outcome else None,
        report.reason if report.outcome else "",
        report.dictionary,
        report.silence.value if report.silence else None,
        report.alert,
        report.revision,
        report.terminal,
    )


def without_what_is_said_again(reports: Iterable[DeliveryReport]) -> list[DeliveryReport]:
    """Leave out each report of which a later one of the same delivery repeats every word, as cumulative ones do."""
    kept: dict[tuple[str, int, str, int], DeliveryReport] = {}
    newest: dict[tuple[str, int, str], int] = {}
    for number, report in enumerate(reports):
        delivery = (report.alert, report.revision, report.terminal)
        before = newest.get(delivery)
        if before is not None and _repeats(report, kept[*delivery, before]):
            del kept[*delivery, before]
        kept[*delivery, number] = report
        newest[delivery] = number
    return list(kept.values())


def _repeats(later: DeliveryReport, earlier: DeliveryReport) -> bool:
    said, again = vars(earlier), vars(later)
    return all(said[what] in (None, "", again[what]) for what in _SAID)
