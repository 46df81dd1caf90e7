"""`terminals erase` and `prune`."""

from tests.broadcaster.commands.shell import Shell
from tests.broadcaster.settings_files import ROSTER


def test_a_household_is_erased_once_after_a_question_and_its_device_is_shut_out(empty: Shell) -> None:
    empty.quick("setup")
    roster = empty.folder / "roster.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    empty.quick("terminals", "import", str(roster))
    passwords = empty.folder / "var" / "mosquitto" / "passwords"
    assert "t-1:" in passwords.read_text()
    refused = empty.run("terminals", "erase", "t-1", stdin=b"n\n")
    assert refused.code == 1
    assert "erase 見本 花子 (t-1) for good?" in refused.err
    assert "t-1:" in passwords.read_text()

    done = empty.run("terminals", "erase", "t-1", stdin=b"y\n")

    assert done.code == 0
    assert "erased the household of t-1; the terminal is retired" in done.out
    assert "backups that were made before still hold it" in done.out
    assert "shut out once the broker reads its files anew" in done.err
    assert "t-1:" not in passwords.read_text()
    assert not (empty.folder / "var" / "terminals" / "t-1").exists()
    assert "見本 花子" not in empty.quick("terminals", "list").out
    again = empty.run("terminals", "erase", "t-1", "--yes")
    assert (again.code, again.err) == (1, "error: t-1: its household was erased before\n")
    assert empty.run("terminals", "erase", "t-99", "--yes").code == 1


def test_there_is_nothing_to_prune_in_a_young_town(shell: Shell) -> None:
    assert shell.quick("prune").out == "nothing is older than it is to be kept\n"
    assert shell.quick("prune", "--json").json == {}
