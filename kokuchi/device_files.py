"""The files that make a device a terminal: terminal.toml, the broker's password, the town's public keys, whom to trust.

terminal.toml is written last and taken away first: with it the device is enrolled, without it it is not, whenever the
power is cut.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from kokuchi.durable_files import sync_folder, write_durably
from kokuchi.enrolment import Grant
from kokuchi.voice.languages import LANGUAGES

SETTINGS = "terminal.toml"
INBOX = "inbox.sqlite"
AUTHORITY = "authority.pem"
_PASSWORD = "broker-password"  # noqa: S105 - the name of a file


def write_device_files(folder: Path, grant: Grant, *, chimes: Path | None = None, name: str = SETTINGS) -> Path:
    """Write the files of a terminal into a folder, in place of what is there; return the settings, called `name`.

    Without `chimes` the device takes those that came with its software. Raises OSError.
    """
    settings = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    if settings.exists():
        settings.unlink()
        sync_folder(folder)
    write_durably(folder / _PASSWORD, grant.broker.password, 0o600)
    for key, pem in zip(_key_names(grant), grant.public_keys, strict=True):
        write_durably(folder / key, pem)
    if grant.broker.authority:
        write_durably(folder / AUTHORITY, grant.broker.authority)
    write_durably(settings, _settings(grant, chimes))
    return settings


def _key_names(grant: Grant) -> list[str]:
    return ["town.pem", *(f"town-{number}.pem" for number in range(2, len(grant.public_keys) + 1))]


def _settings(grant: Grant, chimes: Path | None) -> str:
    # JSON's strings and lists of strings are TOML's too.
    town, broker = grant.town, grant.broker
    sounds = f"chimes = {_text(str(chimes))}\n" if chimes else ""
    trusts = f'authority = "{AUTHORITY}"\n' if broker.authority else ""
    tables = [_table("town.names", {code: name for code, name in town.names.items() if code in LANGUAGES})]
    tables.append(_table("town.kinds", town.kinds))
    if hours := grant.quiet_hours:
        tables.append(_table("quiet_hours", {"start": f"{hours.start:%H:%M}", "end": f"{hours.end:%H:%M}"}))
    return f"""\
# Terminal {grant.terminal}. Paths are relative to this file. config/terminal.toml explains every key.
terminal = {json.dumps(grant.terminal)}
areas = {json.dumps(grant.areas)}
groups = {json.dumps(grant.groups)}
# language = "vi"   # the household's second language: {", ".join(LANGUAGES)}
inbox = "{INBOX}"
{sounds}
[town]
id = {json.dumps(town.id)}
name = {_text(town.name)}
kana = {_text(town.kana)}
time_zone = {_text(town.time_zone)}
public_keys = {json.dumps(_key_names(grant))}

{"".join(tables)}[broker]
host = {_text(broker.host)}
port = {broker.port}
password_file = "{_PASSWORD}"
{trusts}"""


def _table(name: str, rows: Mapping[str, str]) -> str:
    # A key may have dots, which divide it in TOML unless it is quoted.
    lines = "".join(f"{json.dumps(key)} = {_text(value)}\n" for key, value in rows.items())
    return f"[{name}]\n{lines}\n" if rows else ""


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
