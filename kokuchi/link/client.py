"""paho's client, which reads and acknowledges many messages at a time.

As it is, paho asks the kernel five times for each message and makes a dozen objects of it, which costs a centre more
than all that it does with a report. What is overridden here is held by tests/contract/test_client.py.
"""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MessageType, MQTTErrorCode

from kokuchi.link.interface import Received

_AT_ONCE = 64 * 1024
"""How many bytes are read before what is in them is handed on."""

_ACKNOWLEDGEMENT = struct.Struct("!BBH")
_PUBLISH = MessageType.PUBLISH >> 4
_LONG = 0x4000
"""From here on a packet's length takes more than two bytes."""


class Client(mqtt.Client):
    """A client that hands on what has arrived together, in order, as one list; to be used with `loop_start`.

    Only a PUBLISH with QoS 0 or 1 is understood here, and its properties are nobody's concern: what terminals and the
    centre send has none, each line of the broker's log one. Everything else is left to paho, which reads it out of what
    has been read here.
    """

    def __init__(
        self, *arguments: Any, on_received: Callable[[mqtt.Client, list[Received]], None], **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self._on_received = on_received
        self._read, self._at = b"", 0
        self.on_socket_open = self._begin_anew

    def acknowledge(self, message_ids: Iterable[int]) -> None:
        """Send the PUBACKs of messages, in this order, as if they were one packet."""
        packets = b"".join(_ACKNOWLEDGEMENT.pack(MessageType.PUBACK, 2, message_id) for message_id in message_ids)
        if packets:
            self._packet_queue(MessageType.PUBACK, packets, 0, 1)

    def leave_unanswered(self, most: int) -> None:
        """Publish no more than so many messages that the broker has not acknowledged; others wait.

        For the beginning of a connection: paho lets this be set only before it, when the broker has not said its bound.
        """
        self._max_inflight_messages = most

    def abandon(self) -> None:
        """Disconnect, and wait for nothing: what this client's thread does may stand still, or it may be dead."""
        threading.Thread(target=self._leave, daemon=True).start()

    def _leave(self) -> None:
        self.disconnect()
        self.loop_stop()

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Take everything that has arrived, not one packet for each look at the socket."""
        ended = self._fill()
        result = MQTTErrorCode.MQTT_ERR_SUCCESS
        while self._at < len(self._read) and result == MQTTErrorCode.MQTT_ERR_SUCCESS:
            # Within a packet paho remembers its command.
            if self._in_packet["command"] or not self._take_publishes():
                result = self._read_one()
        # That the connection has ended, and how, paho finds by itself.
        return super().loop_read(max_packets) if ended and result == MQTTErrorCode.MQTT_ERR_SUCCESS else result

    def _read_one(self) -> MQTTErrorCode:
        """Let paho take a packet. Its own `loop_read` takes as many as it has published messages unanswered."""
        result = self._packet_read()
        if result == MQTTErrorCode.MQTT_ERR_AGAIN:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        return self._loop_rc_handle(result) if result else result

    def _begin_anew(self, _client: mqtt.Client, _userdata: object, connection: Any) -> None:
        # A report that follows an acknowledgement would wait for 40 ms, until the broker's kernel has confirmed that.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read, self._at = b"", 0
        # Whoever published these was told that they were not taken, and says them again; paho would send all of them at
        # once, however few the broker takes.
        self.drop_out_messages()

    def _fill(self) -> bool:
        """Read what is there; return whether nothing more will come."""
        parts, room = [self._read[self._at :]], _AT_ONCE
        try:
            while room > 0:
                # Over TLS each message comes by itself.
                part = super()._sock_recv(room)
                if not part:
                    return True
                parts.append(part)
                room -= len(part)
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            self._read, self._at = b"".join(parts), 0
            with self._msgtime_mutex:
                self._last_bytes_received = time.monotonic()
        return False

    def _sock_recv(self, bufsize: int) -> bytes:
        part = self._read[self._at : self._at + bufsize]
        self._at += len(part)
        return part or super()._sock_recv(bufsize)

    def _take_publishes(self) -> bool:
        """Hand on the messages that come next, as far as they are whole and simple; return whether there was one."""
        read, at, received = self._read, self._at, []
        end = len(read)
        while end - at > 4 and read[at] >> 4 == _PUBLISH:
            first, length, start = read[at], read[at + 1], at + 2
            if length & 0x80:
                length, start = length & 0x7F | read[start] << 7, start + 1
            stop = start + length
            qos = first >> 1 & 3
            if stop > end or length >= _LONG or length < 5 or qos > 1:
                break
            topic = start + 2 + (read[start] << 8 | read[start + 1])
            properties = topic + 2 * qos
            if properties >= stop or read[properties] & 0x80:
                break
            payload = properties + 1 + read[properties]
            if payload > stop:
                break
            message_id = read[topic] << 8 | read[topic + 1] if qos else 0
            try:
                name = read[start + 2 : topic].decode()
            except UnicodeDecodeError:
                break
            received.append(Received(name, read[payload:stop], bool(first & 1), message_id, qos))
            at = stop
        self._at = at
        if received:
            self._on_received(self, received)
        return bool(received)
