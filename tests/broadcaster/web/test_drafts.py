"""What is written is kept, found again, thrown away on purpose only, and never overwritten behind its writer's back."""

import re

import pytest
from fastapi import FastAPI

from broadcaster.domain.audit import Deed
from broadcaster.ledger import Ledger
from tests.broadcaster.web.browser import ALERT, Browser, hidden_fields
from tests.broadcaster.web.test_storage import Disk
from tests.broadcaster.web.town import NOW, Clock, accept

IDENTIFIER = "20261124T010000Z-0123abcd"
PATH = f"/drafts/{IDENTIFIER}"


def identifier_in(page: str) -> str:
    found = re.search(r'name="identifier" value="([^"]*)"', page)
    assert found
    return found[1]


async def test_a_form_has_its_identifier_from_the_first_moment_and_nothing_is_kept_yet(
    author: Browser, ledger: Ledger
) -> None:
    first, second = [identifier_in((await author.get("/alerts/new")).text) for _ in range(2)]
    assert first != second
    assert ledger.drafts.unsent() == []


async def test_what_is_typed_is_kept_however_unfinished(author: Browser, ledger: Ledger, clock: Clock) -> None:
    kept = await author.post(PATH, {"version": "0", "headline": "〔だれか〕に", "body": ""})
    assert kept.json() == {"version": 1, "saved": "10:00"}
    clock.move(minutes=32)
    kept = await author.post(PATH, {"version": "1", "headline": "不審な電話に", "areas": ["kita"]})
    assert kept.json() == {"version": 2, "saved": "10:32"}
    draft = ledger.drafts.get(IDENTIFIER)
    assert draft is not None
    assert (draft.written.headline, draft.written.areas, draft.changed_by) == ("不審な電話に", ("kita",), "hanako")
    form = (await author.get(PATH)).text
    assert 'value="不審な電話に"' in form
    assert "下書きを保存しました 10:32" in form
    assert (identifier_in(form), 'name="version" value="2"' in form) == (IDENTIFIER, True)


async def test_what_is_kept_twice_because_the_answer_was_lost_is_one_draft(author: Browser) -> None:
    answers = [await author.post(PATH, {**ALERT, "version": "0"}) for _ in range(2)]
    assert [answer.json()["version"] for answer in answers] == [1, 1]


async def test_the_second_of_two_is_told_and_nothing_is_overwritten(
    author: Browser, colleague: Browser, ledger: Ledger, clock: Clock
) -> None:
    await author.post(PATH, {**ALERT, "version": "0"})
    clock.move(minutes=5)
    await colleague.post(PATH, {**ALERT, "version": "1", "headline": "同僚の見出し", "body": "<同僚の本文>"})

    told = await author.post(PATH, {**ALERT, "version": "1", "headline": "わたしの見出し"})

    assert told.status_code == 409
    notice, fresh = told.json()["notice"], told.json()["fresh"]
    assert "&lt;i&gt;管理&lt;/i&gt;さんが、11月24日(火)10時05分にこの下書きを変えました" in notice
    assert "同僚の見出し" in notice
    assert "&lt;同僚の本文&gt;" in notice
    assert (await author.post(f"/drafts/{fresh}", {**ALERT, "version": "0"})).json()["version"] == 1
    draft = ledger.drafts.get(IDENTIFIER)
    assert draft is not None
    assert (draft.version, draft.written.headline) == (2, "同僚の見出し")


async def test_who_checks_what_a_colleague_has_changed_sees_both_texts_and_goes_on_with_a_new_draft(
    author: Browser, colleague: Browser, ledger: Ledger
) -> None:
    await author.post(PATH, {**ALERT, "version": "0"})
    await colleague.post(PATH, {**ALERT, "version": "1", "headline": "同僚の見出し"})

    told = await author.post(
        "/alerts/check", {**ALERT, "identifier": IDENTIFIER, "version": "1", "headline": "わたしの見出し"}
    )

    assert told.status_code == 409
    assert "同僚の見出し" in told.text
    assert 'value="わたしの見出し"' in told.text
    assert identifier_in(told.text) != IDENTIFIER
    assert 'name="version" value="0"' in told.text
    assert ledger.alerts.newest(1) == []


async def test_the_second_of_two_is_told_what_else_than_the_text_the_colleague_has_chosen(
    author: Browser, colleague: Browser
) -> None:
    mine = {**ALERT, "level": "important", "audience": "areas", "areas": ["kita"]}
    await author.post(PATH, {**mine, "version": "0"})
    theirs = {**mine, "level": "emergency", "areas": ["minami"], "valid_hours": "3", "drill": "yes", "version": "1"}
    await colleague.post(PATH, theirs)

    notice = (await author.post(PATH, {**mine, "version": "1", "body": "わたしの本文"})).json()["notice"]

    for told in (
        "緊急度: <strong>緊急</strong>（あなたは「重要」）",
        "宛先: <strong>南地区</strong>（あなたは「北地区」）",
        "いつまで届けるか: <strong>3時間</strong>（あなたは「種別のとおり」）",
        "訓練: <strong>訓練として放送する</strong>（あなたは「訓練ではない」）",
    ):
        assert told in notice
    assert "種別: " not in notice
    same = {**theirs, "body": "わたしの本文"}
    assert "文のほかに" not in (await author.post("/alerts/check", {**same, "identifier": IDENTIFIER})).text


async def test_what_was_sent_or_thrown_away_meanwhile_is_told(author: Browser, ledger: Ledger) -> None:
    await author.post(PATH, {**ALERT, "version": "0"})
    ledger.drafts.discard(IDENTIFIER, 1, "hanako", NOW)
    gone = await author.post(PATH, {**ALERT, "version": "1", "headline": "続き"})
    assert gone.status_code == 409
    assert "ほかの人が捨てました" in gone.json()["notice"]

    await author.send(identifier=IDENTIFIER)
    sent = await author.post(PATH, {**ALERT, "version": "1", "headline": "続き"})
    assert "田中 花子さんが送信しました" in sent.json()["notice"]
    assert f'href="/alerts/{IDENTIFIER}"' in sent.json()["notice"]
    again = await author.post("/alerts/check", {**ALERT, "identifier": IDENTIFIER, "version": "1", "body": "別の文"})
    assert again.status_code == 409
    assert (await author.get(PATH)).headers["location"] == f"/alerts/{IDENTIFIER}"
    assert len(ledger.alerts.newest(9)) == 1


async def test_the_check_keeps_the_draft_and_the_alert_has_its_identifier(author: Browser, ledger: Ledger) -> None:
    form = (await author.get("/alerts/new")).text
    fields = {**ALERT, "identifier": identifier_in(form), "version": "0"}
    checked = await author.post("/alerts/check", fields)
    assert hidden_fields(checked.text)["identifier"] == fields["identifier"]
    assert hidden_fields(checked.text)["version"] == "1"
    assert len(ledger.drafts.unsent()) == 1
    assert "不審な電話に注意" in (await author.get("/drafts")).text
    rewritten = await author.post("/alerts/new", hidden_fields(checked.text))
    assert identifier_in(rewritten.text) == fields["identifier"]
    await author.post("/alerts", hidden_fields(checked.text))
    assert ledger.alerts.newest(1)[0].alert.identifier == fields["identifier"]
    assert ledger.drafts.unsent() == []


async def test_a_draft_that_cannot_be_kept_says_so_and_is_no_reason_not_to_warn(
    author: Browser, ledger: Ledger
) -> None:
    disk = Disk(ledger)
    disk.is_read_only()
    told = await author.post(PATH, {**ALERT, "version": "0"})
    assert told.status_code == 503
    assert "書きこめない状態" in told.json()["message"]
    assert (await author.post("/alerts/check", ALERT)).status_code == 200


async def test_the_list_says_who_when_what_and_is_empty_at_first(author: Browser) -> None:
    assert "下書きはありません" in (await author.get("/drafts")).text
    await author.post(PATH, {"category": "scam", "body": "文の始まり", "drill": "yes"})
    page = (await author.get("/drafts")).text
    for words in ["（見出しなし）", "文の始まり", "詐欺事案情報", "田中 花子", "2026/11/24 10:00", "訓練", PATH]:
        assert words in page


async def test_a_draft_is_thrown_away_after_a_question_and_can_be_brought_back(author: Browser, ledger: Ledger) -> None:
    await author.post(PATH, {**ALERT, "version": "0", "areas": ["kita", "minami"]})
    before = ledger.drafts.get(IDENTIFIER)
    asked = (await author.get(f"{PATH}/discard")).text
    assert "この下書きを捨てますか" in asked
    thrown = await author.post(f"{PATH}/discard", {"version": "1"})
    assert "「不審な電話に注意」の下書きを捨てました" in thrown.text
    assert ledger.drafts.unsent() == []
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', thrown.text.split("/restore")[1])
    kept = {name: [value for other, value in fields if other == name] for name, _ in fields}
    await author.post(f"{PATH}/restore", kept)
    after = ledger.drafts.get(IDENTIFIER)
    assert before is not None
    assert after is not None
    assert after.written == before.written
    assert [entry.deed for entry in ledger.audit.newest(2)] == [Deed.DRAFT_RESTORED, Deed.DRAFT_DISCARDED]


async def test_a_draft_that_was_changed_since_it_was_looked_at_is_not_thrown_away(
    author: Browser, ledger: Ledger
) -> None:
    await author.post(PATH, {**ALERT, "version": "0"})
    await author.post(PATH, {**ALERT, "version": "1", "headline": "新しい見出し"})
    asked = await author.post(f"{PATH}/discard", {"version": "1"})
    assert asked.status_code == 409
    assert "まだ捨てていません" in asked.text
    assert "新しい見出し" in asked.text
    assert ledger.drafts.get(IDENTIFIER) is not None
    ledger.drafts.discard(IDENTIFIER, 2, "hanako", NOW)
    assert (await author.post(f"{PATH}/discard", {"version": "2"})).headers["location"] == "/drafts"


async def test_an_earlier_alert_is_copied_with_a_warning_about_its_times(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger, headline="もとの見出し", body="もとの本文")
    link = f"/alerts/new?from={alert.identifier}"
    assert link in (await author.get(f"/alerts/{alert.identifier}")).text
    form = (await author.get(link)).text
    assert 'value="もとの見出し"' in form
    assert "もとの本文</textarea>" in form
    assert "日時や場所を、いまのことに書きなおしてください" in form
    assert identifier_in(form) != alert.identifier
    assert ledger.drafts.unsent() == []
    assert (await author.get("/alerts/new?from=nothing")).status_code == 404


@pytest.mark.parametrize("identifier", ["x", "../x", "20261124T010000Z-zzzzzzzz", "a" * 500])
async def test_a_draft_has_an_identifier_of_ours(author: Browser, ledger: Ledger, identifier: str) -> None:
    assert (await author.post(f"/drafts/{identifier}", {**ALERT, "version": "0"})).status_code in (404, 405)
    assert (await author.post(f"/drafts/{identifier}/restore", ALERT)).status_code in (404, 405)
    assert (await author.get(f"/drafts/{identifier}")).status_code == 404
    assert ledger.drafts.unsent() == []


async def test_only_who_may_send_sees_and_keeps_drafts(operator: Browser, app: FastAPI, ledger: Ledger) -> None:
    for path in ["/drafts", PATH, f"{PATH}/discard", "/drafts/token"]:
        assert (await operator.get(path)).status_code == 403
        assert (await Browser(app).get(path)).headers["location"].startswith("/login")
    assert (await operator.post(PATH, {**ALERT, "version": "0"})).status_code == 403
    assert (await Browser(app).post(PATH, {**ALERT, "version": "0"})).status_code == 303
    assert ledger.drafts.unsent() == []


async def test_a_page_that_outlived_its_session_gets_the_new_token(author: Browser) -> None:
    old = author.token
    await author.post("/logout")
    await author.log_in("hanako")
    author.token = (await author.get("/drafts/token")).json()["csrf"]
    assert author.token != old
    assert (await author.post(PATH, {**ALERT, "version": "0"})).status_code == 200
