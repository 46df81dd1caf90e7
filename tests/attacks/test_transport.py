"""Requests that are too large, too slow, too many or malformed, over real connections to the real centre."""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from broadcaster.web.live import MOST_STREAMS
from broadcaster.web.protection import MAXIMUM_BODY_BYTES
from demo.preparation import USERS
from demo.staff import Staff
from kokuchi.connections import AT_ONCE
from tests.attacks.besieged import OTHER, Besieged
from tests.attacks.raw import ask, connect, get, read_answer
from tests.waiting import PATIENCE

GIGABYTE = 10**9
FORM = "Content-Type: application/x-www-form-urlencoded"
UPLOAD = "Content-Type: multipart/form-data; boundary=b"
JSON = "Content-Type: application/json"
TARGETS = {"log-in": ("/login", FORM), "import": ("/dictionary/import", UPLOAD), "enrolment": ("/enrol", JSON)}


@pytest.fixture
def port(besieged: Besieged) -> int:
    return besieged.town.places.port


def peak_memory(besieged: Besieged) -> int:
    """Return the most memory that the centre has ever had, in KiB."""
    status = Path(f"/proc/{besieged.town.processes.pid('centre')}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1])


def start(target: str, kind: str, *headers: str) -> bytes:
    lines = [f"POST {target} HTTP/1.1", "Host: office", kind, *headers, "", ""]
    return "\r\n".join(lines).encode()


def pour(connection: socket.socket, parts: Iterator[bytes]) -> int:
    """Send until the other end has had enough; return how much it took."""
    sent = 0
    try:
        for part in parts:
            connection.sendall(part)
            sent += len(part)
    except (BrokenPipeError, ConnectionResetError):
        pass
    return sent


def chunks() -> Iterator[bytes]:
    for _ in range(GIGABYTE // 65536):
        yield b"10000\r\n" + b"x" * 65536 + b"\r\n"


def plain() -> Iterator[bytes]:
    for _ in range(GIGABYTE // 65536):
        yield b"x" * 65536


@pytest.mark.parametrize("where", TARGETS)
@pytest.mark.parametrize("declared", [True, False], ids=["declared", "in chunks"])
def test_a_gigabyte_is_refused_early_and_costs_no_memory(
    besieged: Besieged, port: int, where: str, declared: bool
) -> None:
    before = peak_memory(besieged)
    target, kind = TARGETS[where]
    length = f"Content-Length: {GIGABYTE}" if declared else "Transfer-Encoding: chunked"
    with closing(connect(port)) as connection:
        connection.sendall(start(target, kind, length))
        sent = pour(connection, plain() if declared else chunks())
        answer = read_answer(connection) if sent < 2 * MAXIMUM_BODY_BYTES else None
    assert sent < GIGABYTE / 10, f"{sent} bytes were taken"
    assert answer is None or answer.status in (0, 303, 400, 403, 413)
    assert peak_memory(besieged) - before < 20_000


def test_who_declares_too_much_is_told_so(besieged: Besieged, port: int) -> None:
    answer = ask(port, start("/login", FORM, f"Content-Length: {GIGABYTE}", "Connection: close"))
    assert answer.status == 413
    assert "送られた内容が大きすぎます" in answer.text
    besieged.wait_for_log("centre", "request refused", "status=413", 'page="/login"')


def test_headers_without_end_are_refused(port: int) -> None:
    with closing(connect(port)) as connection:
        endless = (b"X-More: " + b"x" * 1000 + b"\r\n" for _ in range(100_000))
        sent = pour(connection, (part for part in (b"GET / HTTP/1.1\r\nHost: office\r\n", *endless)))
    assert sent < 50_000_000


def test_slow_requests_do_not_keep_staff_from_sending(besieged: Besieged, port: int) -> None:
    """As many half requests and half bodies as one address may have, and as many again that are turned away."""
    with ExitStack() as held:
        connections = []
        for number in range(2 * AT_ONCE):
            connection = held.enter_context(closing(connect(port)))
            connections.append(connection)
            slow = start("/login", FORM, "Content-Length: 1000") if number % 2 else b"GET / HTTP/1.1\r\nHost: off"
            pour(connection, iter((slow, b"n")))
        began = time.monotonic()
        besieged.town.send("待たされません", "届きます。", (OTHER,))
        seconds = time.monotonic() - began
    print(f"staff logged in and sent within {seconds:.2f} s while {2 * AT_ONCE} connections were held")
    besieged.wait_for_log("centre", "connection refused", '"127.0.0.2"', f"more than {AT_ONCE}")
    assert seconds < PATIENCE


def test_one_session_follows_a_bounded_number_of_pages(besieged: Besieged, port: int) -> None:
    with Staff(besieged.town.places, USERS[0][0].name, USERS[0][1]) as staff, ExitStack() as held:
        cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in staff.cookies.jar)
        asked = f"GET /events HTTP/1.1\r\nHost: office\r\nCookie: {cookie}\r\nAccept: text/event-stream\r\n\r\n"
        answers = []
        for _ in range(MOST_STREAMS + 3):
            connection = held.enter_context(closing(connect(port, "127.0.0.1")))
            connection.sendall(asked.encode())
            answers.append(connection.recv(12).decode())
        assert answers[:MOST_STREAMS] == ["HTTP/1.1 200"] * MOST_STREAMS
        assert set(answers[MOST_STREAMS:]) == {"HTTP/1.1 429"}


MALFORMED = {
    "no host": (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
    "two hosts": (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", 400),
    "a host with markup": (b'GET /login HTTP/1.1\r\nHost: a"><script>\r\nConnection: close\r\n\r\n', 400),
    "a host with a path": (b"GET /login HTTP/1.1\r\nHost: a/b@c\r\nConnection: close\r\n\r\n", 400),
    "a line feed in a header": (
        b"GET /login HTTP/1.1\r\nHost: office\nSet-Cookie: x\r\nConnection: close\r\n\r\n",
        400,
    ),
    "a NUL in a header": (b"GET /login HTTP/1.1\r\nHost: office\r\nX: \x00\r\nConnection: close\r\n\r\n", 400),
    "a length that is none": (start("/login", FORM, "Content-Length: -1", "Connection: close"), 400),
    "a length of 5,000 digits": (start("/login", FORM, f"Content-Length: {'9' * 5000}", "Connection: close"), 400),
    "a length and chunks": (
        start("/login", FORM, "Content-Length: 5", "Transfer-Encoding: chunked", "Connection: close")
        + b"0\r\n\r\nGET /",
        400,
    ),
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "a line without end": (b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: office\r\n\r\n", 400),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_what_is_no_proper_request_is_answered_as_one_and_does_no_harm(
    besieged: Besieged, port: int, what: str
) -> None:
    request, status = MALFORMED[what]
    answer = ask(port, request)
    assert answer.status in (status, 0), answer.text[:300]
    assert "<script>" not in answer.text
    assert "Set-Cookie: x" not in answer.text
    assert get(port, "/healthz").status == 200
    if answer.status == 400:
        besieged.wait_for_log("centre", "request refused", "status=400", '"127.0.0.2"')
    assert besieged.tracebacks() == []


SECRET = re.compile(r"PRIVATE KEY|session_secret|root:x:0|\[town\]|SQLite format")
CLIMBS = [
    "../../../../../../etc/passwd",
    "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/%2e%2e/site.py",
    "..%5c..%5csite.py",
    "..\\..\\site.py",
    "%252e%252e%252fsite.py",
    "....//....//site.py",
    "//etc/passwd",
    "base.css%00.html",
    "%00",
    "%ff%fe",
    "%0d%0aSet-Cookie:%20x=1",
    "a" * 3000,
    "%e2%80%ae",
    "'%20OR%201=1--",
    "%25",
    "99999999999999999999999999",
    "-1",
    "1e9",
]


@pytest.mark.parametrize("climb", CLIMBS, ids=[climb[:24] for climb in CLIMBS])
def test_no_path_leads_out_of_the_pages(besieged: Besieged, port: int, climb: str) -> None:
    for path in (f"/static/{climb}", f"/password/{climb}", f"/{climb}", f"/api/v1/alerts/{climb}"):
        answer = get(port, path)
        assert answer.status in (303, 400, 401, 404), f"{path}: {answer.text[:200]}"
        assert not SECRET.search(answer.text), path
        assert "x=1" not in answer.text.partition("\n\n")[0].replace("next=", ""), path
    assert besieged.tracebacks() == []


def test_an_address_that_is_made_up_does_not_get_round_the_delays(besieged: Besieged, port: int) -> None:
    """Only a proxy on this machine is believed when it names another address."""
    statuses = []
    for number in range(8):
        body = b'{"code": "%08d", "attempt": "%s"}' % (number, b"a" * 40)
        head = start(
            "/enrol", JSON, f"Content-Length: {len(body)}", f"X-Forwarded-For: 10.0.0.{number}", "Connection: close"
        )
        statuses.append(ask(port, head + body).status)
    assert statuses == [403] * 5 + [429] * 3
    besieged.wait_for_log("centre", "enrolment refused", '"127.0.0.2"')
    besieged.wait_for_log("centre", "enrolment held up", '"127.0.0.2"')


def test_a_forged_host_reaches_only_who_has_sent_it(port: int) -> None:
    """No page and no file of another one names it: what names a host does so from the request that asks."""
    for name in ("X-Forwarded-Host", "X-Host", "Forwarded"):
        answer = get(port, "/login", f"{name}: evil.example")
        assert "evil.example" not in answer.text
    moved = get(port, "/log", host="evil.example")
    assert moved.status == 303
    assert "location: /login?next=" in moved.text
