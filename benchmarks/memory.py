"""How a bench takes memory: as the installed broker and centre do, and what stands for the terminals with them.

On a machine that is shared, memory that nobody has touched for a while is slow to come back, page by page: on those of
November 2026, 5 µs after a quarter of a second and 24 µs after two seconds, where huge pages took 0.2 and 0.6. A device
has a memory of its own; here one process stands for thousands, and would be the slower the more of them it touches.
"""

import os
import sys

from demo.preparation import MEMORY


def take_as_installed() -> None:
    """Begin this program once more, with all that it will start, unless its memory is so already."""
    if any(os.environ.get(name) != value for name, value in MEMORY.items()):
        os.execve(sys.executable, sys.orig_argv, {**os.environ, **MEMORY})  # noqa: S606 - itself
