"""`broadcaster reading` with the words of dictionary files."""

import pytest

from tests.broadcaster.commands.shell import Shell

WORDS = "表記,読み\n札比内,テストノコトバ\n"


@pytest.fixture
def shell_with_words(shell: Shell) -> Shell:
    text = shell.config.read_text(encoding="utf-8")
    if "dictionaries" not in text:  # the centre is one for all tests of this file
        shell.config.write_text(f'dictionaries = ["words.csv"]\n{text}', encoding="utf-8")
    (shell.folder / "words.csv").write_text(WORDS, encoding="utf-8")
    return shell


def test_a_text_is_read_with_the_words_of_the_dictionary_files(shell_with_words: Shell) -> None:
    assert shell_with_words.quick("reading", "札比内です").out == "テストノコトバデス\n"


def test_each_word_is_explained_by_the_rule_or_the_entry_that_gave_its_reading(shell_with_words: Shell) -> None:
    lines = shell_with_words.quick("reading", "--explain", "札比内の188番").out.splitlines()
    assert lines[0] == "テストノコトバノイチハチハチバン"
    assert [line.split() for line in lines[1:]] == [
        ["WRITTEN", "READING", "FROM", "WHICH"],
        ["札比内", "テストノコトバ", "dictionary", "札比内", "テストノコトバ"],
        ["の", "ノ", "engine"],
        ["188", "イチハチハチ", "rule", "three-digit", "number", "to", "dial"],
        ["番", "バン", "engine"],
    ]
    printed = shell_with_words.quick("reading", "--explain", "--json", "札比内").json
    assert printed["words"] == [
        {
            "written": "札比内",
            "reading": "テストノコトバ",
            "source": "dictionary",
            "detail": "札比内 テストノコトバ",
        }
    ]


def test_a_dictionary_file_that_cannot_be_used_is_named_with_its_line(shell_with_words: Shell) -> None:
    (shell_with_words.folder / "words.csv").write_text("表記,読み\n札比内,sappinai\n", encoding="utf-8")
    done = shell_with_words.run("reading", "札比内")
    assert done.code == 2
    assert "words.csv の2行目" in done.err
    (shell_with_words.folder / "words.csv").unlink()
    done = shell_with_words.run("reading", "札比内")
    assert (done.code, "No such file" in done.err) == (2, True)
