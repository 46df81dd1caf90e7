"""The household's second language in terminal.toml."""

import re
from pathlib import Path

import pytest

from kokuchi.configuration import ConfigurationError, load
from kokuchi.voice.languages import LANGUAGES, language_for
from terminal_client.settings import Settings

CONFIG = Path(__file__).resolve().parents[2] / "config"


def settings(folder: Path, line: str) -> Settings:
    text = (CONFIG / "terminal.toml").read_text(encoding="utf-8")
    text = re.sub('# language = "vi".*', line, text).replace("password_file = ", 'password = "x" # ')
    path = folder / "terminal.toml"
    path.write_text(text, encoding="utf-8")
    return load(Settings, path, {})


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_household_chooses_a_second_language_in_which_the_town_has_a_name(tmp_path: Path, code: str) -> None:
    chosen = settings(tmp_path, f'language = "{code}"')
    language = language_for(chosen.usual.language or "", chosen.town.names)
    assert language is not None
    assert language.code == code
    assert language.town != LANGUAGES[code].town


def test_a_household_has_none_unless_it_chooses_one(tmp_path: Path) -> None:
    assert settings(tmp_path, "").usual.language is None


def test_an_unknown_language_is_named_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"language: .*no language 'fr'; there are en \(英語\), zh-Hans"):
        settings(tmp_path, 'language = "fr"')
