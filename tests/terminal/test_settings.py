"""The terminal's settings: how it speaks, and how loud."""

from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from broadcaster.provisioning.certificates import Certificates, Names
from kokuchi.configuration import ConfigurationError, load
from kokuchi.voice import VoiceName, VoiceSettings
from terminal_client.manners import QuietHours
from terminal_client.settings import Settings, SpeakerSection
from tests.terminal.settings_files import write_terminal_settings

EXAMPLE = Path(__file__).resolve().parents[2] / "config" / "terminal.toml"


def test_the_example_says_what_holds_without_it() -> None:
    settings = load(Settings, EXAMPLE, {"KOKUCHI_BROKER__PASSWORD": "secret"})
    assert settings.voice == VoiceSettings()
    assert settings.speaker == SpeakerSection()


def test_a_household_chooses_its_voice_pace_and_pause(tmp_path: Path) -> None:
    more = '[voice]\nvoice = "low"\npace = 4.8\npause = 1.0\n'
    settings = load(Settings, write_terminal_settings(tmp_path, more), {})
    assert settings.voice == VoiceSettings(voice=VoiceName.LOW, pace=4.8, pause=1.0)


def test_a_household_begins_with_the_quiet_hours_of_its_settings(tmp_path: Path) -> None:
    more = '[quiet_hours]\nstart = "21:00"\nend = "07:00"\n'
    settings = load(Settings, write_terminal_settings(tmp_path, more), {})
    assert settings.usual.quiet_hours == QuietHours(time(21), time(7))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("[voice]\npace = 9.0\n", "voice.pace: input should be less than or equal to 6.5"),
        ("[voice]\npause = 0.0\n", "voice.pause: input should be greater than or equal to 0.2"),
        ('[voice]\nvoice = "deep"\n', "voice.voice: input should be 'normal' or 'low'"),
        (
            '[quiet_hours]\nstart = "25:00"\nend = "07:00"\n',
            "quiet_hours.start: input should be in a valid time format, hour value is outside expected range of 0-23",
        ),
        ("[speaker]\nvolume = 0\n", "speaker.volume: input should be greater than or equal to 10"),
        ("[speaker]\nemergency_volume = 20\n", "speaker.emergency_volume: input should be greater than or equal to 50"),
    ],
)
def test_a_setting_out_of_its_bounds_is_named(tmp_path: Path, more: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=r"terminal\.toml") as caught:
        load(Settings, write_terminal_settings(tmp_path, more), {})
    assert str(caught.value).endswith(message)


def test_a_terminal_that_could_trust_nobody_says_which_file_is_wrong(tmp_path: Path) -> None:
    toml = write_terminal_settings(tmp_path)
    toml.write_text(toml.read_text().replace("[broker]", '[broker]\nauthority = "authority.pem"'))
    settings = load(Settings, toml, {})
    assert (settings.broker.port, settings.broker_address.authority) == (8883, tmp_path / "authority.pem")
    for content in (None, "", "no certificate"):
        if content is not None:
            (tmp_path / "authority.pem").write_text(content)
        with pytest.raises(ConfigurationError, match=r"broker.authority: .*authority.pem: no authority can be read"):
            settings.check_trust()
    authority = Certificates(tmp_path / "town", "月形町")
    authority.make(Names(("127.0.0.1",)), datetime.now(UTC))
    (tmp_path / "authority.pem").write_text(authority.trusted.read_text())
    settings.check_trust()
