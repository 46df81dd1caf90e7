"""A TCP proxy between the terminals and the broker that knows whose connection it carries, and disturbs it."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from enum import Enum

_CHUNK_BYTES = 65536
_CONNECT_SECONDS = 10.0
_CONNECT = 0x10
_CONTINUES = 0x80


class Direction(Enum):
    """Which way bytes go."""

    UPWARDS = "upwards"
    DOWNWARDS = "downwards"


def client_identifier(packet: bytes) -> str | None:
    """Return the client identifier in an MQTT 5 CONNECT packet (MQTT 5, section 3.1), None until enough is there.

    What is no such packet has the identifier "".
    """
    if packet and packet[0] != _CONNECT:
        return ""
    try:
        length, start = _varint(packet, 1)
        if len(packet) < start + length:
            return None
        name_bytes = int.from_bytes(packet[start : start + 2], "big")
        # After the protocol's name: level, flags, keep alive.
        properties = start + 2 + name_bytes + 1 + 1 + 2
        length, place = _varint(packet, properties)
        place += length
        size = int.from_bytes(packet[place : place + 2], "big")
        return packet[place + 2 : place + 2 + size].decode(errors="replace")
    except IndexError:
        return None


def _varint(packet: bytes, place: int) -> tuple[int, int]:
    """Return a variable byte integer and the place after it."""
    value = 0
    for shift in range(0, 28, 7):
        byte = packet[place]
        place += 1
        value |= (byte & ~_CONTINUES) << shift
        if not byte & _CONTINUES:
            break
    return value, place


@dataclass
class _Weather:
    """What befalls a client's connections: moments of the monotonic clock until which it lasts."""

    stalled_until: float = 0.0
    delayed_until: float = 0.0
    delay: float = 0.0
    swallowed: set[Direction] = field(default_factory=set)
    writers: set[asyncio.StreamWriter] = field(default_factory=set)


class Proxy:
    """Carries connections from a port of this host to another one."""

    def __init__(self, host: str, port: int, target: int) -> None:
        self._host = host
        self._port = port
        self._target = target
        self._clients: dict[str, _Weather] = {}
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._carry, self._host, self._port, backlog=1024)

    async def close(self) -> None:
        """Cut everything and listen no more."""
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def connections(self, client: str) -> int:
        """Return how many connections a client has."""
        return len(self._of(client).writers) // 2

    def cut(self, client: str) -> None:
        """End a client's connections at once, without a word, and swallow nothing of its next ones."""
        self._of(client).swallowed.clear()
        for writer in list(self._of(client).writers):
            writer.transport.abort()

    def stall(self, client: str, seconds: float) -> None:
        """Carry nothing for a while; afterwards everything, in order."""
        weather = self._of(client)
        weather.stalled_until = max(weather.stalled_until, time.monotonic() + seconds)

    def delay(self, client: str, seconds: float, by: float) -> None:
        """Carry everything later for a while."""
        weather = self._of(client)
        weather.delay, weather.delayed_until = by, time.monotonic() + seconds

    def swallow(self, client: str, direction: Direction) -> None:
        """Lose everything that goes one way, until `cut`: a TCP connection with a hole in it must not go on."""
        self._of(client).swallowed.add(direction)

    def heal(self) -> None:
        """Disturb nobody any more."""
        for client, weather in self._clients.items():
            weather.stalled_until = weather.delayed_until = 0.0
            if weather.swallowed:
                self.cut(client)

    def _of(self, client: str) -> _Weather:
        return self._clients.setdefault(client, _Weather())

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._tasks.add(task)
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                greeting, client = await _greeting(reader)
                onwards = await asyncio.open_connection(self._host, self._target)
            await self._join((reader, writer), onwards, greeting, self._of(client))
        except (OSError, TimeoutError, EOFError, asyncio.CancelledError):
            # Only `close` cancels; asyncio's streams would take it for an error.
            return
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _join(
        self,
        terminal: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        broker: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        greeting: bytes,
        weather: _Weather,
    ) -> None:
        ends = {terminal[1], broker[1]}
        weather.writers |= ends
        try:
            pumps = [
                asyncio.create_task(_pump(greeting, terminal[0], broker[1], weather, Direction.UPWARDS)),
                asyncio.create_task(_pump(b"", broker[0], terminal[1], weather, Direction.DOWNWARDS)),
            ]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in pumps:
                    pump.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)
        finally:
            weather.writers -= ends
            for end in ends:
                end.transport.abort()


async def _greeting(reader: asyncio.StreamReader) -> tuple[bytes, str]:
    packet = b""
    while (client := client_identifier(packet)) is None:
        chunk = await reader.read(_CHUNK_BYTES)
        if not chunk:
            raise EOFError
        packet += chunk
    return packet, client


async def _pump(
    first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, weather: _Weather, direction: Direction
) -> None:
    with contextlib.suppress(OSError):
        chunk = first or await reader.read(_CHUNK_BYTES)
        while chunk:
            while (wait := weather.stalled_until - time.monotonic()) > 0:  # noqa: ASYNC110 - it may end early, or grow
                await asyncio.sleep(min(wait, 0.2))
            if weather.delayed_until > time.monotonic():
                await asyncio.sleep(weather.delay)
            if direction not in weather.swallowed:
                writer.write(chunk)
                await writer.drain()
            chunk = await reader.read(_CHUNK_BYTES)
