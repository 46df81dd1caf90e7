"""The page on which the household sets its terminal: large controls, each change committed at once."""

import asyncio
import sqlite3
from datetime import UTC, datetime, time
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from kokuchi.voice.languages import LANGUAGES
from kokuchi.wire import Severity
from terminal_client.manners import QuietHours
from terminal_client.preferences import Preferences, TextSize
from terminal_client.view import Card, View
from tests.terminal.screen.examples import HEADLINE, alert_of
from tests.terminal.screen.site import Site, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOON = datetime(2026, 11, 24, 3, tzinfo=UTC)
SIZES = [(800, 480), (600, 1024), (1024, 600), (1920, 1080)]
TABS = ["声", "画面", "外国語", "おやすみの時間", "声に出すもの"]

CLIPPED = """(page) => [page, ...page.querySelectorAll(".panel, .panel > *, .tabs, button, label, output")]
    .filter((box) => box.offsetParent || box === page)
    .filter((box) => {
      const edge = page.getBoundingClientRect(), place = box.getBoundingClientRect();
      const isCut = box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1;
      const isOutside = place.bottom > edge.bottom || place.right > edge.right;
      return isOutside || (isCut && box.clientWidth > 0 && !box.matches(".reader, .kinds"));
    })
    .map((box) => `${box.tagName} ${box.id} ${box.textContent.trim().slice(0, 20)}`)"""

SMALL = """(page) => [...page.querySelectorAll("button, label")]
    .filter((target) => target.offsetParent)
    .filter((target) => Math.min(target.offsetWidth, target.offsetHeight) < 64)
    .map((target) => target.textContent.trim())"""


async def open_page(page: Page, site: Site) -> None:
    await page.clock.set_fixed_time(NOON)
    site.live_by(site.preferences.current())
    site.screen.show(View())
    await page.goto(site.url)
    await page.get_by_role("button", name="設定").click()
    await expect(page.locator("#settings")).to_be_visible()
    await expect(stepper(page, "声の大きさ").locator("output")).not_to_be_empty()


def stepper(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=name)


async def turn_to(page: Page, tab: str) -> None:
    await page.locator(".tabs").get_by_role("button", name=tab, exact=True).click()


async def press(page: Page, button: str, times: int) -> None:
    """Press it as often at once, as a hasty finger does, also where it says that there is nothing to press."""
    await page.get_by_role("button", name=button).evaluate(
        "(button, times) => { for (let press = 0; press < times; press++) button.click(); }", times
    )


async def says(page: Page, words: str) -> None:
    await expect(page.locator("#settings-message")).to_have_text(words)


async def test_each_control_shows_what_stands_and_changes_it_at_once(page: Page, site: Site) -> None:
    await open_page(page, site)
    await expect(stepper(page, "声の大きさ").locator("output")).to_have_text("70")
    await page.get_by_role("button", name="声を大きくする").click()
    await expect(stepper(page, "声の大きさ").locator("output")).to_have_text("80")
    await says(page, "かえました")
    await expect(stepper(page, "声の速さ").locator("output")).to_have_text("ふつう")
    await page.get_by_role("button", name="ゆっくりにする").click()
    await expect(stepper(page, "声の速さ").locator("output")).to_have_text("ゆっくり")

    await turn_to(page, "画面")
    await expect(page.get_by_text("21時から6時まで")).to_be_visible()
    await page.get_by_role("radio", name="とても大きい").click()
    await page.get_by_role("switch", name="夜は画面を暗くする").click()

    await turn_to(page, "外国語")
    await expect(page.get_by_role("radio", name="日本語だけ")).to_be_checked()
    await page.get_by_role("radio", name="Tiếng Việt").click()

    await turn_to(page, "おやすみの時間")
    await expect(stepper(page, "始まり")).to_be_hidden()
    await page.get_by_role("switch", name="おやすみの時間を決める").click()
    await page.get_by_role("button", name="始まりを早くする").click()
    await expect(stepper(page, "始まり").locator("output")).to_have_text("20時30分")
    await page.get_by_role("button", name="終わりを遅くする").click()
    await expect(stepper(page, "終わり").locator("output")).to_have_text("6時30分")

    await turn_to(page, "声に出すもの")
    await expect(page.get_by_text("「緊急」と「重要」は、いつも声に出します。")).to_be_visible()
    await expect(page.get_by_role("switch", name="詐欺事案情報")).to_be_checked()
    await page.get_by_role("switch", name="消費者啓発開催情報").click()
    await expect(page.get_by_role("switch", name="消費者啓発開催情報")).not_to_be_checked()
    await until(lambda: bool(site.preferences.current().unspoken))
    assert site.preferences.current() == Preferences(
        volume=80,
        pace=4.8,
        text_size=TextSize.LARGEST,
        language="vi",
        night_screen=False,
        quiet_hours=QuietHours(time(20, 30), time(6, 30)),
        unspoken=frozenset({"awareness_event"}),
    )
    await turn_to(page, "おやすみの時間")
    await page.get_by_role("switch", name="おやすみの時間を決める").click()
    await expect(stepper(page, "始まり")).to_be_hidden()
    await until(lambda: site.preferences.current().quiet_hours is None)


async def test_hasty_fingers_lose_nothing_and_stop_at_the_end(page: Page, site: Site) -> None:
    await open_page(page, site)
    louder = page.get_by_role("button", name="声を大きくする")
    await press(page, "声を大きくする", 7)
    await expect(stepper(page, "声の大きさ").locator("output")).to_have_text("100")
    await until(lambda: site.preferences.current().volume == 100)
    await expect(louder).to_have_attribute("aria-disabled", "true")
    await press(page, "元にもどす", 4)
    await says(page, "もどすものはありません")
    assert site.preferences.current().volume == 70


async def test_each_press_is_answered_after_the_one_before_it(page: Page, site: Site) -> None:
    await open_page(page, site)
    await press(page, "声を大きくする", 1)
    await says(page, "かえました")
    await page.locator("#settings-message").evaluate(
        """(line) => {
          window.said = [];
          const note = () => line.textContent && window.said.push(line.textContent);
          new MutationObserver(note).observe(line, { childList: true });
        }"""
    )
    held: asyncio.Queue[Route] = asyncio.Queue()
    await page.route("**/preferences", held.put)
    await press(page, "元にもどす", 2)
    await press(page, "ためしに聞く", 1)
    undo = await held.get()
    assert await page.evaluate("said") == []
    await undo.continue_()
    await says(page, "放送します")
    assert await page.evaluate("said") == ["元にもどしました", "もどすものはありません", "放送します"]


async def test_a_volume_between_the_steps_goes_to_the_next_one(page: Page, site: Site) -> None:
    site.preferences.change(volume=65)
    await open_page(page, site)
    await page.get_by_role("button", name="声を小さくする").click()
    await until(lambda: site.preferences.current().volume == 60)


async def test_quiet_hours_never_end_when_they_start(page: Page, site: Site) -> None:
    site.preferences.change(quiet_hours={"start": "23:30", "end": "00:30"})
    await open_page(page, site)
    await turn_to(page, "おやすみの時間")
    for expected in ("0時", "1時"):
        await page.get_by_role("button", name="始まりを遅くする").click()
        await expect(stepper(page, "始まり").locator("output")).to_have_text(expected)
    await until(lambda: site.preferences.current().quiet_hours == QuietHours(time(1), time(0, 30)))


async def test_the_last_change_can_be_undone_whatever_it_was(page: Page, site: Site) -> None:
    site.preferences.change(language="ko", quiet_hours={"start": "22:00", "end": "05:00"})
    before = site.preferences.current()
    await open_page(page, site)
    await turn_to(page, "おやすみの時間")
    await page.get_by_role("switch", name="おやすみの時間を決める").click()
    await turn_to(page, "外国語")
    await page.get_by_role("radio", name="日本語だけ").click()
    await until(lambda: site.preferences.current() == Preferences())
    await press(page, "元にもどす", 2)
    await expect(page.get_by_role("radio", name="한국어")).to_be_checked()
    await until(lambda: site.preferences.current() == before)


async def test_a_disk_that_takes_nothing_is_told_and_the_old_value_stands(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: Any) -> Preferences:
        raise sqlite3.OperationalError("database or disk is full")

    await open_page(page, site)
    with monkeypatch.context() as patch:
        patch.setattr(site.preferences, "change", full)
        await page.get_by_role("button", name="声を大きくする").click()
        await says(page, "かえられませんでした。もう一度押してください。")
        await expect(stepper(page, "声の大きさ").locator("output")).to_have_text("70")
        await turn_to(page, "画面")
        await page.get_by_role("radio", name="とても大きい").click()
        await expect(page.get_by_role("radio", name="ふつう")).to_be_checked()
    await page.get_by_role("radio", name="とても大きい").click()
    await says(page, "かえました")
    await page.get_by_role("button", name="元にもどす").click()
    await until(lambda: site.preferences.current() == Preferences())


async def test_the_voice_can_be_tried(page: Page, site: Site) -> None:
    await open_page(page, site)
    await page.get_by_role("button", name="ためしに聞く").click()
    await says(page, "放送します")
    assert site.household.samples == 1


async def test_everything_can_be_done_by_the_keyboard(page: Page, site: Site) -> None:
    await page.clock.set_fixed_time(NOON)
    site.live_by(site.preferences.current())
    site.screen.show(View())
    await page.goto(site.url)
    await expect(page.locator("#rest")).to_be_visible()
    await page.locator("#open-settings").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-tab=voice]")).to_be_focused()

    async def press_until_focused(target: Locator) -> None:
        for _ in range(20):
            await page.keyboard.press("Tab")
            if await target.evaluate("(element) => element === document.activeElement"):
                return
        pytest.fail(f"{target} cannot be reached")

    louder = page.get_by_role("button", name="声を大きくする")
    await press_until_focused(louder)
    for _ in range(4):
        await page.keyboard.press("Enter")
    await until(lambda: site.preferences.current().volume == 100)
    await expect(louder).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("#rest")).to_be_visible()
    await expect(page.locator("#open-settings")).to_be_focused()
    await page.keyboard.press("Enter")
    await press_until_focused(page.locator("[data-tab=letters]"))
    await page.keyboard.press("Space")
    await press_until_focused(page.get_by_role("radio", name="ふつう"))
    await page.keyboard.press("ArrowRight")
    await until(lambda: site.preferences.current().text_size is TextSize.LARGE)
    await press_until_focused(page.get_by_role("switch", name="夜は画面を暗くする"))
    await page.keyboard.press("Space")
    await until(lambda: not site.preferences.current().night_screen)


async def test_another_page_and_the_command_are_seen(page: Page, site: Site) -> None:
    await open_page(page, site)
    site.preferences.change(volume=40)
    await expect(stepper(page, "声の大きさ").locator("output")).to_have_text("40")
    await page.get_by_role("button", name="もどる").click()
    await expect(page.locator("#rest")).to_be_visible()


async def test_a_second_language_is_taken_up_when_the_page_is_left(page: Page, site: Site) -> None:
    await open_page(page, site)
    await turn_to(page, "外国語")
    await page.get_by_role("radio", name="Tiếng Việt").click()
    await says(page, "かえました")
    await page.get_by_role("button", name="もどる").click()
    await expect(page.locator("body")).to_have_attribute("data-language", "vi")
    site.screen.show(View(current=Card(alert_of(), second_language=LANGUAGES["vi"])))
    await expect(page.locator("#second-headline")).to_have_text(LANGUAGES["vi"].only_japanese)


async def test_an_alert_takes_the_screen_from_the_settings(page: Page, site: Site) -> None:
    await open_page(page, site)
    site.screen.show(View(current=Card(alert_of())))
    await expect(page.locator("#headline")).to_have_text(HEADLINE)
    await expect(page.locator("#settings")).to_be_hidden()


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_every_page_fits_and_every_target_is_large_in_the_largest_letters_too(
    page: Page, site: Site, size: tuple[int, int]
) -> None:
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    site.preferences.change(quiet_hours={"start": "21:30", "end": "10:30"})
    await open_page(page, site)
    for text_size in ("largest", "normal"):
        site.preferences.change(text_size=text_size)
        await expect(page.locator("body")).to_have_attribute("data-text-size", text_size)
        for tab in TABS:
            await turn_to(page, tab)
            assert await page.locator("#settings").evaluate(CLIPPED) == [], tab
            assert await page.locator("#settings").evaluate(SMALL) == [], tab


async def test_many_kinds_are_read_in_pages_with_large_buttons(page: Page, site: Site) -> None:
    site.household.remembered = tuple(
        Card(alert_of(f"a-{number}", category=f"kind-{number:02}", event=f"種類{number}", severity=Severity.MINOR))
        for number in range(12)
    )
    await page.emulate_media(reduced_motion="reduce")
    await open_page(page, site)
    await turn_to(page, "声に出すもの")
    last = page.get_by_role("switch", name="種類11")
    await expect(last).not_to_be_in_viewport()
    await expect(page.locator("#kinds-pager .down")).to_be_enabled()
    await page.locator("#kinds-pager .down").evaluate(
        "(down) => { for (let press = 0; press < 12; press++) down.click(); }"
    )
    await expect(last).to_be_in_viewport(ratio=0.9)
    await last.click()
    await until(lambda: site.preferences.current().unspoken == {"kind-11"})
    await expect(last).to_be_in_viewport(ratio=0.9)
