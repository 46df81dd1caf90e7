"""「相談したい」 on the page: one question, one line that tells what became of it."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.async_api import Page, expect

from terminal_client.household import Key
from terminal_client.outputs.screen import PageScreen
from terminal_client.view import Card, View
from tests.terminal.screen.examples import alert_of, recent_cards
from tests.terminal.screen.site import RecordingDesk, RecordingHousehold, Site, app_of, until

browser_test = pytest.mark.asyncio(loop_scope="session")

SCAM = Key("scam-1", 1)
QUESTION = "お電話を差し上げます。よろしいですか？"


def standing(stage: str = "asked", *, recorded: bool = True, connected: bool = True) -> dict[str, object]:
    return {"request": "r-1", "stage": stage, "recorded": recorded, "connected": connected}


async def open_page(page: Page, site: Site, *, view: View | None = None) -> None:
    site.screen.show(view or View(recent=recent_cards(datetime.now(UTC))))
    await page.goto(site.url)
    await expect(page.locator("#preparing")).to_be_hidden()


async def press_when_ready(page: Page, name: str) -> None:
    """Press a button of the question: the locator waits until it is enabled."""
    await page.locator("#consultation").get_by_role("button", name=name).click()


@browser_test
async def test_one_press_and_one_question_ask_for_a_call_about_the_alert_on_the_screen(page: Page, site: Site) -> None:
    await open_page(page, site, view=View(current=Card(alert_of())))
    await page.get_by_role("button", name="相談したい").click()
    await expect(page.get_by_role("dialog", name=QUESTION)).to_be_visible()
    await press_when_ready(page, "はい、お願いします")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert site.desk.acts == [("ask", SCAM)]


@browser_test
async def test_at_rest_no_is_said_by_the_button_and_by_escape_and_the_keyboard_is_enough(
    page: Page, site: Site
) -> None:
    await open_page(page, site)
    await page.get_by_role("button", name="相談したい").click()
    await press_when_ready(page, "いいえ")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await page.get_by_role("button", name="相談したい").press("Enter")
    await expect(page.get_by_role("button", name="はい、お願いします")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert site.desk.acts == []
    await page.get_by_role("button", name="相談したい").press("Enter")
    await expect(page.get_by_role("button", name="はい、お願いします")).to_be_focused()
    await page.keyboard.press("Enter")
    await until(lambda: site.desk.acts == [("ask", None)])


@browser_test
async def test_escape_on_the_question_leaves_the_opened_alert_behind_it(page: Page, site: Site) -> None:
    await open_page(page, site)
    await page.locator(".card").nth(1).click()
    await page.get_by_role("button", name="相談したい").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(page.locator("#alert")).to_be_visible()


@browser_test
async def test_the_question_gives_way_to_another_alert_and_stands_over_the_one_it_is_about(
    page: Page, site: Site
) -> None:
    await open_page(page, site, view=View(current=Card(alert_of())))
    await page.get_by_role("button", name="相談したい").click()
    site.screen.show(View(current=Card(alert_of(), speaking=True)))
    await expect(page.locator("#speaking")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_be_visible()
    site.screen.show(View(current=Card(alert_of("scam-2"))))
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert site.desk.acts == []


@browser_test
async def test_what_could_not_be_kept_is_asked_again(page: Page, site: Site) -> None:
    await open_page(page, site)
    site.desk.disk_is_full = True
    await page.get_by_role("button", name="相談したい").click()
    await press_when_ready(page, "はい、お願いします")
    await expect(page.get_by_text("もう一度押してください")).to_be_visible()
    site.desk.disk_is_full = False
    await press_when_ready(page, "はい、お願いします")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert site.desk.acts == [("ask", None)]
    site.screen.publish("request", standing())
    site.desk.disk_is_full = True
    await page.get_by_role("button", name="取り消す").click()
    await expect(page.get_by_role("button", name="もう一度押してください")).to_be_visible()


@browser_test
async def test_the_line_says_in_plain_words_what_became_of_it(page: Page, site: Site) -> None:
    await open_page(page, site)
    await expect(page.locator("#request")).to_be_hidden()
    for request, words, is_withdrawable in [
        (standing(recorded=False, connected=False), "つながりしだい役場に伝えます。", True),
        (standing(recorded=False), "役場に伝えています…", True),
        (standing(), "役場に伝えました。お電話をお待ちください。", True),
        (standing(connected=False), "役場に伝えました。お電話をお待ちください。", True),
        (standing("withdrawn", recorded=False, connected=False), "取り消しは、つながりしだい役場に伝えます。", False),
        (standing("withdrawn", recorded=False), "取り消しを役場に伝えています…", False),
        (standing("withdrawn"), "相談を取り消しました。", False),
        (standing("done"), "役場の対応が終わりました。", False),
    ]:
        site.screen.publish("request", request)
        await expect(page.locator("#request-words")).to_have_text(words)
        assert await page.get_by_role("button", name="取り消す").is_visible() is is_withdrawable
    site.screen.publish("request", None)
    await expect(page.locator("#request")).to_be_hidden()


@browser_test
async def test_the_line_withdraws_and_so_does_a_second_press_elsewhere(page: Page, site: Site) -> None:
    site.screen.publish("request", standing())
    await open_page(page, site, view=View(current=Card(alert_of())))
    await page.get_by_role("button", name="取り消す").click()
    await until(lambda: site.desk.acts == [("withdraw", None)])
    await page.locator("#consult").click()
    await expect(page.get_by_role("dialog", name="相談を取り消しますか？")).to_be_visible()
    await expect(page.locator("#consultation-standing")).to_have_text("役場に伝えました。お電話をお待ちください。")
    await press_when_ready(page, "はい、取り消します")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert site.desk.acts == [("withdraw", None)] * 2


@browser_test
async def test_what_is_over_goes_with_the_next_touch_and_what_stands_stays(page: Page, site: Site) -> None:
    await page.clock.install()
    site.screen.publish("request", standing())
    await open_page(page, site)
    await page.clock.run_for(5000)
    await page.mouse.click(5, 5)
    await expect(page.locator("#request")).to_be_visible()
    site.screen.publish("request", standing("done"))
    await expect(page.locator("#request-words")).to_have_text("役場の対応が終わりました。")
    await page.mouse.click(5, 5)
    await expect(page.locator("#request")).to_be_visible()
    await page.clock.run_for(5000)
    await page.mouse.click(5, 5)
    await expect(page.locator("#request")).to_be_hidden()
    site.screen.publish("request", None)
    site.screen.publish("request", standing(recorded=False))
    await expect(page.locator("#request-words")).to_have_text("役場に伝えています…")


@browser_test
async def test_the_line_that_goes_takes_no_press_away_from_the_button_that_moves(page: Page, site: Site) -> None:
    await page.clock.install()
    site.screen.publish("request", standing("done"))
    await open_page(page, site)
    await page.clock.run_for(5000)
    await page.locator("#open-settings").click()
    await expect(page.locator("#settings")).to_be_visible()
    await expect(page.locator("#request")).to_be_hidden()


@browser_test
async def test_a_question_that_nobody_answers_goes_away(page: Page, site: Site) -> None:
    await page.clock.install()
    await open_page(page, site)
    await page.get_by_role("button", name="相談したい").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.clock.fast_forward(121_000)
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert site.desk.acts == []


@browser_test
async def test_buttons_are_large_and_the_line_takes_its_room_without_covering_anything(page: Page, site: Site) -> None:
    site.screen.publish("request", standing())
    now = datetime.now(UTC)
    fresh = alert_of(sent=now - timedelta(minutes=1), expires=now + timedelta(hours=1))
    await open_page(page, site, view=View(current=Card(fresh)))
    await page.locator("#consult").click()
    for width, height in [(800, 480), (1024, 600), (1920, 1080)]:
        await page.set_viewport_size({"width": width, "height": height})
        line, acts = await page.locator("#request").bounding_box(), await page.locator(".acts").bounding_box()
        assert line is not None
        assert acts is not None
        assert acts["y"] + acts["height"] <= line["y"] + 0.5
        assert line["y"] + line["height"] == pytest.approx(height, abs=1)
        for name in ("取り消す", "はい、取り消します", "いいえ"):
            box = await page.get_by_role("button", name=name, include_hidden=True, exact=True).bounding_box()
            assert box is not None
            assert box["width"] >= 64
            assert box["height"] >= 64


ACT = {"alert": "scam-1", "revision": 1}


@pytest.fixture
def desk() -> RecordingDesk:
    return RecordingDesk()


@pytest.fixture
def client(desk: RecordingDesk) -> httpx.AsyncClient:
    app = app_of(PageScreen(), RecordingHousehold(), desk=desk)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver")


async def test_the_acts_reach_the_desk(client: httpx.AsyncClient, desk: RecordingDesk) -> None:
    for path, body in [("/request", ACT), ("/request", {"alert": None, "revision": None}), ("/request/withdraw", {})]:
        assert (await client.post(path, json=body)).status_code == 204
    assert desk.acts == [("ask", SCAM), ("ask", None), ("withdraw", None)]


async def test_a_full_disk_is_told_to_the_page(client: httpx.AsyncClient, desk: RecordingDesk) -> None:
    desk.disk_is_full = True
    assert (await client.post("/request", json=ACT)).status_code == 503
    assert (await client.post("/request/withdraw", json={})).status_code == 503


@pytest.mark.parametrize(
    "body",
    [{}, {"alert": "scam-1"}, {"alert": "scam-1", "revision": None}, {"alert": None, "revision": 1}, ACT | {"more": 1}],
)
async def test_half_a_wish_is_refused(client: httpx.AsyncClient, desk: RecordingDesk, body: dict[str, object]) -> None:
    assert (await client.post("/request", json=body)).status_code == 422
    assert desk.acts == []


@pytest.mark.parametrize("path", ["/request", "/request/withdraw"])
async def test_what_a_form_of_another_site_could_send_is_refused(
    client: httpx.AsyncClient, desk: RecordingDesk, path: str
) -> None:
    response = await client.post(path, content="{}", headers={"content-type": "text/plain"})
    assert response.status_code == 415
    assert desk.acts == []
