"""What the device itself knows of the time."""

import ctypes
import time

_TIME_ERROR = 5
_TIMEX_BYTES = 512


def boot_seconds() -> float:
    """Return the seconds since the device was started, sleep included; nobody can turn this clock."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def is_synchronised() -> bool:
    """Tell whether the kernel says that its clock is synchronised (adjtimex(2)): NTP sets that, power-on does not."""
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (OSError, AttributeError):
        return False
    return bool(0 <= state < _TIME_ERROR)
