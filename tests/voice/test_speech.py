"""The worker process and the client before it."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from kokuchi.voice import Chimes, Phrase, PhraseSource, Voice, VoiceError, WorkerError, join, script_of
from kokuchi.voice.sentences import sentences
from kokuchi.voice.worker import ENGINE_VARIABLE
from kokuchi.wire import Level
from tests.voice.alerts import BODY, CONTACT, HEADLINE, alert_of
from tests.voice.kept import shares_the_voice
from tests.voice.words import dictionary_of
from tests.waiting import until


class Worker:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def ask(self, line: bytes) -> tuple[dict[str, object], bytes]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()
        header = json.loads(self.process.stdout.readline())
        return header, self.process.stdout.read(header.get("bytes", 0))


@pytest.fixture
def worker() -> Iterator[Worker]:
    command = [sys.executable, "-m", "kokuchi.voice.worker"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield Worker(process)


def test_the_worker_answers_what_it_can_and_survives_garbage(worker: Worker) -> None:
    garbage = [
        b"",
        b"{",
        b"[]",
        b"7",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"text": 5, "kana": null}',
        b'{"text": "a", "kana": 5}',
    ]
    for line in garbage:
        header, _ = worker.ask(line)
        assert list(header) == ["error"]
    header, pcm = worker.ask(json.dumps({"text": "訓練です。", "kana": None}).encode())
    assert header == {"bytes": len(pcm), "rate": 48_000, "engine": "open_jtalk"}
    assert len(pcm) > 48_000


def test_a_kanji_that_is_in_no_dictionary_is_read_and_takes_no_more_memory(worker: Worker) -> None:
    def say(name: str) -> str:
        text = f"{name}さんを捜しています。"
        assert worker.ask(json.dumps({"text": text, "kana": None}).encode())[0]["engine"] == "open_jtalk"
        return str(worker.ask(json.dumps({"reading": text}).encode())[0]["kana"]).partition("サンヲ")[0]

    def resident_bytes() -> int:
        pages = Path(f"/proc/{worker.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    assert say("吉田") == "ヨシダ"
    before = resident_bytes()
    assert [say(name) for name in ("𠮷田", "髙橋", "山﨑", "鱻")] == ["ヨシダ", "タカハシ", "ヤマザキ", "セン"]
    assert resident_bytes() - before < 15_000_000
    assert worker.ask(json.dumps({"reading": "月形町"}).encode()) == ({"kana": "ツキガタチョー"}, b"")


def test_the_worker_ends_when_nobody_speaks_to_it_any_more(worker: Worker) -> None:
    output, _ = worker.process.communicate(timeout=10)
    assert output == b""
    assert worker.process.returncode == 0


@shares_the_voice
async def test_the_voice_speaks_what_is_written(kept_voice: Voice) -> None:
    sound = await kept_voice.speak("月形町は10:30から訓練です。")
    assert 3.5 < sound.duration < 5.5
    assert kept_voice.engine == "open_jtalk"
    assert (
        await kept_voice.reading("月形町は10:30から訓練です。")
        == "ツキガタチョーワジュージサンジュップンカラクンレンデス。"
    )


@shares_the_voice
async def test_a_text_without_a_sound_is_an_empty_sound(kept_voice: Voice) -> None:
    assert (await kept_voice.speak("★☆★")).pcm == b""
    assert (await kept_voice.speak("")).pcm == b""


async def test_a_worker_that_is_killed_is_replaced(voice: Voice) -> None:
    before = await voice.speak("訓練です。")
    killed = voice.worker_pid
    assert killed
    os.kill(killed, signal.SIGKILL)
    assert await voice.speak("訓練ではありません。") != before
    assert voice.worker_pid != killed


async def test_a_worker_that_hangs_is_killed_and_replaced() -> None:
    voice = Voice(timeout=10.0)
    await voice.speak("訓練です。")
    stopped = voice.worker_pid
    assert stopped
    os.kill(stopped, signal.SIGSTOP)
    assert (await voice.speak("訓練ではありません。")).duration > 1
    with pytest.raises(ProcessLookupError):
        os.kill(stopped, 0)
    await voice.close()


async def test_a_worker_that_stands_still_can_be_restarted_before_its_time_is_over() -> None:
    reasons: list[str] = []
    voice = Voice(timeout=60.0, on_restart=reasons.append)
    await voice.speak("訓練です。")
    stopped = voice.worker_pid
    assert stopped
    os.kill(stopped, signal.SIGSTOP)
    speaking = asyncio.create_task(voice.speak("訓練ではありません。"))
    for _ in range(10):  # until the question is on its way
        await asyncio.sleep(0)
    voice.restart()
    assert (await speaking).duration > 1
    assert len(reasons) == 1
    assert "has died" in reasons[0]
    await voice.close()


async def test_a_voice_that_is_asked_nothing_lets_its_worker_go_and_calls_another_one() -> None:
    voice = Voice(idle_seconds=0.05)
    await voice.use(dictionary_of(("月形", "ツキガタ")))
    worker = voice.worker_pid
    assert worker
    await until(lambda: voice.worker_pid is None)
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)

    voice.wake()
    await until(lambda: voice.worker_pid)
    assert await voice.reading("月形") == "ツキガタ"
    assert voice.dictionary_revision is not None
    await voice.close()


async def test_a_worker_that_never_answers_in_time_is_an_error_that_says_so() -> None:
    voice = Voice(timeout=0.01)
    with pytest.raises(WorkerError, match=r"did not answer within 0\.01 s"):
        await voice.speak("訓練です。")
    await voice.close()


async def test_a_worker_that_cannot_run_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/usr/bin/false")
    with pytest.raises(WorkerError, match="has died"):
        await Voice().speak("訓練です。")
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    with pytest.raises(WorkerError, match="cannot be started"):
        await Voice().start()


async def test_a_caller_that_gives_up_does_not_spoil_the_next_answer(voice: Voice) -> None:
    await voice.start()
    given_up = asyncio.create_task(voice.speak(BODY))
    await asyncio.sleep(0)
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert (await voice.speak("訓練です。")).duration < 2
    assert await voice.reading("訓練") == "クンレン"


async def test_closing_the_voice_tells_those_who_wait(voice: Voice) -> None:
    await voice.start()
    waiting = asyncio.create_task(voice.speak(BODY))
    await asyncio.sleep(0)
    await voice.close()
    with pytest.raises(WorkerError, match="closed"):
        await waiting


async def test_a_recent_sound_is_not_made_again(voice: Voice) -> None:
    first = await voice.speak("訓練です。")
    assert await voice.speak("訓練です。") is first


async def test_a_sound_that_was_being_made_when_the_dictionary_changed_is_not_taken_for_the_new_one(
    voice: Voice,
) -> None:
    old, _ = await asyncio.gather(voice.speak("月形です。"), voice.use(dictionary_of(("月形", "ナガイコトバノヨミ"))))
    assert (await voice.speak("月形です。")).duration > old.duration


async def test_old_sounds_are_forgotten_when_they_are_too_many() -> None:
    voice = Voice(cache_bytes=200_000)
    first = await voice.speak("訓練です。")
    await voice.speak("訓練ではありません。")
    assert await voice.speak("訓練です。") is not first
    await voice.close()


@shares_the_voice
async def test_requests_at_the_same_time_get_their_own_answers(kept_voice: Voice) -> None:
    short, long, kana = await asyncio.gather(
        kept_voice.speak("はい。"), kept_voice.speak(BODY), kept_voice.reading("訓練")
    )
    assert short.duration < 2 < long.duration
    assert kana == "クンレン"


async def test_without_open_jtalk_the_fallback_voice_speaks_the_kana(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENGINE_VARIABLE, "espeak")
    voice = Voice()
    sound = await voice.speak("これは訓練です。", "コレワクンレンデス。")
    assert voice.engine == "espeak"
    assert sound.rate == 48_000
    assert 1 < sound.duration < 4
    assert max(memoryview(sound.pcm).cast("h")) > 5000
    await voice.close()


async def test_where_open_jtalk_cannot_be_loaded_kana_is_spoken_and_kanji_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "pyopenjtalk.py").write_text("raise ImportError('no wheel for this machine')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    voice = Voice()
    assert (await voice.speak("これは訓練です。", "コレワクンレンデス。")).duration > 1
    assert voice.engine == "espeak"
    with pytest.raises(VoiceError, match="no wheel for this machine"):
        await voice.speak("これは訓練です。")
    await voice.close()


@shares_the_voice
async def test_the_reading_of_an_alert_fits_its_script_sentence_by_sentence(kept_voice: Voice) -> None:
    reading = await kept_voice.reading_of(HEADLINE, BODY, CONTACT)
    cues = script_of(alert_of(reading=reading, contact=CONTACT), "月形町", "ツキガタチョー")
    assert all(cue.kana for cue in cues if isinstance(cue, Phrase))


async def test_a_performance_begins_long_before_the_whole_script_is_made(voice: Voice, chimes: Chimes) -> None:
    cues = script_of(alert_of(body=BODY * 3, contact=CONTACT), "月形町", "ツキガタチョー")
    await voice.speak("準備")
    started = monotonic()
    moments = []
    async for cue, sound in voice.performance(cues, chimes):
        moments.append(monotonic() - started)
        assert sound.duration > 0.5, cue
    assert moments[1] < moments[-1] / 3


@shares_the_voice
async def test_a_performance_that_is_broken_off_leaves_the_voice_usable(kept_voice: Voice, chimes: Chimes) -> None:
    cues = script_of(alert_of(Level.EMERGENCY), "月形町", "ツキガタチョー")
    async with contextlib.aclosing(kept_voice.performance(cues, chimes)) as performance:
        async for cue, _ in performance:
            if isinstance(cue, Phrase):
                break
    assert (await kept_voice.speak("訓練です。")).duration < 2


@shares_the_voice
async def test_the_rendered_script_is_the_performance_in_one_piece(kept_voice: Voice, chimes: Chimes) -> None:
    cues = script_of(alert_of(Level.IMPORTANT), "月形町", "ツキガタチョー")
    parts = [sound async for _, sound in kept_voice.performance(cues, chimes)]
    assert await kept_voice.render(cues, chimes) == join(parts)
    assert len(parts) == 2 + 2 * (2 + len(sentences(BODY))) + 1


@shares_the_voice
async def test_the_pause_after_a_phrase_is_part_of_its_sound(kept_voice: Voice, chimes: Chimes) -> None:
    phrase = Phrase("訓練です。", None, PhraseSource.BODY, pause_after=1.0)
    rendered = await kept_voice.render([phrase], chimes)
    assert rendered.duration == pytest.approx((await kept_voice.speak(phrase.text)).duration + 1.0)
