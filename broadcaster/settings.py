"""The centre's settings: config/broadcaster.toml shows them all."""

import hmac
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator

from broadcaster.domain.policy import Approval
from broadcaster.domain.retention import Retention
from broadcaster.domain.town import Category, Place, QuietHours, Rules, Town
from broadcaster.ledger.places import LedgerPlace, Server
from broadcaster.ledger.places import Place as LedgerAt
from broadcaster.monitoring.settings import MailSettings
from kokuchi.configuration import ConfigurationError, FilePath, SecretMissing, Section, load, read_toml
from kokuchi.link import BrokerAddress
from kokuchi.voice.languages import LANGUAGES, known_code
from kokuchi.voice.settings import VoiceSettings
from kokuchi.wire import Contact
from kokuchi.wire.fields import Identifier

Port = Annotated[int, Field(ge=1, le=65535)]
_SECURED_PORT, _PLAIN_PORT = 8883, 1883
MOST_COLLECTORS = 16
"""More than this only wait for each other: there is one writer at a time."""

LanguageCode = Annotated[str, AfterValidator(known_code)]


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_here(host: str) -> bool:
    """Tell whether a host means the machine itself: a loopback address, or all of its addresses."""
    return _is_loopback(host) or host in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound


class TownSection(Section):
    """Who speaks. `quiet_hours` are those that each new terminal is given; `approval` is what needs a second person."""

    id: Identifier
    name: Annotated[str, Field(min_length=1, max_length=40)]
    kana: str
    office: Annotated[str, Field(min_length=1, max_length=40)]
    names: Mapping[LanguageCode, str] = Field(default_factory=dict)
    time_zone: str = "Asia/Tokyo"
    quiet_hours: QuietHours | None = None
    rules: Rules = Rules()
    approval: Approval = Approval()
    desk: Contact
    areas: tuple[Place, ...] = ()
    groups: tuple[Place, ...] = ()


class WebSection(Section):
    """Where the pages are served; `public_address` ("192.168.1.10:8080"): what is typed at a device, if it differs.

    `secure_cookies` follows `tls` unless it is told: without `tls`, behind a proxy that speaks HTTPS, it is to be true.
    `metrics_open_on_loopback`: who asks from this machine, not through a reverse proxy, reads /metrics without a token.
    """

    host: str = "127.0.0.1"
    port: Port = 8080
    tls: bool = True
    public_address: str | None = None
    session_secret: Annotated[SecretStr, Field(min_length=32)]
    secure_cookies: bool = Field(default_factory=lambda told: bool(told.get("tls")))
    metrics_open_on_loopback: bool = False

    @property
    def typed_address(self) -> str | None:
        """Return what is typed at a device to reach the centre, None if the settings do not tell."""
        if self.public_address:
            return self.public_address
        return None if _is_here(self.host) else self.address_at(self.host)

    def address_at(self, host: str) -> str:
        """Return host and port, with the scheme where a device would take the other one (`centre_url` there)."""
        loopback = _is_loopback(host)
        scheme = "" if self.tls is not loopback else "https://" if self.tls else "http://"
        return f"{scheme}{host}:{self.port}"


class BrokerSection(Section):
    """How the centre reaches the broker, and where the broker's generated configuration goes.

    `public_host` is where the terminals reach it, if that differs. `plain_port` is a second one without TLS, for as
    long as there are terminals that were enrolled before it. `reload` is the command that makes the broker read its
    files anew; without one the centre sends SIGHUP to the Mosquitto that runs with them on the same machine.
    `collectors` is how many processes share the terminals' reports: the centre, and one `broadcaster collect` for each
    number from 2 on.
    """

    host: str = "127.0.0.1"
    tls: bool = True
    port: Port = Field(default_factory=lambda told: _SECURED_PORT if told.get("tls", True) else _PLAIN_PORT)
    plain_port: Port | None = None
    public_host: str | None = None
    reload: tuple[str, ...] = ()
    username: Identifier = "centre"
    password: SecretStr
    configuration: FilePath
    collectors: Annotated[int, Field(ge=1, le=MOST_COLLECTORS)] = 1

    @model_validator(mode="after")
    def _speaks_tls_where_nobody_expects_less(self) -> Self:
        if self.plain_port == self.port:
            raise ValueError("plain_port must not be port, which speaks TLS")
        if self.tls and self.port == _PLAIN_PORT:
            # As every town from before TLS has it: its terminals would all be shut out.
            raise ValueError(
                f"port {_PLAIN_PORT} is for terminals without TLS: write port = {_SECURED_PORT}, and plain_port ="
                f" {_PLAIN_PORT} while there are any; or tls = false"
            )
        return self

    @property
    def are_reports_shared(self) -> bool:
        """Whether the centre takes but its share of the reports."""
        return self.collectors > 1

    @property
    def group(self) -> str:
        """Return the name under which the collectors share the reports, which no terminal can guess.

        Mosquitto lets anybody into a group, and counts what it then does not hand over for want of rights as delivered:
        a stolen terminal that knew the name could make reports vanish.
        """
        password = self.password.get_secret_value().encode()
        return hmac.digest(password, b"kokuchi: who shares the reports", "sha256").hex()[:32]

    def collector_name(self, number: int) -> str:
        """Return as whom a further collector logs in at the broker; no terminal can be called so."""
        return f"{self.username}@{number}"

    @property
    def collector_names(self) -> tuple[str, ...]:
        """As whom the further collectors log in, with the centre's password."""
        return tuple(self.collector_name(number) for number in range(2, self.collectors + 1))

    def host_for(self, reached_at: str) -> str:
        """Return the broker's host for a device that has reached the centre's pages at `reached_at`."""
        return self.public_host or (reached_at if _is_here(self.host) else self.host)


class BackupSection(Section):
    """Where `broadcaster backup` puts its files, who can open them, and how long they are kept.

    They open with the passphrase in the file `passphrase_path`, which nothing else reads: a centre that has lost it
    runs all the same. They open too with the private key of each of the age `recipients` ("age1…"). A file is removed
    once it is older than `keep_days`, if `keep_at_least` newer ones are there and a newer one was found whole.
    """

    folder: FilePath = Path("backups")
    passphrase_path: FilePath | None = None
    recipients: tuple[Annotated[str, Field(pattern="^age1[a-z0-9]+$")], ...] = ()
    keep_days: Annotated[int, Field(ge=1)] = 90
    keep_at_least: Annotated[int, Field(ge=1)] = 7

    @model_validator(mode="after")
    def _opens_for_somebody(self) -> "BackupSection":
        if self.passphrase_path is None and not self.recipients:
            raise ValueError("name passphrase_path or recipients: nobody could open the backups")
        return self


class CategoriesFile(Section):
    """The file that `categories` names."""

    categories: tuple[Category, ...]


class HardWordsFile(Section):
    """The file that `hard_words` names: a table of words, each with a plainer one."""

    words: Mapping[Annotated[str, Field(min_length=1)], Annotated[str, Field(min_length=1)]]


class Settings(Section):
    """Everything that the centre is told. `ledger` is a file or the address of a database ("postgresql://…")."""

    signing_key: FilePath
    ledger: LedgerPlace
    next_signing_key: FilePath | None = None
    chimes: FilePath
    categories: FilePath
    terminals: FilePath = Field(default=Path("terminals"), validate_default=True)
    certificates: FilePath = Field(default=Path("certificates"), validate_default=True)
    dictionaries: tuple[FilePath, ...] = ()
    sentences: FilePath | None = None
    hard_words: FilePath | None = None
    town: TownSection
    web: WebSection
    broker: BrokerSection
    mail: MailSettings | None = None
    backup: BackupSection | None = None
    retention: Retention = Retention()
    voice: VoiceSettings = VoiceSettings()

    @property
    def folder(self) -> Path:
        """The folder where the centre keeps what no setting names: that of the ledger, if it is a file."""
        return self.ledger.folder if isinstance(self.ledger, Server) else self.ledger.parent

    @property
    def typed_address(self) -> str:
        """Return what is typed to reach the pages, for a shell, which has no browser's address bar to take it from."""
        return self.web.typed_address or self.web.address_at(self.broker.host_for(self.web.host))

    @property
    def next_key(self) -> Path:
        """Where the key is that will sign next."""
        return self.next_signing_key or self.signing_key.with_name("next-signing.pem")

    @property
    def uses_tls(self) -> bool:
        """Whether anything here needs certificates."""
        return self.web.tls or self.broker.tls

    @property
    def broker_address(self) -> BrokerAddress:
        """What the link needs."""
        broker = self.broker
        trusted = self.certificates / "trusted.pem" if broker.tls else None
        return BrokerAddress(broker.host, broker.port, broker.username, broker.password.get_secret_value(), trusted)


def load_settings(path: Path, environment: Mapping[str, str]) -> tuple[Settings, Town]:
    """Return the settings and the town that they describe, or raise ConfigurationError."""
    try:
        settings = load(Settings, path, environment)
    except SecretMissing as error:
        if error.file not in secret_files(path):
            raise
        raise ConfigurationError(f"{error}; `broadcaster setup` makes it") from error
    categories = load(CategoriesFile, settings.categories, {}).categories
    hard_words = load(HardWordsFile, settings.hard_words, {}).words if settings.hard_words else {}
    try:
        town = Town.model_validate(
            {
                **settings.town.model_dump(),
                "languages": [{"code": known.code, "name": known.japanese} for known in LANGUAGES.values()],
                "categories": [category.model_dump() for category in categories],
                "hard_words": hard_words,
            }
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(["town", *(str(part) for part in first["loc"])])
        raise ConfigurationError(f"{path}: {place}: {first['msg'].removeprefix('Value error, ')}") from error
    return settings, town


def dictionary_files(path: Path) -> list[Path]:
    """Return the dictionaries that the settings name, without the secrets that the other settings need.

    Raises ConfigurationError.
    """
    named = read_toml(path).get("dictionaries")
    names = named if isinstance(named, list) else []
    return [path.resolve().parent / name for name in names if isinstance(name, str)]


def ledger_place(path: Path) -> LedgerAt | None:
    """Return the ledger that the settings name, if it is there, without the secrets that the other settings need."""
    named, folder = read_toml(path).get("ledger"), path.resolve().parent
    if not isinstance(named, str):
        return None
    if Server.is_named(named):
        return Server(named, folder)
    return file if (file := folder / named).is_file() else None


def secret_files(path: Path) -> list[Path]:
    """Return the files with secrets that the settings name, whether they exist or not."""
    values = read_toml(path)
    tables = [(values.get("web"), "session_secret_file"), (values.get("broker"), "password_file")]
    named = [table.get(key) for table, key in tables if isinstance(table, dict)]
    return [path.resolve().parent / name for name in named if isinstance(name, str)]
