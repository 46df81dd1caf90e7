"""Keys, and taking terminals into service: all or none, and nothing that exists is overwritten."""

import os
import stat
from datetime import time
from pathlib import Path

import pytest

from broadcaster.domain.audience import Terminal
from broadcaster.domain.town import QuietHours, Town
from broadcaster.ledger import Ledger
from broadcaster.ledger.terminals import TerminalExists
from broadcaster.provisioning.roster import RosterError
from broadcaster.provisioning.secrets import make_signing_key, new_password, write_secret
from broadcaster.provisioning.terminals import broker_files, take_into_service, write_broker_files
from broadcaster.settings import Settings
from kokuchi.configuration import load
from kokuchi.wire import KeyRing, SigningKey
from kokuchi.wire.signature import KeyFileError
from terminal_client.manners import QuietHours as DeviceQuietHours
from terminal_client.settings import Settings as DeviceSettings

HANAKO = Terminal("t-1", "見本 花子", "household", "kita", frozenset({"elderly"}))
TARO = Terminal("t-2", "見本 太郎", "household", "kita")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_secret_is_for_its_owner_only_and_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "secret"
    assert write_secret(path, b"first")
    assert not write_secret(path, b"second")
    assert path.read_bytes() == b"first"
    assert mode(path) == 0o600


def test_a_signing_key_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "signing.pem"
    assert make_signing_key(path)
    before = path.read_bytes()
    assert not make_signing_key(path)
    assert path.read_bytes() == before
    assert mode(path) == 0o600
    SigningKey.load(path)


def test_passwords_are_long_and_never_the_same() -> None:
    passwords = {new_password() for _ in range(100)}
    assert len(passwords) == 100
    assert min(map(len, passwords)) >= 32


def test_a_terminal_gets_its_files_and_can_read_them(settings: Settings, town: Town, ledger: Ledger) -> None:
    [folder] = take_into_service(settings, town, ledger, [HANAKO])
    assert folder == settings.terminals / "t-1"
    assert mode(folder / "broker-password") == 0o600
    device = load(DeviceSettings, folder / "terminal.toml", {})
    assert (device.terminal, device.membership) == ("t-1", HANAKO.membership)
    assert (device.town.id, device.town.name, device.town.kana) == (town.id, town.name, town.kana)
    assert device.town.kinds == {"scam": "詐欺事案情報"}
    assert device.broker_address.password == (folder / "broker-password").read_text()
    assert (device.broker_address.host, device.broker_address.port) == (settings.broker.host, settings.broker.port)
    ring = KeyRing.load(device.town.public_keys)
    assert list(ring.keys) == [SigningKey.load(settings.signing_key).kid]


@pytest.mark.parametrize(
    ("hours", "given"),
    [(None, None), (QuietHours(start=time(21), end=time(7)), DeviceQuietHours(time(21), time(7)))],
)
def test_a_terminal_begins_with_the_towns_quiet_hours(
    hours: QuietHours | None, given: DeviceQuietHours | None, settings: Settings, town: Town, ledger: Ledger
) -> None:
    quiet = town.model_copy(update={"quiet_hours": hours})
    [folder] = take_into_service(settings, quiet, ledger, [HANAKO])

    assert load(DeviceSettings, folder / "terminal.toml", {}).usual.quiet_hours == given


def test_nothing_of_the_household_and_no_private_key_goes_onto_the_device(
    settings: Settings, town: Town, ledger: Ledger
) -> None:
    """Promise 10; the signing key never leaves the centre."""
    [folder] = take_into_service(settings, town, ledger, [HANAKO])
    for path in folder.iterdir():
        assert "見本" not in path.read_text()
        assert "PRIVATE" not in path.read_text()


def test_the_brokers_files_name_no_household_and_keep_no_password(
    settings: Settings, town: Town, ledger: Ledger
) -> None:
    [folder] = take_into_service(settings, town, ledger, [HANAKO])
    secrets = [(folder / "broker-password").read_text(), settings.broker.password.get_secret_value(), "見本"]
    directory = broker_files(settings).directory
    for path in directory.iterdir():
        if path.is_file():
            assert [secret for secret in secrets if secret in path.read_text()] == [], path
    assert mode(directory / "passwords") == mode(directory / "rights") == 0o600


def test_if_one_terminal_is_known_none_is_taken_and_no_file_changes(
    settings: Settings, town: Town, ledger: Ledger
) -> None:
    [folder] = take_into_service(settings, town, ledger, [HANAKO])
    password = (folder / "broker-password").read_text()
    with pytest.raises(TerminalExists):
        take_into_service(settings, town, ledger, [TARO, HANAKO])
    assert list(ledger.terminals.all()) == [HANAKO]
    assert (folder / "broker-password").read_text() == password
    assert not (settings.terminals / "t-2").exists()


def test_without_the_towns_key_no_terminal_is_taken(settings: Settings, town: Town, ledger: Ledger) -> None:
    """Else it would be in the roster with a password that nobody has."""
    settings.signing_key.unlink()
    with pytest.raises(KeyFileError):
        take_into_service(settings, town, ledger, [HANAKO])
    assert list(ledger.terminals.all()) == []


def test_a_terminal_cannot_have_the_centres_name(settings: Settings, town: Town, ledger: Ledger) -> None:
    """Promise 10: it would have the centre's rights at the broker."""
    centre = Terminal(settings.broker.username, "見本", "household", "kita")
    with pytest.raises(RosterError, match="'centre' is a name that the centre uses itself"):
        take_into_service(settings, town, ledger, [HANAKO, centre])
    assert list(ledger.terminals.all()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_writes_for_the_broker_belongs_to_whom_the_folder_belongs(
    settings: Settings, town: Town, ledger: Ledger
) -> None:
    """Else a command that an operator runs as root would shut everybody out of a broker that runs as another user."""
    directory = broker_files(settings).directory
    directory.mkdir(parents=True)
    os.chown(directory, 12345, 23456)
    take_into_service(settings, town, ledger, [HANAKO])
    assert {(path.stat().st_uid, path.stat().st_gid) for path in directory.iterdir()} == {(12345, 23456)}


def test_the_brokers_files_are_written_anew_with_the_same_passwords(
    settings: Settings, town: Town, ledger: Ledger
) -> None:
    take_into_service(settings, town, ledger, [HANAKO, TARO])
    passwords = broker_files(settings).directory / "passwords"

    def of_terminals() -> list[str]:
        return [line for line in passwords.read_text().splitlines() if not line.startswith("centre:")]

    before = of_terminals()
    assert [line.partition(":")[0] for line in before] == ["t-1", "t-2"]
    write_broker_files(settings, town, ledger)
    assert of_terminals() == before
    assert [path.name for path in passwords.parent.glob(".*")] == []
