"""The staff see at once who wants to be called back, and say that they have called."""

import asyncio
import logging
import re
import sqlite3
from datetime import timedelta

import pytest

from broadcaster.domain.service import Step
from broadcaster.ledger import Ledger
from broadcaster.ledger.requests import Requests
from kokuchi.wire import CallbackRequest
from tests.broadcaster.web.browser import Browser, Stream
from tests.broadcaster.web.town import NOW, Clock, accept

BANNER = "相談の希望 {}件"
ACTS = ["take", "release", "note", "done", "reopen"]


def ask(ledger: Ledger, terminal: str = "t-1", identifier: str = "r-1", **more: object) -> None:
    request = CallbackRequest.model_validate(
        {"terminal": terminal, "identifier": identifier, "sent": NOW, "asked_at": NOW, **more}
    )
    ledger.requests.record([request], NOW)


def row_of(ledger: Ledger) -> int:
    return ledger.requests.open()[0].row


async def shown(browser: Browser, show: str = "open") -> str:
    """Return the list of a page."""
    page = (await browser.get(f"/requests?show={show}")).text
    return page[page.index('<div id="request-list">') :]


async def list_in(stream: Stream) -> str:
    """Return the next list that a page is sent; what else changes on it is passed by."""
    while True:
        parts = await stream.parts()
        if "request-list" in parts:
            return parts["request-list"]


async def test_a_household_is_listed_with_the_alert_that_it_saw(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger, headline="不審な電話に注意")
    ask(ledger, alert=alert.identifier, revision=1)
    ask(ledger, "t-2", asked_at=NOW - timedelta(hours=2))
    waiting = await shown(author)
    assert "佐藤 一郎" in waiting
    assert f'href="/alerts/{alert.identifier}">不審な電話に注意</a>' in waiting
    assert "北地区" in waiting
    assert "11月24日(火)10時00分" in waiting
    assert "お知らせなし" in waiting
    assert "11月24日(火)8時00分" in waiting
    assert "2時間待っています" in waiting
    assert waiting.count("役場に届いたのは11月24日(火)10時00分") == 1, "only of the one that came late"
    assert "終わった相談はありません" in await shown(author, "over")


@pytest.mark.parametrize(("step", "word"), [(Step.SUSPEND, "一時停止中の端末"), (Step.RETIRE, "廃止の端末")])
async def test_a_household_whose_terminal_has_left_service_still_waits_and_the_list_says_so(
    author: Browser, ledger: Ledger, step: Step, word: str
) -> None:
    ask(ledger)
    path = f"/requests/{row_of(ledger)}"
    for shows in (await shown(author), (await author.get(path)).text):
        assert "の端末" not in shows
    ledger.service.step(step, ["t-1"], "hanako", NOW)
    assert word in await shown(author)
    page = (await author.get(path)).text
    assert f"{word}なので、「電話しました」を押しても、画面には出ません。" in page
    assert "と出ます。" not in page
    ledger.requests.finish(row_of(ledger), "hanako", NOW)
    assert word in await shown(author, "over")


async def test_without_any_the_page_says_so(operator: Browser) -> None:
    for show, words in [
        ("open", "相談の希望はありません"),
        ("mine", "わたしが電話する世帯はありません"),
        ("over", "終わった相談はありません"),
    ]:
        assert words in await shown(operator, show)
    assert (await operator.get("/requests?show=all")).status_code == 422


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


async def test_an_open_page_shows_a_new_wish_and_what_a_colleague_does(author: Browser, ledger: Ledger) -> None:
    async with author.events("/requests/events") as stream, author.events("/requests/events?show=over") as over:
        await stream.parts_after_start()
        await over.parts_after_start()
        ask(ledger)
        parts = await stream.parts()
        assert "佐藤 一郎" in parts["request-list"]
        assert BANNER.format(1) in parts["banner"]
        assert "data-newest" in parts["calls"]
        ledger.requests.take(row_of(ledger), "ops", NOW)
        assert "運用 太郎さんが電話します" in (await stream.parts())["request-list"]
        ledger.requests.finish(row_of(ledger), "hanako", NOW)
        assert "相談の希望はありません" in (await stream.parts())["request-list"]
        assert "田中 花子さんが電話しました" in await list_in(over)


async def test_who_calls_says_so_first_and_writes_down_what_was_said(author: Browser, ledger: Ledger) -> None:
    ask(ledger)
    row = row_of(ledger)
    await author.get("/requests")
    response = await author.post(f"/requests/{row}/take")
    assert (response.status_code, response.headers["location"]) == (303, f"/requests/{row}")
    assert "わたしが電話します。" in (await author.get(f"/requests/{row}")).text
    assert "佐藤 一郎" in await shown(author, "mine")
    await author.post(f"/requests/{row}/note", {"note": "留守。\r\n夕方に。", "seen": ""})
    assert ">\n留守。\n夕方に。</textarea>" in (await author.get(f"/requests/{row}")).text
    response = await author.post(f"/requests/{row}/done", {"note": "口座は教えていない。"})
    assert (response.status_code, response.headers["location"]) == (303, "/requests")
    assert "相談の希望はありません" in await shown(author)
    over = await shown(author, "over")
    assert "11月24日(火)10時00分に田中 花子さんが電話しました" in over
    assert "口座は教えていない。" in over


async def test_a_call_can_be_taken_back_and_so_can_the_word_to_call(author: Browser, ledger: Ledger) -> None:
    ask(ledger)
    row = row_of(ledger)
    await author.get("/requests")
    await author.post(f"/requests/{row}/done")
    await author.post(f"/requests/{row}/reopen")
    assert "佐藤 一郎" in await shown(author)
    assert "佐藤 一郎" not in await shown(author, "over")
    await author.post(f"/requests/{row}/take")
    await author.post(f"/requests/{row}/release")
    assert "わたしが電話します<span" in await shown(author), "it is there to be taken again"


async def test_of_two_who_press_one_calls_and_the_other_is_told_who(
    author: Browser, colleague: Browser, ledger: Ledger
) -> None:
    ask(ledger)
    row = row_of(ledger)
    for browser in (author, colleague):
        await browser.get("/requests")
    first, second = await asyncio.gather(author.post(f"/requests/{row}/take"), colleague.post(f"/requests/{row}/take"))
    assert sorted([first.status_code, second.status_code]) == [303, 409]
    loser, name = (second, "田中 花子") if second.status_code == 409 else (first, "&lt;i&gt;管理&lt;/i&gt;")
    assert f"先に{name}さんが引き受けました" in loser.text
    taken = ledger.requests.get(row)
    assert taken
    winner = "hanako" if loser is second else "<b>kanri</b>"
    assert taken.taken_by == winner
    late = colleague if loser is second else author
    response = await late.post(f"/requests/{row}/take", {"instead_of": winner})
    assert response.status_code == 303, "who has asked may call instead"


async def test_what_was_written_is_not_lost_to_a_colleague_who_was_faster(
    author: Browser, colleague: Browser, ledger: Ledger
) -> None:
    ask(ledger)
    row = row_of(ledger)
    await author.get(f"/requests/{row}")
    await colleague.get(f"/requests/{row}")
    await colleague.post(f"/requests/{row}/note", {"note": "留守でした", "seen": ""})
    response = await author.post(f"/requests/{row}/note", {"note": "息子さんが出た", "seen": ""})
    assert response.status_code == 409
    assert "留守でした" in response.text
    assert ">\n息子さんが出た</textarea>" in response.text
    await colleague.post(f"/requests/{row}/done", {"note": "話した"})
    response = await author.post(f"/requests/{row}/done", {"note": "息子さんが出た"})
    assert response.status_code == 409
    assert "先に&lt;i&gt;管理&lt;/i&gt;さんが「電話しました」と記録しました" in response.text
    assert "保存していない記録" in response.text
    assert "息子さんが出た" in response.text
    found = ledger.requests.get(row)
    assert found
    assert (found.done_by, found.note) == ("<b>kanri</b>", "話した")


@pytest.mark.parametrize("act", ["note", "done"])
async def test_a_note_that_is_too_long_is_given_back_to_be_shortened(author: Browser, ledger: Ledger, act: str) -> None:
    ask(ledger)
    row = row_of(ledger)
    await author.get(f"/requests/{row}")
    response = await author.post(f"/requests/{row}/{act}", {"note": "あ" * 503, "seen": ""})
    assert response.status_code == 422
    assert "3文字短くしてください" in response.text
    assert "あ" * 503 in response.text
    assert ledger.requests.count_open() == 1


async def test_a_note_is_written_to_no_log(author: Browser, ledger: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    ask(ledger)
    row = row_of(ledger)
    await author.get(f"/requests/{row}")
    with caplog.at_level(logging.DEBUG):
        await author.post(f"/requests/{row}/note", {"note": "口座の番号", "seen": ""})
        await author.post(f"/requests/{row}/done", {"note": "口座の番号"})
    assert "口座の番号" not in caplog.text


async def test_what_the_household_took_back_is_among_what_is_over_for_thirty_days(
    author: Browser, ledger: Ledger, clock: Clock
) -> None:
    ask(ledger)
    row = row_of(ledger)
    ask(ledger, withdrawn_at=NOW)
    assert "相談の希望はありません" in await shown(author)
    over = await shown(author, "over")
    assert "11月24日(火)10時00分に世帯が取り消しました" in over
    assert "まだにもどす" not in over
    response = await author.post(f"/requests/{row}/take")
    assert response.status_code == 409
    assert "世帯が取り消しました" in response.text
    clock.move(days=31)
    await author.log_in("hanako")
    assert "佐藤 一郎" not in await shown(author, "over")


async def test_a_wish_that_is_not_there_is_said_so(author: Browser) -> None:
    await author.get("/requests")
    for response in [
        await author.get("/requests/99"),
        await author.get("/requests/99/events"),
        await author.post("/requests/99/take"),
        await author.post("/requests/99/note", {"note": "x", "seen": ""}),
        await author.post("/requests/99/done", {"note": "x"}),
    ]:
        assert response.status_code == 404
        assert "相談が見つかりません" in response.text


async def test_an_operator_reads_and_cannot_say_that_somebody_called(operator: Browser, ledger: Ledger) -> None:
    """Promise 10."""
    ask(ledger)
    row = row_of(ledger)
    page = (await operator.get("/requests")).text + (await operator.get(f"/requests/{row}")).text
    assert "佐藤 一郎" in page
    assert "電話しました</" not in page
    assert not re.search(r'action="/requests/', page)
    for act in ACTS:
        assert (await operator.post(f"/requests/{row}/{act}")).status_code == 403
    assert ledger.requests.count_open() == 1


@pytest.mark.parametrize("act", ACTS)
async def test_a_form_of_another_site_changes_nothing(author: Browser, ledger: Ledger, act: str) -> None:
    ask(ledger)
    author.token = "forged"
    assert (await author.post(f"/requests/{row_of(ledger)}/{act}")).status_code == 403
    assert ledger.requests.count_open() == 1


async def test_only_those_logged_in_see_it(browser: Browser, ledger: Ledger) -> None:
    """Promise 10."""
    ask(ledger)
    row = row_of(ledger)
    for path in ("/requests", f"/requests/{row}", "/requests/events", f"/requests/{row}/events", "/banner/events"):
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


async def test_a_number_that_no_wish_can_have_is_said_to_be_wrong(author: Browser) -> None:
    assert (await author.get(f"/requests/{2**63}")).status_code == 422
    assert (await author.post(f"/requests/{2**70}/done")).status_code == 422
