"""`terminals` and `rights`: the roster from the shell, where no broker runs."""

import re
import stat
from pathlib import Path

import pytest

from broadcaster.ledger import Ledger
from tests.broadcaster.commands.shell import Done, Shell
from tests.broadcaster.settings_files import ROSTER
from tests.contract.broker import mosquitto
from tests.waiting import wait_until


@pytest.fixture
def town(empty: Shell) -> Shell:
    """A centre of its own with three terminals."""
    empty.quick("setup")
    import_roster(empty, ROSTER)
    return empty


def import_roster(shell: Shell, text: str, *options: str) -> Done:
    file = shell.folder / "roster.csv"
    file.write_bytes(text.encode("cp932"))
    return shell.quick("terminals", "import", str(file), *options)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def passwords(shell: Shell) -> list[str]:
    text = (shell.folder / "var" / "mosquitto" / "passwords").read_text()
    return [line.partition(":")[0] for line in text.splitlines()]


def test_a_terminal_is_suspended_resumed_and_retired_and_the_brokers_files_follow(town: Shell) -> None:
    done = town.quick("terminals", "suspend", "t-1", "t-2", "t-1")
    assert done.out.splitlines()[:2] == ["t-1 is suspended", "t-2 is suspended"]
    assert passwords(town) == ["centre", "t-3"]
    assert [entry["terminal"] for entry in town.quick("terminals", "list", "--json").json] == ["t-3"]
    everybody = town.quick("terminals", "list", "--everybody", "--json").json
    assert [entry["service"] for entry in everybody] == ["suspended", "suspended", "in_service"]
    assert "t-1 was suspended already" in town.quick("terminals", "suspend", "t-1").out
    assert town.run("terminals", "code", "t-1").err == "error: terminal t-1 is suspended; resume it first\n"
    town.quick("terminals", "resume", "t-1")
    town.quick("terminals", "retire", "t-2")
    assert passwords(town) == ["centre", "t-1", "t-3"]
    gone = town.run("terminals", "resume", "t-2")
    assert (gone.code, gone.err) == (1, "error: terminal t-2 is retired; take another identifier\n")
    second = town.quick("terminals", "list", "--everybody").out.splitlines()[2]
    assert second.split() == ["t-2", "household", "kita", "-", "retired", "-", "見本", "太郎"]


def test_whoever_changes_the_roster_is_told_when_the_broker_does_not_know(town: Shell) -> None:
    done = town.quick("terminals", "retire", "t-1")
    assert "the broker does not know of it yet: no Mosquitto can be signalled" in done.out
    assert "tries again every 30 seconds" in done.out
    assert "pkill" not in done.out
    ledger = Ledger(town.folder / "var" / "ledger.sqlite")
    assert ledger.untold.terminals() == ["t-1"]
    ledger.close()


def test_a_running_broker_is_told_by_the_command_itself(town: Shell) -> None:
    configuration = town.folder / "var" / "mosquitto" / "mosquitto.conf"
    listener = re.search(r"(?m)^listener (\d+)", configuration.read_text())
    assert listener
    said = configuration.with_suffix(".log")
    with mosquitto(configuration, int(listener[1])) as running:
        before = said.read_text()
        assert town.good("terminals", "retire", "t-1").out == "t-1 is retired\n"
        # It comments its configuration each time that it reads it.
        wait_until(lambda: said.read_text() != before, what="the broker reads its files anew")
        assert running.poll() is None


def test_what_is_not_given_stays_when_a_terminal_is_changed(town: Shell) -> None:
    assert town.quick("terminals", "change", "t-1", "--area", "南地区").out.startswith("t-1 is changed\n")
    town.quick("terminals", "change", "t-1", "--household", "例示 一郎")
    [first, *_] = town.quick("terminals", "list", "--json").json
    assert (first["household"], first["area"], first["groups"]) == ("例示 一郎", "minami", ["elderly"])
    town.quick("terminals", "change", "t-1", "--no-groups")
    assert town.quick("terminals", "change", "t-1", "--no-groups").out == "t-1 is like that already\n"
    wrong = town.run("terminals", "change", "t-1", "--area", "nishi", "--household", "")
    assert wrong.code == 1
    assert "area 'nishi' is not one of kita, minami" in wrong.err
    assert "household is empty" in wrong.err
    assert town.run("terminals", "change", "t-99", "--area", "kita").code == 1


def test_an_import_changes_what_is_there_adds_what_is_new_and_leaves_the_rest(town: Shell) -> None:
    head, _, second, _ = ROSTER.splitlines()
    text = "\n".join([head, "t-1,見本 花子,household,minami,elderly", second, "t-4,例示,世帯,北地区,事業所", ""])
    would = import_roster(town, text, "--dry-run").out.splitlines()
    assert would == [
        "1 terminals would be added",
        "1 terminals would be changed",
        "1 terminals are like that already",
        "1 terminals are not in the file and stay as they are",
    ]
    assert not (town.folder / "var" / "terminals" / "t-4").exists()
    done = import_roster(town, text).out
    assert f"wrote {town.folder / 'var' / 'terminals' / 't-4'}: copy it to the device" in done
    assert "1 terminals changed" in done
    assert [(e["terminal"], e["area"]) for e in town.quick("terminals", "list", "--json").json] == [
        ("t-1", "minami"),
        ("t-2", "kita"),
        ("t-3", "minami"),
        ("t-4", "kita"),
    ]


def test_what_is_exported_is_for_its_owner_and_changes_nothing_when_imported(town: Shell) -> None:
    file = town.folder / "out.csv"
    file.write_text("an earlier one that everybody could read")
    assert town.quick("terminals", "export", str(file)).out == f"wrote {file}\n"
    assert mode(file) == 0o600
    assert file.read_text(encoding="utf-8-sig").startswith("端末,世帯名,種別,行政区,グループ,状態")
    again = town.quick("terminals", "import", str(file)).out
    assert "0 terminals added\n0 terminals changed\n3 terminals are like that already\n" in again


def test_cards_are_written_for_their_owner_after_a_question(town: Shell) -> None:
    file = town.folder / "cards.html"
    refused = town.run("terminals", "cards", str(file), stdin=b"n\n")
    assert refused.code == 1
    assert not file.exists()
    town.quick("terminals", "cards", str(file), "--area", "kita", "--never-enrolled", "--yes")
    assert mode(file) == 0o600
    sheet = file.read_text(encoding="utf-8")
    assert re.findall(r"端末 (t-\d)<", sheet) == ["t-1", "t-2"]
    assert len(re.findall(r"\d{4}-\d{4}<", sheet)) == sheet.count("<svg") == 2
    assert not re.search(r'(src|href)="', sheet), "it needs nothing else"
    nobody = town.run("terminals", "cards", str(file), "--area", "nishi", "--yes")
    assert (nobody.code, "no such terminal in service" in nobody.err) == (1, True)
    assert town.run("terminals", "cards", str(file), "t-99", "--yes").code == 1


def test_the_rights_are_those_of_the_brokers_own_files_and_hashes_are_never_printed(town: Shell) -> None:
    folder = town.folder / "var" / "mosquitto"
    printed = town.quick("rights").out
    assert printed == (folder / "rights").read_text()
    assert "$7$" not in printed
    rights, hashes = town.folder / "rights", town.folder / "hashes"
    town.quick("rights", "--out", str(rights), "--password-hashes", str(hashes))
    assert rights.read_text() == printed
    assert mode(hashes) == 0o600
    own = dict(line.split(":", 1) for line in (folder / "passwords").read_text().splitlines())
    found = dict(line.split(":", 1) for line in hashes.read_text().splitlines())
    assert found.keys() == own.keys() == {"centre", "t-1", "t-2", "t-3"}
    assert found["t-1"] == own["t-1"]
