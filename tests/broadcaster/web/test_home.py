"""The first page: what runs, what is due, who waits, what is broken, how much was sent."""

import re
from datetime import timedelta

import pytest

from broadcaster.domain.service import Step
from broadcaster.domain.written import Written
from broadcaster.ledger import Ledger
from kokuchi.wire import Audience, AudienceKind, Speaker
from tests.broadcaster.web import states
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.states import ask, send
from tests.broadcaster.web.town import NOW, ROSTER, accept, presence, report

ONE = Audience(kind=AudienceKind.TERMINALS, members=("t-1",))


def part(page: str, name: str) -> str:
    """Return what stands in one place of the page, up to the next section."""
    return re.split(r"</section>", page[page.index(f'<div id="{name}">') :])[0]


async def home(browser: Browser) -> str:
    return (await browser.get("/")).text


async def test_what_still_runs_is_said_with_how_far_it_has_come(author: Browser, ledger: Ledger) -> None:
    old = send(ledger, "scam", "期限の過ぎたもの", days_ago=3)
    alert = accept(ledger, headline="いまのもの")
    ledger.deliveries.record([report(alert, "t-1", received_at=NOW, displayed_at=NOW, voiced_at=NOW)])
    running = part(await home(author), "running")
    assert "いまのもの" in running
    assert "放送 <strong>1</strong> / 3台" in running
    assert "届いていない 2台" in running
    assert old.identifier not in running


async def test_what_was_withdrawn_runs_no_more(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger, headline="取り消すもの")
    page = (await author.get(f"/alerts/{alert.identifier}/withdraw")).text
    assert "取り消すもの" in page
    await author.post(f"/alerts/{alert.identifier}/withdraw", {"revision": "1"})
    assert ledger.alerts.revision(alert.identifier, 2)
    assert "いま有効なお知らせはありません" in part(await home(author), "running")


async def test_the_page_counts_the_days_since_the_town_heard_something(author: Browser, ledger: Ledger) -> None:
    assert "まだ放送したことがありません" in await home(author)
    send(ledger, "scam", "きのうのもの", days_ago=1)
    assert "<strong>1日前</strong>" in await home(author)
    send(ledger, "scam", "1台だけに", audience=ONE)
    assert "<strong>1日前</strong>" in await home(author), "one household is not the town"
    send(ledger, "scam", "訓練", drill=True)
    assert "<strong>今日</strong>" in await home(author)


@pytest.mark.parametrize(("days", "reminded"), [(24, False), (25, True)])
async def test_after_twenty_five_days_it_reminds_and_suggests_what_to_send(
    author: Browser, ledger: Ledger, days: int, reminded: bool
) -> None:
    send(ledger, "scam", "前のもの", days_ago=days)
    page = await home(author)
    assert (f"最後の放送から{days}日たちました" in page) is reminded
    assert ('href="/alerts/new?category=awareness_event"' in page) is reminded
    assert ('class="button button-secondary" href="/monthly-test"' in page) is reminded


async def test_who_waits_for_a_call_is_said_with_how_long_the_first_does(author: Browser, ledger: Ledger) -> None:
    assert "待っている世帯はありません" in part(await home(author), "waiting")
    ask(ledger, "t-1", "r-1", hours_ago=2)
    ask(ledger, "t-2", "r-2", hours_ago=1)
    ledger.requests.take(2, "hanako", NOW)
    waiting = part(await home(author), "waiting")
    assert "<strong>2</strong>件が電話を待っています" in waiting
    assert "<strong>2時間</strong>待っています" in waiting
    assert "1件は、電話する人が決まっています" in waiting


async def test_terminals_in_trouble_are_counted_by_kind_with_the_way_to_them(author: Browser, ledger: Ledger) -> None:
    ledger.presences.record([presence("t-1", speaker=Speaker.FAILED), presence("t-2", online=False)])
    health = part(await home(author), "health")
    for condition in ("sound", "offline", "never"):
        assert re.search(rf'href="/terminals\?condition={condition}">[^<]+<strong>1台</strong>', health)
    assert "condition=clock" not in health
    ledger.presences.record(presence(terminal.id) for terminal in ROSTER)
    assert "すべて正常です" in part(await home(author), "health")


async def test_two_months_are_counted_by_kind_in_the_town_s_own_time(author: Browser, ledger: Ledger) -> None:
    send(ledger, "scam", "今月", days_ago=1)
    send(ledger, "scam", "今月も", days_ago=23.3)  # 2026-11-01 02:48 in Japan
    send(ledger, "scam", "先月", days_ago=23.5)  # 2026-10-31 22:00 in Japan
    send(ledger, "awareness_event", "訓練", days_ago=2, drill=True)
    send(ledger, "scam", "2か月前", days_ago=60)
    months = part(await home(author), "months")
    counts = dict(re.findall(r'<th scope="row">([^<]+)</th><td class="number">(\d+)</td>', months))
    assert counts == {"詐欺事案情報": "2", "訓練・試験放送": "1", "合計": "3"}
    assert re.findall(r'詐欺事案情報</th><td class="number">2</td><td class="number">(\d+)', months) == ["1"]


async def test_drafts_are_counted_for_those_who_write(author: Browser, ledger: Ledger) -> None:
    assert "書きかけのお知らせはありません" in part(await home(author), "due")
    ledger.drafts.save("20261124T005000Z-aaaaaaaa", 0, Written(headline="書きかけ"), "hanako", NOW)
    due = part(await home(author), "due")
    assert '<a href="/drafts">下書き<strong>1件</strong></a>' in due


async def test_what_goes_out_by_itself_and_what_waits_for_approval_is_due(author: Browser, ledger: Ledger) -> None:
    assert "時刻を決めたお知らせはありません" in part(await home(author), "due")
    for number in range(1, 6):
        states.plan(ledger, f"20261124T00510{number}Z-bbbbbbbb", f"{number}日後のもの", days=number)
    states.wait(ledger, "20261124T005200Z-cccccccc", "承認してほしいもの")
    due = part(await home(author), "due")
    assert 'href="/planned/20261124T005101Z-bbbbbbbb">1日後のもの</a><span>11月25日(水)午前10時に放送します' in due
    assert "3日後のもの" in due
    assert "4日後のもの" not in due
    assert "<strong>ほか2件</strong>" in due
    assert "承認を待っているお知らせ<strong>1件</strong>" in due
    assert "書きかけのお知らせはありません" in due, "what was submitted is no draft any more"


async def test_what_cannot_go_out_as_it_stands_is_not_promised(author: Browser, ledger: Ledger) -> None:
    for number in range(1, 6):
        states.plan(ledger, f"20261124T00510{number}Z-bbbbbbbb", f"{number}日後のもの", days=number)
    assert "このままでは放送できません" not in part(await home(author), "due")
    ledger.service.step(Step.SUSPEND, ["t-1", "t-2", "t-3"], "hanako", NOW)
    due = part(await home(author), "due")
    assert due.count("このままでは放送できません") == 3
    assert "に放送します" not in due
    assert "このままでは放送できないものが2件あります" in due


async def test_an_operator_sees_the_same_without_buttons(operator: Browser, ledger: Ledger) -> None:
    states.trouble(ledger)
    page = await home(operator)
    main = page[page.index("<main") :]
    assert "刃物を持った人がいます" in main
    assert "<button" not in main
    assert "/alerts/new" not in page
    assert "/drafts" not in page


async def test_an_empty_town_is_told_what_to_do_first(author: Browser, ledger: Ledger) -> None:
    states.empty(ledger)
    page = await home(author)
    assert "はじめに、次の準備をしてください" in page
    assert "世帯の一覧をまとめて登録します" in page, "who may do it is sent to nobody else"
    assert 'class="more" href="/terminals"' in page
    assert 'href="/people"' not in page
    await author.log_in("<b>kanri</b>")
    assert 'class="more" href="/people"' in await home(author)


async def test_a_town_whose_terminals_are_all_suspended_is_not_said_to_be_empty_and_finds_them_again(
    author: Browser, ledger: Ledger
) -> None:
    alert = accept(ledger)
    ledger.service.step(Step.SUSPEND, ["t-1", "t-2", "t-3"], "hanako", NOW)
    page = await home(author)
    assert "はじめに、次の準備をしてください" not in page
    assert "お知らせを作る" in page[page.index("<main") :]
    terminals = (await author.get("/terminals")).text
    assert "まだ登録されていません" not in terminals
    assert "使用中の端末はありません。「登録」で「一時停止中」か「廃止」をえらんで" in terminals
    assert 'name="service"' in terminals
    resend = (await author.get(f"/alerts/{alert.identifier}/resend")).text
    assert "宛先の端末は、どれも一時停止中か廃止です。送りなおす端末はありません。" in resend
    assert "放送されています" not in resend


async def test_every_part_of_the_page_moves_by_itself(author: Browser, ledger: Ledger) -> None:
    async with author.events("/events") as stream:
        first = await stream.parts_after_start()
        assert {"start", "running", "due", "waiting", "health", "months"} <= set(first)
        ask(ledger, "t-1", "r-1", hours_ago=1)
        assert "電話を待っています" in (await stream.parts())["waiting"]
        ledger.presences.record([presence("t-1", online=False)])
        assert "接続なし" in (await stream.parts())["health"]
        accept(ledger, headline="新しいもの")
        parts = await stream.parts()
    assert "新しいもの" in parts["running"]


ROLES = {
    "hanako": {"/alerts/new", "/drafts"},
    "ops": {"/audit"},
    "<b>kanri</b>": {"/alerts/new", "/drafts", "/audit", "/people", "/tokens"},
}
FOR_EVERYBODY = {
    "/",
    "/planned",
    "/log",
    "/terminals",
    "/troubles",
    "/requests",
    "/dictionary",
    "/monthly-test",
    "/account",
}


@pytest.mark.parametrize("account", ROLES)
async def test_the_navigation_shows_a_role_what_it_may_open(browser: Browser, account: str) -> None:
    await browser.log_in(account)
    page = await home(browser)
    header = page[page.index("<header") : page.index("</header>")]
    assert set(re.findall(r'href="([^"]+)"', header)) == FOR_EVERYBODY | ROLES[account]
    assert header.count('<a href="/" aria-current="page">') == 2, "once in the bar, once in the menu"


async def test_the_navigation_and_the_title_say_how_many_wait(author: Browser, ledger: Ledger) -> None:
    assert "<title>ホーム" in await home(author)
    assert "badge-count" not in await home(author)
    ask(ledger, "t-1", "r-1", hours_ago=1)
    page = (await author.get("/dictionary")).text
    assert "<title>(1) 読みの辞書" in page
    assert page.count('data-count="1" data-newest="1"') == 3
    async with author.events("/banner/events") as stream:
        await stream.parts_after_start()
        ledger.requests.finish(1, "hanako", NOW + timedelta(minutes=1))
        assert (await stream.parts())["request-count-bar"].strip() == ""
