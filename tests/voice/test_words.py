"""The town's words in the real engine, and in the voice that uses it."""

import asyncio
import gc
import os
import signal
import tempfile
from pathlib import Path

import pytest

from kokuchi.voice import Voice, VoiceError
from kokuchi.voice.engines import user_dictionary
from kokuchi.voice.errors import EngineError
from kokuchi.voice.kana import Reader
from kokuchi.voice.long_vowels import comparable, pronounced
from kokuchi.wire import Entry
from tests.voice.kept import shares_the_voice
from tests.voice.words import dictionary_of

FAULTS = Path(__file__).with_name("faults")
"""Its sitecustomize makes Python find no temporary folder, as on a full or read-only disk."""


def reading(text: str, *words: tuple[str, str]) -> str:
    return Reader(dictionary_of(*words).entries).reading(text)


@pytest.mark.parametrize(
    ("text", "kana"),
    [
        ("月形町", "ツキガタチョー"),
        ("月形町役場", "ツキガタチョーヤクバ"),
        ("月形町長", "ツキガタチョーチョー"),
        ("月形駅", "ツキガタエキ"),
        ("上月形町", "ウエツキガタチョー"),
        ("当別町月形町内会", "トーベツチョーツキガタチョーナイカイ"),
    ],
)
def test_a_short_word_does_not_break_a_longer_one(text: str, kana: str) -> None:
    words = [("月形", "ツキガタ"), ("月形町", "ツキガタチョウ"), ("当別", "トウベツ"), ("当別町", "トウベツチョウ")]
    assert reading(text, *words) == kana


@pytest.mark.parametrize(
    "word", ["JR月形", "ＪＲ月形", "1,2の3", 'A"B', "月 形", "100%月形", "かなだけ", "ｱｲｳ", "☎月形"]
)
def test_any_word_is_found_in_the_text_as_it_is_written(word: str) -> None:
    assert reading(f"本日{word}で", (word, "テストノコトバ")) == "ホンジツテストノコトバデ"


@pytest.mark.parametrize(
    ("text", "word", "kana"),
    [
        ("人気のない道です", ("人気", "ニンキ"), "ニンキノナイミチデス"),
        ("道道11号で", ("道道11号", "ミチミチジュウイチゴウ"), "ミチミチジューイチゴーデ"),
        ("詳しくは188へ", ("188", "イヤヤ"), "クワシクワイヤヤエ"),
        ("２４／７の店", ("24/7", "ニジュウヨンセブン"), "ニジューヨンセブンノミセ"),
        ("高齢の方へ", ("高齢", "コーレー"), "コーレーノカタエ"),
    ],
)
def test_a_word_of_the_staff_wins_over_the_rules(text: str, word: tuple[str, str], kana: str) -> None:
    assert reading(text, word) == kana


@pytest.mark.parametrize(
    ("spelt", "word", "said"),
    [
        ("ツキガタチョウ", "月形町", "ツキガタチョー"),
        ("トヨウラチョウ", "豊浦町", "トヨウラチョー"),
        ("オオゾラチョウ", "大空町", "オーゾラチョー"),
        ("テイネ", "手稲", "テイネ"),
        ("ニイカップ", "新冠", "ニーカップ"),
        ("トヨーラ", "豊浦", "トヨーラ"),
    ],
)
def test_long_vowels_are_said_long_but_not_across_two_kanji(spelt: str, word: str, said: str) -> None:
    assert pronounced(spelt, word) == said


def test_two_spellings_of_one_sound_are_equal() -> None:
    assert comparable("ツキガタチョウデ、クンレンヲ。") == comparable("ツキガタチョーデクンレンオ")
    assert comparable("ツキガタチョーデ") != comparable("ツキガタマチデ")


def test_the_accent_that_is_given_is_the_one_that_is_said() -> None:
    def accent(entry: Entry) -> object:
        return Reader([entry]).frontend.run_frontend(entry.word)[0]["acc"]

    assert accent(Entry(word="月形町", reading="ツキガタチョウ")) == 4
    assert accent(Entry(word="雨竜町", reading="ウリュウチョウ")) == 2
    assert accent(Entry(word="月形町", reading="ツキガタチョウ", accent=1)) == 1
    assert accent(Entry(word="皆楽", reading="カイラク")) == 0


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_changing_the_dictionary_many_times_leaves_neither_files_nor_memory_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def change(times: int) -> None:
        for number in range(times):
            assert reading("架空町", ("架空町", "カクウマチ"), (f"架空{number}", "カクウ")) == "カクーマチ"

    change(20)
    gc.collect()  # what earlier tests have left is not this one's
    files, memory = len(list(Path("/proc/self/fd").iterdir())), resident_bytes()
    change(200)
    assert len(list(Path("/proc/self/fd").iterdir())) == files
    assert resident_bytes() - memory < 4_000_000
    assert list(tmp_path.iterdir()) == []


def test_a_dictionary_that_cannot_be_compiled_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    with pytest.raises(EngineError, match="the dictionary of 1 words cannot be used"):
        user_dictionary.frontend([Entry(word="架空町", reading="カクウマチ")])


@shares_the_voice
async def test_the_voice_reads_and_speaks_by_its_dictionary(kept_voice: Voice) -> None:
    assert kept_voice.dictionary_revision is None
    before = await kept_voice.speak("架空です。")
    await kept_voice.use(dictionary_of(("架空", "ジツザイ"), revision=7))
    assert kept_voice.dictionary_revision == 7
    assert await kept_voice.reading("架空です。") == "ジツザイデス。"
    assert await kept_voice.speak("架空です。") != before
    await kept_voice.use(None)
    assert await kept_voice.speak("架空です。") == before


async def test_a_new_worker_is_given_the_dictionary_of_the_old_one(voice: Voice) -> None:
    await voice.use(dictionary_of(("架空", "ジツザイ"), revision=7))
    assert voice.worker_pid
    os.kill(voice.worker_pid, signal.SIGKILL)
    assert await voice.reading("架空です。") == "ジツザイデス。"
    assert voice.dictionary_revision == 7


@shares_the_voice
async def test_a_dictionary_that_cannot_be_used_is_an_error_and_the_earlier_one_stays(kept_voice: Voice) -> None:
    await kept_voice.use(dictionary_of(("架空", "ジツザイ"), revision=7))
    impossible = dictionary_of(("架空", "カクウ"), revision=8).model_copy(update={"town": "月 形"})
    with pytest.raises(VoiceError, match="the dictionary cannot be used"):
        await kept_voice.use(impossible)
    assert kept_voice.dictionary_revision == 7
    assert await kept_voice.reading("架空です。") == "ジツザイデス。"


async def test_a_caller_that_gives_up_leaves_voice_and_worker_with_the_same_dictionary(voice: Voice) -> None:
    await voice.start()
    given_up = asyncio.create_task(voice.use(dictionary_of(("架空", "ジツザイ"), revision=7)))
    await asyncio.sleep(0)
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert await voice.reading("架空です。") == "ジツザイデス。"
    assert voice.dictionary_revision == 7


async def test_a_voice_whose_dictionary_fails_after_a_restart_speaks_without_it(
    monkeypatch: pytest.MonkeyPatch, voice: Voice
) -> None:
    await voice.use(dictionary_of(("架空", "ジツザイ"), revision=7))
    monkeypatch.setenv("PYTHONPATH", f"{FAULTS}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    assert voice.worker_pid
    os.kill(voice.worker_pid, signal.SIGKILL)
    assert await voice.reading("架空です。") == "カクーデス。"
    assert voice.dictionary_revision is None
