"""The loudspeaker's volume: amixer (alsa-utils), which sets a control of a sound card's mixer."""

import asyncio
import logging

log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 2.0


class AmixerVolume:
    """Sets an ALSA control; `mixer` is a name as `amixer -D` takes it, None for the default card.

    A card that is missing, or has no such control, is no error: it is said in the log, once until it changes.
    """

    def __init__(self, mixer: str | None = None, control: str = "Master") -> None:
        self._command = ["amixer", "--quiet", "-M", *(["-D", mixer] if mixer else []), "sset", control]
        self._fault: str | None = None

    async def set(self, percent: int) -> None:
        """Set the volume, from 0 to 100 as the ear counts it, and unmute."""
        self._note(await self._run(f"{percent}%"))
        if self._fault is None:
            # Not every control can be muted, and one that cannot refuses the word.
            await self._run("unmute")

    async def _run(self, word: str) -> str | None:
        """Return why it failed, None if it did not."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                word,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            return f"amixer cannot be started ({error.strerror}); install alsa-utils"
        try:
            _, errors = await asyncio.wait_for(process.communicate(), _PATIENCE_SECONDS)
        except TimeoutError:
            return f"amixer did not end within {_PATIENCE_SECONDS:g} s"
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return None if process.returncode == 0 else (errors.decode(errors="replace").strip() or "amixer failed")

    def _note(self, fault: str | None) -> None:
        if fault != self._fault:
            log.log(logging.INFO if fault is None else logging.WARNING, "volume", extra={"fault": fault})
            self._fault = fault
