"""The parent of the light terminals: it loads everything once, and forks a process for each before any thread exists.

It reads a line of JSON a command from its standard input and answers each with a line; at the end of its input it kills
its children and ends.
"""

import ctypes
import gc
import json
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from chaos.light import live
from demo.places import REPOSITORY
from kokuchi.voice.chimes import Chimes

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run, which ends this input
    chimes = Chimes(REPOSITORY / "sounds")
    libc = ctypes.CDLL(None)
    children: dict[str, int] = {}
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        command = json.loads(line)
        terminal: str = command["terminal"]
        match command["do"]:
            case "start":
                children[terminal] = _fork(command, chimes, libc)
            case "kill":
                pid = children.pop(terminal)
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            case "signal" if terminal in children:
                os.kill(children[terminal], command["number"])
        print(json.dumps(children.get(terminal)), flush=True)
    for pid in children.values():
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _fork(command: dict[str, str], chimes: Chimes, libc: ctypes.CDLL) -> int:
    zygote = os.getpid()
    pid = os.fork()
    if pid == 0:
        _become(command, chimes, libc, zygote)
    return pid


def _become(command: dict[str, str], chimes: Chimes, libc: ctypes.CDLL, zygote: int) -> NoReturn:
    code = 1
    try:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != zygote:
            os._exit(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        log = os.open(command["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        for source, target in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        live(Path(command["folder"]), command["host"], int(command["port"]), chimes)
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
