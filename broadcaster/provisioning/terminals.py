"""Taking terminals into service: roster, credentials, the broker's rights, and the files that go onto each device."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from broadcaster.domain.audience import Terminal
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.provisioning.mosquitto import BrokerFiles, password_hash
from broadcaster.provisioning.roster import RosterError
from broadcaster.provisioning.secrets import new_password, write_secret
from broadcaster.settings import Settings
from kokuchi.wire import SigningKey, Topics


def broker_files(settings: Settings) -> BrokerFiles:
    """Return where the broker's files are."""
    return BrokerFiles(settings.broker.configuration, settings.broker.host, settings.broker.port)


def write_broker_files(settings: Settings, town: Town, ledger: Ledger) -> BrokerFiles:
    """Write Mosquitto's files anew from the roster; a running Mosquitto reads them at SIGHUP."""
    files = broker_files(settings)
    centre = (settings.broker.username, password_hash(settings.broker.password.get_secret_value()))
    files.write(Topics(town.id), centre, ledger.terminals.all(), ledger.terminals.password_hashes())
    return files


def take_into_service(settings: Settings, town: Town, ledger: Ledger, terminals: Sequence[Terminal]) -> list[Path]:
    """Add terminals to the roster, all or none, and return the folder of each with the files for its device.

    Raises TerminalExists, RosterError, or KeyFileError if the town has no key yet.
    """
    centre = settings.broker.username
    if any(terminal.id == centre for terminal in terminals):
        raise RosterError(f"{centre!r} is the centre's own name at the broker; give the terminal another one")
    key = SigningKey.load(settings.signing_key)
    passwords = {terminal.id: new_password() for terminal in terminals}
    ledger.terminals.add((terminal, password_hash(passwords[terminal.id])) for terminal in terminals)
    write_broker_files(settings, town, ledger)
    return [_write_device_files(settings, town, key, terminal, passwords[terminal.id]) for terminal in terminals]


def _write_device_files(settings: Settings, town: Town, key: SigningKey, terminal: Terminal, password: str) -> Path:
    folder = settings.terminals / terminal.id
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "broker-password").unlink(missing_ok=True)
    write_secret(folder / "broker-password", password.encode())
    (folder / "town.pem").write_bytes(key.public_pem())
    (folder / "terminal.toml").write_text(_device_settings(settings, town, terminal), encoding="utf-8")
    return folder


def _device_settings(settings: Settings, town: Town, terminal: Terminal) -> str:
    # JSON's strings and lists of strings are TOML's too.
    names, kinds = _table(town.names), _table({category.id: category.name for category in town.notice_kinds})
    areas, groups = json.dumps([terminal.area]), json.dumps(sorted(terminal.groups))
    return f"""\
# Terminal {terminal.id}. Paths are relative to this file. config/terminal.toml explains every key.
terminal = {json.dumps(terminal.id)}
areas = {areas}
groups = {groups}
# language = "vi"   # the household's second language: {", ".join(language.code for language in town.languages)}
inbox = "inbox.sqlite"
chimes = {json.dumps(str(settings.chimes))}

[town]
id = {json.dumps(town.id)}
name = {json.dumps(town.name, ensure_ascii=False)}
kana = {json.dumps(town.kana, ensure_ascii=False)}
time_zone = {json.dumps(town.time_zone.key)}
public_keys = ["town.pem"]

[town.names]
{names}
{_quiet_hours(town)}[town.kinds]
{kinds}
[broker]
host = {json.dumps(settings.broker.host)}
port = {settings.broker.port}
password_file = "broker-password"
"""


def _quiet_hours(town: Town) -> str:
    hours = town.quiet_hours
    return f'[quiet_hours]\nstart = "{hours.start:%H:%M}"\nend = "{hours.end:%H:%M}"\n\n' if hours else ""


def _table(rows: Mapping[str, str]) -> str:
    return "".join(f"{json.dumps(key)} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in rows.items())
