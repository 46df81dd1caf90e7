"""The process that holds the engines: `python -m kokuchi.voice.worker`. It ends when its standard input closes.

One request a line, in JSON:
    {"text": written text, "kana": its reading or null}  →  {"bytes": n, "rate": r, "engine": name} and n bytes of PCM
    {"text": written text, "language": code of a second} →  the same; either may have a "pace" in morae per second
    {"reading": written text}                            →  {"kana": its reading}
    {"dictionary": a kokuchi.wire.Dictionary or null}    →  {"words": how many it has}; from now on all is read by it
    {"explain": written text}                            →  {"words": [[written, reading, source, detail], …]}
    {"furigana": [headline, body]}                       →  {"furigana": a kokuchi.wire.Furigana}
    {"candidate": a Dictionary, "sentences": [[text, reading], …]}  →  {"broken": [[place in the list, reading], …]}
    anything else, or what no engine can say             →  {"error": message}
Nothing else goes to the standard output: whatever a library prints there is sent to the standard error.

KOKUCHI_VOICE_ENGINE=espeak leaves Open JTalk out, as on a machine where it cannot run.
"""

import argparse
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from pydantic import ValidationError

from kokuchi.voice.analysis import explained
from kokuchi.voice.cues import PAUSE
from kokuchi.voice.duration import PACE
from kokuchi.voice.engines.espeak import EspeakVoice
from kokuchi.voice.errors import EngineError, VoiceError
from kokuchi.voice.foreign import foreign_sentences, said
from kokuchi.voice.furigana import furigana_of
from kokuchi.voice.kana import Reader
from kokuchi.voice.languages import LANGUAGES
from kokuchi.voice.long_vowels import comparable
from kokuchi.voice.loudness import levelled
from kokuchi.voice.sentences import sentences
from kokuchi.voice.settings import VoiceName
from kokuchi.voice.sound import Sound, join, silence
from kokuchi.wire import Dictionary

if TYPE_CHECKING:
    from kokuchi.voice.engines.open_jtalk import OpenJTalkVoice

ENGINE_VARIABLE = "KOKUCHI_VOICE_ENGINE"
_WARMING = "準備ができました。"


class Engine(Protocol):
    """What the worker asks of an engine."""

    name: str

    def speak(self, text: str) -> Sound:
        """Return the sound of a sentence, or raise EngineError."""


class Worker:
    """Answers requests with Open JTalk, and with espeak-ng where that fails and for other languages."""

    def __init__(self, voice: VoiceName) -> None:
        self._voice = voice
        self._reader = Reader()

    def warm(self) -> None:
        """Load the engine and let it say something to nobody, so that the first alert does not wait for it."""
        if self._first:
            with contextlib.suppress(VoiceError):
                self._spoken(_WARMING, None, PACE)

    def answer(self, line: bytes) -> tuple[dict[str, Any], bytes]:
        """Return the header and the PCM that answer a request."""
        try:
            request = json.loads(line)
            match request:
                case {"text": str(text), "kana": (str() | None) as kana}:
                    sound, engine = self._spoken(text, kana, _pace_of(request))
                    return {"bytes": len(sound.pcm), "rate": sound.rate, "engine": engine}, sound.pcm
                case {"text": str(text), "language": str(code)} if code in LANGUAGES:
                    sound = _joined(EspeakVoice(_pace_of(request), code), said(text, code), foreign_sentences)
                    return {"bytes": len(sound.pcm), "rate": sound.rate, "engine": EspeakVoice.name}, sound.pcm
                case {"reading": str(text)}:
                    return {"kana": self._reader.reading(text)}, b""
                case {"dictionary": (dict() | None) as dictionary}:
                    return {"words": self._use(dictionary)}, b""
                case {"explain": str(text)}:
                    return {"words": [astuple(word) for word in explained(text, self._reader)]}, b""
                case {"furigana": [str(headline), str(body)]}:
                    return {"furigana": furigana_of(headline, body, self._reader).model_dump(mode="json")}, b""
                case {"candidate": dict(candidate), "sentences": list(listed)}:
                    return {"broken": self._broken(candidate, listed)}, b""
                case _:
                    return {"error": "the request is not one that the worker knows"}, b""
        except ValidationError as error:
            return {"error": f"the dictionary cannot be used: {error.errors()[0]['msg']}"}, b""
        except (ValueError, RecursionError):
            return {"error": "the request is not JSON in UTF-8"}, b""
        except VoiceError as error:
            return {"error": str(error)}, b""

    def _use(self, dictionary: dict[str, Any] | None) -> int:
        entries = Dictionary.model_validate(dictionary).entries if dictionary else ()
        self._reader = Reader(entries)
        return len(entries)

    def _broken(self, candidate: dict[str, Any], listed: list[list[str]]) -> list[tuple[int, str]]:
        """Return the sentences that are read right now and would be read wrongly."""
        new = Reader(Dictionary.model_validate(candidate).entries)
        right = [
            (place, text, kana)
            for place, (text, kana) in enumerate(listed)
            if comparable(self._reader.reading(text)) == comparable(kana)
        ]
        readings = ((place, new.reading(text), kana) for place, text, kana in right)
        return [(place, after) for place, after, kana in readings if comparable(after) != comparable(kana)]

    def _spoken(self, text: str, kana: str | None, pace: float) -> tuple[Sound, str]:
        if self._first:
            try:
                self._first.use(self._reader.frontend, pace)
                return _joined(self._first, self._reader.normalised(text)), self._first.name
            except VoiceError as error:
                print(f"{error}; the fallback voice takes over", file=sys.stderr)
        return _joined(EspeakVoice(pace), kana or self._reader.reading(text)), EspeakVoice.name

    @cached_property
    def _first(self) -> "OpenJTalkVoice | None":
        if os.environ.get(ENGINE_VARIABLE) == "espeak":
            return None
        try:
            from kokuchi.voice.engines.hts_voices import HTS_VOICES
            from kokuchi.voice.engines.open_jtalk import OpenJTalkVoice

            if HTS_VOICES[self._voice].is_installed:
                return OpenJTalkVoice(PACE, self._voice)
            print(f"the {self._voice} voice is not installed; the normal one speaks instead", file=sys.stderr)
            return OpenJTalkVoice(PACE)
        except (ImportError, EngineError) as error:
            print(f"{error}; the fallback voice takes over", file=sys.stderr)
            return None


def _pace_of(request: dict[str, Any]) -> float:
    return float(request.get("pace", PACE))


def _joined(engine: Engine, text: str, cut: Callable[[str], tuple[str, ...]] = sentences) -> Sound:
    """Synthesise sentence by sentence: a whole text at once takes three times the memory."""
    parts: list[Sound] = []
    for sound in map(levelled, map(engine.speak, cut(text))):
        if parts and sound.pcm:
            parts.append(silence(PAUSE))
        parts.append(sound)
    return join(parts)


def _main() -> None:
    parser = argparse.ArgumentParser(description="The voice's worker process; kokuchi.voice.Voice starts it.")
    parser.add_argument("--voice", type=VoiceName, default=VoiceName.NORMAL, help="normal or low")
    arguments = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the client says when to end
    # Whoever asked may be killed before the answer comes; that is no error of ours.
    with suppress(BrokenPipeError), os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        _serve(Worker(arguments.voice), sys.stdin.buffer, answers)


def _serve(worker: Worker, requests: BinaryIO, answers: BinaryIO) -> None:
    worker.warm()
    for line in requests:
        header, pcm = worker.answer(line)
        answers.write(json.dumps(header).encode() + b"\n" + pcm)
        answers.flush()


if __name__ == "__main__":
    _main()
