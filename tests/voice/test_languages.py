"""The second languages: their sentences, their scripts and the voice that says them."""

import math
from array import array
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokuchi.voice import Chimes, Cue, Phrase, PhraseSource, Voice, estimated_seconds, join, script_of
from kokuchi.voice.engines.espeak import EspeakVoice
from kokuchi.voice.engines.open_jtalk import OpenJTalkVoice
from kokuchi.voice.errors import EngineError
from kokuchi.voice.foreign import MAXIMUM_WIDTH, foreign_sentences, said, syllables
from kokuchi.voice.languages import LANGUAGES, Language, known_code, language_for
from kokuchi.voice.loudness import CEILING, levelled
from kokuchi.voice.second_language import rendering_of
from kokuchi.voice.sound import RATE, Sound
from kokuchi.wire import Alert, Level, MessageType, Status, Translation
from tests.voice.alerts import BODY, CONTACT, HEADLINE, alert_of, later_revision
from tests.voice.kept import shares_the_voice
from tests.voice.lufs import lufs
from tests.voice.test_sound import SENTENCES

ENGLISH = language_for("en", {"en": "Tsukigata Town"})
TRANSLATION = Translation(
    language="en", headline="Beware of suspicious calls", body="Do not talk about money. Hang up and call the office."
)

TEXTS = {
    "en": (
        "A man who says he works for the city office is calling homes in our town.",
        "Do not talk about money or your bank account, whatever the caller says.",
        "Hang up, and talk to your family or to the town office.",
    ),
    "zh-Hans": (
        "有人冒充市政府的工作人员，给镇上的居民打电话。",
        "无论对方说什么，都不要谈钱或银行账户的事情。",
        "请挂断电话，与家人或镇政府商量。",
    ),
    "vi": (
        "Có người tự xưng là nhân viên tòa thị chính đang gọi điện đến các gia đình trong thị trấn.",
        "Dù người gọi nói gì, xin đừng nói về tiền bạc hay tài khoản ngân hàng.",
        "Hãy cúp máy và hỏi ý kiến gia đình hoặc văn phòng thị trấn.",
    ),
    "ko": (
        "시청 직원이라고 말하는 수상한 전화가 마을의 여러 집에 걸려 왔습니다.",
        "상대방이 무슨 말을 하더라도 돈이나 통장 이야기를 하지 마십시오.",
        "전화를 끊고 가족이나 관공서에 상의하십시오.",
    ),
}
PACES = {"en": 2.95, "zh-Hans": 3.0, "vi": 3.0, "ko": 3.7}


def second(alert: Alert, language: Language = ENGLISH, *, after_hearing: bool = True) -> list[str]:
    cues = script_of(alert, "月形町", "ツキガタチョー", after_hearing=after_hearing, second_language=language)
    return [cue.text for cue in cues if isinstance(cue, Phrase) and cue.language == language.code]


@pytest.fixture(scope="module", params=list(TEXTS))
def spoken(request: pytest.FixtureRequest) -> tuple[str, list[Sound]]:
    voice = EspeakVoice(5.0, request.param)
    return request.param, [voice.speak(sentence) for sentence in TEXTS[request.param]]


def test_the_translation_is_said_once_after_all_of_the_japanese_and_before_the_closing_chime() -> None:
    alert = alert_of(Level.EMERGENCY, translations=(TRANSLATION,), contact=CONTACT)
    japanese = script_of(alert, "月形町", "ツキガタチョー")
    both = script_of(alert, "月形町", "ツキガタチョー", second_language=ENGLISH)
    assert both[: len(japanese) - 1] == japanese[:-1]
    assert both[-1] == japanese[-1]
    assert [cue.text for cue in both[len(japanese) - 1 : -1] if isinstance(cue, Phrase)] == [
        "This is an announcement from Tsukigata Town.",
        "Beware of suspicious calls",
        "Do not talk about money.",
        "Hang up and call the office.",
        "For help, please call zero one two six, five three, two three two one.",
    ]


@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST])
@pytest.mark.parametrize("translations", [(TRANSLATION,), None], ids=["translated", "not translated"])
@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_a_drill_is_announced_as_one_in_the_second_language_too(
    language: Language, translations: tuple[Translation, ...] | None, status: Status
) -> None:
    """Promise 7."""
    alert = alert_of(status=status, translations=translations)
    assert second(alert, language)[0] == language.drill
    assert language.drill not in second(alert_of(translations=translations), language)


def test_a_correction_is_called_so_to_those_who_had_heard_the_earlier_text() -> None:
    update = later_revision(MessageType.UPDATE, translations=(TRANSLATION,))
    assert second(update)[1] == ENGLISH.correction
    assert ENGLISH.correction not in second(update, after_hearing=False)


def test_a_withdrawal_is_told_before_and_after_the_headline_of_what_is_withdrawn() -> None:
    said_of_it = second(later_revision(MessageType.CANCEL, translations=(TRANSLATION,)))
    assert said_of_it[1:] == [ENGLISH.withdrawal, TRANSLATION.headline, ENGLISH.withdrawal]


def test_without_a_translation_only_the_fixed_sentences_are_said_and_shown() -> None:
    korean = LANGUAGES["ko"]
    alert = alert_of(translations=(TRANSLATION,), contact=CONTACT)
    assert second(alert, korean) == [korean.only_japanese, korean.spoken_call("0126-53-2321")]
    assert rendering_of(alert, korean).body == ("도움이 필요하시면 0126-53-2321번으로 전화해 주십시오.",)
    assert second(alert_of(), korean) == [korean.only_japanese]
    assert rendering_of(alert_of(), korean).body == ()


@pytest.mark.parametrize("translations", [(TRANSLATION,), None], ids=["translated", "not translated"])
def test_what_is_said_can_be_marked_where_it_is_shown(translations: tuple[Translation, ...] | None) -> None:
    alert = alert_of(translations=translations, contact=CONTACT)
    shown = rendering_of(alert, ENGLISH)
    parts = {
        PhraseSource.TRANSLATED_HEADLINE: shown.headline,
        PhraseSource.TRANSLATED_BODY: shown.body,
    }
    for cue in script_of(alert, "月形町", "ツキガタチョー", second_language=ENGLISH):
        if isinstance(cue, Phrase) and cue.source in parts:
            assert cue.sentence is not None
            written = parts[cue.source][cue.sentence]
            assert said(written, "en") == said(cue.text, "en")


def test_a_town_without_a_name_in_a_language_is_the_town() -> None:
    assert language_for("vi", {"en": "Tsukigata Town"}).greeting == "Đây là thông báo của văn phòng thị trấn."


def test_an_unknown_language_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"no language 'fr'; there are en \(英語\), zh-Hans .*, vi .*, ko"):
        known_code("fr")


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("A man called at 10 a.m. today. Hang up! Call 188.", 3),
        ('He said "Pay now." Do not pay.', 2),
        ("有人打电话。请不要谈钱！「真的吗？」是的", 4),
        ("Có người gọi lúc 10.30 sáng. Ấn nút đỏ.\nXin gọi 110", 3),
        ("전화를 끊으십시오. 경찰에 신고하십시오.", 2),
    ],
)
def test_sentences_end_where_a_reader_takes_a_breath(text: str, sentences: int) -> None:
    assert len(foreign_sentences(text)) == sentences


@given(st.text(alphabet=st.sampled_from('aB é.!?…。！？「」，, "\n\rỆ한1'), max_size=300) | st.text(max_size=200))
def test_no_sentence_loses_a_character(text: str) -> None:
    parts = foreign_sentences(text)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(part.strip() == part != "" for part in parts)


@pytest.mark.parametrize("clause", ["one more word, ", "还有一个词，"])
def test_a_long_sentence_is_cut_at_its_commas(clause: str) -> None:
    parts = foreign_sentences(clause * 40)
    assert len(parts) > 2
    assert all(len(part) <= MAXIMUM_WIDTH for part in parts)


@pytest.mark.parametrize(
    ("code", "written", "heard"),
    [
        ("en", "Call 0126-53-2321.", "Call zero one two six, five three, two three two one."),
        (
            "en",
            "Dial 188 or #9110, not 118,000 or 110.5.",
            "Dial one eight eight or hash nine one one zero, not 118,000 or 110.5.",
        ),
        ("en", "See https://www.town.example.jp/a.html.", "See the web page."),
        ("vi", "Xin gọi 110.", "Xin gọi một một không."),
        ("ko", "112가 아니라 110번입니다.", "112가 아니라 일일공번입니다."),
        ("zh-Hans", "月形町，请拨打119。", "月形丁，请拨打幺幺九。"),
        ("vi", "Chu\u0301 y\u0301 ☎", "Chú ý  "),
    ],
)
def test_numbers_to_dial_are_said_digit_by_digit_and_signs_not_at_all(code: str, written: str, heard: str) -> None:
    assert said(written, code) == heard


def test_syllables_are_counted_in_every_script() -> None:
    texts = {"please call the office": 5, "Đây là buổi diễn tập": 5, "今天10点": 5, "안녕하세요": 5, "…!": 0}
    assert {text: syllables(text) for text in texts} == texts


def test_the_estimate_knows_that_another_language_is_counted_in_syllables() -> None:
    cue = Phrase("안녕하세요", None, PhraseSource.TRANSLATED_BODY, pause_after=0.5, language="ko")
    assert estimated_seconds([cue]) == pytest.approx(5 / 3 + 0.5)


def test_each_language_comes_calmly(spoken: tuple[str, list[Sound]]) -> None:
    code, sounds = spoken
    count = sum(syllables(sentence) for sentence in TEXTS[code])
    assert count / sum(sound.duration for sound in sounds) == pytest.approx(PACES[code], rel=0.1)


def test_each_language_is_as_loud_as_the_japanese_voice_and_does_not_clip(
    spoken: tuple[str, list[Sound]], open_jtalk_voice: OpenJTalkVoice
) -> None:
    _, sounds = spoken
    japanese = lufs(join(levelled(open_jtalk_voice.speak(sentence)) for sentence in SENTENCES))
    level = join(map(levelled, sounds))
    assert abs(lufs(level) - japanese) <= 1.0
    assert max(map(abs, array("h", level.pcm))) <= CEILING


def test_chinese_characters_are_not_spelled_in_english() -> None:
    """The voice `cmn` of espeak-ng 1.51 takes three times as long for these: it reads their pinyin as English."""
    sound = EspeakVoice(5.0, "zh-Hans").speak("这是演习。")
    assert 1.0 < sound.duration < 2.2


def test_a_sound_that_was_broken_off_is_refused_in_any_language(monkeypatch: pytest.MonkeyPatch) -> None:
    half = Sound(bytes(2 * RATE))
    monkeypatch.setattr(EspeakVoice, "_spoken_once", lambda _self, _text: half)
    for code, sentences in TEXTS.items():
        with pytest.raises(EngineError, match="broke off"):
            EspeakVoice(5.0, code).speak(sentences[0])


async def test_the_voice_keeps_languages_apart(voice: Voice) -> None:
    english = await voice.speak("110", language="en")
    korean = await voice.speak("110", language="ko")
    assert english != korean
    assert await voice.speak("110", language="en") is english
    assert voice.engine is None
    await voice.speak("訓練です。")
    assert voice.engine == "open_jtalk"


@shares_the_voice
async def test_a_whole_performance_in_two_languages_is_audible_in_every_phrase(kept_voice: Voice) -> None:
    cues: Sequence[Cue] = script_of(
        alert_of(headline=HEADLINE, body=BODY, translations=(TRANSLATION,)),
        "月形町",
        "ツキガタチョー",
        second_language=ENGLISH,
    )
    for cue in cues:
        if isinstance(cue, Phrase) and cue.language == "en":
            sound = await kept_voice.speak(cue.text, language="en")
            samples = array("h", sound.pcm)
            assert math.sqrt(sum(sample * sample for sample in samples) / len(samples)) > 1000


@shares_the_voice
async def test_a_second_language_that_cannot_be_said_does_not_undo_the_japanese(
    kept_voice: Voice, chimes: Chimes
) -> None:
    cues = [
        Phrase("訓練です。", None, PhraseSource.BODY),
        Phrase("Unspeakable.", None, PhraseSource.TRANSLATED_BODY, language="xx"),
        Phrase("This is a drill.", None, PhraseSource.DRILL, language="en"),
    ]
    japanese, unspeakable, english = [sound async for _, sound in kept_voice.performance(cues, chimes)]
    assert (unspeakable.pcm, japanese.duration > 1, english.duration > 1) == (b"", True, True)
