"""Real town texts through the real engine with the words that are shipped: tests/voice/readings.tsv."""

import csv
from pathlib import Path

import pytest

from kokuchi.voice.kana import Reader
from kokuchi.voice.long_vowels import comparable
from tests.voice.words import DICTIONARIES, NAMES, parsed, shipped

READINGS = Path(__file__).with_name("readings.tsv")
MUNICIPALITIES = 179


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(shipped())


def wrong(reader: Reader, expected: list[tuple[str, str]]) -> list[str]:
    readings = [(text, kana, reader.reading(text)) for text, kana in expected]
    return [f"{text}: {heard}, not {kana}" for text, kana, heard in readings if comparable(heard) != comparable(kana)]


def test_every_line_of_the_list_is_read_right(reader: Reader) -> None:
    with READINGS.open(encoding="utf-8", newline="") as file:
        lines = [(line["文"], line["読み"]) for line in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    assert len(lines) >= 300
    assert wrong(reader, lines) == []


def test_every_municipality_of_hokkaido_is_read_right_in_a_sentence(reader: Reader) -> None:
    names = [line for line in parsed("hokkaido") if "地方公共団体" in line.source]
    assert len(names) == MUNICIPALITIES
    sentences = [
        (f"{before}{line.word}{after}", f"{kana_before}{line.reading}{kana_after}")
        for line in names
        for before, after, kana_before, kana_after in (
            ("", "役場", "", "ヤクバ"),
            ("", "で訓練です。", "", "デクンレンデス"),
            ("北海道", "の", "ホッカイドー", "ノ"),
            ("昨日、", "内で", "キノー", "ナイデ"),
            ("こちらは", "です。", "コチラワ", "デス"),
        )
    ]
    assert wrong(reader, sentences) == []


def test_the_sentences_that_guard_new_words_are_read_right(reader: Reader) -> None:
    with (DICTIONARIES / "sentences.csv").open(encoding="utf-8", newline="") as file:
        sentences = [(line["例文"], line["例文の読み"]) for line in csv.DictReader(file)]
    assert len(sentences) >= 60
    assert wrong(reader, sentences) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_word_that_is_shipped_is_read_as_its_line_says(reader: Reader, name: str) -> None:
    lines = parsed(name)
    assert all(line.source for line in lines)
    assert wrong(reader, [(f"{line.word}です。", f"{line.reading}デス。") for line in lines]) == []
    assert wrong(reader, [(line.example, line.example_reading) for line in lines if line.example]) == []


def test_all_that_is_shipped_is_named() -> None:
    assert {path.stem for path in DICTIONARIES.glob("*.csv")} == {*NAMES, "sentences"}
