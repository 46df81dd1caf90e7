"""Correcting what needs a second person: at once, with a reason that the others are told."""

import asyncio
import re

import pytest

from broadcaster.domain.audit import Deed
from broadcaster.domain.policy import Approval
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from kokuchi.wire import Alert, Level
from tests.broadcaster.web.browser import ALERT, Browser, hidden_fields
from tests.broadcaster.web.town import TOWN, accept

NEW_BODY = "正しい本文です。"
CORRECTION = {"revision": "1", "headline": "不審な電話に注意", "body": NEW_BODY}
REASON = "時刻のまちがいで、<b>集まる人</b>がいるため"
ESCAPED = "時刻のまちがいで、&lt;b&gt;集まる人&lt;/b&gt;がいるため"
ASKED = "承認を待たずに訂正する理由"
MISSING = "承認を待たずに訂正する理由を書いてください。"
TOLD = "承認を待たずに放送・訂正されたお知らせ"


@pytest.fixture
def town() -> Town:
    """A town in which an important alert needs a second person."""
    return TOWN.model_copy(update={"approval": Approval(levels=frozenset({Level.IMPORTANT}))})


def path_of(alert: Alert, more: str = "") -> str:
    return f"/alerts/{alert.identifier}/correct{more}"


def revision_of(ledger: Ledger, alert: Alert) -> int:
    accepted = ledger.alerts.get(alert.identifier)
    assert accepted is not None
    return accepted.alert.revision


async def test_a_correction_goes_out_at_once_with_its_reason_and_the_record_has_it(
    author: Browser, ledger: Ledger
) -> None:
    alert = accept(ledger)
    checked = await author.post(path_of(alert, "/check"), CORRECTION)
    assert ASKED in checked.text
    assert "理由は操作の記録に残り、ほかの職員に知らされます。" in checked.text
    sent = await author.post(path_of(alert), {**hidden_fields(checked.text), "reason": f" {REASON} "})
    assert sent.status_code == 303
    accepted = ledger.alerts.get(alert.identifier)
    assert accepted is not None
    assert (accepted.alert.revision, accepted.alert.body, accepted.why_alone) == (2, NEW_BODY, REASON)
    (entry,) = ledger.audit.newest(1)
    assert (entry.actor, entry.deed, entry.detail) == ("hanako", Deed.CORRECTED_ALONE, REASON)


@pytest.mark.parametrize(
    "reason",
    [{}, {"reason": ""}, {"reason": " 　"}, {"reason": "\u200b\u2060"}],
    ids=["none", "empty", "blank", "nothing that can be seen"],
)
async def test_without_a_reason_nothing_is_sent_and_the_check_page_says_so_at_the_field(
    author: Browser, ledger: Ledger, reason: dict[str, str]
) -> None:
    alert = accept(ledger)
    told = await author.post(path_of(alert), {**CORRECTION, **reason})
    assert told.status_code == 422
    assert f'<a href="#reason">{MISSING}</a>' in told.text
    assert f'id="reason-error">{MISSING}' in told.text
    assert revision_of(ledger, alert) == 1
    sent = await author.post(path_of(alert), {**hidden_fields(told.text), "reason": REASON})
    assert sent.status_code == 303
    assert revision_of(ledger, alert) == 2


async def test_rewriting_keeps_the_reason(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    checked = await author.post(path_of(alert, "/check"), CORRECTION)
    form = await author.post(path_of(alert, "/rewrite"), {**hidden_fields(checked.text), "reason": REASON})
    fields = {**CORRECTION, **hidden_fields(form.text)}
    wrong = await author.post(path_of(alert), {**fields, "headline": ""})
    assert hidden_fields(wrong.text)["reason"] == REASON
    again = await author.post(path_of(alert, "/check"), fields)
    assert f'name="reason" value="{ESCAPED}"' in again.text


async def test_who_was_too_late_keeps_the_reason_too(author: Browser, colleague: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    await colleague.post(path_of(alert), {**CORRECTION, "body": "先に直した本文です。", "reason": "急ぐため"})
    late = await author.post(path_of(alert), {**CORRECTION, "reason": REASON})
    assert late.status_code == 409
    assert hidden_fields(late.text)["reason"] == REASON


async def test_a_reason_is_as_long_as_an_emergency_s_may_be(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    checked = await author.post(path_of(alert, "/check"), CORRECTION)
    assert re.search(r'id="reason"[^>]* maxlength="200"', checked.text)
    await author.post(path_of(alert), {**CORRECTION, "reason": "あ" * 201})
    accepted = ledger.alerts.get(alert.identifier)
    assert accepted is not None
    assert accepted.why_alone == "あ" * 200


async def test_each_colleague_is_told_of_each_correction_until_they_know(
    author: Browser, colleague: Browser, ledger: Ledger
) -> None:
    alert = accept(ledger)
    await author.post(path_of(alert), {**CORRECTION, "reason": REASON})
    await author.post(path_of(alert), {**CORRECTION, "revision": "2", "body": "もう一度直した。", "reason": "再び"})
    assert f"{TOLD} 2件" in (await colleague.get("/")).text
    page = (await colleague.get("/planned")).text
    assert f"理由: {ESCAPED}" in page
    assert "に訂正しました。　月形町 全域 2世帯・1事業所" in page
    assert f'href="/alerts/{alert.identifier}?revision=2"' in page
    assert TOLD not in (await author.get("/planned")).text
    await colleague.post(f"/planned/{alert.identifier}/seen", {"revision": "2"})
    page = (await colleague.get("/planned")).text
    assert (f"理由: {ESCAPED}" in page, "理由: 再び" in page) == (False, True)
    await colleague.post(f"/planned/{alert.identifier}/seen", {"revision": "3"})
    assert TOLD not in (await colleague.get("/")).text


async def test_the_alert_s_page_has_the_reason_of_each_revision(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    await author.post(path_of(alert), {**CORRECTION, "reason": REASON})
    reason = f"<dt>承認を待てなかった理由</dt><dd>{ESCAPED}</dd>"
    assert reason in (await author.get(f"/alerts/{alert.identifier}")).text
    assert reason not in (await author.get(f"/alerts/{alert.identifier}?revision=1")).text
    await author.post(f"/alerts/{alert.identifier}/withdraw", {"revision": "2"})
    assert f"承認を待てなかった理由: {ESCAPED}" in (await author.get(f"/alerts/{alert.identifier}")).text


async def test_withdrawing_needs_no_reason(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    page = (await author.get(f"/alerts/{alert.identifier}/withdraw")).text
    assert 'name="reason"' not in page
    assert (await author.post(f"/alerts/{alert.identifier}/withdraw", {"revision": "1"})).status_code == 303
    assert ledger.sent_alone.untold("<b>kanri</b>", alert.sent) == []


async def test_a_correction_with_a_reason_sent_twice_is_one(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    fields = {**CORRECTION, "reason": REASON}
    answers = await asyncio.gather(*(author.post(path_of(alert), fields) for _ in range(2)))
    assert [answer.status_code for answer in answers] == [303, 303]
    assert revision_of(ledger, alert) == 2
    assert len(ledger.sent_alone.untold("<b>kanri</b>", alert.sent)) == 1


async def test_what_one_person_may_send_is_corrected_without_a_reason_and_one_that_came_along_is_let_go(
    author: Browser, ledger: Ledger
) -> None:
    checked = await author.post("/alerts/check", {**ALERT, "level": "notice"})
    await author.post("/alerts", hidden_fields(checked.text))
    notice = ledger.alerts.newest(1)[0].alert
    checked = await author.post(path_of(notice, "/check"), CORRECTION)
    assert 'name="reason"' not in checked.text
    sent = await author.post(path_of(notice), {**hidden_fields(checked.text), "reason": REASON})
    assert sent.status_code == 303
    assert ledger.audit.newest(1)[0].deed is Deed.CORRECTED
    assert ledger.sent_alone.untold("<b>kanri</b>", notice.sent) == []
