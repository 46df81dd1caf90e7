"""`broadcaster backup`, `backup check` and `restore`, as somebody at the shell uses them."""

import json
import sqlite3
import tarfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from broadcaster.ledger import Ledger
from broadcaster.provisioning.mosquitto import CONFIGURATION
from broadcaster.settings import load_settings
from tests.broadcaster.commands.shell import Done, Shell
from tests.broadcaster.settings_files import TOML, write_settings


def back_up(shell: Shell) -> Path:
    return Path(shell.quick("backup", "--json").json["file"])


def tables(ledger: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    with closing(sqlite3.connect(ledger)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f'SELECT * FROM "{name}" ORDER BY 1, 2').fetchall() for name in names}  # noqa: S608


def restore(shell: Shell, file: Path, into: Path, *more: str) -> Done:
    return shell.run("restore", str(file), "--into", str(into), *more)


def test_a_town_with_a_passphrase_is_saved_tried_and_restored_elsewhere(tmp_path: Path) -> None:
    town = tmp_path / "town"
    town.mkdir()
    (town / "categories").mkdir()
    absolute = TOML.replace('"var/', f'"{town}/var/')
    write_settings(town, f'{absolute}\n[backup]\nfolder = "{tmp_path}/disk"\npassphrase_path = "{town}/var/phrase"\n')
    shell = Shell(town)
    assert "write what is in it on paper" in shell.quick("setup").out
    shell.quick("terminals", "add", "t-7", "--household", "例示 七郎", "--area", "minami")
    phrase = (town / "var" / "phrase").read_text()
    assert len(phrase) == 29

    done = shell.quick("backup")

    [file] = (tmp_path / "disk").glob("*.tar")
    assert file.name.startswith("kokuchi-tsukigata-20")
    assert file.stat().st_mode & 0o777 == 0o600
    assert "restored it as a trial: whole" in done.out
    assert not list((town / "var").glob(".backup-of-*"))
    with closing(sqlite3.connect(town / "var" / "ledger.sqlite")) as ledger:
        [stored] = ledger.execute("SELECT file, bytes, checked_at FROM backups").fetchall()
    assert stored[:2] == (file.name, file.stat().st_size)
    assert stored[2] is not None
    assert phrase not in file.read_bytes().decode("latin-1")
    assert "例示" not in file.read_bytes().decode("utf-8", "replace")

    on_paper = tmp_path / "paper"
    on_paper.write_text(phrase)
    bare = tmp_path / "bare"
    restored = restore(shell, file, bare, "--passphrase-file", str(on_paper))

    assert restored.code == 0, restored
    settings, _ = load_settings(bare / "broadcaster.toml", {})
    for name in ("signing.pem", "session", "broker-password", "phrase"):
        assert (bare / "var" / name).read_bytes() == (town / "var" / name).read_bytes()
        assert (bare / "var" / name).stat().st_mode & 0o777 == 0o600
    assert settings.ledger == bare / "var" / "ledger.sqlite"
    assert settings.backup is not None
    assert settings.backup.folder == tmp_path / "disk"
    hashes = {row[1:7] for row in tables(settings.ledger)["terminals"]}
    assert hashes == {row[1:7] for row in tables(town / "var" / "ledger.sqlite")["terminals"]}
    assert "t-7:$7$" in (settings.broker.configuration / "passwords").read_text()
    assert (settings.broker.configuration / CONFIGURATION).is_file()
    on_paper.write_text("another passphrase")
    wrong = restore(shell, file, tmp_path / "other", "--passphrase-file", str(on_paper))
    assert (wrong.code, wrong.out) == (1, "")
    assert "this is not its passphrase" in wrong.err
    assert list((tmp_path / "other").iterdir()) == []


def test_without_a_key_here_the_backup_says_what_was_not_tried_and_the_key_tries_it(shell: Shell, key: Path) -> None:
    done = shell.quick("backup")
    assert "whether the file opens was not tried" in done.out
    [file] = (shell.folder / "backups").glob("*.tar")
    locked = shell.run("backup", "check", str(file))
    assert (locked.code, locked.out) == (1, "")
    assert "name the private key of its recipient with --identity" in locked.err

    checked = shell.quick("backup", "check", str(file), "--identity", str(key))

    assert checked.out.startswith(f"{file}: whole: 月形町 of ")
    with closing(sqlite3.connect(shell.folder / "var" / "ledger.sqlite")) as ledger:
        assert ledger.execute("SELECT checked_at FROM backups").fetchone()[0] is not None


def test_a_damaged_backup_is_never_whole_and_nothing_of_it_is_restored(shell: Shell, key: Path) -> None:
    file = back_up(shell)
    whole = bytearray(file.read_bytes())
    broken = file.with_name("broken.tar")
    for content in (whole[: len(whole) // 2], bytes(whole).replace(b"age-encryption", b"age-encrypti0n")):
        broken.write_bytes(content)
        done = shell.run("backup", "check", str(broken), "--identity", str(key))
        assert (done.code, done.out) == (1, ""), done
    middle = len(whole) // 2
    whole[middle] ^= 1
    broken.write_bytes(whole)
    bare = shell.folder.parent / "bare"
    done = restore(shell, broken, bare, "--identity", str(key))
    assert done.code == 1
    assert list(bare.iterdir()) == []
    letter = file.with_name("letter.tar")
    letter.write_text("a letter")
    assert shell.run("backup", "check", str(letter), "--identity", str(key)).code == 1


def test_another_key_opens_nothing(shell: Shell, tmp_path: Path) -> None:
    file = back_up(shell)
    shell.run("backup", "key", str(tmp_path / "other.txt"))
    done = shell.run("backup", "check", str(file), "--identity", str(tmp_path / "other.txt"))
    assert (done.code, done.err) == (1, f"error: {file}: this key does not open it\n")


def test_a_living_town_is_overwritten_only_by_force_and_what_was_there_is_kept(shell: Shell, key: Path) -> None:
    file = back_up(shell)
    shell.quick("terminals", "add", "t-9", "--household", "あと", "--area", "kita")
    before = (shell.folder / "var" / "ledger.sqlite").read_bytes()

    refused = restore(shell, file, shell.folder, "--identity", str(key))
    assert refused.code == 1
    assert "there is a town already; stop its centre, and add --force" in refused.err
    assert (shell.folder / "var" / "ledger.sqlite").read_bytes() == before

    done = restore(shell, file, shell.folder, "--identity", str(key), "--force")
    assert done.code == 0, done
    [kept] = (shell.folder / "var").glob("ledger.sqlite.before-*")
    assert kept.read_bytes() == before
    assert "enrolled after the backup have a newer password and are shut out" in done.out
    assert [entry["terminal"] for entry in shell.quick("terminals", "list", "--json").json] == ["t-1", "t-2", "t-3"]


def test_old_backups_are_removed_only_after_a_newer_one_was_found_whole(shell: Shell, key: Path) -> None:
    folder = shell.folder / "backups"
    folder.mkdir()
    ancient = [folder / f"kokuchi-tsukigata-202001{day:02}T000000Z.tar" for day in range(1, 10)]
    for path in (*ancient, folder / "kokuchi-elsewhere-20200101T000000Z.tar", folder / "letter.tar"):
        path.touch()
    file = back_up(shell)
    assert all(path.exists() for path in ancient)

    shell.quick("backup", "check", str(file), "--identity", str(key))
    second = shell.quick("backup", "--json").json

    assert second["removed"] == 4
    left = sorted(path.name for path in folder.glob("*.tar"))
    assert len(left) == 6 + 2 + 1
    assert {"kokuchi-elsewhere-20200101T000000Z.tar", "letter.tar"} <= set(left)
    assert [path.exists() for path in ancient] == [False] * 4 + [True] * 5


def test_what_the_manifest_says_can_be_read_by_hand_with_tar(shell: Shell) -> None:
    file = back_up(shell)
    with tarfile.open(file) as outer:
        assert outer.getnames() == ["README.txt", "town.tar.gz.age"]
        how = outer.extractfile("README.txt")
        assert how is not None
        assert b"age -d" in how.read()


def test_settings_without_a_backup_say_what_to_add(shell: Shell) -> None:
    text = shell.config.read_text()
    shell.config.write_text(text[: text.index("[backup]")])
    done = shell.run("backup")
    assert done.code == 1
    assert "has no table [backup]; add folder and passphrase_path" in done.err


def test_a_file_that_is_missing_is_told_before_it_is_needed(shell: Shell) -> None:
    (shell.folder / "var" / "signing.pem").unlink()
    done = shell.run("backup")
    assert done.code == 1
    assert "signing.pem: is not there; a town cannot be restored without it" in done.err
    assert not list((shell.folder / "backups").glob("*.tar"))


def test_held_alerts_are_listed_and_let_go(shell: Shell, key: Path) -> None:
    published = shell.quick("publish", "--category", "scam", "--headline", "見出し", "--body", "本文です。", "--json")
    identifier = json.loads(published.out)["identifier"]
    file = back_up(shell)
    bare = Shell(shell.folder.parent / "bare")
    assert "1 alerts were valid" in restore(shell, file, bare.folder, "--identity", str(key)).out

    listed = bare.quick("held", "--json").json
    assert [(held["alert"], held["newer"]) for held in listed] == [(identifier, None)]
    assert bare.run("held", "--release", "a-99").code == 1
    assert bare.quick("held", "--release-all").out == f"{identifier} stands and goes out\n"
    assert bare.quick("held").out == "nothing is held back\n"
    ledger = Ledger(bare.folder / "var" / "ledger.sqlite")
    assert ledger.outbox.has_waiting()
    assert len(ledger.alerts.active_for("t-1", datetime.now(UTC))) == 1
    ledger.close()
