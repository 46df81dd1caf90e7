"""The only place that imports pyopenjtalk: late, because it takes 80 MB, and quietly."""

import contextlib
import io
from functools import cache
from typing import Any

from kokuchi.voice.errors import EngineError


@cache
def open_jtalk() -> Any:
    """Return the module pyopenjtalk, or raise EngineError where it cannot run."""
    try:
        # It prints a warning about ONNX Runtime, which we do not use, to the standard output.
        with contextlib.redirect_stdout(io.StringIO()):
            import pyopenjtalk
    except Exception as error:
        raise EngineError(f"Open JTalk cannot be loaded: {error}") from error
    return pyopenjtalk
