"""The sample town: made at the first start, kept afterwards."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from broadcaster.domain.roles import Role
from broadcaster.ledger import Ledger
from broadcaster.ledger.accounts import Account
from broadcaster.provisioning.keys import KeyFiles, SigningKeyChange
from broadcaster.provisioning.roster import read_roster
from broadcaster.provisioning.secrets import new_password, write_secret
from broadcaster.provisioning.terminals import take_into_service, write_broker_files
from broadcaster.settings import load_settings, secret_files
from demo.places import HOST, REPOSITORY, TERMINALS, Places

BROKER_MEMORY = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
MEMORY = {"MALLOC_ARENA_MAX": "1", "PYTHONMALLOC": "malloc", **BROKER_MEMORY}
"""How the broker and the centre take memory, as their units set it; docs/architecture.md says why."""

USERS = (
    (Account("staff", "産業課 職員", Role.AUTHOR), "kokuchi-staff"),
    (Account("operator", "運用担当", Role.OPERATOR), "kokuchi-operator"),
    (Account("admin", "管理者", Role.ADMINISTRATOR), "kokuchi-admin"),
    (Account("approver", "課長", Role.APPROVER), "kokuchi-approver"),
)


def environment(places: Places) -> dict[str, str]:
    """Return the environment of the centre: what its settings are overlaid with, and how it takes memory."""
    return {
        **os.environ,
        **MEMORY,
        "KOKUCHI_WEB__HOST": HOST,
        "KOKUCHI_WEB__PORT": str(places.port),
        "KOKUCHI_BROKER__HOST": HOST,
        "KOKUCHI_BROKER__PORT": str(places.broker_port),
        # Nothing leaves the machine.
        "KOKUCHI_WEB__TLS": "false",
        "KOKUCHI_BROKER__TLS": "false",
    }


def prepare(places: Places) -> None:
    """Make the town's keys, roster and accounts unless they are there, and write the files that depend on ports."""
    _copy_settings(places)
    for path in secret_files(places.config):
        write_secret(path, new_password().encode())
    settings, town = load_settings(places.config, environment(places))
    with open_ledger(places) as ledger:
        SigningKeyChange(KeyFiles.of(settings), ledger, datetime.now(UTC)).make_missing()
        for account, password in USERS:
            if ledger.accounts.get(account.name) is None:
                ledger.accounts.add(account, password)
        known = {terminal.id for terminal in ledger.terminals.everybody()}
        roster = read_roster(REPOSITORY / "config" / "roster.csv", town)
        take_into_service(settings, town, ledger, [terminal for terminal in roster if terminal.id not in known])
        write_broker_files(settings, town, ledger)
    _write_summary(places)


@contextmanager
def open_ledger(places: Places) -> Iterator[Ledger]:
    """Open the demo's ledger for the length of a block."""
    settings, _town = load_settings(places.config, environment(places))
    ledger = Ledger(settings.ledger)
    try:
        yield ledger
    finally:
        ledger.close()


def _copy_settings(places: Places) -> None:
    places.config.parent.mkdir(parents=True, exist_ok=True)
    source = REPOSITORY / "config"
    for name in ("categories.toml", "hard_words.toml"):
        shutil.copy(source / name, places.config.parent)
    shutil.copytree(source / "dictionary", places.config.parent / "dictionary", dirs_exist_ok=True)
    text = (source / "broadcaster.toml").read_text(encoding="utf-8")
    sounds = json.dumps(str(REPOSITORY / "sounds"))
    # It may be night where the demo or a test runs, and it is to be heard.
    text = re.sub(r"(?m)^\[town\.quiet_hours\](\n|.)+?\n\n", "", text)
    places.config.write_text(text.replace('"../sounds"', sounds), encoding="utf-8")


def _write_summary(places: Places) -> None:
    summary = {
        "staff_url": f"{places.centre_url}/",
        "operator_url": f"{places.centre_url}/log",
        "terminals": [{"id": terminal, "url": f"{places.terminal_url(terminal)}/"} for terminal in TERMINALS],
        "users": [{"name": account.name, "role": account.role, "password": password} for account, password in USERS],
    }
    places.summary.write_text(json.dumps(summary, ensure_ascii=False, indent=2), encoding="utf-8")
