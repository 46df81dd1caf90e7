"""The tree shows the architecture: who may import whom (docs/architecture.md), and how large a room may be."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGES = ("kokuchi", "broadcaster", "terminal_client")
LONGEST_ROOM = 300

FORBIDDEN = {
    "kokuchi": ["broadcaster", "terminal_client", "demo", "fleet", "night", "benchmarks", "tests"],
    "kokuchi.wire": ["kokuchi.link", "kokuchi.voice", "kokuchi.database", "kokuchi.configuration"],
    "kokuchi.voice": ["kokuchi.link"],
    "kokuchi.link": ["kokuchi.voice"],
    "kokuchi.enrolment": ["kokuchi.link", "kokuchi.voice", "kokuchi.database"],
    "broadcaster": ["terminal_client", "demo", "fleet", "night", "benchmarks", "tests"],
    "broadcaster.ledger": ["broadcaster.dispatch", "broadcaster.web", "kokuchi.link", "kokuchi.voice"],
    "broadcaster.dispatch": ["broadcaster.web", "kokuchi.voice"],
    "broadcaster.collecting": ["broadcaster.web", "broadcaster.sending", "broadcaster.provisioning", "kokuchi.voice"],
    "broadcaster.web": ["broadcaster.dispatch", "kokuchi.link"],
    "broadcaster.dictionary": ["broadcaster.dispatch", "broadcaster.web", "kokuchi.link"],
    "broadcaster.access": ["broadcaster.dispatch", "broadcaster.web", "kokuchi.link"],
    "broadcaster.sending": ["broadcaster.dispatch", "broadcaster.web", "kokuchi.link"],
    "broadcaster.provisioning": ["broadcaster.dispatch", "broadcaster.web"],
    "broadcaster.brokercheck": [
        "broadcaster.dispatch",
        "broadcaster.ledger",
        "broadcaster.web",
        "broadcaster.settings",
    ],
    "broadcaster.monitoring": ["broadcaster.dispatch", "broadcaster.web", "kokuchi.link"],
    "broadcaster.backup": ["broadcaster.dispatch", "broadcaster.web", "kokuchi.link", "kokuchi.voice"],
    "terminal_client": ["broadcaster", "demo", "fleet", "night", "benchmarks", "tests"],
}
"""A room, and what nothing in it imports."""

PURE = {
    "broadcaster.domain": ["broadcaster.domain", "kokuchi.wire"],
    "terminal_client.agenda": [
        "terminal_client.agenda",
        "terminal_client.events",
        "terminal_client.household",
        "terminal_client.manners",
        "kokuchi.wire",
    ],
    "terminal_client.events": ["terminal_client.household", "terminal_client.manners", "kokuchi.wire"],
    "terminal_client.manners": [],
    "terminal_client.intake": ["kokuchi.wire"],
}
"""A pure room, and all that it imports of ours."""

ONLY = {
    "paho": "kokuchi.link",
    "psycopg": "broadcaster.ledger.postgresql",
    "sqlite_utils": "kokuchi.tables",
}
"""A package, and the one room that imports it."""

DEVICES = ("AplaySpeaker", "AmixerVolume", "GpioButtons", "GpioLamp", "PageScreen")
CONCRETE = ("MqttLink", "Dispatcher", "FurtherCollector", "Courier", *DEVICES)
"""Parts that only a composition root builds."""


def modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            name = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__")
            yield name, path


MODULES = dict(modules())


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


@cache
def imports(name: str) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, "relative imports hide which room is meant"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def called(name: str) -> set[str]:
    return {
        node.func.id for node in ast.walk(tree(name)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def within(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


@pytest.mark.parametrize(("room", "forbidden"), [(room, name) for room, names in FORBIDDEN.items() for name in names])
def test_a_room_does_not_import_what_it_must_not_know(room: str, forbidden: str) -> None:
    inside = [name for name in MODULES if within(name, room)]
    assert inside, f"there is no room {room}"
    offenders = [name for name in inside if any(within(imported, forbidden) for imported in imports(name))]
    assert offenders == []


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_imports_the_wire_alone(room: str) -> None:
    for name in (name for name in MODULES if within(name, room)):
        ours = {imported for imported in imports(name) if imported.split(".")[0] in PACKAGES}
        strange = {imported for imported in ours if not any(within(imported, known) for known in PURE[room])}
        assert strange == set(), name
        assert not imports(name) & {"asyncio", "sqlite3", "socket", "subprocess", "threading"}, name


@pytest.mark.parametrize(("package", "room"), ONLY.items())
def test_a_package_has_the_one_importer_that_it_is_wrapped_in(package: str, room: str) -> None:
    importers = [name for name in MODULES if any(within(imported, package) for imported in imports(name))]
    assert importers, f"nobody imports {package}"
    assert [name for name in importers if not within(name, room)] == []


@pytest.mark.parametrize(
    ("started", "loads"),
    [
        ("broadcaster.__main__, broadcaster.bootstrap", {"fastapi"}),
        ("terminal_client.__main__, terminal_client.bootstrap", {"fastapi"}),
        ("broadcaster.__main__", set()),
    ],
    ids=["centre", "terminal", "a command"],
)
def test_nothing_is_loaded_that_only_others_need(started: str, loads: set[str]) -> None:
    """Not numpy, which is the voice's, nor the lists for new passwords, nor the pages for a command of the shell."""
    program = f"import sys, {started}; print(*{{'numpy', 'zxcvbn', 'fastapi'}}.intersection(sys.modules))"
    found = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert set(found.stdout.split()) == loads


def test_only_a_composition_root_builds_concrete_parts() -> None:
    builders = [name for name in MODULES if not called(name).isdisjoint(CONCRETE)]
    assert builders, "nobody builds them"
    assert [name for name in builders if not name.endswith((".bootstrap", ".__main__"))] == []


def test_no_room_is_so_long_that_two_live_in_it() -> None:
    lengths = {
        str(path.relative_to(REPOSITORY)): len(path.read_text(encoding="utf-8").splitlines())
        for package in (*PACKAGES, "demo", "chaos", "fleet", "night", "benchmarks", "sounds")
        for path in (REPOSITORY / package).rglob("*.py")
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_ROOM} == {}
