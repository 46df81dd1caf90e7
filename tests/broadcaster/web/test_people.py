"""The pages of the accounts, and the page of a link with which somebody chooses a password."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI

from broadcaster.domain.audit import Deed
from broadcaster.domain.roles import Role
from broadcaster.ledger import Ledger
from broadcaster.ledger.accounts import Account
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.test_storage import Disk
from tests.broadcaster.web.town import NOW, PASSWORD, Clock

KANRI = "<b>kanri</b>"
NEW = {"name": "takahashi", "display_name": "商工係 高橋", "role": "approver"}
CHOSEN = "purple lantern river"


@pytest.fixture
async def kanri(app: FastAPI) -> AsyncIterator[Browser]:
    browser = Browser(app)
    await browser.log_in(KANRI)
    yield browser
    await browser.client.aclose()


def link_in(page: Any) -> str:
    found = re.search(r"http://office(/password/[a-z0-9-]+)", page.text)
    assert found, page.text
    return found[1]


async def choose(browser: Browser, link: str, password: str = CHOSEN, again: str | None = None) -> Any:
    await browser.get(link)
    return await browser.post(link, {"password": password, "again": password if again is None else again})


async def test_a_new_colleague_chooses_a_password_that_nobody_else_knows(
    kanri: Browser, browser: Browser, ledger: Ledger
) -> None:
    made = await kanri.post("/people/new", NEW)
    assert made.status_code == 200
    assert "この画面でしか見られません" in made.text
    link = link_in(made)
    assert "パスワードがまだ決まっていません" in (await kanri.get("/people")).text
    assert link not in (await kanri.get("/people/account?name=takahashi")).text

    asked = await browser.get(link)
    assert "商工係 高橋" in asked.text
    assert 'autocomplete="new-password"' in asked.text
    chosen = await choose(browser, link)
    assert chosen.headers["location"] == "/login?chosen=1"
    assert (await browser.log_in("takahashi", CHOSEN)).status_code == 303
    assert ledger.accounts.get("takahashi") == Account("takahashi", "商工係 高橋", Role.APPROVER)
    assert [entry.deed for entry in ledger.audit.newest(4)] == [
        Deed.LOGGED_IN,
        Deed.PASSWORD_CHANGED,
        Deed.PASSWORD_LINK_MADE,
        Deed.ACCOUNT_MADE,
    ]


async def test_a_link_works_once_for_a_day_and_until_a_newer_one(
    kanri: Browser, browser: Browser, clock: Clock
) -> None:
    first = link_in(await kanri.post("/people/link", {"name": "hanako"}))
    second = link_in(await kanri.post("/people/link", {"name": "hanako"}))
    superseded = await browser.get(first)
    assert (superseded.status_code, "使えなくなりました" in superseded.text) == (410, True)
    assert (await choose(browser, second)).status_code == 303
    used = await browser.get(second)
    assert (used.status_code, "もう使われています" in used.text) == (410, True)
    third = link_in(await kanri.post("/people/link", {"name": "hanako"}))
    await browser.get(third)
    clock.move(hours=24)
    expired = await browser.post(third, {"password": CHOSEN, "again": CHOSEN})
    assert (expired.status_code, "期限が過ぎています" in expired.text) == (410, True)
    unknown = await browser.get("/password/aaaa-aaaa")
    assert (unknown.status_code, "管理者に" in unknown.text) == (404, True)


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short", None, "12文字以上"),
        ("password1234", None, "当てられやすい"),
        ("hanako-hanako", None, "アカウント名"),
        (CHOSEN, "another one", "上のパスワードとちがいます"),
        ("tsukigata2026", None, "当てられやすい"),
    ],
)
async def test_a_password_that_will_not_do_is_told_and_the_link_still_works(
    kanri: Browser, browser: Browser, password: str, again: str | None, words: str
) -> None:
    link = link_in(await kanri.post("/people/link", {"name": "hanako"}))
    told = await choose(browser, link, password, again)
    assert told.status_code == 422
    assert words in told.text
    assert password not in told.text
    assert (await choose(browser, link)).status_code == 303


async def test_whoever_was_logged_in_with_the_old_password_is_not_any_more(
    kanri: Browser, author: Browser, app: FastAPI
) -> None:
    link = link_in(await kanri.post("/people/link", {"name": "hanako"}))
    assert (await author.get("/")).status_code == 200
    await choose(Browser(app), link)
    assert (await author.get("/")).status_code == 303


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({**NEW, "name": ""}, "アカウント名は"),
        ({**NEW, "name": "田中"}, "アカウント名は"),
        ({**NEW, "name": "Tanaka"}, "アカウント名は"),
        ({**NEW, "name": "shell"}, "使えません"),
        ({**NEW, "name": "hanako"}, "もうあります"),
        ({**NEW, "display_name": " "}, "名前を入力"),
        ({**NEW, "display_name": "長" * 41}, "40文字以内"),
        ({**NEW, "role": ""}, "役割を選んで"),
        ({**NEW, "role": "emperor"}, "役割を選んで"),
    ],
)
async def test_an_account_that_cannot_be_made_is_told_at_its_field(
    kanri: Browser, ledger: Ledger, fields: dict[str, str], words: str
) -> None:
    before = ledger.accounts.all()
    told = await kanri.post("/people/new", fields)
    assert told.status_code == 422
    assert words in told.text
    assert ledger.accounts.all() == before


async def test_no_two_have_one_name_so_that_the_record_tells_them_apart(kanri: Browser, ledger: Ledger) -> None:
    ledger.accounts.suspend("ops", KANRI, NOW)
    told = "「運用　太郎」は、アカウント「ops」の名前です。"
    made = await kanri.post("/people/new", {**NEW, "display_name": "運用　太郎"})
    assert (made.status_code, told in made.text) == (422, True)
    assert ledger.accounts.get("takahashi") is None
    fields = {"name": "hanako", "display_name": "運用　太郎", "role": "author"}
    assert told in (await kanri.post("/people/account", fields)).text
    kept = await kanri.post("/people/account", {**fields, "display_name": "田中 花子", "role": "approver"})
    assert kept.status_code == 303, "it is its own name"


async def test_another_role_holds_at_once(kanri: Browser, author: Browser) -> None:
    assert (await author.get("/alerts/new")).status_code == 200
    changed = await kanri.post("/people/account", {"name": "hanako", "display_name": "田中 花子", "role": "operator"})
    assert "done=changed" in changed.headers["location"]
    assert "変更しました" in (await kanri.get(changed.headers["location"])).text
    assert (await author.get("/alerts/new")).status_code == 403
    assert (await author.get("/log")).status_code == 200


async def test_a_suspension_holds_at_once_and_can_be_undone(kanri: Browser, author: Browser) -> None:
    await kanri.post("/people/suspend", {"name": "hanako"})
    assert (await author.get("/")).status_code == 303
    assert "停止中" in (await kanri.get("/people")).text
    told = await author.log_in("hanako")
    assert (told.status_code, "アカウント名かパスワードがちがいます" in told.text) == (401, True)
    await kanri.post("/people/reactivate", {"name": "hanako"})
    assert (await author.log_in("hanako")).status_code == 303


async def test_the_last_administrator_is_neither_demoted_nor_suspended(kanri: Browser, ledger: Ledger) -> None:
    page = await kanri.get("/people/account?name=%3Cb%3Ekanri%3C/b%3E")
    assert "&lt;i&gt;管理&lt;/i&gt;" in page.text
    for path, more in [
        ("/people/suspend", {}),
        ("/people/account", {"display_name": "もと管理者", "role": "author"}),
    ]:
        told = await kanri.post(path, {"name": KANRI, **more})
        assert told.status_code == 409
        assert "ログインできる管理者が、ほかにいません" in told.text
    assert ledger.accounts.get(KANRI) == Account(KANRI, "<i>管理</i>", Role.ADMINISTRATOR)


async def test_an_administrator_who_gives_up_the_role_sees_the_first_page(kanri: Browser, ledger: Ledger) -> None:
    ledger.accounts.add(Account("deputy", "係長", Role.ADMINISTRATOR), PASSWORD)
    changed = await kanri.post("/people/account", {"name": KANRI, "display_name": "もと管理者", "role": "author"})
    assert changed.headers["location"] == "/"
    assert (await kanri.get("/people")).status_code == 403


async def test_who_guessed_wrong_too_often_is_let_in_again(kanri: Browser, browser: Browser) -> None:
    for _ in range(5):
        await browser.log_in("hanako", "wrong")
    assert (await browser.log_in("hanako")).status_code == 429
    await kanri.post("/people/unlock", {"name": "hanako"})
    assert (await browser.log_in("hanako")).status_code == 303


async def test_an_administrator_ends_the_log_ins_of_somebody(kanri: Browser, author: Browser) -> None:
    assert "いま、1か所で" in (await kanri.get("/people/account?name=hanako")).text
    await kanri.post("/people/sessions", {"name": "hanako"})
    assert (await author.get("/")).status_code == 303
    assert (await kanri.get("/people")).status_code == 200


async def test_an_account_that_is_not_there_is_told(kanri: Browser) -> None:
    assert (await kanri.get("/people/account?name=nobody")).status_code == 404
    for path in ("account", "suspend", "reactivate", "link", "unlock", "sessions", "second-step"):
        assert (await kanri.post(f"/people/{path}", {"name": "nobody"})).status_code == 404


async def test_a_password_that_cannot_be_stored_is_not_put_on_a_page(
    kanri: Browser, browser: Browser, ledger: Ledger
) -> None:
    link = link_in(await kanri.post("/people/link", {"name": "hanako"}))
    await browser.get(link)
    Disk(ledger).is_read_only()
    told = await browser.post(link, {"password": CHOSEN, "again": CHOSEN})
    assert told.status_code == 503
    assert "何も変わっていません" in told.text
    assert CHOSEN not in told.text


async def test_these_pages_need_no_other_host_hold_no_scripts_or_styles_and_are_small(
    kanri: Browser, app: FastAPI
) -> None:
    link = link_in(await kanri.post("/people/link", {"name": "hanako"}))
    paths = ["/people", "/people/new", "/people/account?name=hanako", "/account", "/account/second-step", "/audit"]
    for path in [*paths, link]:
        page = await (Browser(app) if path == link else kanri).get(path)
        assert page.status_code == 200
        assert "unsafe" not in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        assert "://" not in page.text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?! src=)", page.text)
        loaded = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
        size = len(page.content) + sum([len((await kanri.client.get(address)).content) for address in loaded])
        assert size < 100_000, f"{path}: {size}"
