"""What a town's contractor runs, into a folder that stands for /: twice, and back again."""

import os
import re
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
SCRIPTS = REPOSITORY / "scripts"
UNITS = Path("etc/systemd/system")

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may make users and hand files to them")


def run(script: str, *arguments: str | Path, root: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ROOT": str(root)}
    done = subprocess.run(
        [SCRIPTS / script, *arguments], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0 or not check, done.stderr
    return done


def release_name() -> str:
    shell = ["sh", "-c", ". scripts/installing.sh; release_name", "scripts/any"]
    return subprocess.run(shell, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.strip()


def prepare(root: Path, name: str) -> Path:
    """Make a release whose Python packages are there already: those of the tests."""
    release = root / "opt/kokuchi/releases" / name
    (release / "bin").mkdir(parents=True)
    (release / "bin/python").symlink_to(sys.executable)
    (release / "lib/python3.11/site-packages").mkdir(parents=True)
    (release / ".packages").touch()
    return release


def bare_machine(root: Path) -> Path:
    (root / "etc").mkdir(parents=True)
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (root / "etc/group").write_text("root:x:0:\n")
    return root


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine on which a centre and a terminal were installed, each twice."""
    root = bare_machine(tmp_path_factory.mktemp("machine"))
    prepare(root, release_name())
    run("install-centre", root=root)
    run("install-terminal", root=root)
    (root / "etc/kokuchi/hard_words.toml").write_text("[words]\n")
    run("install-centre", root=root)
    run("install-terminal", root=root)
    return root


def strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from strings(inner)
        case list():
            for inner in value:
                yield from strings(inner)


def test_every_path_of_the_installed_settings_leads_to_where_the_units_let_the_centre_go(machine: Path) -> None:
    folder = machine / "etc/kokuchi"
    text = (folder / "broadcaster.toml").read_text()
    assert "../" not in text
    named = list(strings(tomllib.loads(text)))
    absolute = [name for name in named if name.startswith("/")]
    allowed = ("/var/lib/kokuchi/", "/var/backups/kokuchi", "/opt/kokuchi/current/src/sounds")
    assert [name for name in absolute if not name.startswith(allowed)] == []
    assert all((folder / name).is_file() for name in named if re.search(r"\.(toml|csv)$", name))
    # Households' names and passwords are in there.
    assert (machine / "var/lib/kokuchi").stat().st_mode & 0o007 == 0
    assert (folder / "broadcaster.toml").stat().st_mode & 0o777 == 0o640


def test_what_is_installed_runs_wherever_it_was_moved_to(machine: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    subprocess.run(["cp", "-a", machine / "opt/kokuchi", moved], check=True)
    site = next((moved / "current/lib").glob("python3*/site-packages"))
    # The interpreter of the tests stands in for the release's own, which reads its site-packages by itself.
    code = f"import site; site.addsitedir({str(site)!r}); import kokuchi; print(kokuchi.__file__)"
    said = subprocess.run(
        [moved / "bin/python", "-I", "-S", "-c", code], cwd="/", capture_output=True, text=True, check=True
    )
    assert Path(said.stdout.strip()).resolve() == (moved / "current/src/kokuchi/__init__.py").resolve()
    assert (moved / "bin/broadcaster").read_text().endswith('-P -m broadcaster "$@"\n')


def test_what_the_documents_name_of_an_installed_machine_is_there(machine: Path) -> None:
    documents = "".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "docs").rglob("*.md"))
    named = set(re.findall(r"/opt/kokuchi/[a-z./-]*[a-z]", documents)) - {
        "/opt/kokuchi/releases",
        "/opt/kokuchi/previous",
    }
    assert "/opt/kokuchi/bin/broadcaster" in named
    assert [path for path in sorted(named) if not (machine / path.removeprefix("/")).exists()] == []


def test_the_units_are_there_and_start_with_the_machine(machine: Path) -> None:
    wanted = {link.name for link in (machine / UNITS / "multi-user.target.wants").iterdir()}
    assert wanted == {
        "kokuchi-broker.service",
        "kokuchi-centre.service",
        "kokuchi-kiosk.service",
        "kokuchi-terminal.service",
    }
    assert (machine / UNITS / "timers.target.wants/kokuchi-backup.timer").is_symlink()
    # Few towns need it.
    assert (machine / UNITS / "kokuchi-collector@.service").is_file()


def test_what_the_town_has_changed_stays_and_the_new_one_stands_beside_it(machine: Path) -> None:
    folder = machine / "etc/kokuchi"
    assert (folder / "hard_words.toml").read_text() == "[words]\n"
    # This version ships what the one before had shipped: there is nothing to look at.
    assert [path.name for path in folder.rglob("*.new")] == []


def test_one_goes_back_to_the_version_before_and_forward_again(machine: Path) -> None:
    name = release_name()
    before = prepare(machine, "0.0.9-older")
    (before / ".complete").touch()
    (before / "src/systemd").mkdir(parents=True)
    (before / "src/systemd/kokuchi-terminal.service").write_text("# of the version before\n")
    (machine / "opt/kokuchi/previous").symlink_to("releases/0.0.9-older")

    run("rollback", "terminal", root=machine)
    assert (machine / "opt/kokuchi/current").readlink() == Path("releases/0.0.9-older")
    assert (machine / UNITS / "kokuchi-terminal.service").read_text() == "# of the version before\n"
    assert not (machine / UNITS / "kokuchi-kiosk.service").exists()

    run("rollback", "terminal", root=machine)
    assert (machine / "opt/kokuchi/current").readlink() == Path("releases") / name
    for unit in ("kokuchi-terminal.service", "kokuchi-kiosk.service"):
        assert "ExecStart" in (machine / UNITS / unit).read_text()


def step(root: Path, commands: str) -> subprocess.CompletedProcess[str]:
    """Do a step of the scripts; whom they would act as, and systemd, are only named."""
    stand_ins = 'as_kokuchi() { "$@"; }; systemctl() { echo "systemctl $*"; }'
    shell = ["sh", "-euc", f". scripts/installing.sh; {stand_ins}; {commands}", "scripts/any"]
    environment = {**os.environ, "ROOT": str(root)}
    return subprocess.run(shell, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)


def with_ledger(root: Path, note: str) -> Path:
    """Give an installed machine a ledger in which nothing but a note is written."""
    settings = root / "etc/kokuchi/broadcaster.toml"
    settings.write_text(settings.read_text().replace("/var/lib/kokuchi/", f"{root}/var/lib/kokuchi/"))
    ledger = root / "var/lib/kokuchi/broadcaster.sqlite"
    with sqlite3.connect(ledger) as file:
        file.execute("CREATE TABLE note (text TEXT)")
        file.execute("INSERT INTO note VALUES (?)", (note,))
    return ledger


def note_in(ledger: Path) -> str:
    with sqlite3.connect(ledger) as file:
        return str(file.execute("SELECT text FROM note").fetchone()[0])


def test_an_upgrade_copies_the_ledger_and_the_way_back_puts_it_back(tmp_path: Path) -> None:
    root = bare_machine(tmp_path)
    name = release_name()
    prepare(root, name)
    run("install-centre", root=root)
    ledger = with_ledger(root, "as it was")
    copied = step(root, f"copy_ledger {name}")
    assert copied.returncode == 0, copied.stderr
    with sqlite3.connect(ledger) as file:
        file.execute("UPDATE note SET text = 'as the newer version has changed it'")
    assert step(root, f"restore_ledger {name}").returncode == 0
    assert note_in(ledger) == "as it was"
    copies = root / "var/backups/kokuchi"
    assert note_in(copies / f"ledger-of-{name}.sqlite") == "as the newer version has changed it"


def test_a_centre_whose_ledger_cannot_be_copied_is_not_left_stopped(tmp_path: Path) -> None:
    failed = step(tmp_path, "while_stopped false; echo went on")
    assert failed.returncode == 1
    assert failed.stdout.splitlines() == ["systemctl stop kokuchi-centre", "systemctl start kokuchi-centre"]
    assert "nothing was changed" in failed.stderr
    done = step(tmp_path, "while_stopped true; echo went on")
    assert done.stdout.splitlines() == ["systemctl stop kokuchi-centre", "went on"]


def executable(path: Path, lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)


def test_a_ledger_that_is_too_new_and_was_not_copied_is_no_reason_to_promise_its_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = bare_machine(tmp_path)
    for link, name in (("current", "2"), ("previous", "1")):
        (prepare(root, name) / ".complete").touch()
        (root / "opt/kokuchi" / link).symlink_to(f"releases/{name}")
    executable(root / "opt/kokuchi/releases/1/bin/broadcaster", '[ "$3" = check-config ]')
    executable(root / "stand-ins/runuser", 'shift 3; exec "$@"')
    monkeypatch.setenv("PATH", f"{root}/stand-ins:{os.environ['PATH']}")
    refused = run("rollback", "centre", root=root, check=False)
    assert refused.returncode == 1
    assert "there is no copy of it from before 2; a ledger on PostgreSQL: put back your pg_dump first" in refused.stderr
    assert "WITH_LEDGER" not in refused.stderr
    assert (root / "opt/kokuchi/current").readlink() == Path("releases/2")


def test_without_a_version_from_before_nothing_happens(tmp_path: Path) -> None:
    refused = run("rollback", "terminal", root=bare_machine(tmp_path), check=False)
    assert refused.returncode == 1
    assert "there is no version from before" in refused.stderr


def test_a_card_for_all_terminals_knows_the_centre_and_is_nobody(machine: Path, tmp_path: Path) -> None:
    authority = tmp_path / "authority.pem"
    authority.write_text("-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n")
    (machine / "etc/machine-id").write_text("3d1219c7c4c5404aaa1f6d2a48adfda4\n")
    run("prepare-card", machine, "--address", "192.168.1.10:8080", "--authority", authority, root=Path("/"))
    assert (machine / "etc/kokuchi/centre-address").read_text() == "192.168.1.10:8080\n"
    assert (machine / "etc/kokuchi/authority.pem").read_text() == authority.read_text()
    assert (machine / "etc/machine-id").read_text() == ""


@pytest.mark.parametrize(
    ("spoil", "arguments", "said"),
    [
        ("var/lib/kokuchi/terminal.toml", ["--address", "192.168.1.10"], "is a terminal already"),
        (None, ["--address", "http:/192.168"], "is no address"),
        (None, ["--address", "192.168.1.10", "--authority", "key.pem"], "must stay at the centre"),
    ],
)
def test_a_card_that_would_be_wrong_1500_times_is_refused(
    machine: Path, tmp_path: Path, spoil: str | None, arguments: list[str], said: str
) -> None:
    (tmp_path / "key.pem").write_text("-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n")
    arguments = [str(tmp_path / "key.pem") if word == "key.pem" else word for word in arguments]
    if spoil:
        (machine / spoil).touch()
    try:
        refused = run("prepare-card", machine, *arguments, root=Path("/"), check=False)
    finally:
        if spoil:
            (machine / spoil).unlink()
    assert refused.returncode == 1
    assert said in refused.stderr
