"""The pins of a Raspberry Pi through gpiozero, which finds by itself the library that drives them (lgpio on a Pi)."""

import logging
import warnings
from collections.abc import Callable
from typing import TypeVar

log = logging.getLogger(__name__)

_T = TypeVar("_T")


def opened(what: str, pin: int, build: Callable[[int], _T]) -> _T | None:
    """Return the part at a pin, counted as BCM does. None where there is none, which is said in the log."""
    try:
        with warnings.catch_warnings():
            # One for each library that is not installed; the error at the end says what matters.
            warnings.simplefilter("ignore")
            return build(pin)
    except Exception as error:  # each of the libraries has errors of its own
        log.warning("no %s", what, extra={"pin": pin, "reason": str(error)})
        return None
