"""Every page of the staff in every state is seen and pressed by everybody: WCAG 2.2 AA, by day and by night, on a phone
and at 200 %. A page that is not in the table fails the last test."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pyotp
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, ConsoleMessage, Page

from broadcaster.ledger import Ledger
from tests.accessibility import axe, judge
from tests.broadcaster.web import states
from tests.broadcaster.web.town import NOW, PASSWORD
from tests.broadcaster.web.towns import town_with
from tests.chromium import chromium

ACCOUNTS = {"author": "hanako", "operator": "ops", "administrator": "<b>kanri</b>"}
LARGEST_PAGE_BYTES = 100_000
SMALLEST_TARGET = 44


@dataclass(frozen=True)
class View:
    """A page as somebody sees it: its address, with {alert} and {test} for the newest one; who looks; the town's state.

    `act` is what is done on it first; `role` empty is nobody who is logged in.
    """

    path: str
    role: str = "author"
    state: Callable[[Ledger], None] = states.usual
    act: Callable[[Page], object] | None = None

    def __str__(self) -> str:
        done = f"-{self.act.__name__}" if self.act else ""
        return f"{self.path}-{self.role or 'nobody'}-{self.state.__name__}{done}"


def open_menus(page: Page) -> None:
    for summary in page.locator("details.menu:visible > summary").all():
        summary.evaluate("(summary) => { summary.parentElement.open = true; }")


def open_details(page: Page) -> None:
    page.evaluate("() => document.querySelectorAll('main details').forEach((each) => { each.open = true; })")


def press_send(page: Page) -> None:
    with page.expect_navigation():
        page.locator("#alert-form button[type=submit].button-primary").first.click()


def plan_it(page: Page) -> None:
    press_send(page)
    page.get_by_text("放送する時を変える").click()
    page.get_by_label("曜日を決めて、くりかえし").check()
    page.get_by_role("button", name="予約する").wait_for()


def choose_a_time_that_has_passed(page: Page) -> None:
    press_send(page)
    page.get_by_text("放送する時を変える").click()
    page.get_by_label("日時を決めて、1回").check()
    page.get_by_label("日付").fill("2026-01-01")
    page.locator("#decision .field-error").wait_for()


def give_no_reason(page: Page) -> None:
    press_send(page)
    page.get_by_text("承認を待てないとき").click()
    page.get_by_label("承認を待てない理由").press("Enter")
    assert page.locator(":focus").inner_text() == "承認を待たずに、いますぐ放送する", "Enter alone sends nothing"
    press(page, "承認を待たずに、いますぐ放送する")


def correct_without_a_reason(page: Page) -> None:
    page.get_by_label("本文", exact=True).fill("役場の南です。外に出ないでください。")
    press(page, "確認へ進む")
    page.get_by_label("承認を待たずに訂正する理由").press("Enter")
    assert page.locator(":focus").inner_text() == "訂正を送信する", "Enter alone sends nothing"
    press(page, "訂正を送信する")


def come_second(page: Page) -> None:
    press_send(page)
    colleague = page.context.new_page()
    colleague.goto(f"{page.evaluate('location.origin')}/drafts/{states.READY}")
    colleague.get_by_label("見出し", exact=True).fill("ほかの見出し")
    press_send(colleague)
    colleague.close()
    with page.expect_navigation():
        page.locator("#alert-form .button-primary").click()


def take(page: Page) -> None:
    page.get_by_role("button", name="わたしが電話します").first.click()


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def submit_unchecked(page: Page) -> None:
    """Send the page's first form as a browser would that checks nothing."""
    page.evaluate("() => document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
    with page.expect_navigation():
        page.locator("main form .button-primary").first.click()


def log_in_wrongly(page: Page) -> None:
    page.get_by_label("アカウント名").fill("nobody")
    page.get_by_label("パスワード").fill("wrong")
    page.get_by_role("button", name="ログイン").click()
    page.locator(".error-summary").wait_for()


def give_the_password(page: Page) -> None:
    page.goto(f"{page.url.partition('/login')[0]}/login")
    page.get_by_label("アカウント名").fill(states.WITH_SECOND_STEP)
    page.get_by_label("パスワード").fill(PASSWORD)
    press(page, "ログイン")
    page.get_by_role("heading", name="確認コード").wait_for()
    open_details(page)


def give_a_wrong_code(page: Page) -> None:
    give_the_password(page)
    page.get_by_label("スマートフォンの").fill("000000")
    press(page, "ログイン")


def turn_on_the_second_step(page: Page) -> None:
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_label("アプリに出た").fill(pyotp.TOTP(secret).at(NOW))
    page.get_by_label("いまの").fill(PASSWORD)
    press(page, "使いはじめる")
    page.get_by_role("heading", name="確認コードを使いはじめました").wait_for()


def hand_over(page: Page) -> None:
    press(page, "リンクを作る")
    page.locator("#link-address").wait_for()


def open_the_link(page: Page) -> None:
    hand_over(page)
    page.goto(page.locator("#link-address").inner_text())


def choose_a_weak_password(page: Page) -> None:
    open_the_link(page)
    page.get_by_label("新しいパスワード").fill("password1234")
    page.get_by_label("もう一度").fill("password1234")
    press(page, "このパスワードにする")


def make_token(page: Page) -> None:
    page.get_by_label("名前").fill("河川の水位計")
    page.get_by_label("放送記録を読む").check()
    press(page, "トークンを作る")
    page.get_by_text("この画面でしか見られません").wait_for()


def check_a_file(page: Page) -> None:
    lines = [
        "端末,世帯名,種別,行政区,グループ",
        "t-1,佐藤 次郎,世帯,南地区,",
        "t-9,新しい世帯,世帯,北地区,高齢者のみの世帯",
    ]
    content = "\r\n".join(lines).encode("cp932")
    page.get_by_label("CSVファイル").set_input_files({"name": "台帳.csv", "mimeType": "text/csv", "buffer": content})
    press(page, "確認へ進む")
    page.get_by_role("heading", name="取り込みの確認").wait_for()


def make_cards(page: Page) -> None:
    for box in page.get_by_role("checkbox").all():
        box.check()
    press(page, "登録コードを作って、カードを出す")
    page.get_by_role("button", name="カードを印刷する").wait_for()


# A new page is one line here.
VIEWS = [
    View("/login", ""),
    View("/login", "", act=log_in_wrongly),
    View("/login?next=/alerts/new&ended=1", ""),
    View("/login/code", "", act=give_the_password),
    View("/login/code", "", act=give_a_wrong_code),
    View("/"),
    View("/", state=states.empty),
    View("/", "administrator", states.empty),
    View("/", "administrator", states.trouble, open_menus),
    View("/", "operator", states.trouble),
    View("/", state=states.long_quiet),
    View("/", state=states.busy),
    View("/requests", state=states.trouble),
    View("/requests", "operator", states.trouble),
    View("/requests"),
    View("/requests?show=mine", state=states.trouble),
    View("/requests?show=over", state=states.trouble),
    View("/requests/1", state=states.trouble),
    View("/requests/2", state=states.trouble),
    View("/requests/3", state=states.trouble),
    View("/requests/4", "operator", states.trouble),
    View("/requests/5", state=states.trouble),
    View("/terminals", state=states.trouble),
    View("/terminals", state=states.empty),
    View("/terminals", state=states.large),
    View("/terminals?condition=sound&area=kita&q=nobody", state=states.large),
    View("/terminals/t-1", state=states.trouble),
    View("/terminals/t-1", "operator", act=open_details),
    View("/terminals/t-0021", state=states.large, act=open_details),
    View("/terminals/t-1/code"),
    View("/terminals/t-1/change"),
    View("/terminals/t-1/service/retire"),
    View("/terminals/t-2", state=states.away),
    View("/terminals?service=suspended", state=states.away),
    View("/terminals/new"),
    View("/terminals/new", act=submit_unchecked),
    View("/terminals/import"),
    View("/terminals/import", act=check_a_file),
    View("/terminals/cards"),
    View("/terminals/cards?which=all", act=make_cards),
    View("/troubles"),
    View("/troubles", "operator", states.trouble),
    View("/terminals/t-2/erase", "administrator", states.restored),
    View("/terminals/t-3/erase", "administrator", states.restored),
    View("/held", state=states.restored),
    View("/planned"),
    View("/planned", state=states.empty),
    View("/planned", "operator", states.trouble),
    View("/planned", "administrator", states.alone),
    View("/planned/20261124T005100Z-bbbbbbbb"),
    View(f"/planned/{states.SERIES}", act=open_details),
    View(f"/planned/{states.SERIES}", "operator"),
    View("/planned/20261124T005200Z-cccccccc", "administrator"),
    View("/log"),
    View("/log", state=states.empty),
    View("/log", state=states.trouble),
    View("/log", state=states.busy),
    View("/log?words=電話&area=kita&result=unreached", "operator", states.trouble),
    View("/log?words=nothing", "operator"),
    View("/alerts/new"),
    View("/alerts/new?category=scam"),
    View("/alerts/new?category=scam", act=press_send),
    View("/alerts/new", state=states.large),
    View("/drafts"),
    View("/drafts", state=states.trouble),
    View("/drafts/20261124T005000Z-aaaaaaaa"),
    View("/drafts/20261124T005000Z-aaaaaaaa/discard"),
    View(f"/drafts/{states.READY}", act=press_send),
    View(f"/drafts/{states.READY}", act=plan_it),
    View(f"/drafts/{states.READY}", act=choose_a_time_that_has_passed),
    View(f"/drafts/{states.READY}", act=come_second),
    View(f"/drafts/{states.DRILL}", act=press_send),
    View(f"/drafts/{states.EMERGENCY}", act=press_send),
    View(f"/drafts/{states.EMERGENCY}", act=give_no_reason),
    View("/alerts/{alert}"),
    View("/alerts/{alert}", "operator", states.trouble),
    View("/alerts/{alert}", state=states.large),
    View("/alerts/{alert}?who=offline", state=states.large, act=open_details),
    View("/alerts/{alert}/visits", state=states.large),
    View("/alerts/{alert}/visits"),
    View("/alerts/{alert}/resend", state=states.large),
    View("/alerts/{alert}/resend"),
    View("/alerts/{alert}/correct"),
    View("/alerts/{alert}/correct", state=states.alone, act=correct_without_a_reason),
    View("/alerts/{alert}/withdraw"),
    View("/monthly-test"),
    View("/monthly-test", state=states.large),
    View("/monthly-test/{test}", state=states.large),
    View("/dictionary"),
    View("/dictionary", "operator"),
    View("/dictionary/new"),
    View("/dictionary/import"),
    View("/people", "administrator"),
    View("/people/new", "administrator"),
    View("/people/new", "administrator", act=submit_unchecked),
    View("/people/account?name=hanako", "administrator"),
    View("/people/account?name=hanako", "administrator", act=hand_over),
    View("/people/account?name=hanako", "administrator", act=choose_a_weak_password),
    View(f"/people/account?name={states.WITH_SECOND_STEP}", "administrator"),
    View(f"/people/account?name={states.SUSPENDED}", "administrator"),
    View("/password/unknown", ""),
    View("/account"),
    View("/account", act=submit_unchecked),
    View("/account/second-step"),
    View("/account/second-step", act=submit_unchecked),
    View("/account/second-step", "operator", act=turn_on_the_second_step),
    View("/audit", "administrator"),
    View("/audit?person=nobody", "administrator"),
    View("/tokens", "administrator"),
    View("/tokens", "administrator", states.empty),
    View("/tokens", "administrator", act=submit_unchecked),
    View("/tokens", "administrator", act=make_token),
    View("/tokens/1/revoke", "administrator"),
    View("/api", "administrator"),
    View("/people"),
    View("/nothing"),
]

EXCEPTIONS = {
    "/healthz": "for programs",
    "/readyz": "for programs",
    "/metrics": "for programs",
    "/openapi.json": "for programs",
    "/alerts/terminals": "a part of the form",
    "/drafts/token": "for the form's script",
    "/dictionary/words.csv": "a file",
    "/terminals/roster.csv": "a file",
    "/log/deliveries.{form}": "a file",
    "/alerts/{identifier}/deliveries.{form}": "a file",
    "/terminals/{terminal}/deliveries.{form}": "a file",
    "/dictionary/change": "the form of /dictionary/new",
    "/dictionary/remove": "asks for a word of the staff's own, which only a voice can have tried",
}
"""GET routes that are no pages of their own, and why; streams of events are none either."""

# What axe does not see: a page that is wider than its window, targets that are too small or lie over each other.
TARGETS = """(smallest) => {
  const found = [];
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide > 0) found.push(`the page is ${wide} px wider than its window`);
  const isInText = (element) => element.tagName === "A" && getComputedStyle(element).display === "inline";
  const words = (element) => (element.textContent || element.id).trim().slice(0, 20);
  const name = (element) => `${element.tagName.toLowerCase()} "${words(element)}"`;
  const isToTick = (element) => element.matches("[type=radio], [type=checkbox]");
  const targets = [...document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden])")]
    .filter((each) => each.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
    .filter((each) => !each.closest(".skip-link, .visually-hidden") && !isInText(each));
  const boxes = targets.map((each) => {
    const pressed = isToTick(each) ? each.labels[0] : each;
    return { each, box: pressed.getBoundingClientRect() };
  });
  for (const { each, box } of boxes) {
    if (box.height < smallest - 0.5 || box.width < 24) {
      found.push(`${name(each)} is a target of ${Math.round(box.width)}x${Math.round(box.height)}`);
    }
    if (box.right > window.innerWidth + 1 || box.left < -1) found.push(`${name(each)} is out of the window`);
  }
  boxes.forEach(({ each, box }, index) => {
    for (const other of boxes.slice(index + 1)) {
      if (each.contains(other.each) || other.each.contains(each)) continue;
      const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
      const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
      // An open menu lies over the page on purpose.
      const isMenu = document.querySelector("details.menu[open]");
      if (across > 2 && down > 2 && !isMenu) found.push(`${name(each)} and ${name(other.each)} overlap`);
    }
  });
  return found;
}"""


ON_PAPER = """() => [...document.querySelectorAll(".off-paper, .banner-place, .site-header, .site-footer")]
  .filter((each) => each.checkVisibility()).map((each) => each.textContent.trim().slice(0, 20))"""


class Towns:
    """Served towns, one for each state, and a browser's page for each of their accounts."""

    def __init__(self, browser: Browser, made_ledger: Path, folder: Path, stack: ExitStack) -> None:
        self._browser, self._made, self._folder, self._stack = browser, made_ledger, folder, stack
        self._addresses: dict[str, str] = {}
        self._pages: dict[tuple[str, str], Page] = {}
        self.problems: list[str] = []

    def page(self, view: View) -> tuple[Page, str]:
        """Return a page and the address of the town."""
        state = view.state.__name__
        if state not in self._addresses:
            folder = self._folder / state
            folder.mkdir()
            self._addresses[state] = self._stack.enter_context(town_with(self._made, folder, view.state))
        address = self._addresses[state]
        if (state, view.role) not in self._pages:
            self._pages[state, view.role] = self._new_page(view.role, address)
        self.problems.clear()
        return self._pages[state, view.role], address

    def _new_page(self, role: str, address: str) -> Page:
        # Closed before its town, which would wait for the streams to its pages.
        context = self._stack.enter_context(self._browser.new_context(locale="ja-JP", reduced_motion="reduce"))
        if role:
            token = re.search(r'name="csrf" value="([^"]*)"', context.request.get(f"{address}/login").text())
            assert token
            fields = {"csrf": token[1], "name": ACCOUNTS[role], "password": PASSWORD, "next": "/requests"}
            assert context.request.post(f"{address}/login", form=fields).url == f"{address}/requests"
        page = context.new_page()
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        page.on("console", self._hear)
        page.on("request", lambda request: self.problems.extend(strangers(request.url, address)))
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if "Content Security" in message.text:
            self.problems.append(message.text)


@pytest.fixture(scope="module")
def towns(made_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    with chromium() as browser, ExitStack() as stack:
        yield Towns(browser, made_ledger, tmp_path_factory.mktemp("towns"), stack)


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_a_page_is_for_everybody_light_and_its_own(towns: Towns, view: View) -> None:
    page, address = towns.page(view)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{address}{named(page, view.path, address)}")
    if view.act:
        view.act(page)
    page.wait_for_load_state()
    sizes: dict[str, int] = page.evaluate(WEIGHT)
    page.evaluate(axe())
    problems = [*page.evaluate(judge())]
    page.emulate_media(color_scheme="dark")
    problems += [f"by night: {fault}" for fault in page.evaluate(judge(rules=["color-contrast"]))]
    for width in (390, 640, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        problems += [f"at {width} px: {fault}" for fault in page.evaluate(TARGETS, SMALLEST_TARGET)]
    page.emulate_media(media="print")
    problems += [f"on paper: {words}" for words in page.evaluate(ON_PAPER)]
    if page.evaluate("getComputedStyle(document.documentElement).colorScheme") != "light":
        problems.append("on paper: the colours of the night")
    page.emulate_media(media="screen")
    problems += towns.problems
    if sum(sizes.values()) > LARGEST_PAGE_BYTES:
        problems.append(f"{sum(sizes.values())} bytes: {sizes}")
    assert not problems, "\n".join(problems)


def named(page: Page, path: str, address: str) -> str:
    """Return the path with the newest alert's or test's identifier, if it asks for one."""
    for name, listed, link in (("{alert}", "/log", "/alerts/"), ("{test}", "/monthly-test", "/monthly-test/")):
        if name in path:
            found = re.search(rf'href="{link}(\d{{8}}T[^"]+)"', page.request.get(f"{address}{listed}").text())
            assert found
            path = path.replace(name, found[1])
    return path


def strangers(url: str, address: str) -> list[str]:
    return [] if url.startswith((address, "blob:", "data:")) else [f"asks {urlsplit(url).hostname}"]


WEIGHT = """() => Object.fromEntries(
  [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .filter(({ initiatorType }) => ["navigation", "link", "script", "img", "css"].includes(initiatorType))
    .map(({ name, decodedBodySize }) => [new URL(name).pathname, decodedBodySize]))"""


def routes_of(app: FastAPI) -> Iterator[APIRoute]:
    for route in app.routes:
        router = getattr(route, "original_router", None)
        yield from (each for each in (router.routes if router else [route]) if isinstance(each, APIRoute))


def test_every_page_is_in_the_table_or_an_exception(app: FastAPI) -> None:
    looked_at = [urlsplit(view.path.format(alert="x", test="x")).path for view in VIEWS]
    routes = list(routes_of(app))
    assert len(routes) > 20
    forgotten = [
        route.path
        for route in routes
        if "GET" in (route.methods or ())
        and not route.path.endswith("/events")
        and route.path not in EXCEPTIONS
        and not any(route.path_regex.fullmatch(path) for path in looked_at)
    ]
    assert forgotten == []
    assert set(EXCEPTIONS) <= {route.path for route in routes}, "an exception that is no page any more"
