"""The last page's timing and approval, and all that is to come."""

import asyncio
import html
import re
from collections.abc import Sequence
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from broadcaster.domain.audit import SHELL
from broadcaster.domain.policy import Approval
from broadcaster.domain.roles import Role
from broadcaster.domain.service import Step
from broadcaster.domain.tokens import Scope
from broadcaster.domain.town import QuietHours, Town
from broadcaster.ledger import Ledger
from broadcaster.ledger.accounts import Account
from broadcaster.ledger.submissions import State, StoredSubmission
from broadcaster.sending import PlannedSending
from kokuchi.wire import Level, Status
from tests.broadcaster.web.browser import ALERT, Browser, hidden_fields
from tests.broadcaster.web.town import NOW, PASSWORD, TOWN, Clock, FakeVoice

Fields = dict[str, str | Sequence[str]]

NOTICE: Fields = {**ALERT, "level": "notice"}
EMERGENCY: Fields = {**ALERT, "level": "emergency"}
TOMORROW: Fields = {"when": "once", "day": "2026-11-25", "time": "09:00"}
TODAY: Fields = {**NOTICE, "body": "本日、町内で不審な電話がありました。明日も続くおそれがあります。"}
MONDAYS: Fields = {"when": "repeated", "day": "2026-11-25", "time": "10:00", "days": ["0", "3"], "until": "2026-12-31"}


@pytest.fixture
def town() -> Town:
    """A town in which important alerts and emergencies need a second person, and nothing is spoken at night."""
    approval = Approval(levels=frozenset({Level.IMPORTANT, Level.EMERGENCY}))
    night = QuietHours.model_validate({"start": "21:00", "end": "07:00"})
    return TOWN.model_copy(update={"approval": approval, "quiet_hours": night})


@pytest.fixture
def planned(ledger: Ledger, town: Town, voice: FakeVoice, clock: Clock) -> PlannedSending:
    return PlannedSending(ledger, town, voice, clock)


async def submit(browser: Browser, alert: Fields, timing: Fields | None = None, **more: str) -> httpx.Response:
    """Go over the last page as somebody with a browser does."""
    fields = {**alert, **(timing or {})}
    checked = await browser.post("/alerts/check", fields)
    assert checked.status_code == 200
    return await browser.post("/alerts", {**hidden_fields(checked.text), **(timing or {}), **more})


def plan_of(response: httpx.Response) -> str:
    found = re.search(r'<p class="plan[^"]*">(.*?)</p>', response.text)
    return html.unescape(found[1]) if found else ""


def button_of(response: httpx.Response) -> str:
    found = re.search(
        r'<button class="button button-(?:primary|drill) button-large" type="submit">(.*?)<', response.text
    )
    return found[1] if found else ""


def only(ledger: Ledger, state: State) -> StoredSubmission:
    (found,) = ledger.submissions.in_state(state)
    return found


@pytest.mark.parametrize(
    ("alert", "timing", "plan", "button"),
    [
        (NOTICE, {}, "月形町 全域 2世帯・1事業所に、いますぐ、お知らせとして放送します", "いますぐ放送する"),
        (
            NOTICE,
            TOMORROW,
            "月形町 全域 2世帯・1事業所に、11月25日(水)午前9時に、お知らせとして放送します",
            "予約する",
        ),
        (
            NOTICE,
            MONDAYS,
            "月形町 全域 2世帯・1事業所に、11月25日(水)から12月31日(木)まで、毎週月・木曜日の午前10時に、"
            "お知らせとして放送します",
            "予約する",
        ),
        (
            {**ALERT, "audience": "areas", "areas": ["kita"]},
            {},
            "北地区 2世帯に、承認を待ってから、重要で放送します",
            "承認を頼む",
        ),
        (
            EMERGENCY,
            TOMORROW,
            "月形町 全域 2世帯・1事業所に、承認を待ってから、11月25日(水)午前9時に、緊急で放送します",
            "承認を頼む",
        ),
        (
            {**NOTICE, "drill": "yes", "audience": "terminals", "terminals": ["t-3"]},
            {},
            "選んだ 1事業所に、いますぐ、訓練のお知らせとして放送します",
            "訓練をいますぐ放送する",
        ),
    ],
)
async def test_the_last_page_says_in_one_sentence_what_its_button_does(
    author: Browser, alert: Fields, timing: Fields, plan: str, button: str
) -> None:
    checked = await author.post("/alerts/check", {**alert, **timing})
    assert (plan_of(checked), button_of(checked)) == (plan, button)


async def test_while_the_broker_is_away_no_page_promises_that_it_goes_out_at_once(
    author: Browser, colleague: Browser, ledger: Ledger
) -> None:
    path = (await submit(author, EMERGENCY)).headers["location"]
    ledger.broker.record(False, "gone", NOW)
    checked = await author.post("/alerts/check", NOTICE)
    assert plan_of(checked) == "月形町 全域 2世帯・1事業所に、通信がもどりしだい、お知らせとして放送します"
    assert button_of(checked) == "通信がもどりしだい放送する"
    approval = await colleague.get(path)
    assert plan_of(approval) == "月形町 全域 2世帯・1事業所に、通信がもどりしだい、緊急で放送します"
    assert button_of(approval) == "承認して、通信がもどりしだい放送する"
    later = await author.post("/alerts/check", {**NOTICE, **TOMORROW})
    assert "11月25日(水)午前9時に、" in plan_of(later)


async def test_a_time_that_the_page_did_not_speak_of_is_asked_about_once_more(author: Browser, ledger: Ledger) -> None:
    checked = await author.post("/alerts/check", NOTICE)
    asked = await author.post("/alerts", {**hidden_fields(checked.text), **TOMORROW})
    assert "11月25日(水)午前9時" in plan_of(asked)
    assert ledger.submissions.in_state(State.PLANNED) == []
    sent = await author.post("/alerts", {**hidden_fields(asked.text), **TOMORROW})
    assert sent.headers["location"] == f"/planned/{only(ledger, State.PLANNED).identifier}"


@pytest.mark.parametrize(
    ("timing", "field", "words"),
    [
        ({**TOMORROW, "day": "2026-11-23"}, "at", "過ぎた時刻です"),
        ({**TOMORROW, "day": ""}, "at", "日付と時刻を入れてください"),
        ({**TOMORROW, "time": "25:99"}, "at", "日付と時刻を入れてください"),
        ({**TOMORROW, "day": "9999-12-31"}, "at", "日付と時刻を入れてください"),
        ({**TOMORROW, "day": "2029-01-01"}, "at", "1年より先"),
        ({**MONDAYS, "days": []}, "days", "曜日を選んでください"),
        ({**MONDAYS, "days": ["7", "x"]}, "days", "曜日を選んでください"),
        ({**MONDAYS, "until": ""}, "until", "いつまで"),
        ({**MONDAYS, "until": "2026-11-25"}, "until", "放送する日がありません"),
    ],
)
async def test_a_time_that_cannot_be_kept_is_told_at_its_field_and_no_button_sends(
    author: Browser, ledger: Ledger, timing: Fields, field: str, words: str
) -> None:
    checked = await author.post("/alerts/check", {**NOTICE, **timing})
    assert checked.status_code == 422
    assert re.search(rf'id="{field}-error">[^<]*{words}', checked.text)
    assert button_of(checked) == ""
    forced = await author.post("/alerts", {**hidden_fields(checked.text), **timing})
    assert forced.status_code == 422
    assert ledger.alerts.newest(1) == []


async def test_going_back_to_the_form_keeps_the_time_too(author: Browser) -> None:
    checked = await author.post("/alerts/check", {**NOTICE, **MONDAYS})
    form = await author.post("/alerts/new", {**hidden_fields(checked.text), **MONDAYS})
    again = await author.post("/alerts/check", {**NOTICE, **hidden_fields(form.text)})
    assert "毎週月・木曜日の午前10時に" in plan_of(again)


@pytest.mark.parametrize(
    ("level", "timing", "words"),
    [
        ("notice", {**TOMORROW, "time": "22:30"}, "読み上げるのは11月26日(木)午前7時です"),
        ("notice", {**MONDAYS, "time": "22:30"}, "読み上げるのは午前7時です"),
        ("notice", TOMORROW, ""),
        ("emergency", {**TOMORROW, "time": "22:30"}, ""),
    ],
)
async def test_the_quiet_hours_warn_before(author: Browser, level: str, timing: Fields, words: str) -> None:
    page = (await author.post("/alerts/check", {**ALERT, "level": level, **timing})).text
    assert ("おやすみ時間です" in page) is bool(words)
    assert words in page


async def test_now_in_the_quiet_hours_says_when_it_is_spoken(author: Browser, clock: Clock) -> None:
    clock.move(hours=13)
    await author.log_in("hanako")
    page = (await author.post("/alerts/check", NOTICE)).text
    assert "読み上げるのは11月25日(水)午前7時です" in page
    assert "世帯が自分で決めた時間は、これと違うことがあります" in page


@pytest.mark.parametrize(
    ("timing", "words"),
    [
        (
            TOMORROW,
            "11月25日(水)に放送すると、「本日」は11月25日(水)、「明日」は11月26日(木)のことに聞こえるので、日付で書いてください。",
        ),
        (
            MONDAYS,
            "毎週月・木曜日の午前10時に放送するたびに、「本日」「明日」の指すときが変わるので、日付か曜日で書いてください。",
        ),
        ({"when": "once", "day": "2026-11-24", "time": "22:30"}, "11月25日(水)に放送すると、「本日」は11月25日(水)"),
        ({"when": "once", "day": "2026-11-24", "time": "18:00"}, ""),
        ({}, ""),
    ],
    ids=["another day", "repeated", "held for the night", "the same day", "now"],
)
async def test_a_word_that_will_mean_another_day_when_it_is_spoken_is_warned_of(
    author: Browser, timing: Fields, words: str
) -> None:
    page = (await author.post("/alerts/check", {**TODAY, **timing})).text
    assert ("で書いてください。" in page) is bool(words)
    assert words in page
    assert button_of(await author.post("/alerts/check", {**TODAY, **timing})), "it is advice"


@pytest.mark.parametrize(
    ("day", "text", "words"),
    [
        (
            "2026-11-30",
            "来週の説明会は、今月の最後です。",
            "11月30日(月)に放送すると、「来週」は12月7日(月)からの週のことに聞こえるので、日付で書いてください。",
        ),
        (
            "2026-12-01",
            "先週からの相談を来月まで受けつけます。",
            "12月1日(火)に放送すると、「先週」は11月23日(月)からの週、「来月」は2027年1月のことに聞こえるので、日付で書いてください。",
        ),
        ("2026-11-29", "来週の説明会は、今月の最後です。", ""),
    ],
    ids=["another week", "another month", "the Sunday of the same week"],
)
async def test_a_week_or_a_month_that_will_be_another_one_is_warned_of(
    author: Browser, day: str, text: str, words: str
) -> None:
    written = {**ALERT, "body": text, "when": "once", "day": day, "time": "10:00"}
    page = (await author.post("/alerts/check", written)).text
    assert ("のことに聞こえる" in page) is bool(words)
    assert words in page


@pytest.mark.parametrize(
    ("text", "timing", "words"),
    [
        (
            "12月3日と１２月１０日に説明会を開きます。",
            MONDAYS,
            "「12月10日」は、12月14日(月)に放送するときには過ぎています。その前の日までの放送にするか、文の日付を確かめてください。",
        ),
        (
            "11月25日に説明会を開きます。",
            {"when": "once", "day": "2026-11-26", "time": "09:00"},
            "「11月25日」は、11月26日(木)に放送するときには過ぎています。放送する日か、文の日付を確かめてください。",
        ),
        ("11月25日に説明会を開きます。", TOMORROW, ""),
        ("11月23日に不審な電話がありました。", MONDAYS, ""),
        ("1月7日から受け付けます。2月30日はありません。", MONDAYS, ""),
        ("11月30日から12月31日まで受け付けます。", MONDAYS, ""),
        (
            "11月24日に説明会を開きます。",
            {"when": "once", "day": "2026-11-24", "time": "22:30"},
            "「11月24日」は、11月25日(水)",
        ),
        ("11月24日に説明会を開きます。", {}, ""),
    ],
    ids=["repeated", "once", "on the day", "what was", "next year", "a span", "held for the night", "now"],
)
async def test_a_day_that_will_be_over_when_it_is_spoken_is_warned_of(
    author: Browser, text: str, timing: Fields, words: str
) -> None:
    page = (await author.post("/alerts/check", {**NOTICE, "body": text, **timing})).text
    assert ("には過ぎています" in page) is bool(words)
    assert words in page


async def test_who_approves_is_warned_of_a_word_that_has_come_to_mean_another_day(
    author: Browser, colleague: Browser, clock: Clock
) -> None:
    path = (await submit(author, {**TODAY, "level": "important"})).headers["location"]
    assert "のことに聞こえる" not in (await colleague.get(path)).text
    clock.move(days=1)
    await colleague.log_in("<b>kanri</b>")
    warned = (await colleague.get(path)).text
    assert "11月25日(水)に放送すると、「本日」は11月25日(水)" in warned
    assert "直してもらうには、「差し戻す」を開きます。" in warned, "who approves cannot rewrite it"


async def test_what_waits_is_approved_by_a_colleague_and_goes_out(
    author: Browser, colleague: Browser, ledger: Ledger
) -> None:
    submitted = await submit(author, ALERT)
    path = submitted.headers["location"]
    own = (await author.get(path)).text
    assert "承認を待っています" in own
    assert "承認して" not in own
    assert "承認待ち 1件" in (await colleague.get("/")).text
    assert "承認待ち" not in (await author.get("/")).text
    seen = await colleague.get(path)
    assert "不審な電話に注意" in seen.text
    assert plan_of(seen) == "月形町 全域 2世帯・1事業所に、いますぐ、重要で放送します"
    answer = await colleague.post(f"{path}/approve", {"version": "2"})
    (accepted,) = ledger.alerts.newest(5)
    assert answer.headers["location"] == f"/alerts/{accepted.alert.identifier}"
    assert path == f"/planned/{accepted.alert.identifier}"
    assert (await author.get(path)).headers["location"] == answer.headers["location"]


async def test_who_asks_for_approval_is_told_who_can_give_it(author: Browser, ledger: Ledger) -> None:
    path = (await submit(author, ALERT)).headers["location"]

    async def told() -> tuple[str, str]:
        return (await author.post("/alerts/check", ALERT)).text, (await author.get(path)).text

    ledger.accounts.add(Account("new", "まだ入れない人", Role.APPROVER), None)
    for page in await told():
        assert "承認できるのは、&lt;i&gt;管理&lt;/i&gt;さん、部長 一郎さんです。" in page
    ledger.accounts.suspend("buchou", "<b>kanri</b>", NOW)
    ledger.accounts.add(Account("tantou", "次の管理者", Role.ADMINISTRATOR), PASSWORD)
    ledger.accounts.change("<b>kanri</b>", "前の管理者", Role.AUTHOR, "tantou", NOW)
    for page in await told():
        assert "承認できるのは、次の管理者さんです。" in page


async def test_where_nobody_else_can_approve_who_asks_is_told_so(app: FastAPI, ledger: Ledger) -> None:
    kanri = Browser(app)
    await kanri.log_in("<b>kanri</b>")
    ledger.accounts.suspend("buchou", "<b>kanri</b>", NOW)
    assert "いま、承認できる人がほかにいません。" in (await kanri.post("/alerts/check", ALERT)).text
    path = (await submit(kanri, ALERT)).headers["location"]
    assert "いま、承認できる人がほかにいません。" in (await kanri.get(path)).text
    ledger.tokens.make("当直", {Scope.ALERTS_APPROVE}, NOW + timedelta(days=1), SHELL, NOW)
    assert "承認できるのは、当直（外部連携）です。" in (await kanri.get(path)).text
    await kanri.client.aclose()


async def test_nobody_approves_of_their_own_nor_without_the_right(
    author: Browser, colleague: Browser, ledger: Ledger
) -> None:
    path = (await submit(colleague, ALERT)).headers["location"]
    assert "承認して" not in (await colleague.get(path)).text
    refused = await colleague.post(f"{path}/approve", {"version": "2"})
    assert (refused.status_code, "ほかの職員が承認します" in refused.text) == (403, True)
    assert (await author.post(f"{path}/approve", {"version": "2"})).status_code == 403
    assert (await author.post(f"{path}/send-back", {"version": "2", "note": "x"})).status_code == 403
    assert ledger.alerts.newest(1) == []


async def test_an_operator_sees_what_is_to_come_and_changes_nothing(
    author: Browser, app: FastAPI, ledger: Ledger
) -> None:
    path = (await submit(author, NOTICE, TOMORROW)).headers["location"]
    operator = Browser(app)
    await operator.log_in("ops")
    assert "不審な電話に注意" in (await operator.get("/planned")).text
    assert "取りやめて" not in (await operator.get(path)).text
    for deed in ("recall", "leave-out", "put-back", "approve", "send-back", "settle", "seen"):
        assert (await operator.post(f"{path}/{deed}", {"version": "2"})).status_code == 403
    assert only(ledger, State.PLANNED).version == 2
    await operator.client.aclose()


async def test_what_is_sent_back_comes_to_its_author_with_the_note(
    author: Browser, colleague: Browser, ledger: Ledger
) -> None:
    path = (await submit(author, ALERT)).headers["location"]
    empty = await colleague.post(f"{path}/send-back", {"version": "2", "note": " "})
    assert (empty.status_code, "何を直してほしいか" in empty.text) == (422, True)
    await colleague.post(f"{path}/send-back", {"version": "2", "note": "場所を<b>書いて</b>ください"})
    page = (await author.get("/planned")).text
    assert "差し戻されたお知らせ" in page
    assert "場所を&lt;b&gt;書いて&lt;/b&gt;ください" in page
    assert "差し戻されました: 場所を&lt;b&gt;書いて&lt;/b&gt;ください" in (await author.get("/drafts")).text
    rewriting = await author.get(path)
    assert hidden_fields(rewriting.text)["version"] == "3"
    form = await author.post("/alerts/new", hidden_fields(rewriting.text))
    assert 'value="不審な電話に注意"' in form.text
    for page in (form.text, (await author.get(path.replace("planned", "drafts"))).text):
        assert "差し戻されました: 場所を&lt;b&gt;書いて&lt;/b&gt;ください" in page, "it is wanted while it is followed"
    assert [draft.identifier for draft in ledger.drafts.unsent()] == [path.rsplit("/", 1)[1]]


async def test_an_emergency_goes_out_with_a_reason_and_each_colleague_is_told_until_they_know(
    author: Browser, colleague: Browser, ledger: Ledger
) -> None:
    checked = await author.post("/alerts/check", EMERGENCY)
    assert "承認を待てないとき" in checked.text
    without = await author.post("/alerts", {**hidden_fields(checked.text), "alone": "yes", "reason": "  "})
    assert (without.status_code, "承認を待てない理由を書いてください" in without.text) == (422, True)
    assert ledger.alerts.newest(1) == []
    fields = {**hidden_fields(without.text), "alone": "yes", "reason": "いま逃走中のため"}
    sent = await author.post("/alerts", fields)
    identifier = ledger.alerts.newest(1)[0].alert.identifier
    assert sent.headers["location"] == f"/alerts/{identifier}"
    assert "承認を待たずに放送・訂正されたお知らせ 1件" in (await colleague.get("/")).text
    told = await colleague.get("/planned")
    assert "理由: いま逃走中のため" in told.text
    assert "に放送しました。" in told.text
    assert "承認を待たずに" not in (await author.get("/planned")).text
    await colleague.post(f"/planned/{identifier}/seen", {"revision": "1"})
    assert "承認を待たずに" not in (await colleague.get("/planned")).text


async def test_a_reason_alone_sends_nothing_that_is_no_emergency(author: Browser, ledger: Ledger) -> None:
    checked = await author.post("/alerts/check", ALERT)
    assert "承認を待てないとき" not in checked.text
    await author.post("/alerts", {**hidden_fields(checked.text), "alone": "yes", "reason": "急ぐため"})
    assert ledger.alerts.newest(1) == []
    assert only(ledger, State.WAITING).reason == ""


async def test_a_drill_stays_one_through_approval_and_time(
    author: Browser, colleague: Browser, ledger: Ledger, clock: Clock, planned: PlannedSending
) -> None:
    path = (await submit(author, {**ALERT, "drill": "yes"}, TOMORROW)).headers["location"]
    assert "drill-page" in (await colleague.get(path)).text
    await colleague.post(f"{path}/approve", {"version": "2"})
    clock.move(hours=23)
    await planned.send_due()
    assert ledger.alerts.newest(1)[0].alert.status is Status.EXERCISE


async def test_of_two_browsers_that_approve_one_is_told(author: Browser, app: FastAPI, ledger: Ledger) -> None:
    ledger.connections.read().execute("UPDATE accounts SET role = 'approver' WHERE name = 'ops'")
    path = (await submit(author, ALERT)).headers["location"]
    two = [Browser(app), Browser(app)]
    await asyncio.gather(two[0].log_in("<b>kanri</b>"), two[1].log_in("ops"))
    answers = await asyncio.gather(*(browser.post(f"{path}/approve", {"version": "2"}) for browser in two))
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    (late,) = [answer for answer in answers if answer.status_code == 409]
    assert re.search("さんが、このお知らせを11月24日.*に放送しました", late.text)
    assert len(ledger.alerts.newest(5)) == 1
    for browser in two:
        await browser.client.aclose()


async def test_of_one_who_approves_and_one_who_recalls_one_is_told(
    author: Browser, colleague: Browser, ledger: Ledger
) -> None:
    path = (await submit(author, ALERT)).headers["location"]
    fields = {"version": "2"}
    approved, recalled = await asyncio.gather(
        colleague.post(f"{path}/approve", fields), author.post(f"{path}/recall", fields)
    )
    assert sorted([approved.status_code, recalled.status_code]) == [303, 409]
    assert len(ledger.alerts.newest(5)) == (approved.status_code == 303)
    assert len(ledger.drafts.unsent()) == (recalled.status_code == 303)


async def test_approving_twice_with_one_press_leads_to_the_alert(
    author: Browser, colleague: Browser, ledger: Ledger
) -> None:
    path = (await submit(author, ALERT)).headers["location"]
    answers = [await colleague.post(f"{path}/approve", {"version": "2"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(ledger.alerts.newest(5)) == 1


async def test_of_two_who_send_the_same_draft_one_is_told_and_keeps_the_text(
    author: Browser, colleague: Browser, ledger: Ledger
) -> None:
    checked = await author.post("/alerts/check", NOTICE)
    fields = {name: value for name, value in hidden_fields(checked.text).items() if name != "csrf"}
    answers = await asyncio.gather(
        author.post("/alerts", fields), colleague.post("/alerts", {**fields, "headline": "別の見出し"})
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    (late,) = [answer for answer in answers if answer.status_code == 409]
    assert "ほかの職員が先に操作しました" in late.text
    assert ("別の見出し" in late.text) is (late is answers[1])
    assert len(ledger.alerts.newest(5)) == 1


async def test_withdrawing_and_approving_the_rest_do_not_meet(
    author: Browser, colleague: Browser, ledger: Ledger
) -> None:
    path = (await submit(author, ALERT)).headers["location"]
    await colleague.post(f"{path}/approve", {"version": "2"})
    late = await author.post(f"{path}/recall", {"version": "2"})
    assert late.status_code == 409
    alert = path.replace("planned", "alerts")
    assert alert in late.text
    both = await asyncio.gather(
        author.post(f"{alert}/withdraw", {"revision": "1"}), colleague.post(f"{alert}/withdraw", {"revision": "1"})
    )
    assert [answer.status_code for answer in both] == [303, 303]
    assert ledger.alerts.newest(1)[0].alert.revision == 2


async def test_what_is_planned_can_be_recalled_and_written_anew(author: Browser, ledger: Ledger) -> None:
    path = (await submit(author, NOTICE, TOMORROW)).headers["location"]
    assert (await author.post(f"{path}/recall", {"version": "2"})).headers["location"] == path
    page = await author.get(path)
    assert "下書きにもどっています" in page.text
    assert "予約したお知らせはありません" in (await author.get("/planned")).text
    assert len(ledger.drafts.unsent()) == 1


def day_form(page: httpx.Response, deed: str, number: int = 0) -> Fields:
    """Return what one of the page's forms for a day sends."""
    form = re.findall(rf'<form[^>]*action="[^"]*/{deed}".*?</form>', page.text, re.DOTALL)[number]
    return dict(re.findall(r'name="(version|day)" value="([^"]*)"', form))


async def test_the_next_broadcast_of_a_series_is_left_out_and_put_back(author: Browser, ledger: Ledger) -> None:
    path = (await submit(author, NOTICE, MONDAYS)).headers["location"]
    page = await author.get(path)
    assert "11月26日(木)午前10時は放送しません。そのつぎの11月30日(月)午前10時から、また放送します。" in page.text
    left = await author.post(f"{path}/leave-out", day_form(page, "leave-out"))
    assert left.headers["location"] == path
    page = await author.get(path)
    assert "11月26日(木)午前10時は休みます" in page.text
    assert '<p class="big">11月30日(月)午前10時</p>' in page.text
    assert "から12月31日(木)まで（11月26日(木)は休み）、毎週月・木曜日の午前10時に、" in plan_of(page)
    assert "休みにした日も、予約しなおすと、休みではなくなります。" in page.text
    listed = (await author.get("/planned")).text
    assert "<p>つぎは11月30日(月)午前10時</p>" in listed
    assert "<p>休み: 11月26日(木)</p>" in listed
    assert listed.count("month-entry-notice") == 1, "only the 30th is left of November"
    assert "11月30日(月)午前10時に放送します" in (await author.get("/")).text
    assert ledger.audit.newest(1)[0].detail == "2026-11-26T01:00:00.000+00:00"
    await author.post(f"{path}/put-back", day_form(page, "put-back"))
    page = await author.get(path)
    assert '<p class="big">11月26日(木)午前10時</p>' in page.text
    assert "休みます" not in page.text
    assert "（11月26日(木)は休み）" not in plan_of(page)


async def test_one_day_after_the_other_is_left_out_until_one_is_left(author: Browser, ledger: Ledger) -> None:
    path = (await submit(author, NOTICE, {**MONDAYS, "until": "2026-12-03"})).headers["location"]
    for _ in range(2):
        await author.post(f"{path}/leave-out", day_form(await author.get(path), "leave-out"))
    page = await author.get(path)
    assert "最後の放送です" in page.text
    assert "この回だけ休む" not in page.text
    version = str(only(ledger, State.PLANNED).version)
    refused = await author.post(f"{path}/leave-out", {"version": version, "day": "2026-12-03"})
    assert refused.status_code == 422
    assert '<a href="#recall">このあとに放送する日がないので' in refused.text
    await author.post(f"{path}/put-back", day_form(page, "put-back", 1))
    stands = only(ledger, State.PLANNED)
    assert stands.next_at is not None
    assert (stands.next_at.day, [day.day for day in stands.timing.left_out]) == (30, [26])


async def test_what_goes_out_once_has_no_day_to_leave_out(author: Browser, ledger: Ledger) -> None:
    path = (await submit(author, NOTICE, TOMORROW)).headers["location"]
    assert "この回だけ休む" not in (await author.get(path)).text
    refused = await author.post(f"{path}/leave-out", {"version": "2", "day": "2026-11-25"})
    assert refused.status_code == 422
    assert only(ledger, State.PLANNED).version == 2


async def test_of_two_who_leave_out_the_next_day_one_is_told_by_whom(author: Browser, colleague: Browser) -> None:
    path = (await submit(author, NOTICE, MONDAYS)).headers["location"]
    fields = day_form(await author.get(path), "leave-out")
    first = [await author.post(f"{path}/leave-out", fields) for _ in range(2)]
    assert [answer.headers.get("location") for answer in first] == [path] * 2, "pressed twice"
    late = await colleague.post(f"{path}/leave-out", fields)
    assert late.status_code == 409
    assert "田中 花子さんが、このお知らせを休む日を変えました。" in late.text
    assert (await colleague.post(f"{path}/recall", {"version": fields["version"]})).status_code == 409
    back = day_form(await author.get(path), "put-back")
    assert [(await author.post(f"{path}/put-back", back)).status_code for _ in range(2)] == [303, 303]
    assert (await colleague.post(f"{path}/put-back", back)).status_code == 409


async def test_a_day_whose_time_has_come_meanwhile_is_neither_left_out_nor_put_back(
    author: Browser, ledger: Ledger, clock: Clock, planned: PlannedSending
) -> None:
    path = (await submit(author, NOTICE, MONDAYS)).headers["location"]
    await author.post(f"{path}/leave-out", day_form(await author.get(path), "leave-out"))
    page = await author.get(path)
    clock.move(days=6)
    await author.log_in("hanako")
    for wait_for_clock in (False, True):
        if wait_for_clock:
            await planned.send_due()
        for deed in ("leave-out", "put-back"):
            late = await author.post(f"{path}/{deed}", day_form(page, deed))
            assert (late.status_code, "その回の時刻は、もう過ぎています" in late.text) == (409, True)
    assert len(ledger.alerts.newest(5)) == 1
    assert "11月26日(木)" not in (await author.get("/planned")).text.split("month-title")[0], "it is over"


@pytest.mark.parametrize("day", ["", "x", "2026-11-30"])
async def test_a_day_that_is_not_the_next_is_not_left_out(author: Browser, ledger: Ledger, day: str) -> None:
    path = (await submit(author, NOTICE, MONDAYS)).headers["location"]
    assert (await author.post(f"{path}/leave-out", {"version": "2", "day": day})).status_code == 409
    assert only(ledger, State.PLANNED).timing.left_out == frozenset()


async def test_a_draft_that_was_a_series_reminds_of_the_days_that_were_left_out(
    author: Browser, colleague: Browser, ledger: Ledger
) -> None:
    path = (await submit(author, NOTICE, MONDAYS)).headers["location"]
    await author.post(f"{path}/leave-out", day_form(await author.get(path), "leave-out"))
    await author.post(f"{path}/recall", {"version": "3"})
    assert "11月26日(木)は休みにしていました。" in (await author.get(path)).text
    late = await colleague.post(f"{path}/put-back", {"version": "3", "day": "2026-11-26"})
    assert "さんが、このお知らせを下書きにもどしました。" in late.text
    assert ledger.submissions.in_state(State.PLANNED) == []


async def test_a_missed_one_is_shown_until_somebody_sees_to_it(
    author: Browser, clock: Clock, planned: PlannedSending
) -> None:
    path = (await submit(author, NOTICE, TOMORROW)).headers["location"]
    clock.move(days=2)
    await author.log_in("hanako")
    await planned.send_due()
    page = (await author.get("/planned")).text
    assert "11月25日(水)9時00分の分は、放送していません。その時刻にサーバーが止まっていて" in page
    assert "予定どおりに放送できなかったお知らせ 1件" in (await author.get("/")).text
    await author.post(f"{path}/settle")
    assert "放送していません" not in (await author.get("/planned")).text


async def test_a_chosen_terminal_that_leaves_service_keeps_the_others_from_nothing(
    author: Browser, ledger: Ledger, planned: PlannedSending, clock: Clock
) -> None:
    chosen: Fields = {**NOTICE, "audience": "terminals", "terminals": ["t-1", "t-3"]}
    path = (await submit(author, chosen, TOMORROW)).headers["location"]
    assert "届きません" not in (await author.get(path)).text
    ledger.service.step(Step.SUSPEND, ["t-3"], "hanako", clock())
    for shown in (await author.get(path), await author.post("/alerts/check", chosen)):
        assert plan_of(shown).startswith("選んだ 1世帯に、")
        assert "高橋 商店には届きません。選んだあとに、端末が一時停止か廃止になりました。" in shown.text
    clock.move(hours=23)
    await planned.send_due()
    (accepted,) = ledger.alerts.newest(9)
    lines = ledger.deliveries.of_alert(accepted.row)
    assert [line.terminal.id for line in lines] == ["t-1"]


async def test_what_is_for_nobody_in_service_any_more_cannot_go_out_and_is_not_approved(
    author: Browser, colleague: Browser, ledger: Ledger, clock: Clock
) -> None:
    path = (await submit(author, {**EMERGENCY, "audience": "terminals", "terminals": ["t-3"]})).headers["location"]
    assert button_of(await colleague.get(path)) == "承認して、いますぐ放送する"
    ledger.service.step(Step.SUSPEND, ["t-3"], "hanako", clock())
    page = await colleague.get(path)
    assert "このままでは放送できません" in page.text
    assert "使用中の端末が1台もありません" in page.text
    assert "差し戻して直してもらうか、依頼を取りやめて、下書きで直してください。" in page.text
    assert (plan_of(page), button_of(page)) == ("", "")


async def test_what_cannot_go_out_any_more_is_shown_before_its_time(author: Browser, ledger: Ledger) -> None:
    path = (await submit(author, {**NOTICE, "audience": "terminals", "terminals": ["t-3"]}, TOMORROW)).headers[
        "location"
    ]
    ledger.connections.read().execute("UPDATE terminals SET terminal = 't-9' WHERE terminal = 't-3'")
    for shown in ("/planned", path):
        assert "「t-3」は登録されていません" in (await author.get(shown)).text


async def test_the_month_has_each_day_of_a_series_and_pages(author: Browser, clock: Clock) -> None:
    await submit(author, NOTICE, MONDAYS)
    november = (await author.get("/planned")).text
    assert "2026年11月の予定" in november
    assert november.count("month-entry-notice") == 2
    december = (await author.get("/planned?month=2026-12")).text
    assert december.count("month-entry-notice") == 9
    assert 'href="/planned?month=2026-11#month"' in december
    assert "この月の予定はありません" in (await author.get("/planned?month=2027-02")).text
    clock.move(days=3)
    await author.log_in("hanako")
    assert (await author.get("/planned")).text.count("month-entry-notice") == 1


@pytest.mark.parametrize("month", ["", "x", "2026-13", "0001-01", "9999-12", "2020-01"])
async def test_a_month_that_there_is_not_is_the_present_one(author: Browser, month: str) -> None:
    assert "2026年11月の予定" in (await author.get(f"/planned?month={month}")).text


async def test_the_page_follows_what_colleagues_do(author: Browser, colleague: Browser, clock: Clock) -> None:
    async with author.events("/planned/events") as stream:
        first = await stream.parts_after_start()
        assert "承認を待っているお知らせはありません" in first["waiting"]
        clock.move(seconds=1)
        await submit(colleague, ALERT)
        following = await stream.parts()
        assert "承認を待っているお知らせ（1件）" in following["waiting"]


@pytest.mark.parametrize("path", ["/planned/x", "/planned/20261124T010000Z-00000000"])
async def test_what_there_is_not_is_a_page_that_says_so(author: Browser, path: str) -> None:
    for answer in (await author.get(path), await author.post(f"{path}/recall", {"version": "2"})):
        assert answer.status_code in (404, 409)


async def test_no_page_of_it_is_large(author: Browser, clock: Clock) -> None:
    for number in range(12):
        clock.move(seconds=1)
        await submit(author, {**NOTICE, "headline": f"お知らせ{number}"}, {**MONDAYS, "days": list("0123456")})
    assert len((await author.get("/planned?month=2026-12")).content) < 100_000


@pytest.mark.parametrize("timing", [{}, TOMORROW], ids=["waiting", "planned"])
async def test_what_waits_or_is_planned_is_not_thrown_away_from_a_page_of_drafts_that_was_still_open(
    author: Browser, ledger: Ledger, timing: Fields
) -> None:
    identifier = (await submit(author, NOTICE if timing else ALERT, timing)).headers["location"].rsplit("/", 1)[1]
    path = f"/drafts/{identifier}/discard"
    assert (await author.get(path)).headers["location"] == f"/drafts/{identifier}"
    draft = ledger.drafts.get(identifier)
    assert draft is not None
    told = await author.post(path, {"version": str(draft.version)})
    assert told.status_code == 409
    assert "捨てました" not in told.text
    assert f'href="/planned/{identifier}"' in told.text
    assert ledger.drafts.get(identifier) is not None


async def test_what_waits_is_told_to_its_author_as_waiting_and_to_who_approves_as_what_will_happen(
    author: Browser, colleague: Browser
) -> None:
    path = (await submit(author, ALERT)).headers["location"]
    mine, theirs = [await browser.get(path) for browser in (author, colleague)]
    assert plan_of(mine) == "月形町 全域 2世帯・1事業所に、承認を待ってから、重要で放送します"
    assert plan_of(theirs) == "月形町 全域 2世帯・1事業所に、いますぐ、重要で放送します"
    assert "放送から24時間有効です" in theirs.text


async def test_what_was_sent_back_is_on_the_first_page_until_it_is_submitted_again(
    author: Browser, colleague: Browser, ledger: Ledger
) -> None:
    path = (await submit(author, ALERT)).headers["location"]
    waiting = only(ledger, State.WAITING)
    note: Fields = {"version": str(waiting.version), "note": "場所を書いてください"}
    returned = [await colleague.post(f"{path}/send-back", note) for _ in range(2)]
    assert [(one.status_code, one.headers["location"]) for one in returned] == [(303, path)] * 2, "pressed twice"
    assert "差し戻されたお知らせ<strong>1件</strong>" in (await author.get("/")).text
    version = only(ledger, State.RETURNED).version
    await submit(author, {**ALERT, "identifier": waiting.identifier, "version": str(version), "headline": "直した"})
    assert "差し戻されたお知らせ" not in (await author.get("/")).text


async def test_who_presses_recall_twice_is_told_of_nobody_else(author: Browser, ledger: Ledger) -> None:
    path = (await submit(author, NOTICE, TOMORROW)).headers["location"]
    version: Fields = {"version": str(only(ledger, State.PLANNED).version)}
    recalled = [await author.post(f"{path}/recall", version) for _ in range(2)]
    assert [(one.status_code, one.headers["location"]) for one in recalled] == [(303, path)] * 2


async def test_the_page_of_an_alert_names_who_wrote_it_and_who_approved(
    author: Browser, colleague: Browser, ledger: Ledger
) -> None:
    path = (await submit(author, ALERT)).headers["location"]
    waiting = only(ledger, State.WAITING)
    sent = await colleague.post(f"{path}/approve", {"version": str(waiting.version)})
    page = (await author.get(sent.headers["location"])).text
    assert "<dt>担当</dt><dd>田中 花子</dd>" in page
    assert "<dt>承認</dt><dd>&lt;i&gt;管理&lt;/i&gt;</dd>" in page


async def test_the_page_of_an_emergency_that_did_not_wait_says_why(author: Browser) -> None:
    sent = await submit(author, EMERGENCY, alone="yes", reason="課長と連絡がとれない")
    page = (await author.get(sent.headers["location"])).text
    assert "<dt>承認を待てなかった理由</dt><dd>課長と連絡がとれない</dd>" in page


async def test_no_draft_is_begun_of_a_form_on_which_nothing_was_written(author: Browser, ledger: Ledger) -> None:
    checked = await author.post("/alerts/check", {"headline": " ", "body": ""})
    assert checked.status_code == 422
    assert ledger.drafts.unsent() == []
