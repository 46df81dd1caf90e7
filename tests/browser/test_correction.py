"""A text that was wrong: staff correct it, the household sees that, and colleagues do not talk past each other."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import log_in, written
from tests.chromium import MILLISECONDS
from tests.town import Town
from tests.waiting import wait_until

SWITCHED_ON = ("t-0001",)
WRONG = "受付は午前10時からです。電話は、0126-53-2321です。"
RIGHT = "受付は午後1時からです。電話は、0126-53-2321です。"


@pytest.fixture
def colleague(browser: Browser, town: Town) -> Iterator[Page]:
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(MILLISECONDS)
    page = context.new_page()
    log_in(page, town, "admin", "kokuchi-admin")
    expect(page.get_by_role("link", name="お知らせを作る", exact=True).first).to_be_visible()
    yield page
    context.close()


def open_alert(page: Page, town: Town, identifier: str) -> None:
    page.goto(f"{town.places.centre_url}/alerts/{identifier}")


def begin_correction(page: Page, town: Town, identifier: str, body: str) -> None:
    open_alert(page, town, identifier)
    page.get_by_role("link", name="訂正する").click()
    page.get_by_label("本文", exact=True).fill(body)


def test_a_correction_reaches_the_household_and_the_page_says_who_had_heard_the_old_text(
    town: Town, staff: Page, household: Page
) -> None:
    """Promise 6."""
    identifier = town.send("訂正するためし", WRONG, category="scam")
    wait_until(lambda: town.line(identifier).delivery.voice_started_at, 60)
    begin_correction(staff, town, identifier, RIGHT)
    expect(staff.get_by_text("はじめに「先ほどのお知らせを訂正します」と伝えて")).to_be_visible()
    staff.get_by_role("button", name="確認へ進む").click()
    expect(staff.locator("del").first).to_have_text("午前10")
    expect(staff.locator("ins").first).to_have_text("午後1")
    staff.get_by_role("button", name="訂正を送信する").click()

    expect(household.locator("#correction")).to_be_visible()
    wait_until(lambda: "午後1時" in written(household, "#text"))
    expect(staff.get_by_text("訂正（第2版）の到達状況です")).to_be_visible()
    earlier = staff.locator("#earlier")
    expect(earlier).to_contain_text("台で、この文が放送されました")
    earlier.get_by_text("この文を聞いた世帯").click()
    expect(earlier.locator(".households")).to_contain_text(town.line(identifier).terminal.household)
    wait_until(lambda: town.line(identifier).delivery.voice_started_at, 60)


def test_a_correction_needs_the_keyboard_alone(town: Town, staff: Page) -> None:
    identifier = town.send("キーボードのためし", WRONG)
    open_alert(staff, town, identifier)
    staff.get_by_role("link", name="訂正する").press("Enter")
    staff.get_by_label("本文", exact=True).press("End")
    staff.keyboard.type("追記です。")
    for button in ("確認へ進む", "訂正を送信する"):
        expect(staff.get_by_role("button", name=button)).to_be_visible()
        while staff.evaluate("document.activeElement.textContent.trim()") != button:
            staff.keyboard.press("Tab")
        staff.keyboard.press("Enter")
    expect(staff.get_by_text("訂正（第2版）の到達状況です")).to_be_visible()
    assert "追記です。" in town.accepted(identifier).alert.body


def test_staff_hear_a_correction_before_it_is_sent(town: Town, staff: Page) -> None:
    begin_correction(staff, town, town.send("聞くためし", WRONG), RIGHT)
    staff.get_by_role("button", name="確認へ進む").click()
    staff.get_by_role("button", name="聞いてみる").click()
    expect(staff.locator("#sound-player")).to_be_visible()
    assert staff.locator("#sound-player").evaluate("player => player.duration") > 5


def test_who_corrects_what_a_colleague_has_just_withdrawn_is_told_and_keeps_the_text(
    town: Town, staff: Page, colleague: Page
) -> None:
    identifier = town.send("二人のためし", WRONG)
    begin_correction(staff, town, identifier, RIGHT)
    staff.get_by_role("button", name="確認へ進む").click()
    open_alert(colleague, town, identifier)
    colleague.get_by_role("link", name="取り消す").click()
    colleague.get_by_role("button", name="取り消しを送信する").click()
    expect(colleague.get_by_text("取り消し済み").first).to_be_visible()

    staff.get_by_role("button", name="訂正を送信する").click()

    expect(staff.get_by_role("heading", name="このお知らせは、先に取り消されました")).to_be_visible()
    expect(staff.get_by_text(RIGHT)).to_be_visible()
    assert town.accepted(identifier).alert.is_cancel
    staff.get_by_role("button", name="この文で新しいお知らせを作る").click()
    expect(staff.get_by_label("本文", exact=True)).to_have_value(RIGHT)


def test_who_withdraws_what_a_colleague_has_just_corrected_sees_the_new_text_first(
    town: Town, staff: Page, colleague: Page
) -> None:
    identifier = town.send("二人めのためし", WRONG)
    open_alert(staff, town, identifier)
    staff.get_by_role("link", name="取り消す").click()
    begin_correction(colleague, town, identifier, RIGHT)
    colleague.get_by_role("button", name="確認へ進む").click()
    colleague.get_by_role("button", name="訂正を送信する").click()
    expect(colleague.get_by_text("訂正（第2版）の到達状況です")).to_be_visible()

    staff.get_by_role("button", name="取り消しを送信する").click()

    expect(staff.get_by_role("alert")).to_contain_text("管理者さんがこのお知らせを訂正しました")
    expect(staff.get_by_text(RIGHT)).to_be_visible()
    assert not town.accepted(identifier).alert.is_cancel
    staff.get_by_role("button", name="取り消しを送信する").click()
    expect(staff.get_by_text("取り消し済み").first).to_be_visible()


def test_the_shell_corrects_and_withdraws_as_the_pages_do(town: Town, household: Page) -> None:
    identifier = town.send("端末からのためし", WRONG)
    wait_until(lambda: town.line(identifier).delivery.received_at)

    corrected = json.loads(town.broadcaster("correct", identifier, "--body", RIGHT, "--json").stdout)

    assert (corrected["identifier"], corrected["revision"]) == (identifier, 2)
    assert corrected["terminals"] == ["t-0001", "t-0002", "t-0003"]
    alert = town.accepted(identifier).alert
    assert (alert.headline, alert.body) == ("端末からのためし", RIGHT)
    wait_until(lambda: "午後1時" in written(household, "#text"))
    unchanged = town.broadcaster("correct", identifier, "--body", RIGHT, check=False)
    assert (unchanged.returncode, unchanged.stderr.strip()) == (1, "error: body: nothing was changed")
    withdrawn = json.loads(town.broadcaster("withdraw", identifier, "--json").stdout)
    assert withdrawn["revision"] == 3
    gone = town.broadcaster("correct", identifier, "--body", "別の文", check=False)
    assert gone.returncode == 1
    assert "is withdrawn already" in gone.stderr
