"""How text becomes sound through any pyttsx3 engine."""

import io
import threading
from typing import Any

from kokuchi.voice.errors import EngineError
from kokuchi.voice.sound import Sound

_PATIENCE = 8.0
"""Seconds for one sentence, less than the time after which a whole process is given up."""


def rendered(engine: Any, text: str) -> Sound:
    """Return what a pyttsx3 engine makes of a text, or raise EngineError. Nothing touches the disk or a sound device.

    The file that `save_to_file` writes is a BytesIO: our driver and the stock espeak driver hand it to `wave.open`.
    """
    failures: list[Exception] = []
    ended = threading.Event()

    def on_error(exception: Exception, **_: object) -> None:
        failures.append(exception)
        ended.set()

    def on_finished(**_: object) -> None:
        ended.set()

    subscriptions = [engine.connect("error", on_error), engine.connect("finished-utterance", on_finished)]
    file = io.BytesIO()
    try:
        engine.save_to_file(text, file)
        engine.runAndWait()
        # The stock espeak driver returns while its own thread still synthesises.
        is_over = ended.wait(_PATIENCE)
    finally:
        for subscription in subscriptions:
            engine.disconnect(subscription)
    if not is_over:
        raise EngineError(f"{engine} did not finish {text:.40} within {_PATIENCE:g} s")
    if failures:
        raise EngineError(f"{engine} cannot say {text:.40}: {failures[0]}") from failures[0]
    return Sound.from_wav(file.getvalue())
