"""`broadcaster dictionary` with the real voice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broadcaster.commands.shell import Shell
from tests.broadcaster.settings_files import TOML, write_settings

BASE = "表記,読み,アクセント,例文,例文の読み,出典\n月形町,ツキガタチョウ,,,,町の沿革\n"
SENTENCES = "例文,例文の読み\nこちらは月形町です。,コチラワツキガタチョーデス。\n"
WORD = ("架空", "かくれざと", "--example", "架空で訓練です。")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A centre with a base word and a sentence that must stay right."""
    folder = tmp_path_factory.mktemp("office")
    named = 'dictionaries = ["base.csv"]\nsentences = "sentences.csv"\n'
    write_settings(folder, TOML.replace("\n[town]\n", f"{named}\n[town]\n", 1))
    (folder / "base.csv").write_text(BASE, encoding="utf-8")
    (folder / "sentences.csv").write_text(SENTENCES, encoding="utf-8")
    shell = Shell(folder)
    shell.quick("setup")
    return shell


@pytest.fixture
def shell(office: Shell) -> Iterator[Shell]:
    """The same, without a word of the staff."""
    yield office
    for word in office.quick("dictionary", "list", "--json").json["words"]:
        office.quick("dictionary", "remove", word["word"])


def words(shell: Shell) -> dict[str, str]:
    return {word["word"]: word["reading"] for word in shell.quick("dictionary", "list", "--json").json["words"]}


def test_the_setup_takes_the_base_words_and_list_shows_them_with_their_source(shell: Shell) -> None:
    assert "no word yet" in shell.quick("dictionary", "list").out
    listed = shell.quick("dictionary", "list", "--all").out
    assert "ツキガタチョウ" in listed
    assert "町の沿革" in listed


def test_a_word_is_added_heard_in_a_text_and_removed(shell: Shell) -> None:
    assert "カクレザト" not in shell.quick("dictionary", "test", "架空です。").out
    added = shell.good("dictionary", "add", *WORD)
    assert "架空 is read カクレザト: カクレザトデクンレンデス。" in added.out
    assert shell.quick("dictionary", "test", "架空です。").out == "カクレザトデス。\n"
    assert shell.quick("reading", "架空です。").out == "カクレザトデス。\n"
    removed = shell.quick("dictionary", "remove", "架空", "--json").json
    tested = shell.quick("dictionary", "test", "架空です。", "--json").json
    assert tested["revision"] == removed["revision"]
    assert "カクレザト" not in tested["reading"]


def test_a_word_that_breaks_a_sentence_is_not_taken_and_the_sentences_are_named(shell: Shell) -> None:
    done = shell.run("dictionary", "add", "月形町です", "げっけいまちです", "--example", "月形町です。")
    assert done.code == 1
    assert (
        "こちらは月形町です。: read コチラワツキガタチョーデス。 now, would be read コチラワゲッケーマチデス。"
        in done.err
    )
    assert words(shell) == {}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("架空", "架空", "--example", "架空です。"), "is not hiragana or katakana only"),
        (("架空", "かくう", "--example", "ほかの文です。"), "the example does not contain '架空'"),
        (("架空", "かくう", "--example", "架空です。", "--accent", "9"), "is not between 0 and 3"),
    ],
)
def test_what_is_no_word_is_refused_with_the_reason(shell: Shell, arguments: tuple[str, ...], reason: str) -> None:
    done = shell.run("dictionary", "add", *arguments)
    assert (done.code, done.out) == (1, "")
    assert reason in done.err
    assert words(shell) == {}


def test_a_word_that_is_not_there_cannot_be_removed(shell: Shell) -> None:
    for word in ("架空", "月形町"):
        done = shell.run("dictionary", "remove", word)
        assert done.code == 1
        assert "the staff have no word" in done.err


def test_what_is_exported_is_imported_whole(shell: Shell, tmp_path: Path) -> None:
    shell.quick("dictionary", "add", *WORD, "--accent", "2")
    shell.quick("dictionary", "export", "--out", str(tmp_path / "words.csv"))
    assert shell.quick("dictionary", "export").out == (tmp_path / "words.csv").read_bytes().decode()
    before = shell.quick("dictionary", "list", "--json").json["words"]
    shell.quick("dictionary", "remove", "架空")
    assert "1 words taken" in shell.quick("dictionary", "import", str(tmp_path / "words.csv")).out
    assert shell.quick("dictionary", "list", "--json").json["words"] == before
    assert "町の沿革" in shell.quick("dictionary", "export", "--all").out


@pytest.mark.parametrize(
    ("lines", "reasons"),
    [
        ("架空,かくれざと,架空です。\n知来乙,札,知来乙です。\n札比内,さっぴない,別の文です。", ["3行目", "4行目"]),
        ("架空,かくれざと,架空です。\n知来乙,ちらいおつ,", ["知来乙: the example is empty"]),
        ("架空,かくれざと,架空です。\n月形町です,げっけいまちです,月形町です。", ["こちらは月形町です。"]),
        ("", ["no words"]),
    ],
)
def test_a_file_with_a_bad_line_is_not_taken_at_all_and_every_bad_line_is_named(
    shell: Shell, tmp_path: Path, lines: str, reasons: list[str]
) -> None:
    file = tmp_path / "words.csv"
    file.write_text(f"表記,読み,例文\n{lines}\n", encoding="utf-8")
    done = shell.run("dictionary", "import", str(file))
    assert done.code == 1
    for reason in reasons:
        assert reason in done.err
    assert words(shell) == {}


def test_a_file_that_is_not_there_is_an_error(shell: Shell) -> None:
    assert "cannot be read" in shell.run("dictionary", "import", "/nowhere.csv").err
    assert "cannot be written" in shell.run("dictionary", "export", "--out", "/nowhere/words.csv").err


def test_a_base_file_that_changed_makes_a_new_revision_and_one_that_is_wrong_says_so(shell: Shell) -> None:
    before = shell.quick("dictionary", "list", "--json").json["revision"]
    base = shell.folder / "base.csv"
    base.write_text(BASE + "知来乙,チライオツ,,,,駅名\n", encoding="utf-8")
    assert shell.quick("dictionary", "list", "--json").json["revision"] == before + 1
    assert shell.quick("dictionary", "list", "--json").json["revision"] == before + 1
    base.write_text(BASE + "知来乙,駅,,,,駅名\n", encoding="utf-8")
    wrong = shell.run("dictionary", "list")
    assert wrong.code == 2
    assert "3行目" in wrong.err
    base.unlink()
    assert "base.csv: cannot be read" in shell.run("setup").err
    base.write_text(BASE, encoding="utf-8")
