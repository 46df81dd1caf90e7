"""Devices and the link as the watchdog sees them: the same, and every progress of theirs is noted."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from kokuchi.link import Event, Link, Received
from kokuchi.pulse import Pulse
from kokuchi.voice.cues import Cue
from kokuchi.voice.sound import Sound
from terminal_client.outputs.interface import Speaker, SpeakerFailed

LINK_PATIENCE = 100.0
"""A connected terminal tells its presence each minute, and a link that is not connected tries again every 15 s."""

VOICE_PATIENCE = 60.0
"""Beyond the length of the sound before it. The voice asks its worker twice, 15 s each time, and reminds a new one of
its dictionary before; aplay has 10 s for each piece."""


class WatchedLink:
    """A link of which something is to be heard."""

    def __init__(self, link: Link, pulse: Pulse) -> None:
        self._link = link
        self._pulse = pulse

    @property
    def is_connected(self) -> bool:
        """Whether a publish can be tried now."""
        return self._link.is_connected

    async def start(self) -> None:
        """Begin to connect."""
        self._pulse.expect(LINK_PATIENCE)
        await self._link.start()

    async def events(self) -> AsyncIterator[Event]:
        """Yield what happens, in order."""
        async for event in self._link.events():
            self._pulse.expect(LINK_PATIENCE)
            yield event

    async def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expires_in: float | None = None
    ) -> None:
        """Publish and return once the broker has taken the message, or raise LinkError."""
        await self._link.publish(topic, payload, retain=retain, expires_in=expires_in)
        self._pulse.expect(LINK_PATIENCE)

    def listen_to(self, subscriptions: Sequence[str]) -> None:
        """Subscribe to these from now on, and to nothing else."""
        self._link.listen_to(subscriptions)

    def acknowledge(self, *received: Received) -> None:
        """Tell the broker that messages are safe with us."""
        self._link.acknowledge(*received)

    async def renew(self) -> None:
        """Give up the connection and what carries it, and connect again."""
        self._pulse.expect(LINK_PATIENCE)
        await self._link.renew()

    async def close(self) -> None:
        """Say goodbye."""
        self._pulse.rest()
        await self._link.close()


class WatchedSpeaker:
    """A speaker that must come to the next cue, or is told to give up."""

    def __init__(self, speaker: Speaker, pulse: Pulse) -> None:
        self._speaker = speaker
        self._pulse = pulse
        self._playing: asyncio.Task[None] | None = None
        self._was_given_up = False

    async def play(self, performance: AsyncIterator[tuple[Cue, Sound]], on_cue: Callable[[Cue, Sound], None]) -> None:
        """Play sounds one after another, or raise SpeakerFailed. Cancelling it stops the sound at once."""

        def heard(cue: Cue, sound: Sound) -> None:
            self._pulse.expect(sound.duration + VOICE_PATIENCE)
            on_cue(cue, sound)

        self._was_given_up = False
        self._pulse.expect(VOICE_PATIENCE)
        self._playing = asyncio.create_task(self._speaker.play(performance, heard), name="playing")
        try:
            await self._playing
        except asyncio.CancelledError:
            if self._was_given_up:
                raise SpeakerFailed("the voice stood still and was started anew") from None
            raise
        finally:
            self._playing = None
            self._pulse.rest()

    def give_up(self) -> None:
        """Let what is being played fail."""
        if self._playing is not None:
            self._was_given_up = True
            self._playing.cancel()
