"""Whatever staff, households and terminals write is shown as text: on every page, in streams, pictures and files."""

import csv
import io
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI

from broadcaster.dictionary.files import format_words, parse_words
from broadcaster.domain.audience import Terminal
from broadcaster.domain.dictionary import Word
from broadcaster.domain.draft import Draft, DraftError, compose
from broadcaster.domain.roles import Role
from broadcaster.domain.texts import Translated
from broadcaster.ledger import Ledger
from broadcaster.ledger.accounts import Account
from broadcaster.spreadsheets import csv_bytes
from tests.broadcaster.web import states
from tests.broadcaster.web.browser import ALERT, Browser
from tests.broadcaster.web.town import EVERYONE, NOW, TOWN, Clock, presence, report
from tests.broadcaster.web.towns import make_app

MARKUP = "\"'></title><script>a()</script><img src=x onerror=a()>{{7*7}}"
"""Breaks out of text, attributes, titles and templates, if anything does."""

SHORT = "\"'><script>a()</script>"
"""For what may have 40 characters."""

TEXTS = {
    "terminals": ["household"],
    "accounts": ["display_name"],
    "broker": ["detail"],
    "outbox": ["failure"],
    "deliveries": ["reason"],
    "requests": ["note"],
    "untold": ["fault"],
    "submissions": ["reason", "note"],
    "occurrences": ["detail"],
    "api_tokens": ["name"],
    "sessions": ["address"],
    "quarantine": ["topic", "detail"],
}
"""Every column with words that somebody else chose; audit and the dictionary refuse it or are filled below."""


class Markup(HTMLParser):
    """Notes what a browser would run or load that no template has written."""

    def __init__(self) -> None:
        super().__init__()
        self.strange: list[str] = []
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        source = values.get("src") or ""
        runs = tag == "script" and not source.startswith("/static/")
        loads = tag in ("img", "iframe", "object", "embed", "base") and not source.startswith(
            ("/static/", "data:image")
        )
        if runs or loads or any(name.startswith("on") for name in values):
            self.strange.append(f"<{tag} {attrs}>")
        for name in ("href", "action", "src", "data-live", "formaction"):
            target = values.get(name) or ""
            if re.match(r"\s*(javascript|data|vbscript):", target, re.I) and not target.startswith("data:image"):
                self.strange.append(f"<{tag} {name}={target}>")
            if name in ("href", "data-live") and target.startswith("/") and not target.startswith("/static/"):
                self.links.add(target.partition("#")[0])


def examine(text: str) -> Markup:
    found = Markup()
    found.feed(text)
    return found


@pytest.fixture(scope="module")
def hostile(made_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    path = tmp_path_factory.mktemp("texts") / "ledger.sqlite"
    shutil.copy(made_ledger, path)
    ledger = Ledger(path)
    states.usual(ledger)
    states.trouble(ledger)
    fill(ledger)
    yield ledger
    ledger.close()


@pytest.fixture(scope="module")
def office(hostile: Ledger) -> FastAPI:
    return make_app(hostile, Clock())


@pytest.fixture
async def browser(office: FastAPI) -> AsyncIterator[Browser]:
    browser = Browser(office)
    await browser.log_in("<b>kanri</b>")
    yield browser
    await browser.client.aclose()


def fill(ledger: Ledger) -> None:
    """Write markup wherever anybody can write."""
    ledger.terminals.add([(Terminal("t-9", MARKUP, "household", "kita"), "hash")])
    words: dict[str, Any] = dict.fromkeys(
        ("speaker_detail", "last_refusal", "storage_fault", "last_restart", "software"), SHORT
    )
    ledger.presences.record(
        [presence("t-9", language='"><script>', **words), presence("t-1", speaker="failed", **words)]
    )
    draft = Draft("scam", MARKUP[:60], MARKUP, EVERYONE, translations=(Translated("vi", MARKUP, MARKUP),))
    alert = compose(draft, TOWN, ledger.terminals.all(), NOW)
    ledger.alerts.accept(alert, ["x"], ["t-1", "t-9"], "hanako")
    ledger.deliveries.record([report(alert, "t-9", received_at=NOW, outcome="voice_failed", reason=MARKUP)])
    ledger.accounts.add(Account(MARKUP, MARKUP, Role.AUTHOR), "correct horse battery")
    states.plan(ledger, "20261124T005500Z-dddddddd", MARKUP, days=2)
    states.wait(ledger, "20261124T005600Z-eeeeeeee", MARKUP)
    with ledger.connections.write() as db:
        for table, columns in TEXTS.items():
            for column in columns:
                unique = " || id" if (table, column) in (("api_tokens", "name"),) else ""
                db.execute(f"UPDATE {table} SET {column} = ?{unique}", [MARKUP])  # noqa: S608 - names from above
        db.execute("UPDATE sessions SET address = '127.0.0.1'")
        for deed in [row["deed"] for row in db.execute("SELECT DISTINCT deed FROM audit").fetchall()]:
            db.execute(
                "INSERT INTO audit (at, actor, deed, subject, detail) VALUES (?, ?, ?, ?, ?)",
                [NOW.isoformat(), MARKUP, deed, MARKUP, MARKUP],
            )


async def test_markup_in_every_text_is_shown_as_text_on_every_page_that_one_can_come_to(browser: Browser) -> None:
    seen: set[str] = set()
    open_links, streams, shown = {"/", "/audit", "/people", "/tokens"}, set(), 0
    while open_links:
        link = open_links.pop()
        seen.add(link)
        response = await browser.client.get(link)
        if "text/html" not in response.headers.get("content-type", ""):
            continue
        assert response.status_code < 500, link
        found = examine(response.text)
        assert found.strange == [], link
        shown += "&lt;script&gt;" in response.text
        streams |= {each for each in found.links if urlsplit(each).path.endswith("/events")}
        open_links |= {each for each in found.links - seen - streams if is_new(each, seen)}
    for stream in streams:
        async with browser.events(stream) as events:
            for part in (await events.parts_after_start()).values():
                assert examine(part).strange == [], stream
    print(f"{len(seen)} pages, {shown} of them with markup as text, {len(streams)} streams")
    assert len(seen) > 40
    assert shown > 15
    assert len(streams) > 3


def is_new(link: str, seen: set[str]) -> bool:
    """Tell whether a link leads to a page of which not many others were seen that differ in their numbers only."""
    pattern = re.sub(r"\d+", "0", link)
    return sum(re.sub(r"\d+", "0", other) == pattern for other in seen) < 4


@pytest.mark.parametrize("hidden", ["\u202e", "\u202d", "\u2066", "\u2069"])
def test_what_turns_the_direction_of_a_text_is_not_sent(hidden: str) -> None:
    for headline, body in ((f"ご注意{hidden}", "本文"), ("ご注意", f"本{hidden}文")):
        with pytest.raises(DraftError, match="turn the direction"):
            compose(Draft("scam", headline, body, EVERYONE), TOWN, [Terminal("t-1", "x", "household", "kita")], NOW)


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", '=cmd|"/c calc"!A1']


def test_no_export_holds_a_formula() -> None:
    words = [
        Word(word=f"{formula}語", reading="ゴ", example=f"{formula}語です。", source=formula)
        for formula in FORMULAS
        if formula.isprintable()
    ]
    tables = [format_words(words), csv_bytes(["名前"], [[formula] for formula in FORMULAS]).decode("utf-8-sig")]
    for table in tables:
        cells = [cell for row in csv.reader(io.StringIO(table.removeprefix("\ufeff"))) for cell in row]
        assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "＝"))] == []
    assert [word.example for word in parse_words(format_words(words), "x")] == [word.example for word in words]


async def test_nothing_that_somebody_writes_gets_into_a_header(browser: Browser) -> None:
    """Redirects and file names carry identifiers of ours, and what is carried on is encoded."""
    evil = "x\r\nSet-Cookie: evil=1\r\n\r\n<script>"
    answers = [
        await browser.client.get("/login", params={"next": f"/{evil}"}),
        await browser.client.get("/people/account", params={"name": evil, "done": "changed"}),
        await browser.client.get("/audit", params={"person": evil[:50], "since": evil[:50]}),
        await browser.post("/people/account", {"name": evil, "display_name": evil, "role": "author"}),
        await browser.post("/people/new", {"name": evil, "display_name": evil, "role": "author"}),
        await browser.post("/requests/1/note", {"note": evil, "seen": ""}),
        await browser.post("/alerts/check", {**ALERT, "headline": evil}),
        await browser.client.get("/dictionary", params={"q": evil}),
    ]
    stranger = Browser(browser.app)
    answers.append(await stranger.client.get("/log", params={"x": evil}))
    for answer in answers:
        assert answer.status_code < 500
        assert "evil" not in answer.headers.get("set-cookie", "")
        assert not any("\r" in value or "\n" in value for value in answer.headers.values())
        assert examine(answer.text).strange == []
    await stranger.client.aclose()


ELSEWHERE = [
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%09/evil.example",
    "javascript:a()",
    "/\t/evil.example",
    " //evil.example",
    "///evil.example",
    "http:evil.example",
    "@evil.example",
]


@pytest.mark.parametrize("path", ELSEWHERE)
async def test_the_log_in_page_leads_nowhere_else(office: FastAPI, path: str) -> None:
    stranger = Browser(office)
    await stranger.get("/login")
    answer = await stranger.post("/login", {"name": "hanako", "password": "correct horse battery", "next": path})
    assert answer.status_code == 303
    assert urlsplit(answer.headers["location"]).netloc == ""
    assert re.match(r"/(?![/\\])", answer.headers["location"])
    await stranger.client.aclose()


SEARCHES = ["%", "_", "' OR 1=1 --", '"', "*", "\\", "%' ESCAPE '", "NEAR(", "\x00", "9" * 400, "1e308", "-1", "٣"]


@pytest.mark.parametrize("search", SEARCHES)
async def test_what_is_searched_for_is_a_text_and_no_pattern_or_query(browser: Browser, search: str) -> None:
    for path, field in (
        ("/dictionary", "q"),
        ("/audit", "person"),
        ("/audit", "since"),
        ("/log", "page"),
        ("/planned", "month"),
    ):
        answer = await browser.client.get(path, params={field: search})
        assert answer.status_code in (200, 422), f"{path} {answer.status_code}"
    for path in ("/terminals/{}", "/requests/{}", "/alerts/{}", "/planned/{}", "/drafts/{}", "/monthly-test/{}"):
        address = path.format(re.sub(r"[^\w.]", "_", search) or "_")
        assert (await browser.client.get(address)).status_code in (303, 404, 422), address
