"""`broadcaster keys`: shown, rotated with all terminals ready, revoked, and made anew."""

from pathlib import Path

import pytest

from broadcaster.ledger import Ledger
from tests.broadcaster.commands.shell import Shell
from tests.broadcaster.settings_files import ROSTER, write_settings


@pytest.fixture
def town(tmp_path: Path) -> Shell:
    """A centre that is set up, with three terminals whose devices were given both keys."""
    write_settings(tmp_path)
    shell = Shell(tmp_path)
    shell.quick("setup")
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    shell.quick("terminals", "import", str(tmp_path / "roster.csv"))
    return shell


def kids(shell: Shell) -> list[str]:
    return [key["kid"] for key in shell.quick("keys", "show", "--json").json["keys"]]


def test_the_keys_are_listed_with_how_many_terminals_trust_them(town: Shell) -> None:
    current, following = town.quick("keys", "show").out.splitlines()[1:]
    assert current.split()[1:4:2] == ["current", "3/3"]
    assert following.split()[1:4:2] == ["next", "3/3"]
    assert current.split()[4].startswith(current.split()[0])


def test_the_devices_files_hold_both_keys_the_oldest_first(town: Shell) -> None:
    text = (town.folder / "var" / "terminals" / "t-1" / "terminal.toml").read_text()
    assert 'public_keys = ["town.pem", "town-2.pem"]' in text


def test_keys_are_rotated_once_every_terminal_knows_the_next_one(town: Shell) -> None:
    first, second = kids(town)
    done = town.run("keys", "rotate")
    assert done.code == 0
    assert done.out.splitlines()[0] == f"{second} signs from now on; the former one stays trusted for 60 days"
    assert "make a backup now" in done.err
    third = kids(town)[2]
    assert kids(town) == [first, second, third]

    refused = town.run("keys", "rotate")
    assert refused.code == 1
    assert "3 terminals are not known to trust the next key: t-1, t-2, t-3; connect them" in refused.err
    forced = town.run("keys", "rotate", "--force")
    assert forced.out.startswith(f"{third} signs from now on")
    assert "3 terminals are not known to trust the key that signs now" in forced.err


def test_a_stolen_key_is_revoked_after_a_question(town: Shell) -> None:
    first, second = kids(town)
    asked = town.run("keys", "revoke", first, stdin=b"n\n")
    assert asked.code == 1
    done = town.run("keys", "revoke", first, "--yes")
    assert f"{second} signs from now on; {first} is revoked" in done.out
    assert "3 terminals trusted it" in done.out
    unknown = town.run("keys", "revoke", "unknown", "--yes")
    assert (unknown.code, unknown.err) == (1, "error: there is no key 'unknown'; `broadcaster keys show` lists them\n")


def test_a_lost_key_is_told_by_the_setup_and_the_next_one_signs_without_it(town: Shell) -> None:
    first, second = kids(town)
    (town.folder / "var" / "signing.pem").unlink()
    told = town.run("setup")
    assert told.code == 1
    assert f"is lost: it was key {first}" in told.err
    assert "signing.pem: cannot read the signing key" in town.run("keys", "show").err
    assert town.run("keys", "rotate").out.startswith(f"{second} signs from now on")
    town.quick("setup")


def test_lost_keys_come_back_out_of_the_safe(town: Shell, tmp_path: Path) -> None:
    copy, before = tmp_path / "safe" / "keys.pem", kids(town)
    done = town.run("keys", "export", str(copy))
    passphrase = done.out.splitlines()[1]
    assert (done.code, len(passphrase)) == (0, 35)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert town.run("keys", "export", str(copy)).err == f"error: {copy} is there already; name another file\n"
    assert "no key of it is missing" in town.run("keys", "import", str(copy), "--passphrase", passphrase).err

    secret = (town.folder / "var" / "signing.pem").read_bytes()
    for name in ("signing.pem", "next-signing.pem"):
        (town.folder / "var" / name).unlink()
    wrong = town.run("keys", "import", str(copy), "--passphrase", "wrong")
    assert (wrong.code, wrong.err) == (1, f"error: {copy}: the passphrase is wrong, or the file is damaged\n")
    assert "put back" in town.quick("keys", "import", str(copy), "--passphrase", passphrase).out
    assert (town.folder / "var" / "signing.pem").read_bytes() == secret
    assert kids(town) == before
    ledger = Ledger(town.folder / "var" / "ledger.sqlite")
    deeds = [(entry.deed, entry.subject) for entry in ledger.audit.newest(2)]
    ledger.close()
    assert deeds == [("restored", "keys.pem"), ("backup_made", "keys.pem")]


def test_a_copy_that_was_made_before_a_change_puts_back_what_still_counts(town: Shell, tmp_path: Path) -> None:
    copy = tmp_path / "keys.pem"
    passphrase = town.run("keys", "export", str(copy)).out.splitlines()[1]
    town.run("keys", "rotate")
    (town.folder / "var" / "signing.pem").unlink()
    assert town.quick("keys", "import", str(copy), "--passphrase", passphrase).out.count("put back") == 1
    assert town.quick("keys", "show", "--json").json["without_next_key"] == ["t-1", "t-2", "t-3"]


def test_with_both_keys_lost_everything_starts_over(town: Shell) -> None:
    lost = kids(town)
    for name in ("signing.pem", "next-signing.pem"):
        (town.folder / "var" / name).unlink()
    done = town.run("keys", "start-over", "--yes")
    assert done.code == 0
    assert "names those that have to be enrolled again" in done.out
    assert kids(town)[:2] == lost
    states = [key["state"] for key in town.quick("keys", "show", "--json").json["keys"]]
    assert states == ["revoked", "revoked", "current", "next"]


def test_each_change_is_in_the_record_of_deeds(town: Shell) -> None:
    first, _second = kids(town)
    town.run("keys", "revoke", first, "--yes")
    ledger = Ledger(town.folder / "var" / "ledger.sqlite")
    deeds = [entry.deed for entry in ledger.audit.newest(3)]
    ledger.close()
    assert sorted(deeds) == ["signing_key_changed", "signing_key_made", "signing_key_revoked"]
