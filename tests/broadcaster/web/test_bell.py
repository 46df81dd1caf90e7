"""The soft chime for a new wish, for those who want it; the count in the title; and the menus by keyboard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from broadcaster.ledger import Ledger
from tests.broadcaster.web.serving import served
from tests.broadcaster.web.states import ask
from tests.broadcaster.web.town import PASSWORD, Clock
from tests.broadcaster.web.towns import make_app
from tests.chromium import chromium
from tests.waiting import wait_until

COUNT_CHIMES = """
window.chimes = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  window.chimes += 1;
  return start.apply(this, when);
};
"""
TONES = 2
"""A chime has two tones."""


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def address(ledger: Ledger, clock: Clock) -> Iterator[str]:
    with served(make_app(ledger, clock)) as address:
        yield address


@pytest.fixture
def context(chrome: Browser, address: str) -> Iterator[BrowserContext]:
    context = chrome.new_context(locale="ja-JP", viewport={"width": 1280, "height": 800}, base_url=address)
    context.add_init_script(COUNT_CHIMES)
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("アカウント名").fill("hanako")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログイン").click()
    page.wait_for_url("**/")
    page.close()
    yield context
    context.close()


def opened(context: BrowserContext, path: str) -> Page:
    page = context.new_page()
    page.goto(path)
    if path == "/requests":
        expect(page.locator("#live-status")).to_have_text("自動で更新しています")
    return page


def chimes(page: Page) -> int:
    return int(page.evaluate("window.chimes")) // TONES


def expect_chimes(page: Page, count: int) -> None:
    page.wait_for_function("(count) => window.chimes === count", arg=count * TONES)


def test_a_new_wish_is_counted_in_the_title_and_heard_once_by_who_wants_it(
    context: BrowserContext, ledger: Ledger
) -> None:
    page = opened(context, "/requests")
    ask(ledger, "t-1", "r-1", hours_ago=1)
    expect(page).to_have_title("(1) 相談の希望 | 月形町 告知放送")
    assert chimes(page) == 0, "nobody asked for it"
    switch = page.get_by_role("switch", name="新しい相談を音で知らせる")
    expect(switch).not_to_be_checked()
    switch.click()
    expect(switch).to_be_checked()
    expect(page.locator("#bell-words")).to_contain_text("この音で知らせます")
    expect_chimes(page, 1)
    ask(ledger, "t-2", "r-2", hours_ago=1)
    expect(page).to_have_title("(2) 相談の希望 | 月形町 告知放送")
    expect_chimes(page, 2)
    ledger.requests.take(1, "ops", Clock().now)
    expect(page.locator("#request-list")).to_contain_text("運用 太郎さんが電話します")
    assert chimes(page) == 2, "what a colleague does makes no sound"
    page.reload()
    expect(page.get_by_role("switch")).to_be_checked()
    expect(page.locator("#live-status")).to_have_text("自動で更新しています")
    assert chimes(page) == 0, "what was heard is not heard again"
    page.get_by_role("switch").click()
    ask(ledger, "t-3", "r-3", hours_ago=1)
    expect(page).to_have_title("(3) 相談の希望 | 月形町 告知放送")
    assert chimes(page) == 0


def test_of_two_pages_one_rings(context: BrowserContext, ledger: Ledger) -> None:
    first = opened(context, "/requests")
    first.get_by_role("switch").click()
    expect_chimes(first, 1)
    second = opened(context, "/dictionary")
    second.locator("h1").click()
    ask(ledger, "t-1", "r-1", hours_ago=1)
    for page, title in [(first, "相談の希望"), (second, "読みの辞書")]:
        expect(page).to_have_title(f"(1) {title} | 月形町 告知放送")
    wait_until(lambda: chimes(first) - 1 + chimes(second) == 1)


def test_menus_open_and_close_by_keyboard_and_when_somebody_turns_elsewhere(context: BrowserContext) -> None:
    page = opened(context, "/dictionary")
    further = page.get_by_text("その他", exact=True)
    link = page.locator(".wide-only").get_by_role("link", name="毎月の試験放送")
    expect(link).to_be_hidden()
    further.focus()
    page.keyboard.press("Enter")
    expect(link).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(further).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("h1").click()
    expect(link).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(further).to_be_hidden()
    menu = page.get_by_text("メニュー", exact=True)
    menu.focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("link", name="毎月の試験放送")).to_be_visible()
    expect(page.get_by_role("button", name="ログアウト")).to_be_visible()
