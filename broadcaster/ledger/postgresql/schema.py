"""The tables, step by step, named as those of broadcaster.ledger.migrations, which say the same: a test holds it.

The first step makes all that SQLite's steps up to it have made. A step that has been released is never edited.
"""

from collections.abc import Mapping
from importlib.resources import files

from broadcaster.ledger.postgresql.reach import reach_functions_with_service, reach_triggers


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def steps() -> Mapping[str, str]:
    """Return the statements of every step by its name, in their order."""
    first = [_file("m025_functions.sql"), _file("m025_tables.sql"), reach_triggers()]
    return {
        "m025_deliveries_by_alert": "\n".join(first),
        "m026_collectors": _file("m026_collectors.sql"),
        "m027_starts": _file("m027_starts.sql"),
        "m028_first_reminder": _file("m028_reminders.sql"),
        "m029_outbox_unclaimed": _file("m029_outbox.sql"),
        "m030_left_out": _file("m030_left_out.sql"),
        "m031_alone": _file("m031_alone.sql"),
        "m032_out_of_service": "\n".join([_file("m032_out_of_service.sql"), reach_functions_with_service()]),
    }
