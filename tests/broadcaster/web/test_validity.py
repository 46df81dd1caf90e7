"""Choosing for how long an alert is told: from the form over the last page and the plan to the ledger."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from broadcaster.domain.policy import Approval
from broadcaster.domain.town import QuietHours, Town
from broadcaster.ledger import Ledger
from broadcaster.ledger.submissions import State
from broadcaster.sending import PlannedSending
from broadcaster.web.site import Site
from kokuchi.wire import Level
from tests.broadcaster.web.browser import ALERT, Browser, hidden_fields
from tests.broadcaster.web.town import NOW, TOWN, Clock, FakeVoice

Fields = Mapping[str, str | Sequence[str]]

NOTICE: Fields = {**ALERT, "category": "consumer_harm", "level": "notice"}
"""Of a category that is told for seven days."""

TOMORROW: Fields = {"when": "once", "day": "2026-11-25", "time": "22:30"}
MONDAYS: Fields = {"when": "repeated", "day": "2026-11-25", "time": "10:00", "days": ["0"], "until": "2026-12-31"}


@pytest.fixture
def town() -> Town:
    """A town with a category of seven days and nights without voice, in which an emergency needs a second person."""
    categories = tuple(
        category.model_copy(update={"valid_hours": 168}) if category.id == "consumer_harm" else category
        for category in TOWN.categories
    )
    night = QuietHours.model_validate({"start": "21:00", "end": "07:00"})
    approval = Approval(levels=frozenset({Level.EMERGENCY}))
    return TOWN.model_copy(update={"categories": categories, "quiet_hours": night, "approval": approval})


async def submit(browser: Browser, fields: Fields, timing: Fields) -> httpx.Response:
    checked = await browser.post("/alerts/check", {**fields, **timing})
    assert checked.status_code == 200
    return await browser.post("/alerts", {**hidden_fields(checked.text), **timing})


def chosen_in(page: str) -> list[str]:
    return re.findall(r'<option value="(\d*)" selected>', page)


async def test_the_form_offers_fewer_hours_and_says_how_many_the_category_has(author: Browser) -> None:
    empty = (await author.get("/alerts/new")).text
    assert '<option value="">種別のとおり</option>' in empty
    page = (await author.get("/alerts/new?category=consumer_harm")).text
    assert '<option value="">種別のとおり（7日間）</option>' in page
    assert re.findall(r'<option value="(\d+)">([^<]*)<', page) == [
        ("1", "1時間"),
        ("3", "3時間"),
        ("6", "6時間"),
        ("12", "12時間"),
        ("24", "24時間"),
        ("72", "3日間"),
    ]
    assert chosen_in(page) == []


@pytest.mark.parametrize(
    ("chosen", "until", "hours"),
    [("", "12月1日(火)10時00分", 168), ("3", "11月24日(火)13時00分", 3), ("72", "11月27日(金)10時00分", 72)],
)
async def test_the_last_page_says_until_when_and_the_alert_is_told_so_long(
    author: Browser, ledger: Ledger, chosen: str, until: str, hours: int
) -> None:
    checked = await author.post("/alerts/check", {**NOTICE, "valid_hours": chosen})
    assert f"有効期限は{until}です。" in checked.text
    await author.post("/alerts", hidden_fields(checked.text))
    assert ledger.alerts.newest(1)[0].alert.expires == NOW + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("category", "chosen", "words"),
    [
        ("scam", "72", "「詐欺事案情報」は、放送してから24時間より長くは届けられません。"),
        ("consumer_harm", "720", "いつまで届けるかを、選びなおしてください。"),
        ("consumer_harm", "<b>", "いつまで届けるかを、選びなおしてください。"),
    ],
)
async def test_what_cannot_be_chosen_is_told_at_its_field_and_nothing_is_lost(
    author: Browser, ledger: Ledger, category: str, chosen: str, words: str
) -> None:
    fields = {**NOTICE, "category": category, "valid_hours": chosen}
    for path in ("/alerts/check", "/alerts"):
        answer = await author.post(path, {**fields, "identifier": "20261124T010000Z-0123abcd", "told": ""})
        assert answer.status_code == 422
        assert re.search(rf'id="valid_hours-error">[^<]*{words}', answer.text)
        assert '<a href="#valid_hours">' in answer.text
        assert 'value="不審な電話に注意"' in answer.text
    assert ledger.alerts.newest(1) == []


async def test_going_back_from_the_last_page_and_opening_the_draft_keep_the_choice(
    author: Browser, ledger: Ledger
) -> None:
    checked = await author.post("/alerts/check", {**NOTICE, "valid_hours": "6"})
    fields = hidden_fields(checked.text)
    assert chosen_in((await author.post("/alerts/new", fields)).text) == ["6"]
    assert chosen_in((await author.get(f"/drafts/{fields['identifier']}")).text) == ["6"]
    [draft] = ledger.drafts.unsent()
    assert draft.written.valid_hours == "6"


async def test_what_is_planned_is_told_so_long_from_when_it_goes_out(
    author: Browser, ledger: Ledger, town: Town, voice: FakeVoice, clock: Clock
) -> None:
    path = (await submit(author, {**NOTICE, "valid_hours": "12"}, TOMORROW)).headers["location"]
    assert "有効期限は11月26日(木)10時30分です。" in (await author.get(path)).text
    clock.move(hours=36.5)
    await PlannedSending(ledger, town, voice, clock).send_due()
    [accepted] = ledger.alerts.newest(1)
    assert (accepted.alert.sent, accepted.alert.expires) == (clock(), clock() + timedelta(hours=12))


@pytest.mark.parametrize(("level", "timing"), [("notice", TOMORROW), ("notice", MONDAYS), ("emergency", {})])
async def test_hours_that_the_town_has_made_too_many_since_are_told_before_the_time_comes(
    author: Browser, app: FastAPI, town: Town, level: str, timing: Fields
) -> None:
    path = (await submit(author, {**NOTICE, "level": level, "valid_hours": "72"}, timing)).headers["location"]
    for shown in ("/planned", path):
        assert "このままでは放送できません" not in (await author.get(shown)).text
    site: Site = app.state.site
    shorter = [category.model_copy(update={"valid_hours": 48}) for category in town.categories]
    object.__setattr__(site, "town", town.model_copy(update={"categories": tuple(shorter)}))
    for shown in ("/planned", path):
        page = (await author.get(shown)).text
        assert "このままでは放送できません" in page
        assert "放送してから48時間より長くは届けられません" in page
    assert "を取りやめて、下書きで直してください。" in page
    assert 'class="plan ' not in page
    assert "有効です" not in page


async def test_of_a_series_and_of_what_waits_the_hours_are_said(author: Browser, ledger: Ledger) -> None:
    for fields, timing, state in [
        ({**NOTICE, "valid_hours": "72"}, MONDAYS, State.PLANNED),
        ({**NOTICE, "level": "emergency", "valid_hours": "72"}, {}, State.WAITING),
    ]:
        assert "放送から3日間有効です。" in (await author.post("/alerts/check", {**fields, **timing})).text
        path = (await submit(author, fields, timing)).headers["location"]
        assert "放送から3日間有効です。" in (await author.get(path)).text
        assert len(ledger.submissions.in_state(state)) == 1


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ("", "読み上げるのは11月26日(木)午前7時です"),
        ("12", "読み上げるのは11月26日(木)午前7時です"),
        ("6", "朝までに有効期限が過ぎるので、読み上げません"),
        ("1", "朝までに有効期限が過ぎるので、読み上げません"),
    ],
)
async def test_what_is_over_before_the_quiet_hours_end_is_said_to_be_silent(
    author: Browser, chosen: str, words: str
) -> None:
    fields = {**NOTICE, "valid_hours": chosen}
    assert words in (await author.post("/alerts/check", {**fields, **TOMORROW})).text
    planned = (await submit(author, fields, TOMORROW)).headers["location"]
    assert words in (await author.get(planned)).text


async def test_a_day_that_is_over_when_it_would_be_spoken_is_no_matter_if_it_is_not_spoken_any_more(
    author: Browser,
) -> None:
    fields = {**NOTICE, "body": "11月25日に説明会を開きます。"}
    for chosen, is_warned in [("", True), ("12", True), ("6", False)]:
        page = (await author.post("/alerts/check", {**fields, "valid_hours": chosen, **TOMORROW})).text
        assert ("「11月25日」は、11月26日(木)に放送するときには過ぎています" in page) is is_warned
        path = (await submit(author, {**fields, "valid_hours": chosen}, TOMORROW)).headers["location"]
        assert ("には過ぎています" in (await author.get(path)).text) is is_warned


async def test_what_is_made_from_an_earlier_alert_has_the_categorys_validity_again(
    author: Browser, ledger: Ledger
) -> None:
    await author.send(**NOTICE, valid_hours="3")
    page = (await author.get(f"/alerts/new?from={ledger.alerts.newest(1)[0].alert.identifier}")).text
    assert chosen_in(page) == []
    assert "種別のとおり（7日間）" in page
