"""Three hundred characters from the text to the device: every sample, without a hitch, in little memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.speaking import Spoken
from benchmarks.text import THREE_HUNDRED_CHARACTERS
from kokuchi.voice import Chimes, Cue, Phrase, PhraseSource, Voice
from kokuchi.voice.sentences import sentences
from terminal_client.outputs.speaker import AplaySpeaker
from tests.alsa import file_device
from tests.voice.conftest import SOUNDS

REPOSITORY = Path(__file__).resolve().parents[2]
CUES = [Phrase(sentence, None, PhraseSource.BODY) for sentence in sentences(THREE_HUNDRED_CHARACTERS)]


async def test_the_samples_that_are_played_are_those_that_were_synthesised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration, played = file_device(tmp_path)
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(configuration))
    voice, chimes = Voice(), Chimes(SOUNDS)
    begun: list[Cue] = []

    await AplaySpeaker(real_time=False).play(voice.performance(CUES, chimes), lambda cue, _sound: begun.append(cue))

    synthesised = (await voice.render(CUES, chimes)).pcm
    await voice.close()
    assert len(THREE_HUNDRED_CHARACTERS) >= 300
    assert begun == CUES
    assert played.read_bytes()[: len(synthesised)] == synthesised
    assert not any(played.read_bytes()[len(synthesised) :])


def test_a_terminal_that_speaks_holds_up_nothing_and_stays_small() -> None:
    """The loop's work is counted in its thread's own time, so that a busy machine does not count as a blocked loop."""
    command = [sys.executable, "-m", "benchmarks.speaking"]
    done = subprocess.run(command, capture_output=True, check=True, cwd=REPOSITORY, env=os.environ)
    spoken = Spoken(**json.loads(done.stdout))

    assert spoken.seconds_of_sound > 30
    assert spoken.longest_work < 0.05
    assert spoken.terminal_memory + spoken.worker_memory < 250
