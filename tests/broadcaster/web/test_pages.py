import hashlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from broadcaster.ledger import Ledger
from broadcaster.web.protection import MAXIMUM_BODY_BYTES
from broadcaster.web.site import HERE
from kokuchi.wire import Outcome, Speaker
from tests.broadcaster.web.browser import ALERT, Browser
from tests.broadcaster.web.town import NOW, ROSTER, accept, presence, report

MARKUP = "<script>alert('x')</script>&\"'"


async def test_every_page_protects_its_reader(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    for path in [
        "/",
        "/login",
        "/log",
        "/terminals",
        "/requests",
        "/alerts/new",
        f"/alerts/{alert.identifier}",
        "/nothing",
    ]:
        headers = (await author.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"


async def test_no_page_names_another_host_or_holds_scripts_or_styles(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    pages = [
        (await author.get(path)).text
        for path in ["/", "/log", "/terminals", "/requests", "/alerts/new", f"/alerts/{alert.identifier}", "/nothing"]
    ]
    pages.append((await author.post("/alerts/check", ALERT)).text)
    for page in pages:
        assert "://" not in page
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?! src=)", page)
        assert all(address.startswith(("/", "#")) for address in re.findall(r'(?:src|href|action)="([^"]*)"', page))


def test_no_static_file_names_another_host() -> None:
    files = [path for path in (HERE / "static").iterdir() if path.suffix in (".css", ".js")]
    assert files
    assert [path.name for path in files if "://" in path.read_text(encoding="utf-8")] == []


def test_every_static_file_that_a_template_names_is_there() -> None:
    templates = [path.read_text(encoding="utf-8") for path in (HERE / "templates").rglob("*.html")]
    names = {name for text in templates for name in re.findall(r'static\("([^"]+)"\)', text)}
    assert names == {path.name for path in (HERE / "static").iterdir()}


@pytest.fixture
async def administrator(browser: Browser) -> Browser:
    await browser.log_in("<b>kanri</b>")
    return browser


async def test_markup_in_every_field_is_shown_as_text(administrator: Browser, ledger: Ledger) -> None:
    with ledger.connections.write() as db:
        db.execute("UPDATE terminals SET household = ?, area = ?", [MARKUP, MARKUP])
    alert = accept(ledger, headline=MARKUP, body=MARKUP)
    ledger.presences.record([presence("t-1", speaker=Speaker.FAILED, speaker_detail=MARKUP, software="<u>1</u>")])
    ledger.deliveries.record([report(alert, "t-1", received_at=NOW, outcome=Outcome.VOICE_FAILED, reason=MARKUP)])
    fields = {**ALERT, "headline": MARKUP, "body": MARKUP}
    pages = [
        (await administrator.get(path)).text
        for path in [
            "/",
            "/log",
            "/terminals",
            "/requests",
            "/alerts/new",
            f"/alerts/{alert.identifier}",
            f"/alerts/{alert.identifier}/correct",
            f"/alerts/{alert.identifier}/withdraw",
        ]
    ]
    correction = {"revision": "1", "headline": f"{MARKUP}2", "body": f"2{MARKUP}"}
    pages.append((await administrator.post(f"/alerts/{alert.identifier}/correct/check", correction)).text)
    pages.append((await administrator.post("/alerts/check", fields)).text)
    pages.append((await administrator.post("/alerts/check", {**fields, "audience": "areas", "areas": [MARKUP]})).text)
    pages.append((await administrator.post("/login", {"name": MARKUP, "password": "x", "next": MARKUP})).text)
    async with administrator.events(f"/alerts/{alert.identifier}/events") as stream:
        pages.extend((await stream.parts_after_start()).values())
    for page in pages:
        assert "<script>" not in page
        assert "<b>kanri" not in page
        assert "<i>管理" not in page
        assert "<u>1" not in page
    assert sum("&lt;script&gt;" in page for page in pages) >= 11


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/nothing", 404, "ページが見つかりません"),
        ("DELETE", "/log", 405, "この操作はできません"),
        ("GET", "/log?page=x", 422, "読みとれませんでした"),
        ("GET", "/log?page=0", 422, "読みとれませんでした"),
    ],
)
async def test_errors_are_told_in_japanese_within_the_layout(
    author: Browser, method: str, path: str, status: int, words: str
) -> None:
    response = await author.client.request(method, path)
    assert response.status_code == status
    assert words in response.text
    assert 'lang="ja"' in response.text
    assert "月形町" in response.text


async def test_a_failure_is_told_without_its_details(author: Browser, ledger: Ledger) -> None:
    with ledger.connections.write() as db:
        db.execute("DROP TABLE presences")
    response = await author.get("/terminals")
    assert response.status_code == 500
    assert "処理できませんでした" in response.text
    assert "presences" not in response.text
    assert "default-src 'self'" in response.headers["content-security-policy"]


async def test_a_body_that_is_too_large_is_refused_whether_announced_or_not(author: Browser) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(MAXIMUM_BODY_BYTES // 1000 + 2):
            yield b"a" * 1000

    kind = {"content-type": "application/x-www-form-urlencoded"}
    announced = await author.client.post("/alerts/check", content=b"a" * (MAXIMUM_BODY_BYTES + 1), headers=kind)
    streamed = await author.client.post("/alerts/check", content=chunks(), headers=kind)
    for response in (announced, streamed):
        assert response.status_code == 413
        assert "大きすぎます" in response.text


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("multipart/form-data", b""),
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded", b"&".join(b"terminals=%d" % number for number in range(6000))),
        ("application/x-www-form-urlencoded", b"csrf=%FF%FE&a=%00"),
    ],
)
async def test_a_form_that_is_none_is_refused(author: Browser, kind: str, body: bytes) -> None:
    response = await author.client.post("/alerts/check", content=body, headers={"content-type": kind})
    assert response.status_code in (400, 403)


async def test_health_needs_no_login(app: FastAPI) -> None:
    response = await Browser(app).get("/healthz")
    assert (response.status_code, response.text) == (200, "ok")


async def test_static_files_can_be_had_and_nothing_beside_them(browser: Browser) -> None:
    assert (await browser.get("/static/base.css")).status_code == 200
    assert (await browser.get("/static/..%2fapplication.py")).status_code == 404


async def test_a_static_file_is_asked_for_once_until_another_version_has_another_one(browser: Browser) -> None:
    page = (await browser.get("/login")).text
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(addresses) == page.count("/static/")
    for now in addresses:
        name, _, revision = now.partition("?v=")
        current = await browser.get(now)
        assert current.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert hashlib.sha256(current.content).hexdigest().startswith(revision)
        # A page from before an update gets what there is, and asks again.
        for earlier in (name, f"{name}?v=000000000000"):
            answer = await browser.get(earlier)
            assert (answer.content, answer.headers["cache-control"]) == (current.content, "no-cache")


async def test_a_static_file_that_there_is_not_is_not_remembered_as_missing(browser: Browser) -> None:
    answer = await browser.get("/static/later.css")
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


async def test_empty_lists_say_so(operator: Browser, ledger: Ledger) -> None:
    with ledger.connections.write() as db:
        db.execute("DELETE FROM terminals")
    assert "はじめに、次の準備をしてください" in (await operator.get("/")).text
    assert "まだ放送はありません" in (await operator.get("/log")).text
    assert "端末がまだ登録されていません" in (await operator.get("/terminals")).text


async def test_households_are_shown_to_those_who_are_logged_in_only(app: FastAPI) -> None:
    for path in ["/terminals", "/alerts/new", "/nothing", "/login"]:
        assert ROSTER[0].household not in (await Browser(app).get(path)).text


def test_the_pages_do_not_know_dispatch_or_the_link() -> None:
    for path in Path(HERE).rglob("*.py"):
        assert not re.search(r"(from|import) (broadcaster\.dispatch|kokuchi\.link)", path.read_text(encoding="utf-8"))


def test_an_area_has_one_name_on_all_pages() -> None:
    other = [path.name for path in (HERE / "templates").rglob("*.html") if "地区" in path.read_text(encoding="utf-8")]
    assert other == [], "the town's word is 行政区"
