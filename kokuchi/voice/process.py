"""The worker as a child process: started, asked, killed. It knows nothing of what is said."""

import asyncio
import contextlib
import json
import sys
from typing import Any

from kokuchi.voice.errors import WorkerError

_FAREWELL = 2.0
_LONGEST_HEADER = 16 * 1024 * 1024
"""An explanation of a long text has many words; the stream's own limit is 64 KB."""


class WorkerProcess:
    """One child process. After a WorkerError it is dead, and a new one must be started."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, arguments: list[str]) -> "WorkerProcess":
        """Start `python -m kokuchi.voice.worker` with these arguments, or raise WorkerError."""
        try:
            return cls(
                await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "kokuchi.voice.worker",
                    *arguments,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    limit=_LONGEST_HEADER,
                )
            )
        except OSError as error:
            raise WorkerError(f"the voice's worker process cannot be started: {error}") from error

    @property
    def pid(self) -> int:
        """Its process identifier."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended, as far as is known."""
        return self._process.returncode is None

    async def ask(self, request: dict[str, Any], timeout: float) -> tuple[dict[str, Any], bytes]:
        """Return the header and the bytes that answer a request, or kill the process and raise WorkerError."""
        try:
            async with asyncio.timeout(timeout):
                return await self._exchange(request)
        except BaseException as error:
            await self.kill()
            match error:
                case TimeoutError():
                    raise WorkerError(f"the voice's worker process did not answer within {timeout:g} s") from error
                case OSError() | EOFError() | ValueError():
                    raise WorkerError(f"the voice's worker process has died: {error}") from error
            raise

    async def close(self) -> None:
        """Let it end by itself, or kill it if it does not."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL):
                await self._process.communicate(b"")  # which closes its standard input
        await self.kill()

    async def kill(self) -> None:
        """End it now."""
        self.shoot()
        await self._process.communicate()

    def shoot(self) -> None:
        """Kill it, and leave it to whoever waits for its answer to find it dead."""
        if self.is_alive:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def _exchange(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        assert self._process.stdin is not None  # noqa: S101 - both are pipes, see start
        assert self._process.stdout is not None  # noqa: S101
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        await self._process.stdin.drain()
        header: dict[str, Any] = json.loads(await self._process.stdout.readuntil())
        return header, await self._process.stdout.readexactly(header.get("bytes", 0))
