"""Every sentence as loud as every other, in either voice, and nothing clipped; pyloudnorm measures it."""

import numpy
import pytest

from kokuchi.voice import Phrase, Sound, Voice, VoiceName, VoiceSettings, join, morae, script_of, silence
from kokuchi.voice.duration import PACE
from kokuchi.voice.engines.hts_voices import HTS_VOICES
from kokuchi.voice.kana import Reader
from kokuchi.voice.loudness import CEILING, TARGET, levelled, limited, loudness_of
from kokuchi.voice.sound import RATE
from kokuchi.voice.worker import ENGINE_VARIABLE
from kokuchi.wire import Level
from tests.voice.alerts import CONTACT, alert_of
from tests.voice.lufs import lufs
from tests.voice.pitch import pitch_of

BODY = "大雨のため、札比内地区に避難指示を出しました。ただちに避難してください。水道管の工事で、断水します。"
PHRASES = [
    cue
    for cue in script_of(alert_of(Level.IMPORTANT, body=BODY, contact=CONTACT), "月形町", "ツキガタチョー")
    if isinstance(cue, Phrase)
]


def samples(sound: Sound) -> numpy.ndarray:
    return numpy.frombuffer(sound.pcm, "<i2").astype(float)


def hum(seconds: float, size: float, frequency: float = 400) -> Sound:
    time = numpy.arange(round(seconds * RATE)) / RATE
    return Sound((size * numpy.sin(2 * numpy.pi * frequency * time)).astype("<i2").tobytes())


needs_low_voice = pytest.mark.skipif(
    not HTS_VOICES[VoiceName.LOW].is_installed, reason="the package hts-voice-nitech-jp-atr503-m001 is not installed"
)
EITHER_VOICE = [VoiceName.NORMAL, pytest.param(VoiceName.LOW, marks=needs_low_voice)]


@pytest.mark.parametrize("frequency", [60, 400, 3000])
def test_our_measure_is_the_standard_s(frequency: float) -> None:
    sound = join([silence(1), hum(1.5, 9000, frequency), silence(0.7), hum(1.1, 500, frequency)])
    assert loudness_of(samples(sound)) == pytest.approx(lufs(sound), abs=0.1)


@pytest.mark.parametrize("size", [40, 1000, 30_000])
def test_soft_and_loud_sounds_come_to_the_same_loudness(size: float) -> None:
    assert lufs(levelled(hum(1, size))) == pytest.approx(TARGET, abs=0.2)


def test_a_silence_stays_a_silence() -> None:
    assert levelled(silence(1)) == silence(1)
    assert levelled(silence(0)) == silence(0)


def test_peaks_are_turned_down_with_what_surrounds_them() -> None:
    sound = samples(join([hum(0.5, 5000), hum(0.1, 32_000), hum(0.5, 5000)])) * 1.7
    result = limited(sound)
    assert numpy.abs(result).max() <= CEILING
    quiet = slice(0, round(0.4 * RATE))
    assert (result[quiet] == sound[quiet]).all()
    # Turned down as a whole, it is still a pure tone: cut off, it would have overtones.
    peak = result[round(0.52 * RATE) : round(0.58 * RATE)]
    spectrum = numpy.abs(numpy.fft.rfft(peak * numpy.hanning(len(peak))))
    tone = round(400 * len(peak) / RATE)
    assert spectrum[3 * tone - 2 : 3 * tone + 3].max() < spectrum[tone] / 1000


def test_what_has_no_peaks_is_not_touched_by_the_limiter() -> None:
    sound = samples(hum(0.5, 20_000))
    assert (limited(sound) == sound).all()


_SPOKEN: dict[tuple[VoiceName, float], list[Sound]] = {}


async def spoken(name: VoiceName, pace: float = PACE) -> list[Sound]:
    """Return the phrases as this voice says them; it says them once for all tests."""
    if (name, pace) not in _SPOKEN:
        voice = Voice(VoiceSettings(voice=name, pace=pace))
        _SPOKEN[name, pace] = [await voice.speak(phrase.text, phrase.kana) for phrase in PHRASES]
        await voice.close()
    return _SPOKEN[name, pace]


@pytest.mark.parametrize("name", EITHER_VOICE)
async def test_every_sentence_is_equally_loud_and_none_is_clipped(name: VoiceName) -> None:
    for phrase, sound in zip(PHRASES, await spoken(name), strict=True):
        assert lufs(sound) == pytest.approx(TARGET, abs=0.5), phrase.text
        assert numpy.abs(samples(sound)).max() <= CEILING


async def test_the_fallback_voice_is_as_loud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENGINE_VARIABLE, "espeak")
    voice = Voice()
    for phrase in PHRASES[:3]:
        sound = await voice.speak(phrase.text, Reader().reading(phrase.text))
        assert lufs(sound) == pytest.approx(TARGET, abs=0.5), phrase.text
        assert numpy.abs(samples(sound)).max() <= CEILING
    assert voice.engine == "espeak"
    await voice.close()


@pytest.mark.parametrize("name", EITHER_VOICE)
@pytest.mark.parametrize("pace", [4.8, 5.0, 6.0])
async def test_a_voice_speaks_at_the_pace_that_is_set(name: VoiceName, pace: float) -> None:
    count = sum(morae(Reader().reading(phrase.text)) for phrase in PHRASES)
    seconds = sum(sound.duration for sound in await spoken(name, pace))
    assert count / seconds == pytest.approx(pace, rel=0.05)


@needs_low_voice
async def test_the_low_voice_is_a_man_s_of_120_hertz() -> None:
    pitches = [
        numpy.median([pitch_of(samples(sound)) for sound in await spoken(name)])
        for name in (VoiceName.NORMAL, VoiceName.LOW)
    ]
    assert 300 < pitches[0] < 420
    assert 105 < pitches[1] < 130


async def test_the_pause_between_phrases_is_the_household_s(chimes: object) -> None:
    phrase = PHRASES[0]
    voice = Voice(VoiceSettings(pause=1.2))
    rendered = await voice.render([phrase], chimes)  # type: ignore[arg-type] # not used for a phrase
    assert rendered.duration == pytest.approx((await voice.speak(phrase.text, phrase.kana)).duration + 1.2)
    await voice.close()
