import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokuchi.voice import dictionary
from kokuchi.voice.dictionary import COLUMNS, DictionaryError, Line, parse

HEADER = ",".join(COLUMNS)


def problems(text: str | bytes) -> tuple[str, ...]:
    with pytest.raises(DictionaryError) as caught:
        parse(text, "words.csv")
    return caught.value.problems


def test_a_line_has_a_word_its_reading_and_what_else_is_known() -> None:
    text = f"{HEADER}\r\n札比内,サッピナイ,0,札比内で訓練です。,サッピナイデクンレンデス。,月形町\r\n"
    assert parse(text, "words.csv") == (
        Line("札比内", "サッピナイ", 0, "札比内で訓練です。", "サッピナイデクンレンデス。", "月形町"),
    )


@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_columns_stand_in_any_order_and_only_the_word_and_its_reading_are_required(start: str) -> None:
    assert parse(f"{start}読み,表記\n\n,\nツキガタ,月形\n".encode(), "words.csv") == (Line("月形", "ツキガタ"),)


@pytest.mark.parametrize("reading", ["さっぴない", "ｻｯﾋﾟﾅｲ", "サッピ ナイ", "さっピナイ"])
def test_any_kana_becomes_katakana(reading: str) -> None:
    assert parse(f"表記,読み\n札比内,{reading}", "words.csv")[0].reading == "サッピナイ"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("札比内,", "読みがありません"),
        (",サッピナイ", "表記は1文字から20文字"),
        ("札比内,sappinai", "読み「sappinai」は"),
        ("札比内,札比内", "読み「札比内」は"),
        *((f"札比内,{start}サ", f"読み「{start}サ」は声に出せません") for start in "ーッァィゥェォャュョヮ"),
        ("札比内,っ", "読み「ッ」は声に出せません"),
        (f"札比内,{'ア' * 41}", "40文字以内"),
        (f"{'月' * 21},ツキ", "20文字"),
        ("札比内,サッピナイ,6", "アクセント「6」は、0から5まで"),
        ("札比内,サッピナイ,平板", "アクセント「平板」は"),
        ("札比内,サッピナイ,,知来乙です。", "例文に「札比内」がありません"),
        ("札比内,サッピナイ,,札比内です。,札比内デス。", "例文の読みは"),
        ("札比内,サッピナイ,,,サッピナイデス。", "例文がありません"),
        ("札比内,サッピナイ,,札比内、3,,a,b", "列が多すぎます"),
        ('"札\n比内",サッピナイ', "改行"),
    ],
)
def test_a_bad_line_is_named_by_its_number_and_says_what_to_do(line: str, what: str) -> None:
    (problem,) = problems(f"{HEADER}\n\n月形,ツキガタ\n{line}\n")
    assert problem.startswith("words.csv の4行目: ")
    assert what in problem
    assert problem.endswith("。")


def test_a_page_that_has_just_asked_for_the_file_names_the_line_alone() -> None:
    with pytest.raises(DictionaryError) as raised:
        parse(f"{HEADER}\n札比内,\n")
    assert raised.value.problems == ("2行目: 読みがありません。",)


def test_all_bad_lines_are_told_at_once() -> None:
    found = problems("表記,読み\n月形,a\n札比内,サッピナイ\n札比内,サツヒナイ\n")
    assert [problem.split(": ")[0] for problem in found] == ["words.csv の2行目", "words.csv の4行目"]
    assert "すでに上の行にあります" in found[1]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "何も書かれていません"),
        ("表記,よみ\n", "「読み」の列がありません"),
        ("表記,読み,備考\n", "「備考」という列は使えません"),
        ("表記,読み,読み\n", "同じ名前の列"),
        ('表記,読み\n"月形,ツキガタ\n', "引用符"),
        ("表記,読み\n月形,ツキガタ\n".encode("cp932"), "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(text: str | bytes, what: str) -> None:
    first = problems(text)[0]
    assert what in first
    assert first.endswith("。")


LINES = st.builds(
    Line,
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20).filter(lambda s: s == s.strip()),
    st.from_regex("[アイウカガン][アイウカガッン]{0,39}", fullmatch=True),
    st.none() | st.just(1),
    source=st.sampled_from(["", "総務省, 全国地方公共団体コード", '"']),
)


@given(st.lists(LINES, max_size=5, unique_by=lambda line: unicodedata.normalize("NFKC", line.word)))
def test_what_is_written_is_read_back(lines: list[Line]) -> None:
    assert parse(dictionary.format(lines), "words.csv") == tuple(lines)
