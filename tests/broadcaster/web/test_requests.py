"""The staff see at once who wants to be called back, and say that they have called."""

import re
import sqlite3
from datetime import timedelta

import pytest

from broadcaster.ledger import Ledger
from broadcaster.ledger.requests import Requests
from kokuchi.wire import CallbackRequest
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.town import NOW, Clock, accept

BANNER = "相談の希望 {}件"


def ask(ledger: Ledger, terminal: str = "t-1", identifier: str = "r-1", **more: object) -> None:
    request = CallbackRequest.model_validate(
        {"terminal": terminal, "identifier": identifier, "sent": NOW, "asked_at": NOW, **more}
    )
    ledger.requests.record([request], NOW)


def row_of(ledger: Ledger) -> int:
    return ledger.requests.open()[0].row


def sections(page: str) -> tuple[str, str]:
    """Return what is said of those who wait, and of what is over."""
    _, waiting, over = re.split(r'<div id="(?:open|closed)-requests">', page)
    return waiting, over


async def test_a_household_is_listed_with_the_alert_that_it_saw(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger, headline="不審な電話に注意")
    ask(ledger, alert=alert.identifier, revision=1)
    ask(ledger, "t-2", asked_at=NOW - timedelta(hours=2))
    waiting, over = sections((await author.get("/requests")).text)
    assert "佐藤 一郎" in waiting
    assert f'<a href="/alerts/{alert.identifier}">不審な電話に注意</a>' in waiting
    assert "北地区" in waiting
    assert "11月24日(火)10時00分" in waiting
    assert "お知らせなし" in waiting
    assert "11月24日(火)8時00分" in waiting
    assert waiting.count("役場に届いたのは11月24日(火)10時00分") == 1, "only of the one that came late"
    assert "終わった相談はありません" in over


async def test_without_any_the_page_says_so(operator: Browser) -> None:
    assert "相談の希望はありません" in (await operator.get("/requests")).text


async def test_an_alert_that_is_not_in_the_ledger_is_not_linked(author: Browser, ledger: Ledger) -> None:
    ask(ledger, alert="nothing", revision=1)
    assert "お知らせなし" in (await author.get("/requests")).text


async def test_every_page_says_at_its_top_how_many_wait_and_leads_there(author: Browser, ledger: Ledger) -> None:
    for path in ["/", "/log", "/terminals", "/alerts/new", "/dictionary", "/nothing"]:
        assert BANNER.format(1) not in (await author.get(path)).text
    ask(ledger)
    for path in ["/", "/log", "/terminals", "/alerts/new", "/dictionary", "/nothing"]:
        assert f'<a href="/requests">{BANNER.format(1)}</a>' in (await author.get(path)).text


async def test_every_page_of_an_account_follows_its_banner_and_the_login_page_does_not(
    author: Browser, ledger: Ledger
) -> None:
    for path in ["/", "/alerts/new", "/dictionary/new", "/nothing", "/requests"]:
        page = (await author.get(path)).text
        assert page.count("/static/live.js") == 1
        assert page.count("data-live=") == 1
    async with author.events("/banner/events") as stream:
        await stream.parts_after_start()
        ask(ledger)
        assert BANNER.format(1) in (await stream.parts())["banner"]
    await author.post("/logout")
    assert "data-live" not in (await author.get("/login")).text


async def test_an_open_page_shows_a_new_wish_and_what_a_colleague_has_done(author: Browser, ledger: Ledger) -> None:
    async with author.events("/requests/events") as stream:
        await stream.parts_after_start()
        ask(ledger)
        parts = await stream.parts()
        assert "佐藤 一郎" in parts["open-requests"]
        assert BANNER.format(1) in parts["banner"]
        ledger.requests.finish(row_of(ledger), "hanako", NOW)
        parts = await stream.parts()
        assert "相談の希望はありません" in parts["open-requests"]
        assert "田中 花子さんが電話しました" in parts["closed-requests"]


async def test_who_has_called_says_so_and_can_take_it_back(author: Browser, ledger: Ledger) -> None:
    ask(ledger)
    row = row_of(ledger)
    await author.get("/requests")
    response = await author.post(f"/requests/{row}/done")
    assert (response.status_code, response.headers["location"]) == (303, "/requests")
    waiting, over = sections((await author.get("/requests")).text)
    assert "相談の希望はありません" in waiting
    assert "11月24日(火)10時00分に田中 花子さんが電話しました" in over
    await author.post(f"/requests/{row}/reopen")
    waiting, over = sections((await author.get("/requests")).text)
    assert "佐藤 一郎" in waiting
    assert "佐藤 一郎" not in over


async def test_what_the_household_took_back_is_among_what_is_over_for_thirty_days(
    author: Browser, ledger: Ledger, clock: Clock
) -> None:
    ask(ledger, withdrawn_at=NOW)
    waiting, over = sections((await author.get("/requests")).text)
    assert "相談の希望はありません" in waiting
    assert "11月24日(火)10時00分に取り消されました" in over
    assert "まだにもどす" not in over
    clock.move(days=31)
    await author.log_in("hanako")
    assert "佐藤 一郎" not in (await author.get("/requests")).text


async def test_an_operator_reads_and_cannot_say_that_somebody_called(operator: Browser, ledger: Ledger) -> None:
    """Promise 10."""
    ask(ledger)
    page = (await operator.get("/requests")).text
    assert "佐藤 一郎" in page
    assert "電話しました</" not in page
    assert "/done" not in page
    for act in ("done", "reopen"):
        assert (await operator.post(f"/requests/{row_of(ledger)}/{act}")).status_code == 403
    assert ledger.requests.count_open() == 1


@pytest.mark.parametrize("act", ["done", "reopen"])
async def test_a_form_of_another_site_changes_nothing(author: Browser, ledger: Ledger, act: str) -> None:
    ask(ledger)
    author.token = "forged"
    assert (await author.post(f"/requests/{row_of(ledger)}/{act}")).status_code == 403
    assert ledger.requests.count_open() == 1


async def test_only_those_logged_in_see_it(browser: Browser, ledger: Ledger) -> None:
    """Promise 10."""
    ask(ledger)
    for path in ("/requests", "/requests/events", "/banner/events"):
        response = await browser.get(path)
        assert (response.status_code, response.headers["location"].split("?")[0]) == (303, "/login")
    assert "相談の希望" not in (await browser.get("/login")).text


async def test_a_full_disk_is_told_and_the_household_still_waits(
    author: Browser, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bool:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    ask(ledger)
    await author.get("/requests")
    monkeypatch.setattr(Requests, "finish", fail)
    response = await author.post(f"/requests/{row_of(ledger)}/done")
    assert response.status_code == 503
    assert "サーバーのディスクがいっぱいです" in response.text
    assert ledger.requests.count_open() == 1
