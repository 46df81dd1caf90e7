"""A small MQTT 5 broker that does what no good one does; Mosquitto cannot be made so bad."""

import select
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.contract.broker import HOST

SESSION_SECONDS = 3600
RECEIVE_MAXIMUM = 10
GATHER_SECONDS = 0.02
"""Messages that come in several pieces are counted as one burst, as if confirming them took so long."""

_WELCOME = b"\x11" + struct.pack("!I", SESSION_SECONDS) + b"\x21" + struct.pack("!H", RECEIVE_MAXIMUM)
_PUBLISH = 3
_CLEAN_START = 0x02


@dataclass
class Client:
    """Somebody who has come, and what it has not confirmed."""

    user: str = ""
    filters: set[str] = field(default_factory=set)
    connection: socket.socket | None = None
    unconfirmed: dict[bytes, bytes] = field(default_factory=dict)


class Packet:
    """What is left to read of a packet."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def take(self, length: int) -> bytes:
        taken, self.data = self.data[:length], self.data[length:]
        return taken

    def number(self) -> int:
        return int(struct.unpack("!H", self.take(2))[0])

    def text(self) -> str:
        return self.take(self.number()).decode()

    def skip_properties(self) -> None:
        self.take(self.take(1)[0])


@dataclass
class PoorBroker:
    """It forgets who is away, or with `keeps` keeps everything for ever; it does not pass on what `muted` says.

    It knows no retained messages, wills and shared subscriptions, and confirms each message as if it did.
    """

    keeps: bool = False
    muted: str = ""
    clients: dict[str, Client] = field(default_factory=dict)
    count: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, connection: socket.socket) -> None:
        client, data = Client(), b""
        with suppress(OSError), connection:
            while received := connection.recv(65536):
                data += received
                if select.select([connection], [], [], GATHER_SECONDS)[0]:
                    continue
                packets, data = split(data)
                if sum(kind == _PUBLISH for kind, _ in packets) > RECEIVE_MAXIMUM:
                    connection.sendall(packet(0xE0, b"\x93\x00"))
                    break
                for kind, body in packets:
                    with self.lock:
                        client = self.answer(client, connection, kind, Packet(body))
        with self.lock:
            if client.connection is connection:
                client.connection = None

    def answer(self, client: Client, connection: socket.socket, kind: int, body: Packet) -> Client:
        match kind:
            case 1:  # CONNECT
                return self.welcome(connection, body)
            case 8:  # SUBSCRIBE
                number = body.take(2)
                body.skip_properties()
                client.filters.add(body.text())
                connection.sendall(packet(0x90, number + b"\x00\x01"))
            case 3:  # PUBLISH
                topic, number = body.text(), body.take(2)
                body.skip_properties()
                connection.sendall(packet(0x40, number))
                if client.user != self.muted:
                    self.pass_on(topic, body.data)
            case 4:  # PUBACK
                client.unconfirmed.pop(body.take(2), None)
        return client

    def welcome(self, connection: socket.socket, body: Packet) -> Client:
        body.text()
        _version, flags, _alive = struct.unpack("!BBH", body.take(4))
        body.skip_properties()
        name = body.text()
        is_known = self.keeps and not flags & _CLEAN_START and name in self.clients
        client = self.clients[name] = self.clients[name] if is_known else Client()
        client.connection = connection
        if flags & 0x80 and not flags & 0x04:
            client.user = body.text()
        properties = bytes([len(_WELCOME)]) + _WELCOME
        connection.sendall(packet(0x20, bytes([is_known, 0]) + properties) + b"".join(client.unconfirmed.values()))
        return client

    def pass_on(self, topic: str, payload: bytes) -> None:
        self.count += 1
        number = struct.pack("!H", self.count)
        message = packet(0x32, struct.pack("!H", len(topic)) + topic.encode() + number + b"\x00" + payload)
        for client in self.clients.values():
            if topic in client.filters:
                client.unconfirmed[number] = message
                if client.connection is not None:
                    # One who has left without our having noticed yet gets it when it is back.
                    with suppress(OSError):
                        client.connection.sendall(message)


def packet(first: int, body: bytes) -> bytes:
    length, rest = b"", len(body)
    while True:
        rest, low = divmod(rest, 128)
        length += bytes([low | 0x80 if rest else low])
        if not rest:
            return bytes([first]) + length + body


def split(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Return the kinds and bodies of the packets that are whole, and the rest."""
    packets: list[tuple[int, bytes]] = []
    while True:
        length = shift = 0
        at = 1
        while at < len(data):
            length |= (data[at] & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if not data[at - 1] & 0x80:
                break
        else:
            return packets, data
        if len(data) < at + length:
            return packets, data
        packets.append((data[0] >> 4, data[at : at + length]))
        data = data[at + length :]


@contextmanager
def poor_broker(broker: PoorBroker) -> Iterator[str]:
    """Let it serve until the block ends; return its URL."""
    threads: list[threading.Thread] = []
    with socket.create_server((HOST, 0)) as server:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    threads.append(threading.Thread(target=broker.serve, args=(connection,), daemon=True))
                    threads[-1].start()

        door = threading.Thread(target=accept, daemon=True)
        door.start()
        yield f"mqtt://{HOST}:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        door.join(10)
    for thread in threads:
        thread.join(10)
