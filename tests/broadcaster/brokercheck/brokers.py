"""Mosquittos that lack this or that, and a broker of former times."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from broadcaster.brokercheck.target import Login
from broadcaster.provisioning.mosquitto import password_hash, password_lines
from tests.contract.broker import HOST, mosquitto
from tests.ports import free_port

STOCK = "allow_anonymous true\nsys_interval 1\n"
"""As it comes, but that nobody outside could try it without a login."""

CENTRE, TERMINAL = Login("office", "password of the office"), Login("t-1", "password of t-1")

CRIPPLED = """\
allow_anonymous false
retain_available false
max_keepalive 10
max_packet_size 100000
max_queued_messages 10
"""
"""With passwords and without rights."""


@contextmanager
def broker(folder: Path, settings: str) -> Iterator[str]:
    """Run a Mosquitto that knows the two logins; return its URL."""
    port = free_port()
    passwords = folder / "passwords"
    hashes = [(login.username, password_hash(login.password)) for login in (CENTRE, TERMINAL)]
    passwords.write_text(password_lines(hashes[0], dict(hashes[1:])))
    known = f"password_file {passwords}\n" if "allow_anonymous false" in settings else ""
    configuration = folder / "mosquitto.conf"
    configuration.write_text(f"listener {port} {HOST}\nuser root\n{known}{settings}")
    with mosquitto(configuration, port):
        yield f"mqtt://{HOST}:{port}"


@contextmanager
def former_times() -> Iterator[str]:
    """Run a server that knows MQTT 3.1.1 alone: it refuses a greeting of another version; return its URL."""
    with socket.create_server((HOST, 0)) as server:

        def answer() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.recv(1024)
                        connection.sendall(b"\x20\x03\x00\x84\x00")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"mqtt://{HOST}:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    thread.join(10)
