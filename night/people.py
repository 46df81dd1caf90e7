"""Staff and operators, other programs, and somebody who guesses: what they do over HTTP in a day."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Thread

import httpx

from broadcaster.ledger import Ledger
from demo.places import Places
from demo.preparation import USERS
from demo.processes import DemoError
from demo.staff import Staff
from night.day import Day

_PAGES = (
    *("/", "/log", "/terminals", "/planned", "/requests", "/dictionary", "/drafts", "/audit", "/people", "/tokens"),
    *("/account", "/alerts/new", "/monthly-test", "/dictionary/words.csv", "/terminals/t-0001", "/healthz"),
)
_STREAMS = ("/events", "/log/events", "/requests/events", "/terminals/events", "/planned/events", "/banner/events")
_API = ("/api/v1/health", "/api/v1/alerts", "/api/v1/terminals?limit=20", "/api/v1/town", "/api/v1/requests")
_ACTS = (
    "look",
    "ask as program",
    "send",
    "call back",
    "log in and out",
    "guess password",
    "guess code",
    "follow a page",
)
_SHORTEST_LOOK = 2.0
"""Seconds for which a page is followed by somebody who is late, and in which it must have begun to come."""

_ADMINISTRATOR = next((account.name, password) for account, password in USERS if account.name == "admin")
_AUTHOR = next((account.name, password) for account, password in USERS if account.name == "staff")


@dataclass
class People:
    """Everybody who is not a terminal. What they did is counted; `page_seconds` has how long each page took."""

    places: Places
    ledger: Ledger
    day: Day
    token: str
    done: Counter[str] = field(default_factory=Counter)
    page_seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _over: Event = field(default_factory=Event)
    _reader: Staff = field(init=False)
    _writer: Staff = field(init=False)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let everybody live for the length of a block, from when they are logged in."""
        with Staff(self.places, *_ADMINISTRATOR) as self._reader, Staff(self.places, *_AUTHOR) as self._writer:
            streams = [partial(self._follow, number) for number in range(self.day.streams)]
            threads = [Thread(target=self._safely, args=(act,)) for act in (self._read, self._write, *streams)]
            for thread in threads:
                thread.start()
            try:
                yield
            finally:
                self._over.set()
                for thread in threads:
                    thread.join()

    @property
    def have_begun(self) -> bool:
        """Whether everything has been done once, or failed."""
        return bool(self.faults) or all(self.done[act] for act in _ACTS)

    def _safely(self, act: Callable[[], None]) -> None:
        try:
            act()
        except (httpx.HTTPError, DemoError, OSError) as error:
            self.faults.append(f"{type(error).__name__}: {error}")

    def _read(self) -> None:
        self._live((self.day.page_views, self._look), (self.day.api_requests, self._ask_as_program))

    def _write(self) -> None:
        day = self.day
        self._live(
            (day.alerts, self._send),
            (day.wishes, self._call_back),
            (day.log_ins, self._log_in_and_out),
            (day.wrong_passwords, self._guess_password),
            (day.wrong_codes, self._guess_code),
        )

    def _live(self, *acts: tuple[int, Callable[[], None]]) -> None:
        times = sorted(
            ((self.day.seconds * (number + 0.5) / count, act) for count, act in acts for number in range(count)),
            key=lambda due: due[0],
        )
        began = time.monotonic()
        for moment, act in times:
            if self._over.wait(max(0.0, began + moment - time.monotonic())):
                return
            act()
            self.done[act.__name__.strip("_").replace("_", " ")] += 1

    def _look(self) -> None:
        newest = self.ledger.alerts.newest(1, 0)
        pages = [*_PAGES, *(f"/alerts/{accepted.alert.identifier}" for accepted in newest)]
        page = pages[self.done["look"] % len(pages)]
        began = time.monotonic()
        answer = self._reader.look(page)
        self.page_seconds.append(time.monotonic() - began)
        if answer.status_code != 200 or answer.url.path == "/login":
            self.faults.append(f"{page}: HTTP {answer.status_code} {answer.url.path}")

    def _send(self) -> None:
        number = self.done["send"] + 1
        self._writer.send("scam", f"{number}番目のお知らせ", "電話を切って、役場に相談してください。", ())

    def _call_back(self) -> None:
        for row in self._open_wishes()[:1]:
            page = f"/requests/{row}"
            self._writer.press(page, f"{page}/take")
            self._writer.press(page, f"{page}/done", ("note", "電話しました。"))

    def _open_wishes(self) -> list[int]:
        rows = self.ledger.connections.read().execute("SELECT id FROM requests WHERE done_at IS NULL ORDER BY id")
        return [row["id"] for row in rows]

    def _ask_as_program(self) -> None:
        path = _API[self.done["ask as program"] % len(_API)]
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = httpx.get(f"{self.places.centre_url}{path}", headers=headers, timeout=20)
        if answer.status_code != 200:
            self.faults.append(f"{path}: HTTP {answer.status_code}")

    def _log_in_and_out(self) -> None:
        with Staff(self.places, *_AUTHOR) as staff:
            staff.press("/", "/logout")

    def _guess_password(self) -> None:
        with suppress(DemoError), Staff(self.places, "nobody", f"guess {self.done['guess password']}"):
            self.faults.append("a guessed password opened")

    def _guess_code(self) -> None:
        guess = {"code": f"{self.done['guess code']:08}", "attempt": "a" * 40}
        answer = httpx.post(f"{self.places.centre_url}/enrol", json=guess, timeout=20)
        if answer.status_code == 200:
            self.faults.append("a guessed code opened")

    def _follow(self, number: int) -> None:
        each = self.day.seconds * self.day.streams / self.day.streams_opened
        headers = {"Accept": "text/event-stream"}
        cookies = self._reader.cookies
        end = time.monotonic()
        while not self._over.is_set():
            end += each
            address = f"{self.places.centre_url}{_STREAMS[number % len(_STREAMS)]}"
            timeout = httpx.Timeout(40, read=max(_SHORTEST_LOOK, end - time.monotonic()))
            stream = httpx.stream("GET", address, cookies=cookies, headers=headers, timeout=timeout)
            # Where nothing changes, nothing comes for a while.
            with stream as answer, suppress(httpx.ReadTimeout):
                for _line in answer.iter_lines():
                    if self._over.is_set() or time.monotonic() > end:
                        break
            self.done["follow a page"] += 1
            number += 1
