"""The only place that imports pyopenjtalk: late, because it takes 80 MB, and quietly."""

import contextlib
import io
from collections.abc import Callable
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
        library: Any = pyopenjtalk
        library.read_unknown_kanji = _without_sudachi(library.read_unknown_kanji)
    except Exception as error:
        raise EngineError(f"Open JTalk cannot be loaded: {error}") from error
    return library


def _without_sudachi(read_unknown_kanji: Callable[[Any], Any]) -> Callable[[Any, str], Any]:
    """Let a kanji that no dictionary has (鱻) be read by the library's own table of single kanji.

    Given the text too, the library looks there first, in the dictionary of Sudachi: 78 MB that stay (measured in
    November 2026 with pyopenjtalk-plus 0.4.1.post10), where that is installed at all. No option of its prevents that.
    """
    return lambda features, _text: read_unknown_kanji(features)
