"""Deliveries that leave the centre as a file, a piece at a time: a year of them fits in no memory."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcaster.domain.delivery import Stage
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.ledger.alerts import Accepted
from broadcaster.ledger.delivery_history import Revision
from broadcaster.ledger.progress import StandingLine
from broadcaster.spreadsheets import csv_pieces
from broadcaster.web.prospect import Prospect, circumstances_of, prospect_of
from broadcaster.web.standings import advice
from broadcaster.web.words import LEVELS, MESSAGE_TYPES, STAGES
from kokuchi.wire import Alert
from kokuchi.wire.fields import iso

_ALERTS_AT_ONCE = 50
"""Of a few terminals; an alert to a whole town is a piece of its own."""
_FEW_TERMINALS = 30

HEADINGS = (
    "お知らせ",
    "版",
    "種類",
    "種別",
    "緊急度",
    "訓練",
    "送信",
    "見出し",
    "端末",
    "世帯名",
    "行政区",
    *STAGES.values(),
    "状態",
    "理由",
)


@dataclass(frozen=True)
class Exported:
    """One delivery with its alert; `over`: nothing more will be voiced."""

    accepted: Accepted
    line: StandingLine
    over: bool


Pieces = Iterable[Sequence[Exported]]


def deliveries(
    ledger: Ledger, alert_rows: Sequence[int], terminals: Sequence[int] | None, now: datetime
) -> Iterator[list[Exported]]:
    """Yield the deliveries of alerts at terminals, both given by their rows; None is all that an alert has."""
    at_once = 1 if terminals is None or len(terminals) > _FEW_TERMINALS else _ALERTS_AT_ONCE
    for first in range(0, len(alert_rows), at_once):
        yield deliveries_at_once(ledger, alert_rows[first : first + at_once], terminals, now)


def deliveries_at_once(
    ledger: Ledger, alert_rows: Sequence[int], terminals: Sequence[int] | None, now: datetime
) -> list[Exported]:
    """Return the deliveries of a few alerts, in their order."""
    waiting = ledger.outbox.waiting_alerts()
    revisions = {each.accepted.row: each for each in ledger.delivery_history.revisions(alert_rows)}
    prospects = {row: _prospect(each, waiting, now) for row, each in revisions.items()}
    circumstances = {row: circumstances_of(revisions[row].accepted, prospects[row], now) for row in revisions}
    return [
        Exported(revisions[row].accepted, line, prospects[row].is_over)
        for row, line in ledger.delivery_history.lines(circumstances, terminals)
    ]


def as_csv(pieces: Pieces, town: Town) -> Iterator[bytes]:
    """Yield a table for Excel, in Japanese and the town's time."""
    return csv_pieces(HEADINGS, (_rows(piece, town) for piece in pieces))


def as_json(pieces: Pieces) -> Iterator[bytes]:
    """Yield a JSON array with an object a line, in the wire's words and UTC."""
    yield b"["
    begun = False
    for piece in pieces:
        if not piece:
            continue
        text = ",\n".join(json.dumps(record(each), ensure_ascii=False) for each in piece)
        yield f"{',' if begun else ''}\n{text}".encode()
        begun = True
    yield b"\n]\n"


async def resting(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the pieces, and rest as long as each one took: who sends an alert does not wait for somebody's file."""
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        piece = await asyncio.to_thread(next, pieces, None)
        if piece is None:
            return
        yield piece
        await asyncio.sleep(loop.time() - began)


def record(exported: Exported) -> dict[str, object]:
    """Return a delivery as programs read it."""
    alert, line = exported.accepted.alert, exported.line.line
    delivery, terminal = line.delivery, line.terminal
    return {
        "alert": alert.identifier,
        "revision": alert.revision,
        "kind": alert.message_type,
        "category": alert.category,
        "level": alert.level,
        "drill": alert.is_drill,
        "sent": iso(alert.sent),
        "headline": alert.headline,
        "terminal": terminal.id,
        "household": terminal.household,
        "area": terminal.area,
        **{
            f"{name}_at": iso(moment) if (moment := getattr(delivery, f"{name}_at")) else None
            for name in ("received", "displayed", "voice_started", "voiced", "confirmed")
        },
        "standing": exported.line.standing,
        "outcome": delivery.outcome,
        "reason": delivery.reason,
        "silence": None if delivery.voiced_at else delivery.silence,
        "dictionary": delivery.dictionary,
        "sent_again": line.attempts,
    }


def _prospect(revision: Revision, waiting: set[int], now: datetime) -> Prospect:
    return prospect_of(revision.accepted, waiting, now, superseded=revision.superseded)


def _rows(piece: Sequence[Exported], town: Town) -> Iterator[list[str]]:
    # What a thousand rows have in common is made once.
    heads = {each.accepted.row: each.accepted.alert for each in piece}
    cells = {row: _alert_cells(alert, town) for row, alert in heads.items()}
    areas = {area.id: area.name for area in town.areas}
    for each in piece:
        yield [*cells[each.accepted.row], *_delivery_cells(each, areas, town)]


def _alert_cells(alert: Alert, town: Town) -> list[str]:
    return [
        alert.identifier,
        str(alert.revision),
        MESSAGE_TYPES[alert.message_type],
        alert.event,
        LEVELS[alert.level],
        "訓練" if alert.is_drill else "",
        _time(alert.sent, town),
        alert.headline,
    ]


def _delivery_cells(exported: Exported, areas: Mapping[str, str], town: Town) -> list[str]:
    line = exported.line.line
    words = advice(exported.line.standing, over=exported.over or line.delivery.outcome is not None)
    return [
        line.terminal.id,
        line.terminal.household,
        areas.get(line.terminal.area, line.terminal.area),
        *(_time(line.delivery.at(stage), town) for stage in Stage),
        words.short,
        "、".join(filter(None, (words.meaning, line.delivery.reason))),
    ]


def _time(moment: datetime | None, town: Town) -> str:
    return moment.astimezone(town.time_zone).isoformat(" ", "seconds")[:19] if moment else ""
