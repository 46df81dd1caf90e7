"""The templates that ship with the centre."""

import re
from pathlib import Path

from broadcaster.settings import CategoriesFile
from kokuchi.configuration import load
from kokuchi.voice.languages import LANGUAGES

CONFIG = Path(__file__).resolve().parents[2] / "config"


def test_every_category_that_ships_has_a_template_in_every_language() -> None:
    for category in load(CategoriesFile, CONFIG / "categories.toml", {}).categories:
        assert set(category.translations) == set(LANGUAGES)
        gaps = set(re.findall("〔[^〕]*〕", category.headline + category.body))
        for wording in category.translations.values():
            assert wording.headline.strip()
            assert set(re.findall("〔[^〕]*〕", wording.headline + wording.body)) <= gaps
