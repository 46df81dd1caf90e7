"""The alerts of the past: all of them, newest first, and none shown as valid that is not."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, Route, expect

from kokuchi.wire import Status
from terminal_client.household import Key
from terminal_client.view import Card, View
from tests.terminal.screen.examples import alert_of
from tests.terminal.screen.site import Site, running_site

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOW = datetime(2026, 11, 24, 3, 5, tzinfo=UTC)
CURRENT, WITHDRAWN, EXPIRED, DRILL = "いまのお知らせ", "取り消されたお知らせ", "むかしのお知らせ", "むかしの訓練"


def card(identifier: str, headline: str, days: int, status: Status = Status.ACTUAL, **state: bool) -> Card:
    alert = alert_of(identifier, headline=headline, sent=NOW - timedelta(days=days), status=status)
    return Card(alert, **state)  # type: ignore[arg-type] # the same keywords


CARDS = (
    card("a-0", CURRENT, 0),
    card("a-1", WITHDRAWN, 1, withdrawn=True),
    card("a-2", EXPIRED, 2, expired=True),
    card("a-3", DRILL, 3, Status.EXERCISE, expired=True, confirmed=True),
    *(card(f"b-{number}", f"{number}番のお知らせ", 4 + number, expired=True, confirmed=True) for number in range(30)),
)


async def open_page(page: Page, site: Site) -> None:
    site.household.remembered = CARDS
    site.screen.show(View(recent=CARDS[:1]))
    await page.clock.install(time=NOW)
    await page.emulate_media(reduced_motion="reduce")
    await page.goto(site.url)
    await page.locator("#open-past").click()
    await expect(page.locator("#past .card")).to_have_count(len(CARDS))


async def test_all_are_listed_newest_first_with_what_became_of_each(page: Page, site: Site) -> None:
    await open_page(page, site)
    cards = page.locator("#past .card")
    await expect(cards.locator(".card-headline")).to_have_text([card.alert.headline for card in CARDS])
    unheard, past = "まだ聞いていません", "期限は過ぎました"
    for place, marks in enumerate([[unheard], ["取り消されました"], [past, unheard], ["訓練", past]]):
        await expect(cards.nth(place).locator(".mark")).to_have_text(marks)
    await expect(cards.nth(1).locator(".card-headline")).to_have_css("text-decoration-line", "line-through")


@pytest.mark.parametrize("size", [(800, 480), (1024, 600), (1920, 1080)], ids=str)
async def test_the_last_one_is_reached_by_large_buttons_alone(page: Page, site: Site, size: tuple[int, int]) -> None:
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    await open_page(page, site)
    buttons = page.locator("#past button:not(.card):visible")
    boxes = [await button.bounding_box() for button in await buttons.all()]
    assert len(boxes) == 3
    assert all(box and min(box["width"], box["height"]) >= 64 for box in boxes)
    down = page.locator("#past-pager .down")
    await down.evaluate("(down) => { for (let press = 0; press < 40; press++) down.click(); }")
    await expect(page.locator("#past .card").last).to_be_in_viewport(ratio=0.9)
    await expect(down).to_be_disabled()
    assert await page.locator("#past").evaluate("(page) => page.scrollHeight <= page.clientHeight")


async def test_an_expired_alert_says_so_and_is_heard_again_and_one_comes_back_to_the_list(
    page: Page, site: Site
) -> None:
    await open_page(page, site)
    await page.get_by_role("button", name=EXPIRED).click()
    await expect(page.get_by_text("このお知らせの期限は過ぎました")).to_be_in_viewport(ratio=1)
    await page.clock.run_for(1000)
    await page.get_by_role("button", name="もう一度聞く").click()
    await site.done("replay", Key("a-2", 1))
    # The terminal shows what it says; then the page is again where the household was.
    spoken = card("a-2", EXPIRED, 2, expired=True, confirmed=True)
    site.screen.show(View(current=Card(spoken.alert, speaking=True, expired=True), recent=CARDS[:1]))
    await expect(page.get_by_text("放送しています")).to_be_visible()
    await expect(page.get_by_text("このお知らせの期限は過ぎました")).to_be_visible()
    site.screen.show(View(recent=CARDS[:1]))
    await expect(page.get_by_text("放送しています")).to_be_hidden()
    await expect(page.locator("#headline")).to_have_text(EXPIRED)
    await page.clock.run_for(1000)
    await page.get_by_role("button", name="もどる").click()
    await expect(page.locator("#past")).to_be_visible()
    await expect(page.locator("#past .card").nth(2)).to_be_focused()


async def test_a_withdrawn_alert_says_so_also_if_it_is_withdrawn_while_it_is_read(page: Page, site: Site) -> None:
    await open_page(page, site)
    await page.get_by_role("button", name=WITHDRAWN).click()
    await expect(page.get_by_text("このお知らせは取り消されました")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.locator("#past .card").last.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("このお知らせの期限は過ぎました")).to_be_visible()
    last = CARDS[-1].alert
    site.household.remembered = (*CARDS[:-1], Card(last, withdrawn=True, expired=True))
    site.screen.show(View(recent=CARDS[:2]))
    await expect(page.get_by_text("このお知らせは取り消されました")).to_be_visible()
    await expect(page.locator("#expiry")).to_be_hidden()


async def test_the_keyboard_goes_through_the_list_and_back(page: Page, site: Site) -> None:
    await open_page(page, site)
    cards = page.locator("#past .card")
    await expect(cards.first).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(cards.nth(1)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#headline")).to_have_text(WITHDRAWN)
    await page.keyboard.press("Escape")
    await expect(cards.nth(1)).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("#open-past")).to_be_focused()


async def test_who_moves_on_while_the_list_is_fetched_is_not_moved_back(page: Page, site: Site) -> None:
    await open_page(page, site)
    await page.get_by_role("button", name=WITHDRAWN).click()
    asked, answered = asyncio.Event(), asyncio.Event()

    async def slowly(route: Route) -> None:
        asked.set()
        await answered.wait()
        await route.continue_()

    await page.route("**/alerts.json", slowly)
    await page.keyboard.press("Escape")
    await asked.wait()
    await page.locator("#past .card").last.focus()
    async with page.expect_response("**/alerts.json"):
        answered.set()
    await page.evaluate("() => new Promise(requestAnimationFrame)")
    await expect(page.locator("#past .card").last).to_be_focused()


async def test_a_new_alert_takes_the_screen_and_stands_in_the_list_afterwards(page: Page, site: Site) -> None:
    await open_page(page, site)
    new = card("new", "新しいお知らせ", 0)
    site.household.remembered = (new, *CARDS)
    site.screen.show(View(current=new, recent=(new, *CARDS[:1])))
    await expect(page.locator("#headline")).to_have_text("新しいお知らせ")
    site.screen.show(View(recent=(new, *CARDS[:1])))
    await page.locator("#open-past").click()
    await expect(page.locator("#past .card").first).to_contain_text("新しいお知らせ")


async def test_a_household_without_alerts_is_told_so_and_a_terminal_that_is_away_too(page: Page) -> None:
    async with running_site() as site:
        site.screen.show(View())
        await page.goto(site.url)
        await page.locator("#open-past").click()
        await expect(page.locator("#past-empty")).to_have_text("お知らせはありません")
        await page.route("**/alerts.json", lambda route: route.abort())
        await page.locator("#past-back").click()
        await page.locator("#open-past").click()
        await expect(page.locator("#past-empty")).to_have_text("いまは出せません。少し待って、もう一度押してください。")
