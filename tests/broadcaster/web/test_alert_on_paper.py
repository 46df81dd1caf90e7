"""Pages on paper: what they tell, without what can only be pressed."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from playwright.async_api import Page, ViewportSize, expect

from broadcaster.domain.draft import Draft, compose
from broadcaster.ledger import Ledger
from kokuchi.wire import Topics
from tests.broadcaster.web.large_town import fill
from tests.broadcaster.web.serving import served
from tests.broadcaster.web.town import EVERYONE, NOW, PASSWORD, ROSTER, TOWN, accept
from tests.chromium import MILLISECONDS, chromium_in_loop

TELEPHONE = ViewportSize(width=390, height=844)
PAPER = ViewportSize(width=718, height=1047)
"""What is left of A4 within the margins of 10 mm, at 96 pixels to the inch."""


@pytest.fixture
async def page(app: FastAPI) -> AsyncIterator[Page]:
    """A telephone of somebody who is logged in, on which the long list is folded."""
    with served(app) as address:
        async with chromium_in_loop() as browser:
            page = await browser.new_page(base_url=address, locale="ja-JP", viewport=TELEPHONE)
            page.set_default_timeout(MILLISECONDS)
            await page.goto("/login")
            await page.get_by_label("アカウント名").fill("hanako")
            await page.get_by_label("パスワード").fill(PASSWORD)
            await page.get_by_role("button", name="ログイン").click()
            await page.wait_for_url("/")
            yield page


async def print_it(page: Page) -> None:
    await page.emulate_media(media="print")
    await page.set_viewport_size(PAPER)


async def test_the_folded_list_is_open_on_paper_and_a_line_for_each_terminal(page: Page, ledger: Ledger) -> None:
    await page.goto(f"/alerts/{accept(ledger).identifier}")
    row = page.locator("#line-t-1")
    await expect(row).to_be_hidden()
    await print_it(page)
    await expect(row).to_be_visible()
    assert await row.evaluate("(row) => getComputedStyle(row).display") == "table-row"
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "wider than its paper"


async def test_nothing_on_paper_asks_to_be_pressed_but_it_says_which_part_of_a_long_list_it_is(
    page: Page, ledger: Ledger
) -> None:
    everybody = [*ROSTER, *fill(ledger, 60)]
    alert = compose(Draft("scam", "不審な電話に注意", "本文です。", EVERYONE), TOWN, everybody, NOW)
    ledger.alerts.accept(alert, Topics(TOWN.id).of_audience(EVERYONE), [each.id for each in everybody], "hanako")
    await page.goto(f"/alerts/{alert.identifier}?page=2#deliveries")
    await print_it(page)
    await expect(page.locator(".paging")).to_have_text("2 / 2ページ", use_inner_text=True)
    await expect(page.locator(".button:visible, input:visible, select:visible")).to_have_count(0)


async def test_paper_says_which_terminals_were_chosen_though_the_form_is_not_on_it(page: Page, ledger: Ledger) -> None:
    alert = accept(ledger)
    await page.goto(f"/alerts/{alert.identifier}?who=never_seen&area=kita&search=佐藤#deliveries")
    chosen = page.locator(".only-on-paper")
    await expect(chosen).to_be_hidden()
    await print_it(page)
    await expect(chosen).to_be_visible()
    assert (await chosen.inner_text()).split() == ["状態:", "未接続", "行政区:", "北地区", "世帯名:", "佐藤"]


@pytest.mark.parametrize("path", ["/log", "/terminals", "/dictionary"])
async def test_no_button_is_on_paper(page: Page, ledger: Ledger, path: str) -> None:
    accept(ledger)
    await page.goto(path)
    await expect(page.locator("main .button:visible").first).to_be_attached()
    await print_it(page)
    await expect(page.locator(".button:visible")).to_have_count(0)


async def test_that_it_was_a_drill_is_black_on_paper_which_has_no_colour_below_it(page: Page, ledger: Ledger) -> None:
    drill = compose(Draft("scam", "訓練です", "本文です。", EVERYONE, drill=True), TOWN, ROSTER, NOW)
    ledger.alerts.accept(drill, Topics(TOWN.id).of_audience(EVERYONE), [each.id for each in ROSTER], "hanako")
    await page.goto(f"/alerts/{drill.identifier}")
    await print_it(page)
    await expect(page.locator(".drill-bar")).to_have_css("color", "rgb(0, 0, 0)")


async def test_every_sheet_for_visits_says_of_which_area_its_households_are(page: Page, ledger: Ledger) -> None:
    """Of a table that goes on overleaf only the heads are printed again."""
    await page.goto(f"/alerts/{accept(ledger).identifier}/visits")
    await print_it(page)
    await expect(page.get_by_role("columnheader", name="世帯（北地区）")).to_be_visible()
