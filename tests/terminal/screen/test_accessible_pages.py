"""The pages around the alert: settings, past alerts, the question for a call and its line, the night."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from terminal_client.view import Card, Lamp, Trouble, View
from tests.terminal.screen.accessibility import assert_accessible
from tests.terminal.screen.examples import alert_of, recent_cards
from tests.terminal.screen.site import Site
from tests.terminal.screen.test_accessibility import assert_accessible_at_every_size, let_buttons_wake
from tests.terminal.screen.test_consultation import standing
from tests.terminal.screen.test_settings_page import TABS, turn_to

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOON = datetime(2026, 11, 24, 3, 5, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 24, 15, 5, tzinfo=UTC)


async def open_at(page: Page, site: Site, now: datetime, view: View | None = None) -> None:
    await page.emulate_media(reduced_motion="reduce")
    await page.clock.install(time=now)
    site.live_by(site.preferences.current())
    site.screen.show(view or View(recent=recent_cards(now)))
    await page.goto(site.url)
    await expect(page.locator("#preparing")).to_be_hidden()
    await let_buttons_wake(page)


async def test_every_page_of_the_settings_is_seen_and_pressed_by_everybody(page: Page, site: Site) -> None:
    await open_at(page, site, NOON)
    await page.locator("#open-settings").click()
    for tab in TABS:
        await turn_to(page, tab)
        await assert_accessible_at_every_size(page)


async def test_so_are_the_settings_in_the_largest_letters_after_a_change(page: Page, site: Site) -> None:
    await open_at(page, site, NOON)
    await page.locator("#open-settings").click()
    await turn_to(page, "画面")
    await page.get_by_text("とても大きい", exact=True).click()
    await expect(page.locator("#settings-message")).to_have_text("かえました")
    await assert_accessible_at_every_size(page)


async def test_so_are_the_past_alerts_and_one_whose_end_is_past(page: Page, site: Site) -> None:
    expired = Card(alert_of("old-1", sent=NOON - timedelta(days=3), expires=NOON - timedelta(days=2)), expired=True)
    site.household.remembered = (*recent_cards(NOON), expired, *recent_cards(NOON))
    await open_at(page, site, NOON)
    await page.locator("#open-past").click()
    await expect(page.locator("#past .card")).to_have_count(7)
    await assert_accessible_at_every_size(page)
    await page.set_viewport_size({"width": 1024, "height": 600})
    await page.locator("#past .card").nth(0).focus()
    await page.evaluate("document.querySelectorAll('#past .card')[3].click()")
    await expect(page.locator("#expiry")).to_be_visible()
    await let_buttons_wake(page)
    await assert_accessible_at_every_size(page)


async def test_an_empty_list_of_past_alerts_is_too(page: Page, site: Site) -> None:
    await open_at(page, site, NOON, View())
    await page.locator("#open-past").click()
    await expect(page.locator("#past")).to_be_visible()
    await assert_accessible_at_every_size(page)


async def test_so_is_the_question_whether_to_be_called(page: Page, site: Site) -> None:
    await open_at(page, site, NOON)
    await page.locator("#rest-consult").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await let_buttons_wake(page)
    await assert_accessible_at_every_size(page)


@pytest.mark.parametrize(
    "state",
    [
        standing(recorded=False, connected=False),
        standing(recorded=False),
        standing(),
        standing("withdrawn", recorded=False, connected=False),
        standing("withdrawn"),
        standing("done"),
    ],
    ids=lambda state: f"{state['stage']}-{state['recorded']}-{state['connected']}",
)
async def test_so_is_the_line_that_tells_what_became_of_it(page: Page, site: Site, state: dict[str, object]) -> None:
    site.screen.publish("request", state)
    await open_at(page, site, NOON, View(current=Card(alert_of(body="あ" * 299 + "。"))))
    await assert_accessible_at_every_size(page)
    site.screen.show(View(recent=recent_cards(NOON), lamp=Lamp.ON, unheard=2))
    await expect(page.locator("#rest")).to_be_visible()
    await assert_accessible_at_every_size(page)


async def test_so_is_the_line_when_nothing_else_is_well(page: Page, site: Site) -> None:
    site.screen.publish("request", standing())
    await open_at(page, site, NOON)
    for troubles in range(1, len(Trouble) + 1):
        wrong = tuple(Trouble)[:troubles]
        site.screen.show(View(recent=recent_cards(NOON), troubles=wrong, lamp=Lamp.BLINKING, unheard=11))
        await expect(page.locator(".trouble")).to_have_count(troubles)
        await assert_accessible_at_every_size(page)


@pytest.mark.parametrize("lamp", Lamp)
async def test_so_is_the_night(page: Page, site: Site, lamp: Lamp) -> None:
    await open_at(page, site, MIDNIGHT, View(lamp=lamp, unheard=1))
    await expect(page.locator("#night")).to_be_visible()
    await assert_accessible_at_every_size(page)


async def test_so_is_the_page_while_the_terminal_starts(page: Page, site: Site) -> None:
    await page.route("**/events", lambda route: route.abort())
    await page.goto(site.url)
    await expect(page.locator("#preparing")).to_be_visible()
    await assert_accessible(page)
