"""What can be wrong, and what the centre knows at one moment. Pure; `judging` says what is wrong then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Urgency(StrEnum):
    """How soon somebody has to do something. URGENT: alerts do not reach households, or are about not to."""

    URGENT = "urgent"
    SOON = "soon"


class Kind(StrEnum):
    """What is wrong. Its value is kept in the ledger and given to other programs: it never changes its meaning."""

    CENTRE_STOPPED = "centre_stopped"
    CENTRE_CRASHES = "centre_crashes"
    CENTRE_STOOD_STILL = "centre_stood_still"
    BROKER_AWAY = "broker_away"
    OUTBOX_STUCK = "outbox_stuck"
    KEY_MISSING = "key_missing"
    ALERTS_HELD = "alerts_held"
    DATABASE_DAMAGED = "database_damaged"
    DISK_LOW = "disk_low"
    CERTIFICATE_ENDS = "certificate_ends"
    WIDE_OUTAGE = "wide_outage"
    AREA_OUTAGE = "area_outage"
    COLLECTOR_AWAY = "collector_away"
    BACKUP_OLD = "backup_old"
    BACKUP_UNCHECKED = "backup_unchecked"
    NEXT_KEY_MISSING = "next_key_missing"
    KEY_OLD = "key_old"
    CLOCK_UNSYNCHRONISED = "clock_unsynchronised"
    LOG_LARGE = "log_large"
    MAIL_STUCK = "mail_stuck"
    MESSAGES_REFUSED = "messages_refused"
    CODES_GUESSED = "codes_guessed"
    SENDING_MISSED = "sending_missed"
    APPROVAL_WAITS = "approval_waits"
    BROKER_UNTOLD = "broker_untold"
    TERMINALS_OFF = "terminals_off"
    TERMINALS_SOUND = "terminals_sound"
    TERMINALS_STORAGE = "terminals_storage"
    TERMINALS_CLOCK = "terminals_clock"
    TERMINALS_HEAT = "terminals_heat"
    TERMINALS_SOFTWARE = "terminals_software"
    TERMINALS_NEVER = "terminals_never"


OF_TERMINALS = frozenset(kind for kind in Kind if kind.value.startswith("terminals_"))
"""What is the matter with single terminals; everything else is the centre's, or too wide for a single visit."""


@dataclass(frozen=True)
class Ailing:
    """A terminal with what is the matter with it; `since` where the centre knows."""

    terminal: str
    area: str
    kind: Kind
    since: datetime | None = None


@dataclass(frozen=True)
class Snapshot:
    """What the centre knows at one moment. What was not looked at is None, and then nothing is wrong with it.

    `areas` has the number of terminals in each area that have been seen at least once. `certificates` has the end of
    each certificate by its file's name; `missed` the times that were not kept and that nobody has settled. The broker's
    state is None if the centre has never run; `heartbeat` is looked at from outside only; `stood_still` has the part
    for which the centre was last started anew; `crashes_last_hour` are its ends that nobody has asked for. `collectors`
    has the last sign of life of each further collector that there should be; if the one who looks is the running
    centre, they are waited for since it runs, `running_since`. The first terminal is in the roster since
    `in_use_since`, the current key signs since `key_since`; `held` alerts wait after a restore.
    """

    now: datetime
    broker_connected: bool | None = True
    broker_since: datetime | None = None
    heartbeat_expected: bool = False
    heartbeat: datetime | None = None
    stood_still: tuple[str, datetime] | None = None
    crashes_last_hour: int = 0
    running_since: datetime | None = None
    collectors: Mapping[int, datetime | None] = field(default_factory=dict)
    oldest_waiting: datetime | None = None
    disk_free: int | None = None
    log_bytes: int | None = None
    database_fault: str = ""
    key_present: bool = True
    next_key_present: bool = True
    key_since: datetime | None = None
    held: int = 0
    clock_synchronised: bool | None = None
    in_use_since: datetime | None = None
    backup_at: datetime | None = None
    backup_checked: bool = False
    certificates: Mapping[str, datetime] = field(default_factory=dict)
    refused_last_hour: int = 0
    codes_tried_last_day: int = 0
    approval_since: datetime | None = None
    missed: Sequence[datetime] = ()
    oldest_mail: datetime | None = None
    untold: Sequence[str] = ()
    areas: Mapping[str, int] = field(default_factory=dict)
    ailing: Sequence[Ailing] = ()


@dataclass(frozen=True)
class Incident:
    """One thing that is wrong. `key` tells two of a kind apart: an area's id, a certificate's file.

    `since` is None where only the one who has seen it begin can tell. `terminals` are those that it is about.
    """

    kind: Kind
    urgency: Urgency
    key: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """When it turns from a warning into a failure, such as a certificate's end."""
    terminals: tuple[str, ...] = ()
    detail: str = ""

    @property
    def identity(self) -> tuple[Kind, str]:
        """What makes it the same one as a minute ago."""
        return self.kind, self.key
