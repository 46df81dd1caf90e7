"""A real Mosquitto for tests, and a way to it that can be cut."""

import asyncio
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.ports import free_port
from tests.waiting import wait_until

HOST = "127.0.0.1"
MOSQUITTO = "/usr/sbin/mosquitto"


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def serves(port: int) -> bool:
    """Tell whether a Mosquitto is at work: one that only listens yet would be ended by a SIGHUP."""
    with suppress(OSError), socket.create_connection((HOST, port), 10) as stranger:
        stranger.sendall(b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00")
        # It is turned away, by its password or for want of TLS, and only the main loop does that.
        with suppress(ConnectionError):
            stranger.recv(1)
        return True
    return False


@contextmanager
def mosquitto(configuration: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run Mosquitto with a configuration until the block ends."""
    log = configuration.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [MOSQUITTO, "-c", str(configuration)], stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        wait_until(lambda: serves(port) or process.poll() is not None, what="Mosquitto answers")
        assert process.poll() is None, log.read_text(errors="replace")
        yield process
    finally:
        process.terminate()
        process.wait(10)


class Cable:
    """A TCP proxy to a broker: whoever comes through it can be cut off, as a pulled plug does."""

    def __init__(self, broker_port: int) -> None:
        self.port = free_port()
        self._broker_port = broker_port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()

    async def plug_in(self) -> None:
        self._server = await asyncio.start_server(self._connect, HOST, self.port)

    async def cut(self) -> None:
        """End every connection, without a goodbye; new ones can be made."""
        for writer in self._writers:
            writer.transport.abort()
        pumps = list(self._pumps)
        await asyncio.gather(*pumps, return_exceptions=True)

    async def unplug(self) -> None:
        """End every connection and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await self.cut()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_broker, from_broker = (await asyncio.open_connection(HOST, self._broker_port))[::-1]
        for source, sink in ((reader, to_broker), (from_broker, writer)):
            self._writers.add(sink)
            task = asyncio.create_task(self._pump(source, sink))
            self._pumps.add(task)
            task.add_done_callback(self._pumps.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        sink.close()
        with suppress(ConnectionError):
            await sink.wait_closed()
        self._writers.discard(sink)
