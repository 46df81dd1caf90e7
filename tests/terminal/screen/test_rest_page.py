from datetime import UTC, datetime

import pytest
from playwright.async_api import Page, expect

from terminal_client.household import Key
from terminal_client.view import Card, Lamp, Trouble, View
from tests.terminal.screen.examples import HEADLINE, alert_of, recent_cards
from tests.terminal.screen.site import Site, running_site

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOW = datetime(2026, 11, 24, 3, 5, tzinfo=UTC)


async def open_page(page: Page, site: Site, view: View) -> None:
    await page.clock.install(time=NOW)
    site.screen.show(view)
    await page.goto(site.url)
    await expect(page.locator("#rest")).to_be_visible()


async def test_screen_at_rest_tells_the_time_the_day_and_that_nothing_has_come(page: Page, site: Site) -> None:
    await open_page(page, site, View())
    await expect(page.locator(".clock")).to_have_text("12時05分")
    await expect(page.locator("#date")).to_have_text("11月24日(火)")
    await expect(page.get_by_text("月形町", exact=True)).to_be_visible()
    await expect(page.get_by_text("お知らせはありません")).to_be_visible()
    await page.clock.fast_forward(60_000)
    await expect(page.locator(".clock")).to_have_text("12時06分")


async def test_cards_tell_age_and_what_became_of_the_alert(page: Page, site: Site) -> None:
    await open_page(page, site, View(recent=recent_cards(NOW)))
    cards = page.locator(".card")
    await expect(cards).to_have_count(3)
    await expect(cards.nth(0)).to_contain_text("きょう 11時35分")
    await expect(cards.nth(0)).to_contain_text("まだ聞いていません")
    await expect(cards.nth(1)).to_contain_text("きのう 12時05分")
    await expect(cards.nth(1).locator(".mark")).to_have_count(0)
    await expect(cards.nth(2)).to_contain_text("11月20日(金)")
    await expect(cards.nth(2).locator(".mark")).to_have_text(["取り消されました"])
    await expect(cards.nth(2).locator(".card-headline")).to_have_css("text-decoration-line", "line-through")
    await page.clock.fast_forward(24 * 60 * 60 * 1000)
    await expect(cards.nth(0)).to_contain_text("きのう 11時35分")


async def test_lamp_tells_how_many_nobody_has_heard(page: Page, site: Site) -> None:
    await open_page(page, site, View(recent=recent_cards(NOW)))
    lamp, bulb = page.locator("#lamp"), page.locator(".bulb")
    await expect(lamp).to_be_hidden()
    site.screen.show(View(recent=recent_cards(NOW), lamp=Lamp.ON, unheard=2))
    await expect(lamp).to_have_text("まだ聞いていないお知らせが2件あります")
    await expect(bulb).to_have_css("animation-name", "none")
    box = await bulb.bounding_box()
    assert box is not None
    assert box["width"] == box["height"] >= 100


async def test_lamp_blinks_calmly_for_an_emergency_and_stands_still_for_who_wants_no_motion(
    page: Page, site: Site
) -> None:
    await open_page(page, site, View(lamp=Lamp.BLINKING, unheard=1))
    bulb = page.locator(".bulb")
    await expect(bulb).to_have_css("animation-name", "blink")
    assert await bulb.evaluate("(bulb) => parseFloat(getComputedStyle(bulb).animationDuration)") >= 1
    await page.emulate_media(reduced_motion="reduce")
    await expect(bulb).to_have_css("animation-name", "none")
    await expect(bulb).to_have_css("opacity", "1")


async def test_cards_that_do_not_fit_are_leafed_through_whole(page: Page, site: Site) -> None:
    await open_page(page, site, View(recent=[*recent_cards(NOW), *recent_cards(NOW)]))
    cards = page.locator(".card")
    await expect(page.locator("#cards-pager .page")).to_have_text("1/2")
    await expect(cards.nth(2)).to_be_in_viewport(ratio=1)
    await expect(cards.nth(3)).not_to_be_in_viewport()
    await page.locator("#cards-pager .down").click()
    await expect(cards.nth(3)).to_be_in_viewport(ratio=1)
    await expect(cards.nth(2)).not_to_be_in_viewport()
    await cards.nth(1).focus()
    await expect(cards.nth(1)).to_be_in_viewport(ratio=1)


async def test_card_opens_its_alert_which_can_be_heard_again(page: Page, site: Site) -> None:
    await open_page(page, site, View(recent=recent_cards(NOW)))
    await page.get_by_role("button", name="消費生活講座のお知らせ").click()
    await expect(page.locator("#headline")).to_have_text("消費生活講座のお知らせ")
    await expect(page.locator("#confirm")).to_be_hidden()
    await page.clock.run_for(1000)
    await page.get_by_role("button", name="もう一度聞く").click()
    await site.done("replay", Key("event-8", 1))
    await page.get_by_role("button", name="もどる").click()
    await expect(page.locator(".card")).to_have_count(3)


async def test_unconfirmed_alert_can_be_confirmed_from_its_card(page: Page, site: Site) -> None:
    await open_page(page, site, View(recent=recent_cards(NOW)))
    await page.get_by_role("button", name=HEADLINE).click()
    await page.clock.run_for(1000)
    await page.get_by_role("button", name="わかりました").click()
    await site.done("confirm", Key("scam-9", 1))
    await expect(page.locator("#rest")).to_be_visible()


async def test_withdrawn_alert_says_so_when_it_is_opened_and_asks_for_nothing(page: Page, site: Site) -> None:
    await open_page(page, site, View(recent=recent_cards(NOW)))
    await page.locator(".card").nth(2).click()
    await expect(page.get_by_text("このお知らせは取り消されました")).to_be_visible()
    await expect(page.locator("#confirm")).to_be_hidden()
    await page.clock.run_for(1000)
    await expect(page.get_by_role("button", name="もどる")).to_be_focused()
    await site.done("displayed", Key("person-7", 1))
    assert site.household.acts == [("displayed", Key("person-7", 1))]


async def test_opened_alert_gives_way_to_a_new_one_and_to_time(page: Page, site: Site) -> None:
    recent = recent_cards(NOW)
    await open_page(page, site, View(recent=recent))
    await page.locator(".card").nth(1).click()
    site.screen.show(View(current=Card(alert_of()), recent=recent))
    await expect(page.locator("#headline")).to_have_text(HEADLINE)
    site.screen.show(View(recent=recent))
    await expect(page.locator("#rest")).to_be_visible()
    await page.locator(".card").nth(1).click()
    await expect(page.locator("#alert")).to_be_visible()
    await page.clock.fast_forward(120_000)
    await expect(page.locator("#rest")).to_be_visible()


async def test_trouble_is_told_in_plain_words_and_only_then(page: Page, site: Site) -> None:
    await open_page(page, site, View())
    await expect(page.locator(".trouble")).to_have_count(0)
    site.screen.show(View(troubles=tuple(Trouble)))
    await expect(page.get_by_text("役場との通信が切れています。つながりしだいお知らせします。")).to_be_visible()
    await expect(page.get_by_text("音が出ません。役場にお知らせください。")).to_be_visible()
    await expect(page.get_by_text("調子がよくありません")).to_have_count(0)


async def test_page_says_that_the_terminal_is_away_and_recovers_by_itself(page: Page) -> None:
    async with running_site() as site:
        site.screen.show(View(recent=recent_cards(datetime.now(UTC))))
        await page.goto(site.url)
        await expect(page.locator(".card")).to_have_count(3)
        await expect(page.locator("#preparing")).to_be_hidden()
    await expect(page.get_by_text("画面を準備しています…")).to_be_visible()
    async with running_site(site.port) as restarted:
        restarted.screen.show(View(current=Card(alert_of())))
        await expect(page.locator("#headline")).to_have_text(HEADLINE)
        await expect(page.locator("#preparing")).to_be_hidden()
        await restarted.done("displayed", Key("scam-1", 1))
