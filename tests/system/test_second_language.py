"""A terminal whose household has chosen English, beside one that has not: real processes, real voices."""

import re
from pathlib import Path

from kokuchi.voice.languages import language_for
from kokuchi.voice.sound import BYTES_PER_SAMPLE, RATE
from kokuchi.voice.speech import Voice
from kokuchi.wire import Presence
from kokuchi.wire import Speaker as SpeakerState
from tests.town import Town
from tests.waiting import wait_until

JAPANESE, ENGLISH = "t-0001", "t-0002"
SWITCHED_ON = (JAPANESE, ENGLISH)
TEXT = "本日午前10時30分ごろ、町内で不審な電話がありました。"
TRANSLATED = "Beware of suspicious calls\nDo not talk about money. Hang up.\n"
WORDS = language_for("en", {"en": "Tsukigata Town"})


def choose_english(town: Town) -> None:
    settings = town.places.device_files(ENGLISH) / "terminal.toml"
    text, count = re.subn(r'# language = "vi".*', 'language = "en"', settings.read_text(encoding="utf-8"))
    assert count == 1
    settings.write_text(text, encoding="utf-8")
    town.kill(ENGLISH)
    town.processes.start_again(ENGLISH)
    town.wait_for_presence()


def publish(town: Town, headline: str, *more: str) -> str:
    to = [f"--to=terminal:{terminal}" for terminal in (JAPANESE, ENGLISH)]
    arguments = ["--category=awareness_event", f"--headline={headline}", f"--body={TEXT}", *to, *more]
    identifier = town.broadcaster("publish", *arguments).stdout.partition(":")[0]
    for terminal in (JAPANESE, ENGLISH):
        wait_until(lambda terminal=terminal: town.line(identifier, terminal).delivery.voiced_at, 60)  # type: ignore[misc]
    return identifier


def played(town: Town, terminal: str) -> bytes:
    return (town.places.device_files(terminal) / "sound.raw").read_bytes()


def seconds(pcm: bytes) -> float:
    return len(pcm) / BYTES_PER_SAMPLE / RATE


async def spoken(*sentences: str) -> list[bytes]:
    voice = Voice()
    try:
        return [(await voice.speak(sentence, language="en")).pcm for sentence in sentences]
    finally:
        await voice.close()


def presence(town: Town, terminal: str) -> Presence:
    return town.ledger.presences.all()[terminal]


async def test_a_drill_with_a_translation_is_said_in_both_languages_and_is_voiced(town: Town, tmp_path: Path) -> None:
    """Promises 5 and 7: every sample of the English words has reached the device, the drill first."""
    choose_english(town)
    file = tmp_path / "en.txt"
    file.write_text(TRANSLATED, encoding="utf-8")
    identifier = publish(town, "英語のためし", "--drill", f"--translation=en:{file}")

    words = await spoken(
        WORDS.drill,
        WORDS.greeting,
        "Beware of suspicious calls",
        "Do not talk about money.",
        "Hang up.",
        WORDS.spoken_call("0126-53-2321"),
    )
    english, japanese = played(town, ENGLISH), played(town, JAPANESE)
    places = [english.find(pcm) for pcm in words]
    assert -1 not in places
    assert places == sorted(places)
    assert [japanese.find(pcm) for pcm in words] == [-1] * len(words)
    said = sum(map(len, words)) / BYTES_PER_SAMPLE / RATE
    assert seconds(english) > seconds(japanese) + said
    assert town.line(identifier, ENGLISH).delivery.outcome is None
    assert presence(town, ENGLISH).speaker is SpeakerState.WORKING


async def test_without_a_translation_it_is_told_that_there_is_one_in_japanese(town: Town) -> None:
    publish(town, "訳のないためし")

    only_japanese, call = await spoken(WORDS.only_japanese, WORDS.spoken_call("0126-53-2321"))
    english = played(town, ENGLISH)
    assert 0 < english.find(only_japanese) < english.find(call)


def test_no_log_of_the_town_has_a_traceback(town: Town) -> None:
    for log in Path(town.places.logs).glob("*.log"):
        assert "Traceback" not in log.read_text(errors="replace"), log
