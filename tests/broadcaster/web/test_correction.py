import asyncio
import html
import re

import pytest

from broadcaster.domain.draft import withdraw
from broadcaster.ledger import Ledger
from kokuchi.wire import Alert, Audience, AudienceKind, MessageType, Topics
from tests.broadcaster.web.browser import Browser, hidden_fields
from tests.broadcaster.web.town import NOW, TOWN, Clock, FakeVoice, accept, report

KITA = Audience(kind=AudienceKind.AREAS, members=("kita",))
NEW_BODY = "正しい本文です。"
CORRECTION = {"revision": "1", "headline": "不審な電話に注意", "body": NEW_BODY}


def path_of(alert: Alert, more: str = "") -> str:
    return f"/alerts/{alert.identifier}/correct{more}"


def newest(ledger: Ledger, alert: Alert) -> Alert:
    accepted = ledger.alerts.get(alert.identifier)
    assert accepted is not None
    return accepted.alert


async def send(browser: Browser, alert: Alert, **fields: str) -> str:
    """Go from the form over the check to the alert's page; return the page."""
    checked = await browser.post(path_of(alert, "/check"), {**CORRECTION, **fields})
    assert checked.status_code == 200
    sent = await browser.post(path_of(alert), hidden_fields(checked.text))
    assert sent.status_code == 303
    return (await browser.get(sent.headers["location"])).text


async def test_the_form_has_the_text_and_says_who_will_hear_what(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    ledger.deliveries.record([report(alert, "t-1", received_at=NOW, voice_started_at=NOW)])
    assert f'href="{path_of(alert)}">訂正する</a>' in (await author.get(f"/alerts/{alert.identifier}")).text
    page = (await author.get(path_of(alert))).text
    assert 'value="不審な電話に注意"' in page
    assert "本文です。</textarea>" in page
    assert "<strong>1台</strong>では、はじめに「先ほどのお知らせを訂正します」と伝えて" in page
    assert "まだ放送されていない<strong>2台</strong>では、新しい文だけを放送します" in page


async def test_the_check_shows_both_texts_with_what_differs_and_sends_nothing(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger, body="午前10時ごろです。")
    page = (await author.post(path_of(alert, "/check"), {**CORRECTION, "body": "午前11時ごろです。"})).text
    assert "月形町 全域 2世帯・1事業所に、いますぐ、訂正を重要で放送します" in page
    assert "午前<del>10</del>時ごろです。" in page
    assert "午前<ins>11</ins>時ごろです。" in page
    assert newest(ledger, alert).revision == 1
    ledger.broker.record(False, "gone", NOW)
    page = (await author.post(path_of(alert, "/check"), CORRECTION)).text
    assert "月形町 全域 2世帯・1事業所に、通信がもどりしだい、訂正を重要で放送します" in page


async def test_a_correction_goes_to_the_same_terminals_with_a_new_reading(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger, audience=KITA)
    page = await send(author, alert)
    accepted = ledger.alerts.get(alert.identifier)
    assert accepted is not None
    after = accepted.alert
    assert (after.revision, after.message_type, after.body) == (2, MessageType.UPDATE, NEW_BODY)
    assert after.references == (alert.reference,)
    assert (after.category, after.severity, after.audience, after.status) == (
        alert.category,
        alert.severity,
        alert.audience,
        alert.status,
    )
    assert after.reading is not None
    assert after.reading.body == f"カナ{len(NEW_BODY)}"
    assert accepted.accepted_by == "hanako"
    assert [line.terminal.id for line in ledger.deliveries.of_alert(accepted.row)] == ["t-1", "t-2"]
    assert [item.topic for item in ledger.outbox.due(NOW)] == Topics(TOWN.id).of_audience(KITA)
    assert 'badge-corrected">訂正<' in page
    assert "第2版（訂正）" in page


async def test_a_correction_lives_as_long_as_a_new_alert_and_never_shorter_than_the_old_one(
    author: Browser, ledger: Ledger, clock: Clock
) -> None:
    alert = accept(ledger)
    clock.move(hours=5)
    await author.log_in("hanako")
    await send(author, alert)
    assert (newest(ledger, alert).expires - clock.now).total_seconds() == 24 * 3600
    clock.move(hours=-10)
    await send(author, alert, revision="2", body="本文です。")
    assert (newest(ledger, alert).expires - NOW).total_seconds() == 29 * 3600


async def test_the_alert_s_page_says_who_had_heard_which_text(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    ledger.deliveries.record(
        [report(alert, "t-1", received_at=NOW, voice_started_at=NOW), report(alert, "t-3", confirmed_at=NOW)]
    )
    await send(author, alert)
    page = await send(author, alert, revision="2", headline="二度めの見出し")
    assert "訂正（第3版）の到達状況です" in page
    assert page.index(">第2版（訂正）</span>") < page.index(">第1版（放送）</span>")
    assert "3台のうち<strong>2台</strong>で、この文が放送されました" in page
    assert "<li>佐藤 一郎</li><li>高橋 商店</li>" in page
    assert "この文は、どの端末でも放送されませんでした" in page
    assert f'href="/alerts/{alert.identifier}?revision=1">第1版の到達状況を見る' in page
    older = (await author.get(f"/alerts/{alert.identifier}?revision=1")).text
    assert "取り消しや訂正の前に、3台のうち1台に届き" in older
    assert "前の放送" not in older


async def test_lists_mark_a_corrected_alert(author: Browser, ledger: Ledger) -> None:
    await send(author, accept(ledger))
    for path in ["/", "/log"]:
        assert 'badge-corrected">訂正<' in (await author.get(path)).text


async def test_an_open_page_learns_who_had_heard_the_old_text(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    await send(author, alert)
    async with author.events(f"/alerts/{alert.identifier}/events") as stream:
        await stream.parts_after_start()
        ledger.deliveries.record([report(alert, "t-1", received_at=NOW, voiced_at=NOW, voice_started_at=NOW)])
        parts = await stream.parts()
    assert "佐藤 一郎" in parts["earlier"]


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"headline": " 不審な電話に注意 ", "body": "本文です。\r\n"}, "body", "前の文と同じです"),
        ({"headline": ""}, "headline", "見出しを入力してください"),
        ({"body": "あ" * 1001}, "body", "いま1001文字"),
        ({"body": "〔いつ〕です。"}, "body", "ひな形の〔 〕が残っています"),
    ],
)
@pytest.mark.parametrize("step", ["/check", ""])
async def test_an_error_is_told_at_its_field_and_nothing_is_sent(
    author: Browser, ledger: Ledger, step: str, fields: dict[str, str], field: str, words: str
) -> None:
    alert = accept(ledger)
    response = await author.post(path_of(alert, step), {**CORRECTION, **fields})
    assert response.status_code == 422
    assert words in response.text
    assert f'<a href="#{field}">' in response.text
    assert newest(ledger, alert).revision == 1


async def test_rewriting_leads_back_with_the_text(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    checked = await author.post(path_of(alert, "/check"), CORRECTION)
    form = await author.post(path_of(alert, "/rewrite"), hidden_fields(checked.text))
    assert form.status_code == 200
    assert f"{NEW_BODY}</textarea>" in form.text


async def test_a_correction_sent_twice_is_one(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    answers = await asyncio.gather(*(author.post(path_of(alert), CORRECTION) for _ in range(2)))
    assert [answer.status_code for answer in answers] == [303, 303]
    assert newest(ledger, alert).revision == 2


@pytest.mark.parametrize("step", ["/check", "/rewrite", ""])
async def test_who_corrects_what_a_colleague_has_corrected_is_told_and_keeps_the_text(
    author: Browser, colleague: Browser, ledger: Ledger, step: str
) -> None:
    alert = accept(ledger)
    await send(colleague, alert, body="先に直した本文です。")
    told = await author.post(path_of(alert, step), CORRECTION)
    assert told.status_code == 409
    assert "訂正は送信していません" in told.text
    assert "&lt;i&gt;管理&lt;/i&gt;さんが先に訂正しました" in told.text
    assert "先に直した本文です。</p>" in told.text
    assert f"{NEW_BODY}</textarea>" in told.text
    assert f'<a href="/alerts/{alert.identifier}">' in told.text
    assert newest(ledger, alert).body == "先に直した本文です。"
    await send(author, alert, **{name: str(value) for name, value in hidden_fields(told.text).items()})
    assert newest(ledger, alert).revision == 3


@pytest.mark.parametrize("step", ["/check", "/rewrite", ""])
async def test_who_corrects_what_a_colleague_has_withdrawn_is_told_and_keeps_the_text(
    author: Browser, colleague: Browser, ledger: Ledger, step: str
) -> None:
    alert = accept(ledger, audience=KITA)
    await colleague.post(f"/alerts/{alert.identifier}/withdraw", {"revision": "1"})
    told = await author.post(path_of(alert, step), CORRECTION)
    assert told.status_code == 409
    assert "先に取り消されました" in told.text
    assert f"{NEW_BODY}</p>" in told.text
    assert newest(ledger, alert).is_cancel
    form = await author.post("/alerts/new", hidden_fields(told.text))
    assert f"{NEW_BODY}</textarea>" in form.text
    assert 'value="kita" checked' in form.text
    assert re.search(r'name="level" value="important"[^>]* checked', form.text)


async def test_who_withdraws_what_a_colleague_has_corrected_is_shown_the_new_text_first(
    author: Browser, colleague: Browser, ledger: Ledger
) -> None:
    alert = accept(ledger)
    await send(colleague, alert)
    told = await author.post(f"/alerts/{alert.identifier}/withdraw", {"revision": "1"})
    assert told.status_code == 409
    assert "取り消しは、まだ送信していません" in told.text
    assert NEW_BODY in told.text
    assert 'name="revision" value="2"' in told.text
    await author.post(f"/alerts/{alert.identifier}/withdraw", {"revision": "2"})
    assert newest(ledger, alert).is_cancel


@pytest.mark.parametrize("revision", ["", "x", "-1", "0", "９９", "9" * 1000])
async def test_a_form_that_does_not_say_what_it_corrects_changes_nothing(
    author: Browser, ledger: Ledger, revision: str
) -> None:
    alert = accept(ledger)
    for path in [path_of(alert), f"/alerts/{alert.identifier}/withdraw"]:
        assert (await author.post(path, {**CORRECTION, "revision": revision})).status_code == 409
    assert newest(ledger, alert).revision == 1


async def test_after_its_end_an_alert_is_not_corrected(author: Browser, ledger: Ledger, clock: Clock) -> None:
    alert = accept(ledger)
    clock.move(days=2)
    await author.log_in("hanako")
    assert "訂正する</a>" not in (await author.get(f"/alerts/{alert.identifier}")).text
    assert (await author.get(path_of(alert))).status_code == 303
    told = await author.post(path_of(alert), CORRECTION)
    assert told.status_code == 409
    assert "有効期限が過ぎました" in told.text
    assert NEW_BODY in told.text


async def test_a_withdrawn_alert_is_not_corrected(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    ledger.alerts.accept(withdraw(alert, NOW), [], ["t-1"], "shell")
    page = (await author.get(f"/alerts/{alert.identifier}")).text
    assert "訂正する</a>" not in page
    assert "保守の担当者" in page
    assert (await author.get(path_of(alert))).headers["location"] == f"/alerts/{alert.identifier}"


async def test_who_may_not_send_is_offered_no_correction(operator: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    assert "訂正する" not in (await operator.get(f"/alerts/{alert.identifier}")).text


async def test_an_alert_can_be_corrected_more_often_than_a_message_holds_references(
    author: Browser, ledger: Ledger
) -> None:
    alert = accept(ledger)
    for number in range(1, 103):
        fields = {"revision": str(number), "headline": "見出し", "body": f"{number}"}
        assert (await author.post(path_of(alert), fields)).status_code == 303
    last = newest(ledger, alert)
    assert last.revision == 103
    assert Alert.model_validate_json(last.model_dump_json()) == last


@pytest.mark.parametrize("heard", [True, False])
async def test_the_correction_is_heard_as_households_will_hear_it(
    author: Browser, ledger: Ledger, voice: FakeVoice, heard: bool
) -> None:
    alert = accept(ledger)
    if heard:
        ledger.deliveries.record([report(alert, "t-1", received_at=NOW, voice_started_at=NOW)])
    checked = await author.post(path_of(alert, "/check"), CORRECTION)
    preview = re.search(r'data-preview="([^"]+)"', checked.text)
    assert preview
    sound = await author.post(f"{preview[1]}/preview-sound", hidden_fields(checked.text))
    assert sound.content.startswith(b"RIFF")
    assert voice.rendered[-1].body == NEW_BODY
    assert (voice.rendered[-1].message_type is MessageType.UPDATE) is heard
    reading = await author.post(f"{preview[1]}/preview-reading", hidden_fields(checked.text))
    assert reading.json()["body"] == f"カナ{len(NEW_BODY)}"


async def test_without_a_change_there_is_nothing_to_hear(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    silent = await author.post(path_of(alert, "/preview-sound"), {**CORRECTION, "body": "本文です。"})
    assert (silent.status_code, silent.json()) == (422, {"message": "前の文と同じです。どこかを直してください。"})


async def test_markup_in_a_changed_text_stays_text(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger, body="<b>古い</b>")
    page = (await author.post(path_of(alert, "/check"), {**CORRECTION, "body": "<b>新しい</b>"})).text
    assert "<b>" not in page
    assert html.escape("<b>") in page
