"""Looks at everything that can be wrong: the ledger, the disk, the certificates, the clock."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from broadcaster.domain.incident import Snapshot
from broadcaster.domain.signing import KeyState
from broadcaster.ledger import Ledger
from broadcaster.ledger.claims import CENTRE
from broadcaster.ledger.submissions import State
from kokuchi import __version__
from kokuchi.restarts import last_restart
from kokuchi.system_clock import is_synchronised

CERTIFICATES = ("server.pem", "authority.pem", "web.pem")


@dataclass(frozen=True)
class Places:
    """Where the centre keeps what has to be there, and how many `collectors` there should be, the centre among them.

    `running_since` is when the one who looks was started, if it is the centre.
    """

    certificates: Path
    signing_key: Path
    next_key: Path
    running_since: datetime | None
    collectors: int = 1


def gather(ledger: Ledger, places: Places | None, now: datetime) -> Snapshot:
    """Return what the centre knows now; without places what the ledger alone tells."""
    broker, backup, beat = ledger.broker.state(), ledger.backups.newest(), ledger.heartbeat.last()
    areas, ailing = ledger.ailing.look(__version__, now)
    return Snapshot(
        now=now,
        broker_connected=broker.connected if broker else None,
        broker_since=broker.since if broker else None,
        heartbeat_expected=places is not None and places.running_since is None,
        heartbeat=beat.at if beat else None,
        stood_still=last_restart(ledger.connections.folder),
        crashes_last_hour=ledger.starts.crashes_since(now - timedelta(hours=1)),
        running_since=places.running_since if places else None,
        collectors=_signs(ledger, places.collectors) if places else {},
        oldest_waiting=ledger.outbox.oldest_waiting(),
        disk_free=shutil.disk_usage(ledger.connections.folder).free,
        log_bytes=ledger.connections.log_bytes,
        database_fault=beat.fault if beat else "",
        key_present=places is None or places.signing_key.is_file(),
        next_key_present=places is None or places.next_key.is_file(),
        key_since=max((key.since for key in ledger.signing_keys.all() if key.state is KeyState.CURRENT), default=None),
        held=ledger.recovery.count_held(now),
        clock_synchronised=is_synchronised() if places else None,
        in_use_since=ledger.ailing.in_use_since() if places else None,
        backup_at=backup.made_at if backup else None,
        backup_checked=backup is not None and backup.checked_at is not None,
        certificates=certificate_ends(places.certificates) if places else {},
        refused_last_hour=ledger.quarantine.count_since(now - timedelta(hours=1)),
        codes_tried_last_day=ledger.wrong_codes.since(now - timedelta(days=1)),
        approval_since=_approval_since(ledger),
        missed=[lapse.at for lapse in ledger.timetable.lapses()],
        oldest_mail=ledger.mails.oldest_waiting(),
        untold=ledger.untold.terminals(),
        areas=areas,
        ailing=ailing,
    )


def certificate_ends(folder: Path) -> Mapping[str, datetime]:
    """Return the end of each certificate that is there; one that cannot be read is left to whoever serves with it."""
    ends: dict[str, datetime] = {}
    for name in CERTIFICATES:
        try:
            certificates = x509.load_pem_x509_certificates((folder / name).read_bytes())
        except (OSError, ValueError):
            continue
        ends[name] = min(certificate.not_valid_after_utc for certificate in certificates)
    return ends


def _approval_since(ledger: Ledger) -> datetime | None:
    return min((waiting.submitted_at for waiting in ledger.submissions.in_state(State.WAITING)), default=None)


def _signs(ledger: Ledger, collectors: int) -> Mapping[int, datetime | None]:
    signs = ledger.collectors.signs()
    return {number: signs.get(number) for number in range(CENTRE + 1, collectors + 1)}
