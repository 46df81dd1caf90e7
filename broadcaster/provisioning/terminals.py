"""Taking terminals into service: roster, credentials, the broker's rights, and what goes onto each device."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from broadcaster.domain.audience import Terminal
from broadcaster.domain.audit import SHELL
from broadcaster.domain.roster import Mistake, Plan, Wrong
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.provisioning.broker import BrokerKeeper
from broadcaster.provisioning.enrolment import Enrolment
from broadcaster.provisioning.keys import KeyFiles, SigningKeyChange, public_keys
from broadcaster.provisioning.mosquitto import BrokerFiles, password_hash
from broadcaster.provisioning.reload import tell_broker
from broadcaster.provisioning.roster import RosterError
from broadcaster.provisioning.secrets import new_password
from broadcaster.provisioning.server_names import certificates_of
from broadcaster.settings import Settings
from kokuchi.device_files import write_device_files
from kokuchi.enrolment import Grant, GrantedBroker, GrantedQuietHours, GrantedTown
from kokuchi.wire import Topics


def broker_files(settings: Settings) -> BrokerFiles:
    """Return where the broker's files are."""
    broker = settings.broker
    # One that is reached under another name than the centre's own way to it listens everywhere.
    host = None if broker.public_host else broker.host
    if not broker.tls:
        return BrokerFiles(broker.configuration, host, broker.port)
    files = certificates_of(settings)
    return BrokerFiles(broker.configuration, host, broker.port, (files.server, files.server_key), broker.plain_port)


def write_broker_files(settings: Settings, town: Town, ledger: Ledger) -> BrokerFiles:
    """Write Mosquitto's files anew from the roster; a running Mosquitto reads them at SIGHUP."""
    files = broker_files(settings)
    centre = (settings.broker.username, password_hash(settings.broker.password.get_secret_value()))
    # Of two processes that write, the later one has read the roster later.
    with files.locked():
        files.write(
            Topics(town.id),
            centre,
            ledger.terminals.all(),
            ledger.terminals.password_hashes(),
            settings.broker.collector_names,
        )
    return files


def take_into_service(settings: Settings, town: Town, ledger: Ledger, terminals: Sequence[Terminal]) -> list[Path]:
    """Add terminals to the roster, all or none, and return the folder of each with the files for its device.

    Raises TerminalExists, RosterError, and KeyFileError or CertificateError if the town has no keys yet.
    """
    return _take(settings, town, ledger, terminals, ledger.terminals.add)


def take_roster(settings: Settings, town: Town, ledger: Ledger, plan: Plan, seen: str) -> list[Path]:
    """Do to the roster what a plan says, all or nothing, and return the folders of the new terminals.

    `seen` is the fingerprint of the roster from which the plan was made. Raises RosterMoved, RosterError or
    KeyFileError.
    """

    def add(new: Iterable[tuple[Terminal, str]]) -> None:
        changed = [change.after for change in plan.changed]
        ledger.terminals.take(new, changed, seen, SHELL, datetime.now(UTC))

    return _take(settings, town, ledger, plan.added, add)


def _take(
    settings: Settings,
    town: Town,
    ledger: Ledger,
    terminals: Sequence[Terminal],
    add: Callable[[Iterable[tuple[Terminal, str]]], None],
) -> list[Path]:
    centre = settings.broker.username
    if any(terminal.id == centre for terminal in terminals):
        raise RosterError([Mistake(Wrong.RESERVED, value=centre)])
    now = datetime.now(UTC)
    SigningKeyChange(KeyFiles.of(settings), ledger, now).adopt()
    if settings.broker.tls:
        certificates_of(settings).check()
    passwords = {terminal.id: new_password() for terminal in terminals}
    add([(terminal, password_hash(passwords[terminal.id])) for terminal in terminals])
    kids, pems = public_keys(ledger, now)
    ledger.terminal_settings.grant(list(passwords), kids)
    newest = ledger.untold.newest()
    files = write_broker_files(settings, town, ledger)
    if not settings.broker.reload and not files.pid_file.exists():
        # No broker runs with these files: whoever starts one lets it read them.
        ledger.untold.told(newest)
    host = settings.broker.public_host or settings.broker.host
    folders = []
    for terminal in terminals:
        folder = settings.terminals / terminal.id
        grant = _grant(settings, town, pems, terminal, passwords[terminal.id], host)
        write_device_files(folder, grant, chimes=settings.chimes)
        folders.append(folder)
    return folders


def enrolment_of(settings: Settings, town: Town, ledger: Ledger, clock: Callable[[], datetime]) -> Enrolment:
    """Return what makes devices terminals of this town; raises KeyFileError if the town has no key yet."""
    SigningKeyChange(KeyFiles.of(settings), ledger, clock()).adopt()
    broker = settings.broker

    def grant(terminal: Terminal, password: str, reached_at: str) -> Grant:
        # Asked each time: the keys may be others than when the centre started.
        kids, pems = public_keys(ledger, clock())
        ledger.terminal_settings.grant([terminal.id], kids)
        return _grant(settings, town, pems, terminal, password, broker.host_for(reached_at))

    secret = settings.web.session_secret.get_secret_value()
    return Enrolment(ledger, secret, grant, _renewing(settings, town, ledger), clock, broker.username)


def broker_keeper(settings: Settings, town: Town, ledger: Ledger) -> BrokerKeeper:
    """Return who tells the broker of this town's roster."""
    return BrokerKeeper(ledger.untold, _renewing(settings, town, ledger))


def _renewing(settings: Settings, town: Town, ledger: Ledger) -> Callable[[], None]:
    def renew_broker() -> None:
        files = write_broker_files(settings, town, ledger)
        tell_broker(files.pid_file, settings.broker.reload)

    return renew_broker


def _grant(
    settings: Settings, town: Town, keys: tuple[str, ...], terminal: Terminal, password: str, host: str
) -> Grant:
    quiet = town.quiet_hours
    return Grant(
        terminal=terminal.id,
        areas=(terminal.area,),
        groups=tuple(sorted(terminal.groups)),
        town=GrantedTown(
            id=town.id,
            name=town.name,
            kana=town.kana,
            names=town.names,
            kinds={category.id: category.name for category in town.notice_kinds},
            time_zone=town.time_zone.key,
        ),
        broker=GrantedBroker(
            host=host,
            port=settings.broker.port,
            password=password,
            authority=certificates_of(settings).trusted.read_text() if settings.broker.tls else None,
        ),
        public_keys=keys,
        quiet_hours=GrantedQuietHours(start=quiet.start, end=quiet.end) if quiet else None,
    )
