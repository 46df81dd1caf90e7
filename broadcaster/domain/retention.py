"""How long what is personal is kept. Pure."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Retention(BaseModel):
    """For how many days each kind is kept (docs/privacy.md); every night the centre removes what is older.

    `alerts` go with whom they reached, `requests` are wishes for a call that were dealt with, `drafts` those that were
    never sent, `presences` when a terminal was connected. `record` is the record of deeds: the ledger itself refuses to
    let go of a line before five years are over.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    alerts: Annotated[int, Field(ge=30)] = 1095
    requests: Annotated[int, Field(ge=7)] = 365
    drafts: Annotated[int, Field(ge=7)] = 365
    presences: Annotated[int, Field(ge=7)] = 365
    quarantine: Annotated[int, Field(ge=1)] = 90
    record: Annotated[int, Field(ge=1830)] = 1830


def before(days: float, now: datetime) -> datetime:
    """Return the moment before which something has been kept for so many days."""
    return now - timedelta(days=days)
