"""What staff and operators see and do after an alert was sent: its way, sending again, the sheet for visits."""

import asyncio
import re
from datetime import timedelta

import pytest
from fastapi import FastAPI

from broadcaster.domain.delivery import Stage
from broadcaster.domain.service import Step
from broadcaster.ledger import Ledger
from broadcaster.ledger.progress import Tick
from broadcaster.web.curve import HEIGHT, WIDTH, curve
from kokuchi.wire import Alert, Outcome, Silence
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.large_town import fill
from tests.broadcaster.web.town import NOW, Clock, accept, presence, publish, report


def half_reached(ledger: Ledger) -> Alert:
    """t-1 has heard it, t-2 is away, t-3 has no sound."""
    alert = accept(ledger)
    ledger.presences.record([presence("t-1"), presence("t-2", online=False), presence("t-3")])
    ledger.deliveries.record(
        [
            report(alert, "t-1", received_at=NOW, displayed_at=NOW, voiced_at=NOW),
            report(alert, "t-3", received_at=NOW, displayed_at=NOW, outcome=Outcome.VOICE_FAILED, reason="no device"),
        ]
    )
    return alert


def rows_of(page: str) -> list[str]:
    return re.findall(r'<tr role="row" id="line-([^"]+)"', page)


def resend_fields(page: str) -> dict[str, str]:
    found = dict(re.findall(r'<input type="hidden" name="(revision|number)" value="(\d+)"', page))
    assert set(found) == {"revision", "number"}
    return found


async def test_the_page_says_who_is_not_reached_and_why_and_what_to_do(operator: Browser, ledger: Ledger) -> None:
    alert = half_reached(ledger)
    page = (await operator.get(f"/alerts/{alert.identifier}")).text
    reasons = page[page.index('id="reasons"') :]
    for words in ("接続なし", "音が出ません", "「わかりました」がまだ押されていません"):
        assert words in reasons
    assert f"/alerts/{alert.identifier}?revision=1&amp;who=offline#deliveries" in reasons
    assert 'aria-label="届いた台数の移りかわり。いま、受信2台、表示2台、放送1台、確認0台。3台が宛先です。"' in page
    assert "北地区" in page[page.index('id="areas"') : page.index('id="reasons"')]


@pytest.mark.parametrize("step", [Step.SUSPEND, Step.RETIRE])
async def test_whom_nobody_can_reach_any_more_is_neither_missing_nor_promised_anything(
    operator: Browser, ledger: Ledger, step: Step
) -> None:
    alert = half_reached(ledger)
    path = f"/alerts/{alert.identifier}"
    open_page = (await operator.get(path)).text
    assert "3台のうち2台に届き、1台で放送されました。残りの1台には、つながりしだい届きます。" in open_page
    ledger.service.step(step, ["t-2"], "hanako", NOW)
    page = (await operator.get(path)).text
    assert "2台すべてに届き、1台で放送されました。ほかの1台は、届く前に一時停止か廃止になりました。" in page
    assert "つながりしだい" not in page
    assert "確かめてください（1台）" in page, "the one without sound"
    assert "停止・廃止 1台" in page[page.index('id="areas"') : page.index('id="reasons"')]
    assert 'class="some-missing"' not in page
    assert "停止・廃止" in page[page.index('id="reasons"') : page.index('id="deliveries"')]
    for who, rows in (("unreached", []), ("out_of_service", ["t-2"]), ("unheard", ["t-3"])):
        assert rows_of((await operator.get(f"{path}?who={who}")).text) == rows


async def test_a_terminal_that_never_said_how_it_ended_is_not_said_to_be_speaking_for_ever(
    app: FastAPI, operator: Browser, ledger: Ledger, clock: Clock
) -> None:
    alert = accept(ledger)
    ledger.deliveries.record(
        [
            report(alert, "t-1", received_at=NOW, displayed_at=NOW, voice_started_at=NOW),
            report(alert, "t-2", received_at=NOW),
            report(alert, "t-3", received_at=NOW, displayed_at=NOW),
        ]
    )
    path = f"/alerts/{alert.identifier}"
    page = (await operator.get(path)).text
    assert "放送を始めました。終わったという知らせは、まだありません" in page
    assert page.count("順番に放送されます。") == 2
    clock.now = alert.expires
    later = Browser(app)
    await later.log_in("ops")
    for shown in (await later.get(path), await later.get(f"{path}/deliveries.csv")):
        for told in (
            "放送を始めましたが、終わったという知らせがありません",
            "届きましたが、表示や放送をしたという知らせがありません",
            "画面に出ましたが、放送したという知らせがありません",
        ):
            assert told in shown.text
        assert "まだ" not in shown.text[shown.text.index("知らせがありません") :]
        assert "順番に放送されます" not in shown.text
    sheet = (await later.get(f"{path}/visits?who=unheard")).text
    assert "放送の途中" in sheet
    assert "放送したが" not in sheet


async def test_an_alert_whose_whole_audience_has_left_says_so(operator: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    ledger.service.step(Step.RETIRE, ["t-1", "t-2", "t-3"], "hanako", NOW)
    page = (await operator.get(f"/alerts/{alert.identifier}")).text
    assert "宛先の3台は、どれも届く前に一時停止か廃止になりました。" in page
    assert "すべてに届きました" not in (await operator.get("/")).text


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("who=offline", ["t-2"]),
        ("who=unheard", ["t-2", "t-3"]),
        ("area=kita", ["t-1", "t-2"]),
        ("search=%E4%BD%90%E8%97%A4%E4%B8%80", ["t-1"]),
        ("who=nonsense&area=nowhere", []),
        ("page=2", []),
    ],
)
async def test_the_list_is_narrowed_down_without_a_script(
    operator: Browser, ledger: Ledger, query: str, rows: list[str]
) -> None:
    alert = half_reached(ledger)
    page = (await operator.get(f"/alerts/{alert.identifier}?{query}")).text
    assert rows_of(page) == rows
    assert ("あてはまる端末はありません" in page) is (not rows)


async def test_the_list_has_pages_of_50_and_so_have_its_events(operator: Browser, ledger: Ledger) -> None:
    roster = fill(ledger, 60)
    alert = accept(ledger)
    accepted = ledger.alerts.get(alert.identifier)
    assert accepted is not None
    with ledger.connections.write() as db:
        db.execute(
            "INSERT OR IGNORE INTO deliveries (alert_id, terminal_id) SELECT ?, id FROM terminals", [accepted.row]
        )
    first = (await operator.get(f"/alerts/{alert.identifier}")).text
    assert len(rows_of(first)) == 50
    assert 'href="?page=2#deliveries">次の50台' in first
    second = (await operator.get(f"/alerts/{alert.identifier}?page=2")).text
    assert rows_of(second) == sorted(["t-1", "t-2", "t-3", *(terminal.id for terminal in roster)])[50:]
    async with operator.events(f"/alerts/{alert.identifier}/events?page=2") as stream:
        shown = [part for part in await stream.parts_after_start() if part.startswith("line-")]
        assert shown == [f"line-{terminal}" for terminal in rows_of(second)]
        ledger.deliveries.record([report(alert, roster[0].id, received_at=NOW)])
        assert not [part for part in await stream.parts() if part.startswith("line-")]


async def test_a_row_stays_on_an_open_page_when_it_does_not_fit_the_filter_any_more(
    operator: Browser, ledger: Ledger
) -> None:
    alert = half_reached(ledger)
    async with operator.events(f"/alerts/{alert.identifier}/events?who=offline") as stream:
        assert "line-t-2" in await stream.parts_after_start()
        ledger.deliveries.record([report(alert, "t-2", received_at=NOW)])
        parts = await stream.parts()
    assert "受信済み" in parts["line-t-2"]
    assert "<strong>0台</strong>" in parts["found"]


async def test_those_not_reached_are_sent_it_again_and_the_page_says_so(
    author: Browser, ledger: Ledger, clock: Clock
) -> None:
    alert = half_reached(ledger)
    clock.move(minutes=32)
    assert f'href="/alerts/{alert.identifier}/resend"' in (await author.get(f"/alerts/{alert.identifier}")).text
    asked = (await author.get(f"/alerts/{alert.identifier}/resend")).text
    assert "まだ届いていない端末</span><strong>1台" in asked
    assert "ふくめる</span><strong>2台" in asked
    assert "<strong>1台</strong>には、送りなおさなくても、つながったときに自動で届きます" in asked
    sent = await author.post(f"/alerts/{alert.identifier}/resend", {**resend_fields(asked), "who": "unheard"})
    assert sent.headers["location"] == f"/alerts/{alert.identifier}"
    assert ledger.outbox.backlog().waiting == 2
    publish(ledger)
    page = (await author.get(f"/alerts/{alert.identifier}")).text
    assert "11月24日(火)10時32分に、2台へ送りなおしました（田中 花子）" in page


async def test_a_form_that_is_sent_twice_sends_again_once_and_the_second_one_is_told(
    author: Browser, ledger: Ledger
) -> None:
    alert = half_reached(ledger)
    asked = (await author.get(f"/alerts/{alert.identifier}/resend")).text
    fields = {**resend_fields(asked), "who": "unreached"}
    first, second = await asyncio.gather(
        *(author.client.post(f"/alerts/{alert.identifier}/resend", data={"csrf": author.token, **fields}) for _ in "12")
    )
    assert sorted([first.status_code, second.status_code]) == [303, 409]
    told = first if first.status_code == 409 else second
    assert "まだ送りなおしていません" in told.text
    accepted = ledger.alerts.get(alert.identifier)
    assert accepted is not None
    assert len(ledger.resends.of_alert(accepted.row)) == 1


@pytest.mark.parametrize("fields", [{}, {"who": "confirmed"}, {"number": "x"}, {"revision": "7"}])
async def test_a_form_that_is_not_ours_sends_nothing_again(
    author: Browser, ledger: Ledger, fields: dict[str, str]
) -> None:
    alert = half_reached(ledger)
    asked = (await author.get(f"/alerts/{alert.identifier}/resend")).text
    answer = await author.post(
        f"/alerts/{alert.identifier}/resend",
        {**resend_fields(asked), **({"who": "unreached"} if fields else {}), **fields},
    )
    assert answer.status_code == 409
    assert ledger.outbox.backlog().waiting == 0


async def test_after_its_end_nothing_is_sent_again(author: Browser, ledger: Ledger, clock: Clock) -> None:
    alert = half_reached(ledger)
    asked = (await author.get(f"/alerts/{alert.identifier}/resend")).text
    clock.move(days=2)
    await author.log_in("hanako")
    assert "送りなおす</a>" not in (await author.get(f"/alerts/{alert.identifier}")).text
    told = await author.post(f"/alerts/{alert.identifier}/resend", {**resend_fields(asked), "who": "unreached"})
    assert told.status_code == 409
    assert "有効期限" in told.text


async def test_an_operator_reads_everything_and_sends_nothing_again(operator: Browser, ledger: Ledger) -> None:
    """Promise 10."""
    alert = half_reached(ledger)
    page = (await operator.get(f"/alerts/{alert.identifier}")).text
    assert "/resend" not in page
    assert f"/alerts/{alert.identifier}/visits" in page
    for path in ("visits", "events"):
        assert path == "events" or (await operator.get(f"/alerts/{alert.identifier}/{path}")).status_code == 200
    assert (await operator.get(f"/alerts/{alert.identifier}/resend")).status_code == 403
    assert (await operator.post(f"/alerts/{alert.identifier}/resend", {"who": "unreached"})).status_code == 403


async def test_the_sheet_has_what_a_visitor_needs_and_nothing_else(operator: Browser, ledger: Ledger) -> None:
    alert = half_reached(ledger)
    page = (await operator.get(f"/alerts/{alert.identifier}/visits?who=unheard")).text
    sheet = page[page.index("<article") :]
    for words in ("鈴木 ハナ", "高橋 商店", "北地区", "南地区", "不審な電話に注意", "本文です。", "0126-53-2321"):
        assert words in sheet
    assert "11月24日(火)10時00分現在　作成: 運用 太郎" in sheet
    assert "端末に届いていない" in sheet
    assert "端末の音が出ない" in sheet
    for secret in ("佐藤", "t-2", "no device", "からつながっていません", "elderly"):
        assert secret not in sheet


async def test_nobody_is_sent_to_a_house_whose_terminal_has_left_service(operator: Browser, ledger: Ledger) -> None:
    alert = half_reached(ledger)
    ledger.service.step(Step.SUSPEND, ["t-2"], "hanako", NOW)
    ledger.service.step(Step.RETIRE, ["t-3"], "hanako", NOW)
    page = (await operator.get(f"/alerts/{alert.identifier}/visits?who=unconfirmed")).text
    assert re.findall(r'<th scope="row">([^<]+)</th>', page) == ["★佐藤 一郎"]
    assert f'/alerts/{alert.identifier}?who=out_of_service#deliveries">その1台を見る' in page
    assert "届いたあとに端末が一時停止か廃止になった1台の世帯も、のせていません。" in page
    assert f'/alerts/{alert.identifier}?who=unconfirmed#deliveries">到達状況で確かめる' in page
    unreached = (await operator.get(f"/alerts/{alert.identifier}/visits?who=unreached")).text
    assert "届いたあとに端末が" not in unreached


@pytest.mark.parametrize(
    ("query", "households"),
    [
        ("who=unreached", ["鈴木 ハナ"]),
        ("who=unconfirmed", ["★佐藤 一郎", "鈴木 ハナ", "高橋 商店"]),
        ("who=unconfirmed&order=only", ["佐藤 一郎"]),
        ("who=unconfirmed&order=mixed", ["佐藤 一郎", "鈴木 ハナ", "高橋 商店"]),
        ("who=unconfirmed&group=unknown&order=first", ["佐藤 一郎", "鈴木 ハナ", "高橋 商店"]),
    ],
)
async def test_the_sheet_lists_whom_staff_choose_the_elderly_first_or_alone(
    operator: Browser, ledger: Ledger, query: str, households: list[str]
) -> None:
    alert = half_reached(ledger)
    page = (await operator.get(f"/alerts/{alert.identifier}/visits?{query}")).text
    assert re.findall(r'<th scope="row">([^<]+)</th>', page) == households


async def test_the_sheet_counts_households_and_businesses_apart_as_the_page_before_sending_does(
    operator: Browser, ledger: Ledger
) -> None:
    alert = half_reached(ledger)
    page = (await operator.get(f"/alerts/{alert.identifier}/visits?who=unconfirmed")).text
    assert "確認していない世帯　2世帯・1事業所</strong>" in page
    assert re.findall(r"<caption>([^<]+)</caption>", page) == ["北地区　2世帯", "南地区　1事業所"]


async def test_nobody_is_sent_to_tell_of_a_withdrawal_where_the_text_never_came(
    author: Browser, ledger: Ledger
) -> None:
    alert = half_reached(ledger)
    await author.get(f"/alerts/{alert.identifier}/withdraw")
    await author.post(f"/alerts/{alert.identifier}/withdraw", {"revision": "1"})
    page = (await author.get(f"/alerts/{alert.identifier}/visits")).text
    assert "取り消しを伝えてください" in page
    assert "取り消す前のお知らせが届いていない世帯は、のせていません。" in page
    assert re.findall(r'<th scope="row">([^<]+)</th>', page) == ["★佐藤 一郎", "高橋 商店"]
    assert "届いていない世帯　1世帯・1事業所</strong>" in page


async def test_what_was_held_for_the_night_is_said_on_the_sheet(operator: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    ledger.deliveries.record([report(alert, "t-1", received_at=NOW, displayed_at=NOW, silence=Silence.HELD)])
    page = (await operator.get(f"/alerts/{alert.identifier}/visits?who=unheard")).text
    assert "夜間のため未放送" in page


async def test_two_who_withdraw_at_the_same_time_make_one_cancel(author: Browser, ledger: Ledger) -> None:
    alert = half_reached(ledger)
    await author.get(f"/alerts/{alert.identifier}/withdraw")
    path, fields = f"/alerts/{alert.identifier}/withdraw", {"csrf": author.token, "revision": "1"}
    answers = await asyncio.gather(*(author.client.post(path, data=fields) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {303}
    newest = ledger.alerts.get(alert.identifier)
    assert newest is not None
    assert (newest.alert.revision, newest.alert.is_cancel) == (2, True)
    deeds = [entry.deed for entry in ledger.audit.newest(10) if entry.subject == alert.identifier]
    assert deeds.count(deeds[0]) == 1


async def test_of_a_correction_and_a_withdrawal_at_the_same_time_one_wins_and_the_other_is_told(
    author: Browser, ledger: Ledger
) -> None:
    alert = half_reached(ledger)
    await author.get(f"/alerts/{alert.identifier}/withdraw")
    fields = {"csrf": author.token, "revision": "1", "headline": "見出し", "body": "新しい本文です。"}
    answers = await asyncio.gather(
        *(author.client.post(f"/alerts/{alert.identifier}/{act}", data=fields) for act in ("correct", "withdraw"))
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    newest = ledger.alerts.get(alert.identifier)
    assert newest is not None
    assert newest.alert.revision == 2


def test_the_curve_rises_with_each_tick_and_ends_now() -> None:
    drawn = curve([Tick(Stage.RECEIVED, 10, 1), Tick(Stage.RECEIVED, 60, 1)], 4, 600)
    received = drawn.strokes[0]
    corners = [tuple(map(float, corner.split(","))) for corner in received.points.split()]
    assert corners[0] == (0, HEIGHT)
    assert corners[-1] == (WIDTH, HEIGHT / 2)
    assert [x for x, _ in corners] == sorted(x for x, _ in corners)
    assert [mark.word for mark in drawn.marks] == ["送信", "10秒後", "1分後", "10分後"]
    assert [mark.counts and mark.counts[0] for mark in drawn.marks] == [None, 1, 2, 2]
    assert received.total == 2


@pytest.mark.parametrize("days", [0, 0.01, 1, 80])
def test_the_curve_has_room_for_whatever_came_late(days: float) -> None:
    late = timedelta(days=days).total_seconds()
    drawn = curve([Tick(Stage.VOICED, int(late), 1)], 1, 5)
    for stroke in drawn.strokes:
        for corner in stroke.points.split():
            x, y = map(float, corner.split(","))
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT


def test_the_curve_of_an_alert_without_terminals_is_flat() -> None:
    assert {stroke.total for stroke in curve([], 0, 0).strokes} == {0}
