"""The run's side of the zygote: light terminals are started, killed and signalled through it."""

import asyncio
import contextlib
import json
import sys
from pathlib import Path

from chaos.places import ChaosPlaces
from demo.places import HOST, REPOSITORY

_LIMIT_SECONDS = 10.0


class Nursery:
    """Light terminals, each a process of its own. Leaving the block ends them all."""

    def __init__(self, places: ChaosPlaces) -> None:
        self._places = places
        self._logs = places.logs / "light"
        self._lock = asyncio.Lock()
        self._zygote: asyncio.subprocess.Process | None = None
        self.pids: dict[str, int] = {}

    async def __aenter__(self) -> "Nursery":
        self._logs.mkdir(parents=True, exist_ok=True)
        with (self._places.logs / "zygote.log").open("ab") as log:
            self._zygote = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "chaos.zygote",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=REPOSITORY,
                start_new_session=True,
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._zygote is None:
            return
        if self._zygote.stdin is not None:
            self._zygote.stdin.close()
        try:
            async with asyncio.timeout(_LIMIT_SECONDS):
                await self._zygote.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._zygote.kill()
            await self._zygote.wait()

    async def start(self, terminal: str) -> None:
        """Switch a terminal on."""
        pid = await self._ask(
            {
                "do": "start",
                "terminal": terminal,
                "folder": str(self._places.device_files(terminal)),
                "log": str(self._logs / f"{terminal}.log"),
                "host": HOST,
                "port": self._places.proxy_port,
            }
        )
        if pid is not None:
            self.pids[terminal] = pid

    async def kill(self, terminal: str) -> None:
        """Cut a terminal's power."""
        self.pids.pop(terminal, None)
        await self._ask({"do": "kill", "terminal": terminal})

    async def signal(self, terminal: str, number: int) -> None:
        """Send a terminal a signal that does not end it, if it is on."""
        if terminal in self.pids:
            await self._ask({"do": "signal", "terminal": terminal, "number": number})

    def memory(self) -> tuple[int, int]:
        """Return the resident and the proportional bytes of all light terminals; what they share counts once in PSS."""
        totals = {"Rss": 0, "Pss": 0}
        for pid in self.pids.values():
            try:
                text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
            except (FileNotFoundError, ProcessLookupError):
                continue
            for line in text.splitlines():
                name = line.partition(":")[0]
                if name in totals:
                    totals[name] += int(line.split()[1]) * 1024
        return totals["Rss"], totals["Pss"]

    async def _ask(self, command: dict[str, object]) -> int | None:
        async with self._lock:
            if self._zygote is None or self._zygote.stdin is None or self._zygote.stdout is None:
                raise RuntimeError("the zygote does not run")
            self._zygote.stdin.write(json.dumps(command).encode() + b"\n")
            await self._zygote.stdin.drain()
            answer = await self._zygote.stdout.readline()
            if not answer:
                raise RuntimeError(f"the zygote has ended; see {self._places.logs / 'zygote.log'}")
            pid: int | None = json.loads(answer)
            return pid
