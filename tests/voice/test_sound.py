import math
import shutil
import subprocess
import sys
from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest

from kokuchi.voice import Chime, ChimeError, Chimes, Sound, SoundError, join, morae, silence
from kokuchi.voice.engines.espeak import EspeakVoice
from kokuchi.voice.engines.open_jtalk import OpenJTalkDriver, OpenJTalkVoice
from kokuchi.voice.errors import EngineError
from kokuchi.voice.kana import Reader
from kokuchi.voice.pauses import LONGEST_PAUSE, MARGIN, tidied
from kokuchi.voice.sound import RATE
from kokuchi.wire import Level
from tests.voice.conftest import SOUNDS
from tests.voice.lufs import lufs

SENTENCES = [
    "月形チョウ役場から、還付金詐欺についてお知らせします。",
    "本日、町内で、役場の職員を名乗る不審な電話が相次いでいます。",
    "お金を振り込む前に、必ず家族や警察に相談してください。",
    "大雨のため、札比内地区に避難指示を出しました。ただちに避難してください。",
]


def samples(sound: Sound) -> Sequence[int]:
    return array("h", sound.pcm)


def root_mean_square(sound: Sound) -> float:
    return math.sqrt(sum(sample * sample for sample in samples(sound)) / max(1, len(samples(sound))))


def tone(seconds: float, size: int = 10_000) -> Sound:
    return Sound(array("h", (size if index % 2 else -size for index in range(round(seconds * RATE)))).tobytes())


class Proxy:
    """Stands where pyttsx3 stands, and listens to nothing."""

    def setBusy(self, busy: bool) -> None:  # noqa: N802 - pyttsx3's name
        pass

    def notify(self, topic: str, **details: object) -> None:
        pass


def test_a_sound_survives_a_wav_file() -> None:
    assert Sound.from_wav(tone(0.1).to_wav()) == tone(0.1)


def test_what_is_no_wav_file_is_refused() -> None:
    for data in (b"", b"RIFF", b"no sound"):
        with pytest.raises(SoundError):
            Sound.from_wav(data)


def test_sounds_are_joined_one_after_the_other() -> None:
    joined = join([tone(0.1), silence(0.5), tone(0.1)])
    assert joined.duration == pytest.approx(0.7)
    assert join([]).duration == 0


def test_sounds_of_different_rates_are_not_joined() -> None:
    with pytest.raises(SoundError, match="different rates"):
        join([silence(1, 8000), silence(1, 48_000)])


def test_a_resampled_sound_lasts_as_long() -> None:
    resampled = silence(1.5, 22_050).resampled(RATE)
    assert resampled.rate == RATE
    assert resampled.duration == pytest.approx(1.5, abs=0.001)


def test_long_pauses_and_margins_are_shortened_and_nothing_audible_is_lost() -> None:
    sound = join([silence(1), tone(0.5), silence(2), tone(0.5), silence(1)])
    short = tidied(sound)
    assert short.duration == pytest.approx(2 * MARGIN + 1.0 + LONGEST_PAUSE, abs=0.03)
    assert sum(map(abs, samples(short))) == sum(map(abs, samples(sound)))


def test_a_silence_is_tidied_to_nothing() -> None:
    assert tidied(silence(3)).pcm == b""


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_comes_at_five_morae_a_second_loud_and_without_clipping(
    sentence: str, open_jtalk_voice: OpenJTalkVoice
) -> None:
    sound = open_jtalk_voice.speak(sentence)
    assert sound.rate == RATE
    assert 4.5 <= morae(Reader().reading(sentence)) / sound.duration <= 5.5
    assert max(map(abs, samples(sound))) < 32_100
    assert root_mean_square(sound) > 1000


def test_a_slower_pace_takes_longer() -> None:
    driver = OpenJTalkDriver(Proxy())
    durations = []
    for rate in (400, 300):
        driver.setProperty("rate", rate)
        durations.append(driver.render(SENTENCES[0]).duration)
    assert durations[0] < durations[1]


def test_a_wave_that_is_too_large_is_pressed_and_never_wraps_round() -> None:
    driver = OpenJTalkDriver(Proxy())
    normal = samples(driver.render(SENTENCES[0]))
    driver.setProperty("volume", 4.0)
    large = samples(driver.render(SENTENCES[0]))
    assert max(map(abs, normal)) * 4 > 40_000
    assert all((one > 0) == (other > 0) for one, other in zip(normal, large, strict=True) if one)


def test_the_driver_refuses_to_say_what_no_speaker_plays() -> None:
    with pytest.raises(EngineError, match="save_to_file"):
        OpenJTalkDriver(Proxy()).say("訓練です")


def test_a_failure_inside_pyttsx3_comes_out_as_an_engine_error(
    open_jtalk_voice: OpenJTalkVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_self: OpenJTalkDriver, _text: str) -> Sound:
        raise RuntimeError("the dictionary is gone")

    with monkeypatch.context() as broken:
        broken.setattr(OpenJTalkDriver, "render", fails)
        with pytest.raises(EngineError, match="the dictionary is gone"):
            open_jtalk_voice.speak("訓練です。")
    assert open_jtalk_voice.speak("訓練です。").duration > 0.5


def test_the_fallback_voice_is_audible_and_as_slow() -> None:
    kana = "ホンジツ、チョーナイデ、ヤクバノショクインオナノルデンワガアイツイデイマス。"
    sound = EspeakVoice(5.0).speak(kana)
    assert sound.rate == RATE
    assert root_mean_square(sound) > 1000
    assert 4.0 <= morae(kana) / sound.duration <= 6.0


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("opening", [True, False])
def test_each_level_has_its_chimes_at_the_voice_s_rate(chimes: Chimes, level: Level, opening: bool) -> None:
    sound = chimes.sound(Chime(level, opening))
    assert sound.rate == RATE
    assert 0.5 < sound.duration <= 3.0
    assert max(map(abs, samples(sound))) < 29_000
    assert abs(samples(sound)[0]) < 100
    assert abs(samples(sound)[-1]) < 100


def test_the_chimes_are_as_loud_as_the_voice(chimes: Chimes, open_jtalk_voice: OpenJTalkVoice) -> None:
    of_chimes = [lufs(chimes.sound(Chime(level, opening))) for level in Level for opening in (True, False)]
    assert max(of_chimes) - min(of_chimes) <= 1.0
    of_voice = lufs(join([open_jtalk_voice.speak(sentence) for sentence in SENTENCES]))
    assert abs(of_voice - sum(of_chimes) / len(of_chimes)) <= 1.0


def test_a_missing_chime_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ChimeError, match=r"emergency-opening\.wav.*make_chimes\.py"):
        Chimes(tmp_path)


def test_the_chimes_are_made_again_byte_for_byte(tmp_path: Path) -> None:
    maker = shutil.copy(SOUNDS / "make_chimes.py", tmp_path)
    subprocess.run([sys.executable, maker], capture_output=True, check=True)
    made = sorted(tmp_path.glob("*.wav"))
    assert len(made) == 6
    assert all(chime.read_bytes() == (SOUNDS / chime.name).read_bytes() for chime in made)


def test_importing_the_voice_costs_no_engine() -> None:
    command = "import sys, kokuchi.voice; print({'numpy', 'pyopenjtalk', 'pyttsx3'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
