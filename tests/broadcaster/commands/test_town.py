"""`setup`, `check-config`, `terminals` and `accounts`; the first of them as real processes."""

import re
from pathlib import Path
from unittest.mock import Mock

import pytest

from kokuchi.wire import SigningKey
from tests.broadcaster.commands.shell import Shell
from tests.broadcaster.settings_files import ROSTER, TOML, write_settings


def secrets(shell: Shell) -> dict[str, bytes]:
    names = ("session", "broker-password", "signing.pem", "next-signing.pem")
    return {name: (shell.folder / "var" / name).read_bytes() for name in names}


def test_setup_makes_everything_once_and_overwrites_nothing(empty: Shell) -> None:
    first = empty.good("setup")
    made = secrets(empty)
    assert [line.split()[0] for line in first.out.splitlines()] == ["made"] * 4 + ["wrote", "next:"]
    assert "keep a copy in a safe place" in first.out
    SigningKey.load(empty.folder / "var" / "signing.pem")
    second = empty.quick("setup")
    assert "made" not in second.out
    assert secrets(empty) == made
    good = empty.quick("check-config")
    assert good.out == f"{empty.config}: good: 月形町, 2 areas, 1 categories\n"


def test_before_the_setup_the_settings_cannot_be_used_and_the_file_the_key_and_the_remedy_are_named(
    empty: Shell,
) -> None:
    done = empty.start("check-config")
    assert done.code == 2
    assert done.err.startswith(f"error: {empty.config}: session_secret_file: cannot read ")
    assert done.err.endswith("/var/session: there is no such file; `broadcaster setup` makes it\n")


def test_wrong_settings_are_told_line_by_line_with_exit_code_2(tmp_path: Path, shell: Shell) -> None:
    wrong = write_settings(tmp_path, TOML.replace("[web]", "[web]\nprot = 8080").replace('kana = "ツキガタチョウ"', ""))
    (tmp_path / "var").symlink_to(shell.folder / "var")
    done = shell.run("check-config", config=wrong)
    assert done.code == 2
    assert done.out == ""
    assert f"{wrong}: town.kana: is missing\n" in done.err
    assert f"{wrong}: web.prot: is not a setting; is it misspelt?\n" in done.err


@pytest.mark.parametrize("setting", ['dictionaries = ["words.csv"]', 'sentences = "words.csv"'])
def test_words_that_the_centre_would_not_start_without_are_missed_before_it_is_stopped(
    tmp_path: Path, shell: Shell, setting: str
) -> None:
    wrong = write_settings(tmp_path, f"{setting}\n{TOML}")
    (tmp_path / "var").symlink_to(shell.folder / "var")
    done = shell.run("check-config", config=wrong)
    assert (done.code, done.err) == (2, f"error: {tmp_path / 'words.csv'}: cannot be read: No such file or directory\n")


def test_settings_that_are_not_there_end_every_command_with_exit_code_2(empty: Shell) -> None:
    empty.config.unlink()
    for arguments in (["check-config"], ["setup"], ["log"]):
        done = empty.run(*arguments)
        assert done.code == 2
        assert "there is no such file; name another one with --config" in done.err


def test_a_folder_that_belongs_to_somebody_else_and_a_full_disk_are_a_line_and_no_traceback(
    empty: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    for error, said in (
        (PermissionError(13, "Permission denied", "/keys/.session"), "/keys/.session: Permission denied"),
        (OSError(28, "No space left on device"), "the disk: No space left on device"),
    ):
        monkeypatch.setattr("broadcaster.commands.town.write_secret", Mock(side_effect=error))
        done = empty.run("setup")
        assert (done.code, done.err) == (1, f"error: {said}\n")


def test_broken_settings_end_the_setup_with_exit_code_2(empty: Shell) -> None:
    empty.config.write_text("web = 5\nbroker = 6\n")
    done = empty.run("setup")
    assert done.code == 2
    assert "web: input should be a valid dictionary" in done.err


def test_a_key_that_is_no_key_ends_with_exit_code_2(empty: Shell) -> None:
    empty.quick("setup")
    (empty.folder / "var" / "signing.pem").write_text("no key")
    done = empty.run("check-config")
    assert done.code == 2
    assert "signing.pem: cannot read the signing key" in done.err


def test_a_ledger_that_is_no_database_is_told_with_advice(empty: Shell) -> None:
    empty.quick("setup")
    (empty.folder / "var" / "ledger.sqlite").write_text("a letter, by no means a database " * 100)
    done = empty.run("log")
    assert done.code == 1
    assert "ledger.sqlite: cannot be used as a database: " in done.err
    assert "move it away or restore a backup" in done.err


def test_the_roster_is_listed_for_people_and_for_programs(shell: Shell) -> None:
    table = shell.quick("terminals", "list").out.splitlines()
    assert table[0].split() == ["terminal", "kind", "area", "groups", "state", "speaker", "household"]
    assert table[1].split() == ["t-1", "household", "kita", "elderly", "never", "seen", "-", "見本", "花子"]
    listed = shell.quick("terminals", "list", "--json").json
    assert [entry["terminal"] for entry in listed][:3] == ["t-1", "t-2", "t-3"]
    assert listed[2] == {
        "terminal": "t-3",
        "household": "みほん商店",
        "kind": "business",
        "area": "minami",
        "groups": ["business", "elderly"],
        "service": "in_service",
        "presence": None,
    }


def test_one_terminal_is_taken_into_service_once(empty: Shell) -> None:
    empty.quick("setup")
    arguments = ["terminals", "add", "t-7", "--household", "例示 七郎", "--area", "minami", "--group", "elderly"]
    done = empty.quick(*arguments)
    assert f"wrote {empty.folder / 'var' / 'terminals' / 't-7'}: copy it to the device" in done.out
    again = empty.run(*arguments)
    assert (again.code, again.err) == (1, "error: already in the roster: t-7\n")
    wrong = empty.run("terminals", "add", "t 8", "--household", "x", "--area", "nishi")
    assert wrong.code == 1
    assert "terminal 't 8' may have" in wrong.err
    assert "area 'nishi' is not one of kita, minami" in wrong.err


def test_a_roster_with_a_wrong_line_is_not_imported_at_all(empty: Shell) -> None:
    empty.quick("setup")
    roster = empty.folder / "roster.csv"
    roster.write_text(ROSTER + "t-4,見本,castle,kita,\n", encoding="utf-8")
    done = empty.run("terminals", "import", str(roster))
    assert done.code == 1
    assert done.err == f"error: {roster}: line 5: kind 'castle' must be one of household, business\n"
    assert empty.quick("terminals", "list", "--json").json == []
    assert not (empty.folder / "var" / "terminals").exists()


def test_accounts_are_added_and_listed_without_their_passwords(empty: Shell) -> None:
    empty.quick("setup")
    password = "correct horse battery"
    done = empty.quick(
        "accounts", "add", "hanako", "--display-name", "見本 花子", "--role", "operator", "--password", password
    )
    assert done.out == "hanako can log in as operator\n"
    again = empty.run("accounts", "add", "hanako", "--password", password)
    assert (again.code, again.err) == (1, "error: there is an account 'hanako' already\n")
    short = empty.run("accounts", "add", "taro", "--password", "short")
    assert (short.code, short.err) == (1, "error: the password must have at least 12 characters\n")
    listed = empty.quick("accounts", "list", "--json").json
    assert listed == [
        {
            "name": "hanako",
            "display_name": "見本 花子",
            "role": "operator",
            "suspended": False,
            "has_password": True,
            "second_step": False,
            "last_login": None,
        }
    ]
    assert "hanako  operator  見本 花子" in empty.quick("accounts", "list").out


def test_a_code_names_an_address_that_other_machines_reach(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOKUCHI_WEB__HOST", "::")
    monkeypatch.setenv("KOKUCHI_BROKER__PUBLIC_HOST", "192.168.1.10")
    assert shell.quick("terminals", "code", "t-2", "--json").json["address"] == "http://192.168.1.10:8080"


def test_a_code_is_made_for_people_and_for_programs(shell: Shell) -> None:
    done = shell.quick("terminals", "code", "t-1")
    first, second = done.out.splitlines()
    assert re.match(r"\d{4}-\d{4}  for t-1, once, until 20\d\d-\d\d-\d\d \d\d:\d\d$", first)
    assert second.startswith("type it at the device, or: terminal-client enrol --address 127.0.0.1:8080 --code ")
    made = shell.quick("terminals", "code", "t-1", "--json").json
    assert re.fullmatch(r"\d{8}", made["code"])
    assert (made["terminal"], made["address"], made["in_service"]) == ("t-1", "127.0.0.1:8080", False)
    unknown = shell.run("terminals", "code", "t-99")
    assert (unknown.code, unknown.err) == (1, "error: there is no terminal 't-99'; see `broadcaster terminals list`\n")
