"""Staff with no hands: sends alerts through the pages as a browser would, and presses the household's button."""

from html.parser import HTMLParser
from typing import Self
from urllib.parse import urlencode

import httpx

from demo.places import Places
from demo.processes import DemoError
from kokuchi.wire.fields import JsonObject


class _Forms(HTMLParser):
    """The hidden fields of a page's forms, by the address that they are sent to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: dict[str, list[tuple[str, str]]] = {}
        self._action = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms and their hidden fields."""
        values = dict(attrs)
        if tag == "form":
            self._action = values.get("action") or ""
            self.fields.setdefault(self._action, [])
        elif tag == "input" and values.get("type") == "hidden":
            self.fields.setdefault(self._action, []).append((values.get("name") or "", values.get("value") or ""))


class Staff:
    """A member of staff who is logged in."""

    def __init__(self, places: Places, name: str, password: str) -> None:
        self._client = httpx.Client(base_url=places.centre_url, follow_redirects=True, timeout=20)
        page = self._client.get("/login")
        answer = self._submit(page, "/login", [("name", name), ("password", password)])
        if answer.url.path == "/login":
            raise DemoError(f"{name} could not log in")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def send(self, category: str, headline: str, body: str, terminals: tuple[str, ...]) -> str:
        """Write an alert to these terminals, or to all if none is named, look at it once more, send it.

        Return its identifier.
        """
        return self.send_written(self.write(category, headline, body, terminals))

    def write(self, category: str, headline: str, body: str, terminals: tuple[str, ...]) -> httpx.Response:
        """Write an alert to these terminals, or to all if none is named; return the page that shows it once more."""
        form = self._client.get("/alerts/new", params={"category": category})
        audience = "terminals" if terminals else "all"
        written = [("category", category), ("headline", headline), ("body", body), ("audience", audience)]
        return self._submit(form, "/alerts/check", [*written, *(("terminals", terminal) for terminal in terminals)])

    def identifier(self, check: httpx.Response) -> str:
        """Return the identifier of the alert that a page shows once more."""
        return dict(_form(check, "/alerts"))["identifier"]

    def send_request(self, check: httpx.Response) -> httpx.Request:
        """Return what a browser sends at the click, of what a page shows once more."""
        return self._request("/alerts", _form(check, "/alerts"))

    def send_written(self, check: httpx.Response) -> str:
        """Send what a page shows once more; return its identifier."""
        sent = self._submit(check, "/alerts", [])
        if not sent.url.path.startswith("/alerts/2"):
            raise DemoError(f"the alert was not sent: HTTP {sent.status_code} at {sent.url.path}")
        return sent.url.path.rsplit("/", 1)[1]

    def add_word(self, word: str, reading: str, example: str) -> str:
        """Add a word to the dictionary, look at it once more, save it; return the page that says so."""
        form = self._client.get("/dictionary/new")
        written = [("word", word), ("reading", reading), ("example", example), ("accent", "")]
        check = self._submit(form, "/dictionary/check", written)
        saved = self._submit(check, "/dictionary/save", [])
        if saved.url.path != "/dictionary":
            raise DemoError(f"the word {word!r} was not saved: HTTP {saved.status_code}")
        return saved.text

    def press(self, page: str, action: str, *fields: tuple[str, str]) -> httpx.Response:
        """Open a page and send one of its forms."""
        return self._submit(self._client.get(page), action, list(fields))

    def look(self, page: str) -> httpx.Response:
        """Open a page."""
        return self._client.get(page)

    @property
    def cookies(self) -> httpx.Cookies:
        """What the browser has of the session."""
        return self._client.cookies

    def _submit(self, page: httpx.Response, action: str, fields: list[tuple[str, str]]) -> httpx.Response:
        return self._client.send(self._request(action, [*_form(page, action), *fields]))

    def _request(self, action: str, fields: list[tuple[str, str]]) -> httpx.Request:
        content = urlencode(fields)
        return self._client.build_request(
            "POST", action, content=content, headers={"Content-Type": "application/x-www-form-urlencoded"}
        )


def _form(page: httpx.Response, action: str) -> list[tuple[str, str]]:
    forms = _Forms(page.text).fields
    if action not in forms:
        raise DemoError(f"{page.url} has no form for {action}: HTTP {page.status_code}")
    return forms[action]


def confirm(places: Places, terminal: str, alert: str) -> None:
    """Press 「わかりました」 at a terminal."""
    key: JsonObject = {"alert": alert, "revision": 1}
    httpx.post(f"{places.terminal_url(terminal)}/confirm", json=key, timeout=10).raise_for_status()
