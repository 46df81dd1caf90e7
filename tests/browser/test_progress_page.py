"""An alert's page with 1,500 deliveries: how soon it is painted, how large it is, how it moves."""

import re
import statistics
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.broadcaster.web.large_town import TERMINALS, LargeTown
from tests.broadcaster.web.serving import served
from tests.broadcaster.web.town import NOW, PASSWORD, report

FIRST_PAINT_MILLISECONDS, ROUNDS = 300, 5
PAGE_BYTES = 100_000

FIRST_PAINT = """() => new Promise((seen) => {
  const look = (list) => list.getEntriesByName("first-contentful-paint").forEach((entry) => seen(entry.startTime));
  new PerformanceObserver(look).observe({ type: "paint", buffered: true });
})"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LargeTown]:
    town = LargeTown(tmp_path_factory.mktemp("large") / "ledger.sqlite")
    yield town
    town.ledger.close()


@pytest.fixture(scope="module")
def address(town: LargeTown) -> Iterator[str]:
    with served(town.app) as address:
        yield address


@pytest.fixture(scope="module")
def session(browser: Browser, address: str) -> StorageState:
    """Somebody has logged in."""
    context = browser.new_context(locale="ja-JP")
    page = context.new_page()
    page.goto(f"{address}/login")
    page.get_by_label("アカウント名").fill("hanako")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログイン").click()
    page.wait_for_url(f"{address}/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def staff(browser: Browser, session: StorageState) -> Iterator[Page]:
    context = browser.new_context(
        locale="ja-JP", timezone_id="Asia/Tokyo", viewport={"width": 1280, "height": 800}, storage_state=session
    )
    yield context.new_page()
    context.close()


def test_the_first_paint_of_1500_deliveries_comes_within_300_ms(town: LargeTown, address: str, staff: Page) -> None:
    for _ in range(ROUNDS):
        busy = _slowdown()
        paint, answer = _first_paint(staff, f"{address}{town.path}")
        print(
            f"{TERMINALS} deliveries: answered after {answer:.0f} ms, painted after {paint:.0f} ms (median of 5);"
            f" the machine gave us one of {busy:.1f} turns"
        )
        if paint < FIRST_PAINT_MILLISECONDS * busy:
            return
    pytest.fail(f"not painted within {FIRST_PAINT_MILLISECONDS} ms in any of {ROUNDS} rounds")


def _slowdown() -> float:
    """Return how much longer than its work a piece of work takes here now: 1 on a machine that does nothing else."""
    began, worked = time.monotonic(), time.thread_time()
    while time.thread_time() - worked < 0.2:
        pass
    return max(1.0, (time.monotonic() - began) / 0.2)


def _first_paint(page: Page, url: str) -> tuple[float, float]:
    """Return when a page is painted and when its last byte came, in ms: medians of five after a warm-up."""
    paints, answers = [], []
    for _ in range(6):
        page.goto(url, wait_until="load")
        paints.append(page.evaluate(FIRST_PAINT))
        answers.append(page.evaluate("performance.getEntriesByType('navigation')[0].responseEnd"))
    return statistics.median(paints[1:]), statistics.median(answers[1:])


@pytest.mark.parametrize(
    "more", ["", "?who=unconfirmed&page=2", "/visits?who=unconfirmed", "/visits?who=unconfirmed&page=2", "/resend"]
)
def test_no_page_is_larger_than_100_kb_with_its_styles_and_scripts(
    town: LargeTown, address: str, session: StorageState, more: str
) -> None:
    cookies = {cookie["name"]: cookie["value"] for cookie in session["cookies"]}
    with httpx.Client(base_url=address, cookies=cookies) as client:
        page = client.get(f"{town.path}{more}")
        assert page.status_code == 200
        linked = re.findall(r'(?:<link rel="stylesheet" href|<script src)="([^"]+)"', page.text)
        sizes = {path: len(client.get(path).content) for path in linked}
    total = len(page.content) + sum(sizes.values())
    print(f"{town.path}{more}: {len(page.content)} bytes of {total}")
    assert len(sizes) > 5
    assert total < PAGE_BYTES


def test_an_open_page_moves_without_being_loaded_again(town: LargeTown, address: str, staff: Page) -> None:
    alert = town.send("いま届くところ")
    staff.goto(f"{address}/alerts/{alert.identifier}")
    expect(staff.locator("#live-status")).to_have_text("自動で更新しています")
    staff.evaluate("window.sameLoad = true")
    town.ledger.deliveries.record(report(alert, terminal.id, received_at=NOW) for terminal in town.roster[:700])
    expect(staff.locator("#state")).to_contain_text("1500台のうち700台に届き")
    expect(staff.locator("#curve")).to_contain_text("受信 700台")
    assert staff.evaluate("window.sameLoad")


def test_on_a_telephone_what_stands_out_comes_first_and_the_list_is_folded(
    town: LargeTown, address: str, staff: Page
) -> None:
    staff.set_viewport_size({"width": 390, "height": 844})
    staff.goto(f"{address}{town.path}")
    rows = staff.locator("#deliveries tbody tr")
    expect(rows.first).to_be_hidden()
    places = [_top(staff, f"#{name}") for name in ("state", "counts", "troubles", "curve", "reasons", "deliveries")]
    assert places == sorted(places)
    staff.get_by_role("heading", name="端末ごとの到達状況").click()
    expect(rows.first).to_be_visible()
    staff.goto(f"{address}{town.path}?who=unconfirmed#deliveries")
    expect(rows.first).to_be_visible()


def _top(page: Page, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box
    return box["y"]


def test_the_list_is_narrowed_down_with_the_keyboard(town: LargeTown, address: str, staff: Page) -> None:
    staff.goto(f"{address}{town.path}")
    staff.get_by_label("世帯名").fill("0120郎")
    staff.keyboard.press("Enter")
    expect(staff.locator("#found")).to_contain_text("1500台のうち1台")
    expect(staff.locator("#deliveries tbody tr")).to_have_count(1)
