"""Every state of the alert page and the rest page, as seen by axe-core, by a trembling finger and by old eyes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from playwright.async_api import Page, expect

from kokuchi.voice import PhraseSource
from kokuchi.voice.languages import LANGUAGES
from kokuchi.wire import MessageType, Severity, Status
from terminal_client.view import Card, Lamp, Trouble, View
from tests.terminal.screen.accessibility import assert_accessible, faults_in_sight
from tests.terminal.screen.examples import DRILL, alert_of, body_of, recent_cards, revised
from tests.terminal.screen.site import Site, running_site
from tests.terminal.screen.test_furigana import with_furigana
from tests.terminal.screen.test_second_language import card as card_in
from tests.waiting import PATIENCE

pytestmark = pytest.mark.asyncio(loop_scope="session")

SIZES = [(800, 480), (600, 1024), (1024, 600), (1920, 1080)]
NOW = datetime(2026, 11, 24, 3, 5, tzinfo=UTC)
EMERGENCY = alert_of(severity=Severity.EXTREME, headline="市街地にクマが出ています。外に出ないでください")
LONG = alert_of(body=body_of(300))
KANA = with_furigana()
LONGEST_KIND = alert_of(
    event="消費者啓発開催情報", severity=Severity.MINOR, body=body_of(1000), sender_name="月形町役場 産業課"
)

STATES = {
    "speaking": View(current=Card(KANA, speaking=True, source=PhraseSource.BODY, sentence=0)),
    "paged": View(current=Card(LONG, speaking=True, source=PhraseSource.BODY, sentence=2), waiting=1),
    "whom to call": View(current=Card(LONG, speaking=True, source=PhraseSource.CONTACT), waiting=12),
    "longest": View(current=Card(LONGEST_KIND, speaking=True), waiting=12),
    "repeating": View(current=Card(EMERGENCY), waiting=2),
    "confirmed": View(current=Card(EMERGENCY, speaking=True, confirmed=True)),
    "drill": View(current=Card(DRILL)),
    "correction of a drill": View(
        current=Card(revised(MessageType.UPDATE, status=Status.EXERCISE)), troubles=[Trouble.NO_CONNECTION]
    ),
    "withdrawal": View(current=Card(revised(MessageType.CANCEL))),
    "no connection": View(current=Card(EMERGENCY, speaking=True), troubles=[Trouble.NO_CONNECTION]),
    "nobody to call": View(current=Card(alert_of(contact=None))),
    "at rest": View(recent=recent_cards(NOW)[1:]),
    "at rest, empty": View(),
    "at rest, lamp": View(recent=recent_cards(NOW) * 2, lamp=Lamp.ON, unheard=2),
    "at rest, blinking": View(recent=recent_cards(NOW), lamp=Lamp.BLINKING, unheard=11),
    "at rest, everything wrong": View(recent=recent_cards(NOW), troubles=tuple(Trouble), lamp=Lamp.ON, unheard=1),
}


async def open_at_noon(page: Page, site: Site, view: View) -> None:
    await page.emulate_media(reduced_motion="reduce")
    await page.clock.install(time=NOW)
    site.screen.show(view)
    await page.goto(site.url)
    await expect(page.locator("main:visible")).to_have_count(1)
    await let_buttons_wake(page)


async def let_buttons_wake(page: Page) -> None:
    await page.clock.run_for(1000)


async def assert_accessible_at_every_size(page: Page) -> None:
    """By axe on the smallest screen: what it judges is the same on all; by what a size can spoil on each."""
    for width, height in reversed(SIZES):
        await page.set_viewport_size({"width": width, "height": height})
        await assert_settles_without_faults(page)
    await assert_accessible(page)


async def assert_settles_without_faults(page: Page) -> None:
    """A page finds the size of its letters a moment after its own size has changed."""
    latest = asyncio.get_running_loop().time() + PATIENCE
    while (faults := await faults_in_sight(page)) and asyncio.get_running_loop().time() < latest:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.05)
    assert faults == [], f"at {page.viewport_size}"


@pytest.mark.parametrize("state", STATES)
async def test_every_state_is_seen_and_pressed_by_everybody(page: Page, site: Site, state: str) -> None:
    await open_at_noon(page, site, STATES[state])
    await assert_accessible_at_every_size(page)


async def open_withdrawn(page: Page) -> None:
    await page.locator(".card").nth(2).click()


async def open_unheard(page: Page) -> None:
    await page.locator(".card").nth(0).click()


async def fail_to_confirm(page: Page) -> None:
    await page.route("**/confirm", lambda route: route.abort())
    await open_unheard(page)
    await let_buttons_wake(page)
    await page.locator("#confirm").click()
    await expect(page.locator("#confirm")).to_have_text("もう一度押してください")


@pytest.mark.parametrize("act", [open_unheard, open_withdrawn, fail_to_confirm], ids=lambda act: act.__name__)
async def test_so_is_an_alert_that_is_opened_again(
    page: Page, site: Site, act: Callable[[Page], Awaitable[None]]
) -> None:
    await open_at_noon(page, site, View(recent=recent_cards(NOW)))
    await act(page)
    await let_buttons_wake(page)
    await assert_accessible_at_every_size(page)


@pytest.mark.parametrize("text_size", ["large", "largest"])
async def test_so_are_larger_letters(page: Page, site: Site, text_size: str) -> None:
    await open_at_noon(page, site, STATES["paged"])
    await page.evaluate("(size) => { document.body.dataset.textSize = size; }", text_size)
    await assert_accessible_at_every_size(page)
    site.screen.show(STATES["at rest, lamp"])
    await expect(page.locator("#rest")).to_be_visible()
    await assert_accessible_at_every_size(page)


@pytest.mark.parametrize("source", [None, PhraseSource.TRANSLATED_BODY], ids=str)
async def test_so_is_a_second_language(page: Page, source: PhraseSource | None) -> None:
    vietnamese = LANGUAGES["vi"]
    async with running_site(second_language=vietnamese) as site:
        current = card_in(vietnamese, body=body_of(120), speaking=source is not None, source=source, sentence=0)
        await open_at_noon(page, site, View(current=current))
        await assert_accessible_at_every_size(page)


async def test_a_fault_is_found(page: Page, site: Site) -> None:
    """A check that cannot fail says nothing."""
    await open_at_noon(page, site, STATES["at rest"])
    for change, fault in (
        ("#open-settings { min-height: 50px; height: 50px }", "is a target of"),
        ("#date { color: #6d8396 }", "color-contrast-enhanced"),
        ("#date { height: 1rem; overflow: hidden }", "is cut off"),
        ("#date { margin-top: -4rem }", "overlap"),
    ):
        await page.evaluate(
            """(rules) => {
              const sheet = new CSSStyleSheet();
              sheet.replaceSync(rules);
              document.adoptedStyleSheets = [sheet];
            }""",
            change,
        )
        with pytest.raises(AssertionError, match=fault):
            await assert_accessible(page)
