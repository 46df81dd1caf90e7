"""What Datasette needs to show the delivery log: a copy without anything personal, and questions to ask it."""

import json
import shlex
from dataclasses import dataclass
from pathlib import Path

from broadcaster.ledger.extract import write_extract

# CROSS JOIN: the alerts since a day come first, then their deliveries.
_SINCE = (
    " FROM alerts AS a CROSS JOIN deliveries AS d ON d.alert_id = a.id"
    " CROSS JOIN terminals AS t ON t.id = d.terminal_id WHERE a.sent >= :since"
)
_QUERIES = {
    "reach": (
        "How far each alert came",
        "SELECT sent, headline, level, drill, addressed, received, displayed, voiced, confirmed, voice_failed, refused,"
        " out_of_service"
        " FROM alerts ORDER BY sent DESC LIMIT 200",
    ),
    "unreached": (
        "Terminals in service that were not reached most often since a day, such as 2026-10-01",
        "SELECT t.terminal, t.area, count(*) AS alerts, sum(d.received_at IS NULL) AS not_received"
        "{since} AND t.service = 'in_service' GROUP BY d.terminal_id HAVING not_received > 0"
        " ORDER BY not_received DESC LIMIT 200",
    ),
    "silent": (
        "Terminals without sound, with what they say of it, since a day",
        "SELECT t.terminal, t.area, d.reason, count(*) AS times, max(a.sent) AS last"
        "{since} AND d.outcome = 'voice_failed' AND d.voiced_at IS NULL"
        " GROUP BY d.terminal_id, d.reason ORDER BY times DESC LIMIT 200",
    ),
    "areas": (
        "How well each area was reached since a day",
        "SELECT t.area, count(*) AS deliveries, round(100.0 * count(d.received_at) / count(*), 2) AS received_percent,"
        " round(100.0 * count(d.voiced_at) / count(*), 2) AS voiced_percent"
        "{since} GROUP BY t.area ORDER BY received_percent",
    ),
    "breaks": (
        "Terminals that lost their connection most often since a day",
        "SELECT t.terminal, t.area, count(*) AS breaks, max(c.at) AS last FROM presence_changes AS c"
        " JOIN terminals AS t ON t.id = c.terminal_id WHERE c.at >= :since AND NOT c.online"
        " GROUP BY c.terminal_id ORDER BY breaks DESC LIMIT 200",
    ),
}
_TABLES = {
    "alerts": {
        "description": "Each revision of an alert, with how far it came.",
        "sort_desc": "sent",
        "label_column": "headline",
    },
    "deliveries": {"description": "What became of each alert at each terminal. Times are UTC."},
    "terminals": {
        "description": "The terminals by their identifiers. Households' names are not in this copy.",
        "label_column": "terminal",
    },
    "presence_changes": {"description": "When a terminal came, went, or had another fault.", "sort_desc": "at"},
}
_TIME_LIMIT_MS = 10_000


@dataclass(frozen=True)
class Shown:
    """What was written, and the command that serves it."""

    copy: Path
    metadata: Path
    deliveries: int

    @property
    def command(self) -> str:
        """The command, on this machine alone; the copy is never written by it."""
        return shlex.join(
            [
                *("datasette", "serve", "--immutable", str(self.copy), "--metadata", str(self.metadata)),
                *("--host", "127.0.0.1", "--port", "8001", "--setting", "sql_time_limit_ms", str(_TIME_LIMIT_MS)),
            ]
        )


def write_for_datasette(ledger: Path, town: str, folder: Path) -> Shown:
    """Write the copy and its metadata into a folder."""
    copy, metadata = folder / "log.db", folder / "metadata.json"
    deliveries = write_extract(ledger, copy)
    queries = {name: {"title": title, "sql": sql.replace("{since}", _SINCE)} for name, (title, sql) in _QUERIES.items()}
    content = {
        "title": f"{town}: delivery log",
        "description": "A copy without households' names, as it was when it was written.",
        "databases": {copy.stem: {"tables": _TABLES, "queries": queries}},
    }
    metadata.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return Shown(copy, metadata, deliveries)
