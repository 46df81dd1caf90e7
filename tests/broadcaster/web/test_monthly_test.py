"""The monthly test: from its page to a prefilled drill, and to what it found."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from broadcaster.domain.draft import Draft, compose
from broadcaster.domain.service import Step
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.settings import CategoriesFile
from broadcaster.web.site import Site
from kokuchi.configuration import load
from kokuchi.wire import Alert, Outcome, Topics
from tests.broadcaster.web.browser import Browser, hidden_fields
from tests.broadcaster.web.town import EVERYONE, NOW, ROSTER, TOWN, Clock, presence, publish, report

CATEGORIES = Path(__file__).parents[3] / "config" / "categories.toml"


@pytest.fixture
def town() -> Town:
    """The town with the kinds of message that ship."""
    return TOWN.model_copy(update={"categories": tuple(load(CategoriesFile, CATEGORIES, {}).categories)})


def send_test(ledger: Ledger, town: Town, days_ago: float = 0, *, drill: bool = True, goes_out: bool = True) -> Alert:
    sent = NOW - timedelta(days=days_ago)
    alert = compose(
        Draft("monthly_test", "毎月の試験放送です", "本文です。", EVERYONE, drill=drill), town, ROSTER, sent
    )
    everybody = [terminal.id for terminal in ROSTER]
    ledger.alerts.accept(alert, Topics(town.id).of_audience(EVERYONE), everybody, "hanako")
    if goes_out:
        publish(ledger)
    return alert


def fields_of(page: str) -> dict[str, str]:
    form = page[page.index('action="/alerts/new"') :]
    return dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form))


async def test_one_button_leads_to_a_drill_to_the_whole_town_that_only_needs_to_be_sent(
    author: Browser, ledger: Ledger, town: Town
) -> None:
    """Promise 7: it is announced as a drill."""
    page = (await author.get("/monthly-test")).text
    assert "まだ一度も行っていません" in page
    form = (await author.post("/alerts/new", fields_of(page))).text
    assert re.search(r'name="drill" value="yes" checked', form)
    assert "毎月の試験放送です" in form
    category = town.category("monthly_test")
    assert category is not None
    written = {**fields_of(page), "headline": category.headline, "body": category.body.strip()}
    checked = await author.post("/alerts/check", written)
    sent = await author.post("/alerts", hidden_fields(checked.text))
    assert sent.status_code == 303
    [test] = ledger.monthly_tests.newest(5)
    assert test.alert.is_drill
    assert len(ledger.deliveries.of_alert(test.row)) == len(ROSTER)


async def test_the_page_says_when_the_last_one_was_and_that_the_next_is_due(
    operator: Browser, ledger: Ledger, town: Town
) -> None:
    alert = send_test(ledger, town, 40)
    page = (await operator.get("/monthly-test")).text
    assert "10月15日(木)10時00分（40日前）" in page
    assert "1か月が過ぎています" in page
    assert f'href="/monthly-test/{alert.identifier}">報告を見る' in page
    assert "試験放送の準備をする" not in page, "an operator changes nothing"


async def test_without_the_kind_in_the_settings_the_page_says_so(author: Browser, app: FastAPI) -> None:
    site: Site = app.state.site
    object.__setattr__(site, "town", TOWN)
    assert "「毎月の試験放送」という種別が、サーバーの設定にありません" in (await author.get("/monthly-test")).text


async def test_what_is_no_drill_or_no_test_has_no_report(operator: Browser, ledger: Ledger, town: Town) -> None:
    alert = send_test(ledger, town, drill=False)
    assert ledger.monthly_tests.newest(5) == []
    for identifier in (alert.identifier, "nothing"):
        assert (await operator.get(f"/monthly-test/{identifier}")).status_code == 404


async def test_the_report_says_what_is_wrong_what_to_do_and_what_is_new_or_mended(
    operator: Browser, ledger: Ledger, town: Town, clock: Clock
) -> None:
    before, now = send_test(ledger, town, 30), send_test(ledger, town)
    ledger.presences.record(
        [presence("t-1", online=False), presence("t-2"), presence("t-3", storage_fault="read-only")]
    )
    ledger.deliveries.record(
        [
            report(before, "t-2", received_at=NOW, outcome=Outcome.VOICE_FAILED, reason="no device"),
            report(before, "t-3", received_at=NOW, displayed_at=NOW, voiced_at=NOW),
            report(now, "t-2", received_at=NOW, displayed_at=NOW, voiced_at=NOW),
            report(now, "t-3", received_at=NOW, displayed_at=NOW),
        ]
    )
    early = (await operator.get(f"/monthly-test/{now.identifier}")).text
    assert "試験の途中です" in early
    assert "届いたが、音が出なかった端末" not in early
    clock.move(minutes=59)
    page = (await operator.get(f"/monthly-test/{now.identifier}")).text
    assert "3台のうち1台は正常です。2台を確かめてください。" in page
    offline = page[page.index("届かなかった端末　1台") :]
    assert "（新しく0台、先月から1台）" in offline
    assert "世帯（届かなかった端末）" in offline
    assert "電源の線と通信の線" in offline
    silent = page[page.index("届いたが、音が出なかった端末　1台") :]
    assert "（新しく1台、先月から0台）" in silent
    assert "記録装置の故障　1台" in page
    mended = page[page.index("先月から直った端末　1台") :]
    assert "鈴木 ハナ（北地区）" in mended
    ledger.service.step(Step.SUSPEND, ["t-1"], "hanako", NOW)
    page = (await operator.get(f"/monthly-test/{now.identifier}")).text
    assert "2台のうち1台は正常です。1台を確かめてください。" in page
    assert "ほかに1台は、届く前に一時停止か廃止になりました。" in page
    assert "<td>t-1</td>" not in page, "nobody visits it"
    ledger.service.step(Step.RETIRE, ["t-3"], "hanako", NOW)
    page = (await operator.get(f"/monthly-test/{now.identifier}")).text
    assert "<td>t-3</td><td>廃止</td>" in page, "what it had found stays"
    older = (await operator.get(f"/monthly-test/{before.identifier}")).text
    assert "先月とは比べていません" in older
    assert "スピーカーの故障　1台" in older
    assert "記録装置" not in older[older.index("<section") :], "what terminals say now was not so then"


async def test_a_terminal_of_which_nothing_is_known_yet_is_neither_well_nor_mended(
    operator: Browser, ledger: Ledger, town: Town, clock: Clock
) -> None:
    before, now = send_test(ledger, town, 30), send_test(ledger, town)
    ledger.presences.record([presence("t-1"), presence("t-2"), presence("t-3")])
    ledger.deliveries.record(
        [
            report(before, "t-2", received_at=NOW, outcome=Outcome.VOICE_FAILED, reason="no device"),
            report(now, "t-1", received_at=NOW, displayed_at=NOW, voiced_at=NOW),
            report(now, "t-2", received_at=NOW, displayed_at=NOW, voice_started_at=NOW),
        ]
    )
    page = (await operator.get(f"/monthly-test/{now.identifier}")).text
    assert "3台のうち1台は正常です。2台は、まだ結果が出ていません。" in page
    assert "<li>鈴木 ハナ" not in page, "it is not mended"
    clock.move(minutes=16)
    page = (await operator.get(f"/monthly-test/{now.identifier}")).text
    assert "3台のうち1台は正常です。2台を確かめてください。" in page


async def test_a_test_that_has_not_gone_out_finds_nobody_well(
    operator: Browser, ledger: Ledger, town: Town, clock: Clock
) -> None:
    alert = send_test(ledger, town, goes_out=False)
    ledger.presences.record([presence("t-1"), presence("t-2"), presence("t-3")])
    clock.move(minutes=30)
    page = (await operator.get(f"/monthly-test/{alert.identifier}")).text
    assert "3台のうち0台は正常です。3台は、まだ結果が出ていません。" in page


async def test_the_alert_s_page_leads_to_its_report(operator: Browser, ledger: Ledger, town: Town) -> None:
    alert = send_test(ledger, town)
    page = (await operator.get(f"/alerts/{alert.identifier}")).text
    assert f'href="/monthly-test/{alert.identifier}">試験の報告を見る' in page
