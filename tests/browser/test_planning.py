"""Choosing a time on the last page with the browser's own fields: the sentence and the buttons follow at once."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from broadcaster.domain.timing import Timing
from broadcaster.ledger.submissions import State
from tests.town import Town

SWITCHED_ON = ("t-0001",)
BODY = "あす午前10時から、公民館で講座があります。"


def to_last_page(staff: Page, town: Town, headline: str) -> None:
    staff.goto(f"{town.places.centre_url}/alerts/new")
    staff.get_by_role("radio", name="消費者啓発開催情報").check()
    staff.get_by_label("見出し", exact=True).fill(headline)
    staff.get_by_label("本文", exact=True).fill(BODY)
    staff.get_by_role("button", name="確認へ進む").click()


def test_a_time_is_chosen_the_page_says_it_and_the_plan_can_be_recalled(town: Town, staff: Page) -> None:
    to_last_page(staff, town, "講座のご案内")
    sentence = staff.locator(".plan")
    expect(sentence).to_contain_text("いますぐ")
    staff.get_by_text("放送する時を変える").click()
    staff.get_by_label("日時を決めて、1回").check()
    expect(staff.get_by_role("button", name="予約する")).to_be_visible()
    expect(sentence).to_contain_text("午前9時に")
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    staff.get_by_label("日付").fill(day.isoformat())
    staff.get_by_label("時刻").fill("16:30")
    expect(sentence).to_contain_text(f"{day.month}月{day.day}日")
    expect(sentence).to_contain_text("午後4時30分に")
    staff.get_by_role("button", name="予約する").click()

    expect(staff.get_by_role("heading", name="予約しています")).to_be_visible()
    (planned,) = town.ledger.submissions.in_state(State.PLANNED)
    at = datetime(day.year, day.month, day.day, 7, 30, tzinfo=UTC)
    assert (planned.timing, planned.next_at) == (Timing(at), at)

    staff.get_by_role("button", name="予約を取りやめて、下書きにもどす").click()
    expect(staff.get_by_role("heading", name="下書きにもどっています")).to_be_visible()
    assert town.ledger.submissions.in_state(State.PLANNED) == []


def test_a_time_that_has_passed_is_told_beside_the_button_and_going_back_to_now_sends(town: Town, staff: Page) -> None:
    to_last_page(staff, town, "いまの放送")
    staff.get_by_text("放送する時を変える").click()
    staff.get_by_label("日時を決めて、1回").check()
    expect(staff.get_by_role("button", name="予約する")).to_be_visible()
    staff.get_by_label("日付").fill("2026-01-01")
    expect(staff.locator("#decision")).to_contain_text("過ぎた時刻です")
    expect(staff.get_by_role("button", name="予約する")).to_be_hidden()
    staff.get_by_label("いますぐ").check()
    staff.get_by_role("button", name="いますぐ放送する").click()
    expect(staff.get_by_role("heading", name="いまの放送")).to_be_visible()
