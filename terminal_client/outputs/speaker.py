"""The loudspeaker: one aplay (alsa-utils) an alert, fed through a pipe that is kept short."""

import asyncio
from collections.abc import AsyncIterator, Callable

from kokuchi.voice.cues import Cue
from kokuchi.voice.sound import BYTES_PER_SAMPLE, RATE, Sound
from terminal_client.outputs.interface import SpeakerFailed

_PIPE_BYTES = 4096
_BUFFER_SECONDS = 0.2
_CHUNK_BYTES = RATE * BYTES_PER_SAMPLE // 10
_PATIENCE_SECONDS = 10.0
"""A device that takes no sound for this long hangs. It is far more than the device's buffer."""


class AplaySpeaker:
    """Plays on an ALSA device; `device` is a name as `aplay -D` takes it, None for the default one.

    With `real_time`, it is fed no faster than it can sound, even if the device swallows sound at once (ALSA's null).
    The pipe and the device's buffer hold about a quarter of a second, so that a cue begins when `on_cue` says so.
    """

    def __init__(self, device: str | None = None, *, real_time: bool = True) -> None:
        self._device = device
        self._real_time = real_time

    async def play(self, performance: AsyncIterator[tuple[Cue, Sound]], on_cue: Callable[[Cue, Sound], None]) -> None:
        """Play sounds one after another, or raise SpeakerFailed. Cancelling it stops the sound at once."""
        process = await self._start()
        try:
            await self._feed(process, performance, on_cue)
            if process.stdin is not None:
                process.stdin.close()
            _, errors = await asyncio.wait_for(process.communicate(), _PATIENCE_SECONDS)
        except TimeoutError as error:
            raise SpeakerFailed("the sound device takes no sound; is it stuck?") from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            raise SpeakerFailed(_reason(errors))

    async def _start(self) -> asyncio.subprocess.Process:
        device = ["--device", self._device] if self._device else []
        try:
            process = await asyncio.create_subprocess_exec(
                "aplay",
                "--quiet",
                *device,
                "--file-type=raw",
                "--format=S16_LE",
                "--channels=1",
                f"--rate={RATE}",
                f"--buffer-time={_BUFFER_SECONDS * 1_000_000:.0f}",
                "-",
                stdin=asyncio.subprocess.PIPE,
                pipesize=_PIPE_BYTES,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise SpeakerFailed(f"aplay cannot be started ({error.strerror}); install alsa-utils") from error
        if process.stdin is not None:
            process.stdin.transport.set_write_buffer_limits(high=_PIPE_BYTES)
        return process

    async def _feed(
        self,
        process: asyncio.subprocess.Process,
        performance: AsyncIterator[tuple[Cue, Sound]],
        on_cue: Callable[[Cue, Sound], None],
    ) -> None:
        if process.stdin is None:
            raise SpeakerFailed("aplay has no input")
        clock = asyncio.get_running_loop().time
        due = clock()
        try:
            async for cue, sound in performance:
                due = max(due, clock()) + sound.duration
                # The first piece must have been taken before anybody is told that the cue is heard.
                for start in range(0, len(sound.pcm), _CHUNK_BYTES):
                    process.stdin.write(sound.pcm[start : start + _CHUNK_BYTES])
                    async with asyncio.timeout(_PATIENCE_SECONDS):
                        await process.stdin.drain()
                    if start == 0:
                        on_cue(cue, sound)
                if self._real_time:
                    await asyncio.sleep(due - clock() - _BUFFER_SECONDS)
        except (BrokenPipeError, ConnectionResetError):
            # aplay has ended; its exit code and its words tell why.
            return


def _reason(error: bytes) -> str:
    text = error.decode(errors="replace").strip().splitlines()
    return text[-1][:150] if text else "aplay ended with an error"
