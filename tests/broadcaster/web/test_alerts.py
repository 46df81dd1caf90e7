import re
from datetime import timedelta

import pytest

from broadcaster.ledger import Ledger
from kokuchi.wire import NO_VOICE, Audience, AudienceKind, MessageType, Outcome, Silence, Speaker
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.town import NOW, Clock, accept, presence, publish, report


async def test_an_alert_s_page_counts_and_times_each_stage(operator: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    moment = NOW + timedelta(seconds=7)
    ledger.deliveries.record(
        [
            report(alert, "t-1", received_at=moment, displayed_at=moment, voiced_at=moment, confirmed_at=moment),
            report(alert, "t-2", received_at=moment),
        ]
    )
    page = (await operator.get(f"/alerts/{alert.identifier}")).text
    assert "3台のうち2台に届き、1台で放送されました。残りの1台には、つながりしだい届きます。" in page
    assert page.count(">10:00:07<") == 5, "received, displayed, voiced and confirmed, and received once more"
    assert "確認済み" in page
    assert "受信済み" in page
    assert "佐藤 一郎" in page


async def test_who_confirmed_before_the_voice_was_through_is_neither_voiced_nor_missing_and_told(
    author: Browser, ledger: Ledger
) -> None:
    """「2台に届き、0台で放送されました」 was all that was said of two households that had pressed the button."""
    alert = accept(ledger)
    early = {"received_at": NOW, "displayed_at": NOW, "voice_started_at": NOW, "confirmed_at": NOW}
    ledger.deliveries.record([report(alert, terminal, **early) for terminal in ("t-1", "t-2")])
    page = (await author.get(f"/alerts/{alert.identifier}")).text
    assert (
        "2台に届き、0台で放送されました。ほかに2台で、放送が終わる前に「わかりました」が押されました。残りの1台" in page
    )
    assert "確認 2台" in (await author.get("/")).text


async def test_what_stands_out_is_told_with_what_to_do(operator: Browser, ledger: Ledger, clock: Clock) -> None:
    alert = accept(ledger)
    # A last will bears the time at which its connection was made.
    went = NOW - timedelta(minutes=20)
    ledger.presences.record([presence("t-1", sent=NOW - timedelta(days=3), online=False), presence("t-2")], went)
    ledger.deliveries.record(
        [report(alert, "t-2", received_at=NOW, outcome=Outcome.VOICE_FAILED, reason="no such device")]
    )
    clock.move(seconds=60)
    page = (await operator.get(f"/alerts/{alert.identifier}")).text
    assert "確かめてください（3台）" in page
    assert "電源が切れているか、通信が止まっています" in page
    assert "11月24日(火)9時40分からつながっていません" in page
    assert "端末の音が出ませんでした" in page
    assert "no such device" in page
    assert "まだ一度もつながったことがありません" in page


async def test_a_device_without_a_voice_is_called_so_in_japanese(operator: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    ledger.deliveries.record([report(alert, "t-2", received_at=NOW, outcome=Outcome.VOICE_FAILED, reason=NO_VOICE)])
    page = (await operator.get(f"/alerts/{alert.identifier}")).text
    assert "音の出ない端末です" in page
    assert NO_VOICE not in page


async def test_a_connected_terminal_that_does_not_answer_stands_out_after_a_while(
    operator: Browser, ledger: Ledger, clock: Clock
) -> None:
    alert = accept(ledger, audience=Audience(kind=AudienceKind.TERMINALS, members=("t-1",)))
    ledger.presences.record([presence("t-1")])
    assert "応答がありません" not in (await operator.get(f"/alerts/{alert.identifier}")).text
    clock.move(seconds=31)
    assert "応答がありません" in (await operator.get(f"/alerts/{alert.identifier}")).text


async def test_after_its_end_an_alert_promises_nothing_more(operator: Browser, ledger: Ledger, clock: Clock) -> None:
    alert = accept(ledger)
    clock.move(days=30)
    await operator.log_in("ops")
    page = (await operator.get(f"/alerts/{alert.identifier}")).text
    assert "有効期限が過ぎたため、残りの3台には届きません" in page
    assert "届く前に有効期限が過ぎました" in page


async def test_what_has_not_gone_out_is_said(author: Browser, ledger: Ledger) -> None:
    ledger.broker.record(False, "refused", NOW)
    sent = await author.send()
    page = (await author.get(sent.headers["location"])).text
    assert "まだ送信が終わっていません" in page
    assert "放送の通信が止まっています" in page
    assert "原因は証明書です" not in page
    assert "確かめてください" not in page


async def test_a_broker_whose_certificate_is_not_taken_is_named_as_the_cause(author: Browser, ledger: Ledger) -> None:
    ledger.broker.record(False, "the broker at 127.0.0.1 port 8883 is not trusted: the certificate has expired", NOW)
    assert "原因は証明書です" in (await author.get("/")).text


async def test_withdrawing_asks_first_and_tells_who_has_heard(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    ledger.deliveries.record([report(alert, "t-1", received_at=NOW, voice_started_at=NOW)])
    page = await author.get(f"/alerts/{alert.identifier}/withdraw")
    assert "すでに<strong>1台</strong>で放送されています" in page.text
    assert len(ledger.alerts.newest(10)) == 1


async def test_withdrawing_sends_a_cancel_to_the_same_terminals_once(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger, audience=Audience(kind=AudienceKind.AREAS, members=("kita",)))
    ledger.deliveries.record([report(alert, "t-1", received_at=NOW, voiced_at=NOW)])
    for _ in range(2):
        response = await author.post(f"/alerts/{alert.identifier}/withdraw", {"revision": "1"})
        assert response.headers["location"] == f"/alerts/{alert.identifier}"
    accepted = ledger.alerts.get(alert.identifier)
    assert accepted is not None
    assert (accepted.alert.revision, accepted.alert.message_type) == (2, MessageType.CANCEL)
    assert [line.terminal.id for line in ledger.deliveries.of_alert(accepted.row)] == ["t-1", "t-2"]
    assert ledger.outbox.backlog().waiting == 1
    publish(ledger)
    page = (await author.get(f"/alerts/{alert.identifier}")).text
    assert "取り消し済み" in page
    assert "取り消す</a>" not in page
    older = (await author.get(f"/alerts/{alert.identifier}?revision=1")).text
    assert "取り消しや訂正の前に、2台のうち1台に届き、1台で放送されました" in older
    assert f'<a class="off-paper" href="/alerts/{alert.identifier}">いまの到達状況を見る</a>' in older
    assert (await author.get(f"/alerts/{alert.identifier}/withdraw")).status_code == 303


@pytest.mark.parametrize("path", ["/alerts/nothing", "/alerts/nothing/withdraw", "/alerts/nothing/events"])
async def test_an_unknown_alert_is_told(author: Browser, path: str) -> None:
    response = await author.get(path)
    assert response.status_code == 404
    assert "このお知らせは見つかりません" in response.text


async def test_the_log_lists_alerts_newest_first_in_pages(operator: Browser, ledger: Ledger, clock: Clock) -> None:
    for number in range(31):
        accept(ledger, headline=f"見出し{number:03}")
    clock.move(seconds=60)
    first, second = (await operator.get("/log")).text, (await operator.get("/log?page=2")).text
    assert first.index("見出し030") < first.index("見出し001")
    assert "見出し000" not in first
    assert "見出し000" in second
    assert "古い記録へ" in first
    assert "古い記録へ" not in second


async def test_the_log_counts_trouble(operator: Browser, ledger: Ledger, clock: Clock) -> None:
    alert = accept(ledger)
    ledger.presences.record([presence(terminal) for terminal in ("t-1", "t-2", "t-3")])
    ledger.deliveries.record([report(alert, "t-1", received_at=NOW, displayed_at=NOW, voiced_at=NOW)])
    clock.move(seconds=60)
    assert 'tone-trouble">2台<' in (await operator.get("/log")).text


async def test_the_roster_shows_those_in_trouble_first(operator: Browser, ledger: Ledger) -> None:
    ledger.presences.record(
        [
            presence("t-1"),
            presence("t-2", speaker=Speaker.FAILED, speaker_detail="no such device"),
            presence("t-3", online=False),
        ]
    )
    page = (await operator.get("/terminals")).text
    assert page.index('id="terminal-t-3"') < page.index('id="terminal-t-2"') < page.index('id="terminal-t-1"')
    assert "no such device" in page
    home = (await operator.get("/")).text
    assert "接続なし" in home


async def test_why_an_alert_was_not_said_is_seen_at_a_glance_and_is_no_trouble(
    operator: Browser, ledger: Ledger
) -> None:
    alert = accept(ledger)
    ledger.deliveries.record(
        [
            report(alert, "t-1", received_at=NOW, displayed_at=NOW, silence=Silence.HELD),
            report(alert, "t-2", received_at=NOW, displayed_at=NOW, silence=Silence.HELD, voiced_at=NOW),
            report(alert, "t-3", received_at=NOW, displayed_at=NOW, silence=Silence.DECLINED),
        ]
    )
    page = (await operator.get(f"/alerts/{alert.identifier}")).text
    state, rows = page.split('id="line-t-1"')[0], re.split(r'id="line-t-\d"', page)[1:]
    assert "おやすみ時間のため、朝に放送します: <strong>1台</strong>" in state
    assert "世帯の設定により音声なし: <strong>1台</strong>" in state
    assert "確かめてください（" not in state
    held, voiced, declined = rows
    assert "おやすみ時間のため、朝に放送します" in held
    assert "おやすみ時間" not in voiced, "it was said after all"
    assert "音声なし" in declined
    assert "世帯の設定により音声なし" in declined


async def test_what_was_held_and_has_ended_is_not_promised_for_the_morning(
    operator: Browser, ledger: Ledger, clock: Clock
) -> None:
    alert = accept(ledger)
    ledger.deliveries.record(
        [
            report(alert, "t-1", received_at=NOW, silence=Silence.HELD),
            report(alert, "t-2", received_at=NOW, displayed_at=NOW, silence=Silence.SUMMARISED),
        ]
    )
    clock.move(days=2)
    await operator.log_in("ops")
    page = (await operator.get(f"/alerts/{alert.identifier}")).text
    assert "朝に放送します" not in page
    assert "おやすみ時間のため、放送していません: <strong>1台</strong>" in page
    assert "不在後のまとめでお知らせしました: <strong>1台</strong>" in page


async def test_the_roster_tells_language_heat_and_what_froze(operator: Browser, ledger: Ledger) -> None:
    froze = "the voice did not answer for 60 s"
    ledger.presences.record(
        [
            presence("t-1", language="vi", temperature_celsius=51),
            presence("t-2", temperature_celsius=83, last_restart=froze),
        ]
    )
    hot, well = re.split(r'id="terminal-t-[12]"', (await operator.get("/terminals")).text)[1:]
    assert "端末が熱くなっています" in hot
    assert "（83℃）" in hot
    assert "異常あり" in hot
    assert f'<strong class="sub restart">自動で再起動: {froze}</strong>' in hot
    assert "ベトナム語" in well
    assert "温度 51℃" in well
    assert "正常" in well


async def test_the_first_page_says_when_nothing_goes_out(operator: Browser, ledger: Ledger) -> None:
    assert "放送の通信" not in (await operator.get("/")).text
    ledger.broker.record(False, "connection refused", NOW)
    page = (await operator.get("/")).text
    assert "放送の通信が止まっています" in page
    assert "connection refused" not in page
