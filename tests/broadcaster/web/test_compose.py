import re

import pytest

from broadcaster.ledger import Ledger
from broadcaster.sending import readings
from kokuchi.wire import Audience, AudienceKind, Level, Status
from tests.broadcaster.web.browser import ALERT, Browser, hidden_fields
from tests.broadcaster.web.town import CATEGORIES, FakeVoice, presence


async def test_what_is_sent_is_in_the_ledger_before_the_answer(author: Browser, ledger: Ledger) -> None:
    response = await author.send()
    (accepted,) = ledger.alerts.newest(10)
    assert response.status_code == 303
    assert response.headers["location"] == f"/alerts/{accepted.alert.identifier}"
    assert accepted.accepted_by == "hanako"
    assert accepted.alert.body == "電話を切って、\n役場に相談してください。"
    assert accepted.alert.reading is not None
    assert accepted.alert.reading.headline == "カナ8"
    assert ledger.outbox.backlog().waiting == 1
    assert [line.terminal.id for line in ledger.deliveries.of_alert(accepted.row)] == ["t-1", "t-2", "t-3"]


@pytest.mark.parametrize("category", [category.id for category in CATEGORIES])
async def test_every_kind_can_be_sent(author: Browser, ledger: Ledger, category: str) -> None:
    usual = next(known for known in CATEGORIES if known.id == category).severity
    await author.send(category=category, level="")
    assert ledger.alerts.newest(1)[0].alert.category == category
    assert ledger.alerts.newest(1)[0].alert.severity is usual


@pytest.mark.parametrize("level", list(Level))
async def test_every_level_can_be_sent(author: Browser, ledger: Ledger, level: Level) -> None:
    await author.send(level=level.value)
    assert ledger.alerts.newest(1)[0].alert.level is level


@pytest.mark.parametrize(
    ("kind", "members", "reached"),
    [
        ("areas", ["kita"], ["t-1", "t-2"]),
        ("areas", ["kita", "minami"], ["t-1", "t-2", "t-3"]),
        ("groups", ["elderly"], ["t-1"]),
        ("terminals", ["t-2", "t-3"], ["t-2", "t-3"]),
    ],
)
async def test_every_audience_can_be_addressed(
    author: Browser, ledger: Ledger, kind: str, members: list[str], reached: list[str]
) -> None:
    await author.send(audience=kind, **{kind: members})
    (accepted,) = ledger.alerts.newest(1)
    assert accepted.alert.audience == Audience(kind=AudienceKind(kind), members=tuple(members))
    assert [line.terminal.id for line in ledger.deliveries.of_alert(accepted.row)] == reached
    assert ledger.outbox.backlog().waiting == len(members)


async def test_the_last_page_says_what_will_happen(author: Browser, ledger: Ledger) -> None:
    ledger.presences.record([presence("t-1"), presence("t-2", online=False)])
    page = (await author.post("/alerts/check", ALERT)).text
    assert "月形町 全域 2世帯・1事業所に、いますぐ、重要で放送します" in page
    assert "3台のうち<strong>1台</strong>は、いま電源が切れているか、通信が止まっています。" in page
    assert "<strong>1台</strong>は、まだ一度もつながっていません。" in page
    assert ledger.alerts.newest(1) == []


async def test_a_drill_says_so_before_and_is_one_alone(author: Browser, ledger: Ledger) -> None:
    page = (await author.post("/alerts/check", {**ALERT, "drill": "yes"})).text
    assert "訓練の放送です" in page
    assert "訓練として、重要で放送します" in page
    await author.send(drill="yes")
    assert ledger.alerts.newest(1)[0].alert.status is Status.EXERCISE
    await author.send()
    assert {accepted.alert.status for accepted in ledger.alerts.newest(2)} == {Status.EXERCISE, Status.ACTUAL}


async def test_a_form_sent_twice_makes_one_alert(author: Browser, ledger: Ledger) -> None:
    checked = await author.post("/alerts/check", ALERT)
    fields = hidden_fields(checked.text)
    first, second = [await author.post("/alerts", fields) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    assert (first.status_code, second.status_code) == (303, 303)
    assert len(ledger.alerts.newest(10)) == 1


@pytest.mark.parametrize("identifier", ["", "../x", "20261124T010000Z-zzzzzzzz", "x" * 1000])
async def test_an_identifier_of_one_s_own_leads_to_the_check_page(
    author: Browser, ledger: Ledger, identifier: str
) -> None:
    response = await author.post("/alerts", {**ALERT, "identifier": identifier})
    assert response.status_code == 200
    assert "送信前の確認" in response.text
    assert ledger.alerts.newest(1) == []


async def test_without_a_voice_the_alert_goes_out_nevertheless(
    author: Browser, ledger: Ledger, voice: FakeVoice
) -> None:
    voice.broken = True
    assert (await author.send()).status_code == 303
    assert ledger.alerts.newest(1)[0].alert.reading is None


async def test_a_slow_voice_does_not_hold_a_warning_up(
    author: Browser, ledger: Ledger, voice: FakeVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "PATIENCE_SECONDS", 0.05)
    voice.seconds = 60.0
    assert (await author.send()).status_code == 303
    assert ledger.alerts.newest(1)[0].alert.reading is None


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"category": "nothing"}, "category", "種別を選んでください"),
        ({"headline": "  "}, "headline", "見出しを入力してください"),
        ({"headline": "あ" * 61}, "headline", "いま61文字"),
        ({"body": ""}, "body", "本文を入力してください"),
        ({"body": "あ" * 10_000}, "body", "いま10000文字"),
        ({"body": "a\x00b"}, "body", "制御文字"),
        ({"body": "a\x85b"}, "body", "制御文字"),
        ({"body": "〔町内〕で電話がありました。"}, "body", "ひな形の〔 〕が残っています"),
        ({"headline": "〔誰か〕に注意"}, "headline", "ひな形の〔 〕が残っています"),
        ({"audience": "nobody"}, "audience", "宛先を選んでください"),
        ({"audience": "areas"}, "audience", "宛先を選んでください"),
        ({"audience": "areas", "areas": ["kita", "atlantis"]}, "audience", "「atlantis」は登録されていません"),
        ({"audience": "areas", "areas": ["存在しない/#"]}, "audience", "は登録されていません"),
        ({"audience": "terminals", "terminals": [f"x{n}" for n in range(1500)]}, "audience", "1000台まで"),
    ],
)
async def test_an_error_is_told_at_its_field_and_nothing_is_sent(
    author: Browser, ledger: Ledger, change: dict[str, str | list[str]], field: str, words: str
) -> None:
    response = await author.post("/alerts/check", {**ALERT, **change})
    assert response.status_code == 422
    assert words in response.text
    assert f'<a href="#{field}">' in response.text
    assert f'id="{field}-error"' in response.text
    assert 'aria-invalid="true"' in response.text
    assert ledger.alerts.newest(1) == []


async def test_errors_keep_everything_that_was_written(author: Browser) -> None:
    page = (
        await author.post(
            "/alerts/check",
            {
                "category": "suspicious_person",
                "headline": "見出しの文",
                "body": "あ" * 10_000,
                "level": "notice",
                "audience": "terminals",
                "terminals": ["t-2", "t-3"],
                "areas": ["minami"],
                "drill": "yes",
            },
        )
    ).text
    assert 'value="見出しの文"' in page
    assert "あ" * 10_000 in page
    for checked in [
        'value="suspicious_person" checked',
        'value="terminals" checked',
        'name="terminals" value="t-2"',
        'name="terminals" value="t-3"',
        'value="minami" checked',
        'name="drill" value="yes" checked',
    ]:
        assert checked in page
    assert re.search(r'name="level" value="notice"[^>]* checked', page)
    assert "t-1" not in page


async def test_rewriting_leads_back_with_everything(author: Browser) -> None:
    checked = await author.post("/alerts/check", {**ALERT, "audience": "areas", "areas": ["kita", "minami"]})
    form = await author.post("/alerts/new", hidden_fields(checked.text))
    assert form.status_code == 200
    assert 'value="不審な電話に注意"' in form.text
    assert "電話を切って、\n役場に相談してください。</textarea>" in form.text
    assert 'value="kita" checked' in form.text
    assert 'value="minami" checked' in form.text


async def test_a_template_can_be_had_without_scripts(author: Browser) -> None:
    page = (await author.get("/alerts/new?category=scam")).text
    assert 'name="headline" value="〔詐欺事案情報〕"' in page
    assert re.search(r'name="level" value="important"[^>]* checked', page)
    assert (await author.get("/alerts/new?category=nothing")).status_code == 200


async def test_the_sound_and_the_reading_can_be_had_before_sending(author: Browser, ledger: Ledger) -> None:
    fields = {**ALERT, "audience": "areas"}
    sound = await author.post("/alerts/preview-sound", fields)
    reading = await author.post("/alerts/preview-reading", fields)
    assert sound.headers["content-type"] == "audio/wav"
    assert sound.content.startswith(b"RIFF")
    assert reading.json() == {"headline": "カナ8", "body": "カナ20"}
    assert ledger.alerts.newest(1) == []


@pytest.mark.parametrize("path", ["/alerts/preview-sound", "/alerts/preview-reading"])
async def test_a_preview_that_cannot_be_had_says_why(author: Browser, voice: FakeVoice, path: str) -> None:
    empty = await author.post(path, {**ALERT, "headline": ""})
    assert (empty.status_code, empty.json()) == (422, {"message": "見出しを入力してください。"})
    voice.broken = True
    silent = await author.post(path, ALERT)
    assert silent.status_code == 503
    assert "このまま送信できます" in silent.json()["message"]
