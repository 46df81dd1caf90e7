"""The one writer of a terminal's settings."""

import tomllib
from datetime import time
from pathlib import Path
from typing import Any

from kokuchi.device_files import write_device_files
from kokuchi.enrolment import Grant

GRANT: dict[str, Any] = {
    "terminal": "t-1",
    "areas": ["kita"],
    "town": {
        "id": "tsukigata",
        "name": '月形"町\\',
        "kana": "ツキガタチョウ",
        "names": {"en": "Tsukigata Town", "tlh": "a language of a newer centre"},
        "time_zone": "Asia/Tokyo",
    },
    "broker": {"host": "192.168.1.10", "port": 1883, "password": "secret"},
    "public_keys": ["first", "second"],
}


def written(folder: Path, **more: object) -> dict[str, Any]:
    path = write_device_files(folder, Grant.model_validate({**GRANT, **more}))
    return tomllib.loads(path.read_text(encoding="utf-8"))


def test_what_was_granted_is_written_and_what_this_software_does_not_know_is_left_out(tmp_path: Path) -> None:
    settings = written(tmp_path)
    assert settings["town"] == {
        "id": "tsukigata",
        "name": '月形"町\\',
        "kana": "ツキガタチョウ",
        "names": {"en": "Tsukigata Town"},
        "time_zone": "Asia/Tokyo",
        "public_keys": ["town.pem", "town-2.pem"],
    }
    assert (tmp_path / "town-2.pem").read_text() == "second"
    assert settings["broker"] == {"host": "192.168.1.10", "port": 1883, "password_file": "broker-password"}
    assert "chimes" not in settings
    assert "quiet_hours" not in settings


def test_a_town_with_quiet_hours_and_kinds_gives_them_along(tmp_path: Path) -> None:
    town = {**GRANT["town"], "kinds": {"event.awareness": "催し"}}
    settings = written(tmp_path, town=town, quiet_hours={"start": time(21), "end": time(6, 30)})
    assert settings["quiet_hours"] == {"start": "21:00", "end": "06:30"}
    assert settings["town"]["kinds"] == {"event.awareness": "催し"}


def test_a_town_with_tls_gives_along_whom_to_trust(tmp_path: Path) -> None:
    authority = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"
    settings = written(tmp_path, broker={**GRANT["broker"], "port": 8883, "authority": authority})
    assert (settings["broker"]["port"], settings["broker"]["authority"]) == (8883, "authority.pem")
    assert (tmp_path / "authority.pem").read_text() == authority
