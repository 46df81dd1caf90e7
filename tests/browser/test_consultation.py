"""「相談したい」 through the real thing: the household presses, the desk sees it and calls, the household is told."""

import pytest
from playwright.sync_api import Page, expect

from terminal_client import consultation
from terminal_client.kiosk import is_alive
from tests.town import Town
from tests.waiting import wait_until

SWITCHED_ON = ("t-0001",)

WAITS = "役場に伝えました。お電話をお待ちください。"


@pytest.fixture
def desk(staff: Page, town: Town) -> Page:
    """A colleague who writes an alert and does not look at the list."""
    staff.goto(f"{town.places.centre_url}/alerts/new")
    expect(staff.get_by_label("見出し", exact=True)).to_be_visible()
    return staff


def press(household: Page) -> None:
    household.locator("#rest-consult, #consult").locator("visible=true").click()
    household.get_by_role("button", name="はい、お願いします").click()


def is_gone_after_a_touch(household: Page) -> bool:
    household.mouse.click(5, 5)
    return household.locator("#request").is_hidden()


def test_the_desk_sees_a_wish_without_reloading_and_the_household_that_it_was_dealt_with(
    town: Town, desk: Page, household: Page
) -> None:
    identifier = town.send("相談のためし", "電話を切って、役場に相談してください。", category="scam")
    expect(household.get_by_role("heading", name="相談のためし")).to_be_visible()
    press(household)
    expect(household.locator("#request-words")).to_have_text(WAITS)

    badge = desk.get_by_role("link", name="相談の希望 1件")
    expect(badge).to_be_visible()
    badge.click()
    row = desk.locator("#request-list").get_by_role("row").filter(has_text="t-0001")
    expect(row).to_contain_text("見本 花子")
    expect(row.get_by_role("link", name="相談のためし")).to_have_attribute("href", f"/alerts/{identifier}")
    row.get_by_role("button", name="わたしが電話します").click()
    expect(desk.locator("#request-state")).to_contain_text("わたしが電話します")
    desk.get_by_label("話した内容").fill("還付金の電話が来たとのこと。")
    desk.get_by_role("button", name="電話しました").click()
    expect(desk.locator("#request-list")).to_have_text("相談の希望はありません")
    desk.get_by_role("link", name="終わった相談").click()
    expect(desk.locator("#request-list")).to_contain_text("さんが電話しました")
    expect(desk.locator("#request-list")).to_contain_text("還付金の電話が来たとのこと。")

    # A terminal that comes back asks at once; one that stays asks within five minutes.
    assert consultation.ASK_SECONDS <= 300
    town.kill("mosquitto")
    town.processes.start_again("mosquitto")
    expect(household.locator("#request-words")).to_have_text("役場の対応が終わりました。")
    household.get_by_role("button", name="わかりました").click()
    wait_until(lambda: is_gone_after_a_touch(household))


def test_a_wish_that_is_made_while_the_broker_is_away_is_kept_said_and_seen_when_it_is_back(
    town: Town, desk: Page, household: Page
) -> None:
    """Promise 8; and what the household takes back is gone from the desk's list."""
    town.kill("mosquitto")
    household.get_by_text("役場との通信が切れています").wait_for()
    press(household)
    expect(household.locator("#request-words")).to_have_text("つながりしだい役場に伝えます。")
    town.kill("t-0001")
    town.processes.start_again("t-0001")
    wait_until(lambda: is_alive(town.places.terminal_url("t-0001")), what="the page has found its terminal again")
    expect(household.locator("#request-words")).to_have_text("つながりしだい役場に伝えます。")

    town.processes.start_again("mosquitto")
    expect(household.locator("#request-words")).to_have_text(WAITS)
    expect(desk.get_by_role("link", name="相談の希望 1件")).to_be_visible()
    desk.get_by_role("link", name="相談の希望 1件").click()
    expect(desk.locator("#request-list")).to_contain_text("お知らせなし")

    household.get_by_role("button", name="取り消す").click()
    expect(household.locator("#request-words")).to_have_text("相談を取り消しました。")
    expect(desk.locator("#request-list")).to_have_text("相談の希望はありません")
    desk.get_by_role("link", name="終わった相談").click()
    expect(desk.locator("#request-list")).to_contain_text("に世帯が取り消しました")
    wait_until(lambda: town.ledger.requests.count_open() == 0)
