"""A ledger with a year of a town in it: alerts, how far each came, and how the terminals were, as years leave them."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from broadcaster.domain.audience import Terminal
from broadcaster.domain.draft import Draft, compose, correct, withdraw
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from kokuchi.storage import Database
from kokuchi.wire import Alert, Audience, AudienceKind, Presence, Severity, Speaker, Topics
from kokuchi.wire.fields import iso

YEAR = timedelta(days=365)
END = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
_HEADLINES = (
    "役場をかたる不審な電話に注意",
    "還付金があると言ってATMへ行かせる詐欺",
    "点検をよそおう訪問に注意",
    "クマの足あとが見つかりました",
    "消費生活の相談会を開きます",
)
_BODY = "本日午前、町内で同じような電話が相次ぎました。お金の話が出たら電話を切り、役場に相談してください。" * 3
_AT_ONCE = 50
"""Alerts in one transaction."""
_COLUMNS = (
    "alert_id, terminal_id, received_at, displayed_at, voice_started_at, voiced_at, confirmed_at, outcome, reason,"
    " silence, attempts"
)


def write_year(path: Path, town: Town, roster: list[Terminal], alerts: int, seed: int = 7) -> Ledger:
    """Make a ledger with so many alerts, evenly over a year that ends at END, each to the whole roster."""
    dice = random.Random(seed)  # noqa: S311 - figures, no secrets
    ledger = write_beginning(path, roster)
    _write_presence_changes(ledger, roster, dice)
    rows = {row["terminal"]: row["id"] for row in ledger.connections.read().execute("SELECT * FROM terminals")}
    for first in range(0, alerts, _AT_ONCE):
        with ledger.connections.write() as db:
            for number in range(first, min(alerts, first + _AT_ONCE)):
                sent = END - YEAR * ((alerts - number) / alerts)
                for alert in _revisions(town, roster, number, sent, dice):
                    reached = alert.audience.members
                    _write(db, alert, [rows[each.id] for each in roster if not reached or each.area in reached], dice)
    return ledger


def write_beginning(path: Path, roster: list[Terminal]) -> Ledger:
    """Make the ledger of a town of which all terminals are known and nothing has happened yet."""
    ledger = Ledger(path)
    ledger.terminals.add((terminal, "hash") for terminal in roster)
    ledger.presences.record(
        (
            Presence(
                terminal=terminal.id,
                sent=END,
                online=number % 34 != 0,
                software="1.2.0",
                speaker=Speaker.FAILED if number % 50 == 1 else Speaker.WORKING,
            )
            for number, terminal in enumerate(roster)
        ),
        END - YEAR,
    )
    return ledger


def _write(db: Database, alert: Alert, terminals: list[int], dice: random.Random) -> None:
    row = db.execute(
        "INSERT INTO alerts (identifier, revision, category, sent_at, expires_at, accepted_by, payload)"
        " VALUES (?, ?, ?, ?, ?, 'hanako', ?) RETURNING id",
        [
            alert.identifier,
            alert.revision,
            alert.category,
            iso(alert.sent),
            iso(alert.expires),
            alert.model_dump_json(exclude_none=True),
        ],
    ).fetchall()[0]["id"]
    db.executemany(
        "INSERT INTO outbox (alert_id, topic, state) VALUES (?, ?, 'published')",
        [(row, topic) for topic in Topics(alert.town).of_audience(alert.audience)],
    )
    db.executemany(
        f"INSERT INTO deliveries ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - constants
        ((row, terminal, *_came_back(alert, dice)) for terminal in terminals),
    )


def _revisions(town: Town, roster: list[Terminal], number: int, sent: datetime, dice: random.Random) -> Iterator[Alert]:
    category = town.categories[number % len(town.categories)]
    severity = Severity.EXTREME if number % 25 == 0 else None
    headline = f"{_HEADLINES[number % len(_HEADLINES)]}（{number}）"
    everyone = Audience(kind=AudienceKind.ALL)
    draft = Draft(category.id, headline, _BODY, everyone, severity, number % 12 == 0)
    alert = compose(draft, town, roster, sent)
    yield alert
    if number % 50 == 1:
        yield correct(alert, f"（訂正）{headline}", _BODY, town, sent + timedelta(minutes=9))
    elif number % 50 == 2:
        yield withdraw(alert, sent + timedelta(minutes=7))
    if number % 10 == 3:
        area = dice.choice(town.areas)
        audience = Audience(kind=AudienceKind.AREAS, members=(area.id,))
        yield compose(Draft(category.id, f"{area.name}の断水", _BODY, audience), town, roster, sent)


def _came_back(alert: Alert, dice: random.Random) -> tuple[object, ...]:
    """Return what became of one delivery: most went well, some were away, some had no sound, a few refused."""

    def after(seconds: float) -> str:
        return iso(alert.sent + timedelta(seconds=seconds))

    luck, late = dice.random(), dice.random() * 3
    if luck < 0.04:
        return (None, None, None, None, None, None, "", None, 3 if luck < 0.01 else 0)
    if luck < 0.06:
        return (after(late), after(late + 1), None, None, None, "voice_failed", "no such device", None, 0)
    if luck < 0.061:
        return (None, None, None, None, None, "refused", "expired", None, 0)
    if luck < 0.08:
        return (after(late), after(late + 1), None, None, None, "expired", "", "held", 0)
    confirmed = after(late + 60 + 3600 * dice.random()) if luck < 0.8 else None
    return (after(late), after(late + 1), after(late + 2), after(late + 40), confirmed, None, "", None, 0)


def _write_presence_changes(ledger: Ledger, roster: list[Terminal], dice: random.Random) -> None:
    # Each goes and comes back about twice a week.
    with ledger.connections.write() as db:
        db.executemany(
            "INSERT INTO presence_changes (terminal_id, at, online) SELECT id, ?, ? FROM terminals WHERE terminal = ?",
            (
                (iso(END - YEAR + timedelta(hours=84 * change + 12 * dice.random() + online)), online, terminal.id)
                for terminal in roster
                for change in range(104)
                for online in (0, 1)
            ),
        )
