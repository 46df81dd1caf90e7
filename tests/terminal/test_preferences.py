"""What the household has set for itself: kept over restarts, changed by several at once, lived by at once."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from sqlite_utils import Database

from kokuchi.configuration import ConfigurationError, load
from kokuchi.wire import SigningKey
from terminal_client.manners import QuietHours
from terminal_client.preferences import Preferences, PreferenceStore, TextSize, migrations
from terminal_client.settings import Settings
from tests.ports import free_port_range
from tests.terminal.settings_files import write_terminal_settings
from tests.waiting import until, wait_until

NIGHT = QuietHours(time(21), time(6, 30))
CHOSEN: dict[str, Any] = {
    "volume": 40,
    "pace": 4.8,
    "text_size": "largest",
    "language": "vi",
    "night_screen": False,
    "quiet_hours": {"start": "21:00", "end": "06:30"},
    "unspoken": ["awareness_event"],
}

Open = Callable[..., PreferenceStore]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Open the same file, as a terminal that starts or as another process."""
    stores: list[PreferenceStore] = []

    def open_it(**usual: Any) -> PreferenceStore:
        stores.append(PreferenceStore(tmp_path / "inbox.sqlite", Preferences(**usual)))
        return stores[-1]

    yield open_it
    for store in stores:
        store.close()


def test_everything_that_is_chosen_is_there_after_a_restart(opened: Open) -> None:
    opened().change(**CHOSEN)
    assert opened().current() == Preferences(
        volume=40,
        pace=4.8,
        text_size=TextSize.LARGEST,
        language="vi",
        night_screen=False,
        quiet_hours=NIGHT,
        unspoken=frozenset({"awareness_event"}),
    )


def test_what_is_not_chosen_is_what_the_settings_say_also_when_they_change(opened: Open) -> None:
    opened(volume=55, language="ko").change(pace=6.0)
    assert opened(volume=65).current() == Preferences(volume=65, pace=6.0)


def test_having_chosen_no_second_language_is_a_choice(opened: Open) -> None:
    opened(language="ko").change(language=None)
    assert opened(language="ko").current().language is None


def test_what_is_reset_is_what_the_settings_say(opened: Open) -> None:
    store = opened(volume=55)
    store.change(**CHOSEN)
    assert store.reset() == Preferences(volume=55)
    assert opened(volume=55).current() == Preferences(volume=55)


@pytest.mark.parametrize(("volume", "kept"), [(40, 40), (None, 55)])
def test_the_volume_of_an_earlier_release_is_kept(tmp_path: Path, opened: Open, volume: int | None, kept: int) -> None:
    with closing(sqlite3.connect(tmp_path / "inbox.sqlite")) as old, old:
        migrations.apply(Database(old), stop_before="m002_all_of_them")
        old.execute("UPDATE preferences SET volume = ?", [volume])
    assert opened(volume=55).current().volume == kept


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"volume": 5}, "volume"),
        ({"volume": 101}, "volume"),
        ({"volume": None}, "volume"),
        ({"volume": "loud"}, "volume"),
        ({"pace": 2.0}, "pace"),
        ({"pace": float("nan")}, "pace"),
        ({"text_size": "huge"}, "text_size"),
        ({"language": "fr"}, "language"),
        ({"night_screen": "perhaps"}, "night_screen"),
        ({"quiet_hours": {"start": "21:00"}}, "quiet_hours"),
        ({"quiet_hours": {"start": "25:00", "end": "06:00"}}, "quiet_hours"),
        ({"quiet_hours": {"start": "21:00", "end": "21:00"}}, "quiet_hours"),
        ({"quiet_hours": {"start": "21:00+09:00", "end": "06:00"}}, "quiet_hours"),
        ({"unspoken": "awareness_event"}, "unspoken"),
        ({"unspoken": ["awareness event"]}, "unspoken"),
        ({"unspoken": [f"kind-{number}" for number in range(101)]}, "unspoken"),
        ({"colour": "red"}, "colour"),
        ({"self": 1}, "self"),
        ({"volume": 40, "pace": 99}, "pace"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_and_nothing_is_changed(opened: Open, changes: dict[str, Any], field: str) -> None:
    store = opened()
    with pytest.raises(ValidationError, match=field):
        store.change(**changes)
    assert store.current() == opened().current() == Preferences()


def test_two_processes_that_change_different_things_at_once_lose_nothing(tmp_path: Path, opened: Open) -> None:
    store = opened()
    other = (
        "import sys; from pathlib import Path; from terminal_client.preferences import *\n"
        "store = PreferenceStore(Path(sys.argv[1]), Preferences()); print('ready', flush=True)\n"
        "for volume in range(10, 100): store.change(volume=volume)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", other, str(tmp_path / "inbox.sqlite")], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        process.stdout.readline()
        paces = [4.8 + number / 100 for number in range(90)]
        for pace in paces:
            assert store.change(pace=pace).pace == pace
    assert process.returncode == 0
    assert store.current() == Preferences(volume=99, pace=paces[-1])


def test_who_listens_is_told_of_each_change_once_and_of_what_another_process_changes(opened: Open) -> None:
    store, heard = opened(), list[Preferences]()
    store.on_change(heard.append)
    store.change(volume=40)
    store.change(volume=40)
    store.notice()
    opened().change(volume=50)
    assert [heard.volume for heard in heard] == [40]
    store.notice()
    assert [heard.volume for heard in heard] == [40, 50]
    assert store.announced.volume == 50


async def test_a_terminal_looks_by_itself_for_what_another_process_changes(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("terminal_client.preferences.LOOK_SECONDS", 0.01)
    store, heard = opened(), list[Preferences]()
    store.on_change(heard.append)
    watching = asyncio.create_task(store.watch())
    opened().change(volume=50)
    await until(lambda: [heard.volume for heard in heard] == [50])
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


def test_a_choice_that_this_version_does_not_know_is_left_out_and_the_others_stand(
    tmp_path: Path, opened: Open
) -> None:
    opened().change(volume=40)
    with closing(sqlite3.connect(tmp_path / "inbox.sqlite")) as file, file:
        chosen = {"volume": 40, "pace": 9.0, "language": "fr", "later": True}
        file.execute("UPDATE preferences SET chosen = ?", [json.dumps(chosen)])
    assert opened().current() == Preferences(volume=40)


def test_the_command_prints_and_resets_them(tmp_path: Path, opened: Open) -> None:
    settings = write_terminal_settings(tmp_path, "[speaker]\nvolume = 55\n")

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "terminal_client", "--config", str(settings), "preferences", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    opened().change(**CHOSEN)
    assert json.loads(run("--json")) == {**CHOSEN, "quiet_hours": {"start": "21:00:00", "end": "06:30:00"}}
    assert run("--reset").splitlines()[:2] == ["volume = 55", "pace = 5.0"]
    assert opened().current() == Preferences()


def test_the_settings_name_the_kinds_of_notice_and_refuse_quiet_hours_that_are_none(tmp_path: Path) -> None:
    kinds = '[town.kinds]\nawareness_event = "消費者啓発開催情報"\n'
    assert load(Settings, write_terminal_settings(tmp_path, kinds), {}).town.kinds == {
        "awareness_event": "消費者啓発開催情報"
    }
    with pytest.raises(ConfigurationError, match="the quiet hours end when they start"):
        load(Settings, write_terminal_settings(tmp_path, '[quiet_hours]\nstart = "21:00:00"\nend = "21:00:00"\n'), {})


def test_a_running_terminal_lives_by_what_the_page_and_the_command_change(tmp_path: Path) -> None:
    port = free_port_range(1)
    (tmp_path / "sounds").symlink_to(Path(__file__).resolve().parents[2] / "sounds")
    (tmp_path / "town.pem").write_bytes(SigningKey.generate().public_pem())
    settings = write_terminal_settings(tmp_path, f"port = {port + 1}\n\n[screen]\nport = {port}\n")
    command = [sys.executable, "-m", "terminal_client", "--config", str(settings)]
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen([*command, "run"], stdout=log, stderr=log) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client,
    ):
        try:
            wait_until(lambda: is_up(client))
            assert "data-language" not in client.get("/").text
            changed = client.post("/preferences", json={"language": "vi", "volume": 40}).json()
            assert changed["chosen"]["volume"] == 40
            assert 'data-language="vi"' in client.get("/").text
            subprocess.run([*command, "volume", "60"], check=True, capture_output=True)
            assert client.get("/preferences").json()["chosen"]["volume"] == 60
            subprocess.run([*command, "preferences", "--reset"], check=True, capture_output=True)
            assert client.get("/preferences").json()["chosen"]["language"] is None
            assert "data-language" not in client.get("/").text
        finally:
            process.terminate()


def is_up(client: httpx.Client) -> bool:
    """Tell whether the terminal serves its page."""
    try:
        return client.get("/healthz").is_success
    except httpx.TransportError:
        return False
