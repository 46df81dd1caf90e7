"""The page 「読みの辞書」: adding, changing, removing, undoing, files, and who may do it."""

import asyncio
import html
import re
import sqlite3

import pytest

from broadcaster.domain.dictionary import Change, Word
from broadcaster.ledger import Ledger
from broadcaster.ledger.dictionary import Dictionaries
from tests.broadcaster.web.browser import Browser, hidden_fields
from tests.broadcaster.web.town import NOW, TOWN, FakeTrial, FakeVoice, accept, presence, report

BASE = Word(
    "月形町", "ツキガタチョウ", example="月形町です。", example_reading="ツキガタチョウデス。", source="町の沿革"
)
FORM = {"word": "札比内", "reading": "さっぴない", "example": "札比内で訓練です。", "accent": ""}


@pytest.fixture(autouse=True)
def ledger(ledger: Ledger) -> Ledger:
    """A town with one base word."""
    ledger.dictionary.take_base([BASE], TOWN.id, NOW)
    return ledger


def own(ledger: Ledger) -> dict[str, str]:
    return {word.word: word.reading for word in ledger.dictionary.book().staff}


def change(ledger: Ledger, word: Word, by: str = "ops") -> int:
    """Somebody else is faster."""
    seen = ledger.dictionary.revision()
    return ledger.dictionary.change([Change(word.word, word)], seen=seen, town=TOWN.id, changed_by=by, now=NOW)


async def new_form(author: Browser, **fields: str) -> dict[str, str]:
    """Open the form and fill it in."""
    hidden = hidden_fields((await author.get("/dictionary/new")).text)
    return {**{name: str(value) for name, value in hidden.items()}, **FORM, **fields}


async def add(author: Browser, **fields: str) -> str:
    """Go the whole way from the form to the list; return the list."""
    checked = await author.post("/dictionary/check", await new_form(author, **fields))
    assert checked.status_code == 200, checked.text
    saved = await author.post("/dictionary/save", hidden_fields(checked.text))
    assert saved.status_code == 303, saved.text
    return (await author.get(saved.headers["location"])).text


async def test_a_word_is_tried_checked_taken_and_listed(author: Browser, ledger: Ledger) -> None:
    checked = await author.post("/dictionary/check", await new_form(author))
    assert "「札比内」を「サッピナイ」と読みます。" in checked.text
    assert "サッピナイデデス。" in checked.text
    assert own(ledger) == {}

    page = await add(author)

    assert own(ledger) == {"札比内": "サッピナイ"}
    assert "「札比内」の読み「サッピナイ」を登録しました。" in page
    assert "田中 花子" in page
    assert "最新は第2版です。" in page


@pytest.mark.parametrize("reading", ["さっぴない", "サッピナイ", "ｻｯﾋﾟﾅｲ", " さっ ぴない "])
async def test_a_reading_may_be_typed_in_any_kana(author: Browser, ledger: Ledger, reading: str) -> None:
    await add(author, reading=reading)
    assert own(ledger) == {"札比内": "サッピナイ"}


async def test_a_word_that_would_break_a_sentence_is_not_taken_and_the_page_says_which(
    author: Browser, ledger: Ledger
) -> None:
    form = await new_form(author, word="形町で", reading="けいまちで", example="形町です。")

    checked = await author.post("/dictionary/check", form)

    assert checked.status_code == 409
    assert "この言葉は登録できません" in checked.text
    assert "登録する</button>" not in checked.text
    refused = await author.post("/dictionary/save", form)
    assert refused.status_code == 409
    assert own(ledger) == {}
    for words in ("月形町です。", "ツキガタチョウデス。", "ケイマチデス。"):
        assert words in checked.text
    back = await author.post("/dictionary/rewrite", hidden_fields(checked.text))
    assert 'value="けいまちで"' in back.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"word": ""}, "言葉を入力してください"),
        ({"reading": "札比内"}, "読みは、ひらがなかカタカナだけで"),
        ({"example": "訓練です。"}, "例文に「札比内」が入っていません"),
        ({"accent": "はち"}, "アクセントは、0から5まで"),
        ({"accent": "9"}, "アクセントは、0から5まで"),
    ],
)
async def test_what_is_no_word_comes_back_with_the_reason_and_nothing_lost(
    author: Browser, ledger: Ledger, fields: dict[str, str], words: str
) -> None:
    form = await new_form(author, **fields)
    for path in ("/dictionary/check", "/dictionary/save"):
        answer = await author.post(path, form)
        assert answer.status_code == 422
        assert words in answer.text
        assert f'value="{form["reading"]}"' in answer.text
    assert own(ledger) == {}


async def test_a_full_dictionary_is_said_in_a_plain_sentence(author: Browser, ledger: Ledger) -> None:
    ledger.dictionary.take_base([Word(f"亜{number}", "ア") for number in range(2000)], TOWN.id, NOW)
    answer = await author.post("/dictionary/check", await new_form(author))
    assert answer.status_code == 422
    assert "辞書がいっぱいです（2001語）" in answer.text
    assert own(ledger) == {}


async def test_markup_in_a_word_is_text(author: Browser, ledger: Ledger) -> None:
    await add(author, word="<b>札比内</b>", example="<b>札比内</b>です。")
    page = (await author.get("/dictionary")).text
    assert "<b>" not in page
    assert "&lt;b&gt;札比内" in page
    assert len(own(ledger)) == 1


async def test_a_form_that_is_sent_twice_makes_one_change(author: Browser, ledger: Ledger) -> None:
    checked = await author.post("/dictionary/check", await new_form(author))
    answers = [await author.post("/dictionary/save", hidden_fields(checked.text)) for _ in range(2)]
    assert [answer.headers["location"] for answer in answers] == ["/dictionary?done=2"] * 2
    assert ledger.dictionary.revision() == 2


async def test_a_word_that_is_there_already_is_changed_and_not_added(author: Browser) -> None:
    await add(author)
    answer = await author.post("/dictionary/check", await new_form(author, reading="さつひない"))
    assert answer.status_code == 422
    assert "すでに登録されています" in answer.text

    form = hidden_fields((await author.get("/dictionary/change?word=札比内")).text)
    assert (form["seen"], form["known"]) == ("2", "yes")
    saved = await author.post("/dictionary/save", {**form, **FORM, "reading": "さつひない"})

    page = (await author.get(saved.headers["location"])).text
    assert "読みを「サッピナイ」から「サツヒナイ」に変えました。" in page


async def test_who_was_slower_is_told_what_the_other_has_done_and_may_go_on(author: Browser, ledger: Ledger) -> None:
    await add(author)
    form = hidden_fields((await author.get("/dictionary/change?word=札比内")).text)
    change(ledger, Word("札比内", "サツヒナイ", None, "札比内です。", "サツヒナイデス。"))

    answer = await author.post("/dictionary/save", {**form, **FORM, "reading": "さっぴ"})

    assert answer.status_code == 409
    assert "運用 太郎さんが先にこの言葉を変えました" in answer.text
    assert "いまの読みは「サツヒナイ」です" in answer.text
    again = await author.post("/dictionary/save", {**hidden_fields(answer.text), **FORM, "reading": "さっぴ"})
    assert again.status_code == 303
    assert own(ledger) == {"札比内": "サッピ"}


async def test_two_who_add_different_words_at_the_same_time_lose_nothing(author: Browser, ledger: Ledger) -> None:
    forms = [await new_form(author, word=f"言葉{n}", reading="ことば", example=f"言葉{n}です。") for n in range(4)]
    answers = await asyncio.gather(*(author.post("/dictionary/save", form) for form in forms))
    assert [answer.status_code for answer in answers] == [303] * 4
    assert set(own(ledger)) == {f"言葉{n}" for n in range(4)}


async def test_a_word_is_removed_after_a_question_and_the_removal_is_undone(author: Browser, ledger: Ledger) -> None:
    await add(author)
    asked = await author.get("/dictionary/remove?word=札比内")
    assert "この言葉を消しますか" in asked.text
    assert own(ledger)

    removed = await author.post("/dictionary/remove", {"word": "札比内"})
    page = (await author.get(removed.headers["location"])).text
    assert "「札比内」（サッピナイ）を消しました。" in page
    assert own(ledger) == {}

    undone = await author.post("/dictionary/undo", {"revision": "3"})
    assert undone.status_code == 303
    assert own(ledger) == {"札比内": "サッピナイ"}


async def test_what_was_changed_again_is_not_undone_and_the_page_says_so(author: Browser, ledger: Ledger) -> None:
    await add(author)
    change(ledger, Word("札比内", "サツヒナイ", None, "札比内です。"))
    answer = await author.post("/dictionary/undo", {"revision": "2"})
    page = (await author.get(answer.headers["location"])).text
    assert "元に戻していません" in page
    assert own(ledger) == {"札比内": "サツヒナイ"}
    assert (await author.post("/dictionary/undo", {"revision": "x"})).headers["location"] == "/dictionary?refused=moved"


async def test_a_base_word_is_marked_can_be_read_otherwise_and_cannot_be_removed(
    author: Browser, ledger: Ledger
) -> None:
    page = (await author.get("/dictionary")).text
    assert "町の沿革" in page
    assert "読みを変える" in page
    assert (await author.get("/dictionary/remove?word=月形町")).status_code == 404
    form = hidden_fields((await author.get("/dictionary/change?word=月形町")).text)
    otherwise = {**form, "word": "月形町", "reading": "げっけいちょう", "example": "月形町だ。"}
    saved = await author.post("/dictionary/save", otherwise)
    assert saved.status_code == 303, "a sentence that is read otherwise only in this very word is meant to be"
    page = (await author.get("/dictionary")).text
    assert "はじめからの読みを変更" in page
    assert "職員の読みを使用中" in page
    asked = (await author.get("/dictionary/remove?word=月形町")).text
    assert "はじめから入っている読み「ツキガタチョウ」にもどります" in asked
    await author.post("/dictionary/remove", {"word": "月形町"})
    assert own(ledger) == {}
    removed = await author.post("/dictionary/remove", {"word": "月形町"})
    assert removed.headers["location"] == "/dictionary"
    assert ledger.dictionary.revision() == 3


async def test_words_are_found_by_writing_kana_and_example(author: Browser) -> None:
    await add(author)
    for query in ("札", "さっぴ", "サッピ", "訓練"):
        page = (await author.get(f"/dictionary?q={query}")).text
        assert "札比内で訓練です。" in page, query
        assert "月形町です。" not in page, query
    assert "あてはまる言葉はありません" in (await author.get("/dictionary?q=ない言葉")).text


async def test_the_example_is_heard_and_read_with_the_candidate(author: Browser) -> None:
    form = await new_form(author)
    sound = await author.post("/dictionary/preview-sound", form)
    assert (sound.headers["content-type"], sound.content[:4]) == ("audio/wav", b"RIFF")
    kana = await author.post("/dictionary/preview-reading", form)
    assert kana.json()["body"] == "サッピナイデデス。"
    wrong = await author.post("/dictionary/preview-sound", {**form, "reading": "札"})
    assert wrong.status_code == 422
    assert "ひらがなかカタカナ" in wrong.json()["message"]


async def test_without_a_voice_nothing_is_taken_and_the_page_says_why_but_a_word_can_go(
    author: Browser, ledger: Ledger, trial: FakeTrial
) -> None:
    await add(author)
    trial.broken_down = True
    form = await new_form(author, word="知来乙", reading="ちらいおつ", example="知来乙です。")
    for path in ("/dictionary/check", "/dictionary/save"):
        answer = await author.post(path, form)
        assert answer.status_code == 503
        assert "端末の声で読みを確かめられません" in answer.text
    assert (await author.get("/dictionary/remove?word=札比内")).status_code == 200
    await author.post("/dictionary/remove", {"word": "札比内"})
    assert own(ledger) == {}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp932"])
async def test_a_file_is_shown_first_and_then_taken_and_undone_as_one(
    author: Browser, ledger: Ledger, encoding: str
) -> None:
    content = "表記,読み,例文\r\n札比内,さっぴない,札比内です。\r\n知来乙,チライオツ,知来乙です。\r\n"
    checked = await author.upload("/dictionary/import", "words.csv", content.encode(encoding))
    assert "2語を取り込みます" in checked.text
    assert own(ledger) == {}
    taken = await author.post("/dictionary/import/take", {"content": textarea(checked.text)})
    assert taken.headers["location"] == "/dictionary?done=2"
    assert own(ledger) == {"札比内": "サッピナイ", "知来乙": "チライオツ"}
    assert "合わせて2語を変えました" in (await author.get("/dictionary?done=2")).text
    await author.post("/dictionary/undo", {"revision": "2"})
    assert own(ledger) == {}


def textarea(page: str) -> str:
    found = re.search(r'<textarea name="content" hidden>\n(.*?)</textarea>', page, re.DOTALL)
    assert found
    return html.unescape(found[1])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            "表記,読み,例文\n札比内,札,札比内です。\n知来乙,あ,ない例文\n".encode(),
            ["<li>2行目: 読み「札」", "<li>3行目: "],
        ),
        ("表記,読み,例文\n札比内,さっぴない,\n".encode(), ["例文を入力してください"]),
        ("表記,読み\n".encode(), ["言葉がありません"]),
        ("表記,読み,例文\n札比内,さっぴない,札比内です。\n".encode("utf-16"), ["<li>文字を読みとれません"]),
        (b"", ["<li>何も書かれていません"]),
    ],
)
async def test_a_file_with_any_bad_line_is_not_taken_and_every_one_is_named(
    author: Browser, ledger: Ledger, content: bytes, words: list[str]
) -> None:
    answer = await author.upload("/dictionary/import", "words.csv", content)
    assert answer.status_code == 422
    assert "1語も取り込んでいません" in answer.text
    for word in words:
        assert word in answer.text
    assert own(ledger) == {}


async def test_what_is_exported_can_be_imported(author: Browser, ledger: Ledger) -> None:
    await add(author)
    exported = await author.get("/dictionary/words.csv")
    assert exported.headers["content-disposition"] == 'attachment; filename="dictionary.csv"'
    await author.post("/dictionary/remove", {"word": "札比内"})
    checked = await author.upload("/dictionary/import", "dictionary.csv", exported.content)
    assert checked.status_code == 200, checked.text
    await author.post("/dictionary/import/take", {"content": textarea(checked.text)})
    assert own(ledger) == {"札比内": "サッピナイ"}


async def test_the_page_says_how_many_terminals_have_it_and_moves_by_itself(author: Browser, ledger: Ledger) -> None:
    ledger.presences.record([presence("t-1", dictionary=1), presence("t-2"), presence("t-3", online=False)])
    assert "接続中の端末2台のうち1台が、この版で読み上げます。" in (await author.get("/dictionary")).text
    async with author.events("/dictionary/events") as stream:
        assert "1台が" in (await stream.parts_after_start())["reach"]
        ledger.presences.record([presence("t-2", dictionary=1)])
        assert "2台すべてが" in (await stream.parts())["reach"]


async def test_the_roster_shows_which_dictionary_a_terminal_has(author: Browser, ledger: Ledger) -> None:
    await add(author)
    ledger.presences.record([presence("t-1", dictionary=2), presence("t-2", dictionary=1), presence("t-3")])
    page = (await author.get("/terminals")).text
    assert "辞書 第2版" in page
    assert "読みの辞書が古い（第1版／最新は第2版）" in page
    assert "読みの辞書がない（最新は第2版）" in page


async def test_the_log_says_which_terminals_read_by_older_words_than_stood_when_it_was_sent(
    author: Browser, ledger: Ledger
) -> None:
    await add(author)
    alert = accept(ledger)
    ledger.deliveries.record(
        [
            report(alert, "t-1", received_at=NOW, voice_started_at=NOW, dictionary=1),
            report(alert, "t-2", received_at=NOW, voice_started_at=NOW, dictionary=2),
            report(alert, "t-3", received_at=NOW),
        ]
    )
    await add(author, word="知来乙", reading="ちらいおつ", example="知来乙です。")
    page = (await author.get(f"/alerts/{alert.identifier}")).text
    assert page.count("読みの辞書が古い") == 1
    assert "読みの辞書が古い（第1版／送信時は第2版）" in page


async def test_an_alert_carries_its_furigana_and_is_sent_without_when_the_voice_fails(
    author: Browser, ledger: Ledger, voice: FakeVoice
) -> None:
    sent = await author.send()
    accepted = ledger.alerts.get(sent.headers["location"].rsplit("/", 1)[1])
    assert accepted is not None
    assert accepted.alert.furigana is not None
    assert accepted.alert.furigana.headline[0].kana == "かな"
    voice.broken = True
    sent = await author.send(body="まだ読んだことのない本文です。")
    accepted = ledger.alerts.get(sent.headers["location"].rsplit("/", 1)[1])
    assert accepted is not None
    assert accepted.alert.furigana is None


@pytest.mark.parametrize("path", ["/dictionary/new", "/dictionary/import", "/dictionary/change?word=月形町"])
async def test_who_may_not_send_may_look_and_not_touch(operator: Browser, ledger: Ledger, path: str) -> None:
    """Promise 10."""
    change(ledger, Word("札比内", "サッピナイ", None, "札比内です。"))
    page = (await operator.get("/dictionary")).text
    assert "札比内" in page
    assert "消す" not in page
    assert (await operator.get(path)).status_code == 403
    for post in ("save", "check", "remove", "undo", "import", "import/take", "preview-sound"):
        assert (await operator.post(f"/dictionary/{post}", FORM)).status_code == 403
    assert own(ledger) == {"札比内": "サッピナイ"}


async def test_a_disk_that_is_full_keeps_what_was_written(
    author: Browser, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> int:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    form = await new_form(author)
    with monkeypatch.context() as patch:
        patch.setattr(Dictionaries, "change", full)
        answer = await author.post("/dictionary/save", form)
    assert answer.status_code == 503
    assert "ディスクがいっぱい" in answer.text
    again = await author.post("/dictionary/save", hidden_fields(answer.text))
    assert again.status_code == 303
    assert own(ledger) == {"札比内": "サッピナイ"}
