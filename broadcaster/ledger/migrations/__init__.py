"""The tables, step by step. A step that has been released is never edited; a change is a new step.

Times are ISO 8601 in UTC with offset and milliseconds, which sort as text. Steps are applied in the order in which
these modules are imported, which is the order of their numbers.
"""

from broadcaster.ledger.migrations import (
    m001_first_towns,
    m013_submissions,
    m014_resends,
    m015_people,
    m016_tokens,
    m017_requests,
    m018_service,
    m019_settings,
    m020_log,
    m021_incidents,
    m022_backups,
    m023_roster,
    m024_wrong_codes,
    m025_growth,
    m026_collectors,
    m027_starts,
    m028_reminders,
    m029_outbox,
    m030_left_out,
    m031_alone,
    m032_out_of_service,
)
from broadcaster.ledger.migrations.steps import migrations

__all__ = [
    "m001_first_towns",
    "m013_submissions",
    "m014_resends",
    "m015_people",
    "m016_tokens",
    "m017_requests",
    "m018_service",
    "m019_settings",
    "m020_log",
    "m021_incidents",
    "m022_backups",
    "m023_roster",
    "m024_wrong_codes",
    "m025_growth",
    "m026_collectors",
    "m027_starts",
    "m028_reminders",
    "m029_outbox",
    "m030_left_out",
    "m031_alone",
    "m032_out_of_service",
    "migrations",
]
