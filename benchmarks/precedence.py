"""Whom a processor serves first where terminals, broker and centre share a few.

Each terminal has a processor of its own. Where one process stands for thousands of them, whatever it waits for a
processor is nobody's delay but the bench's. So all others give way to it, the broker alone as well as the centre.
"""

import os
from contextlib import suppress
from pathlib import Path

_NICENESS = 10
"""A tenth of the weight of a process that does not give way (sched(7))."""


def give_way(pid: int) -> None:
    """Let a process that has just been started give way to the fleet, with all threads that it will begin."""
    os.setpriority(os.PRIO_PROCESS, pid, _NICENESS)
    # Linux first divides the processors among sessions; where it does not, there is no such file.
    with suppress(OSError):
        if os.getsid(pid) == pid:
            Path(f"/proc/{pid}/autogroup").write_text(str(_NICENESS))
