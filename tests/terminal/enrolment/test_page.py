"""The page of the first start in a real browser, with a real centre behind it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from kokuchi.service_manager import ServiceManager
from terminal_client.enrolment.enrolling import Enrolling
from terminal_client.enrolment.errors import EnrolmentError, Trouble
from terminal_client.enrolment.page import enrol_on_screen
from terminal_client.settings import FirstStart, ScreenSection
from tests.chromium import MILLISECONDS
from tests.contract.broker import answers
from tests.ports import free_port
from tests.terminal.enrolment.centre import HOST, Centre, serving_centre
from tests.terminal.screen.accessibility import assert_accessible
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

SIZES = [(800, 480), (1024, 600), (1920, 1080)]


@pytest_asyncio.fixture(loop_scope="session")
async def centre(tmp_path: Path) -> AsyncIterator[Centre]:
    async with serving_centre(tmp_path) as centre:
        yield centre


class Device:
    """A device that asks to be enrolled, and what its service manager hears of it."""

    def __init__(self, folder: Path, centre: Centre) -> None:
        folder.mkdir()
        address = str(folder / "notify")
        self.heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.heard.bind(address)
        self.manager = ServiceManager(address)
        self.enrolling = Enrolling(folder / "terminal.toml")
        self.port = free_port()
        first_start = FirstStart(centre=centre.address, screen=ScreenSection(port=self.port))
        self.asking = asyncio.create_task(enrol_on_screen(self.enrolling, first_start, self.manager))


@pytest_asyncio.fixture(loop_scope="session")
async def device(tmp_path: Path, centre: Centre) -> AsyncIterator[Device]:
    device = Device(tmp_path / "device", centre)
    await until(lambda: answers(device.port))
    yield device
    device.asking.cancel()
    with suppress(asyncio.CancelledError):
        await device.asking
    device.manager.close()
    device.heard.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, device: Device) -> AsyncIterator[Page]:
    """The page, on which no script may fail and nothing may break the policy."""
    context = await browser.new_context(viewport={"width": 800, "height": 480}, has_touch=True)
    page = await context.new_page()
    page.set_default_timeout(MILLISECONDS)
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda message: failures.append(message.text) if "Content Security" in message.text else None)
    await page.goto(f"http://{HOST}:{device.port}/")
    yield page
    await context.close()
    assert failures == []


async def test_a_device_that_waits_for_its_code_is_not_taken_for_frozen(device: Device) -> None:
    told: list[str] = []

    def is_alive_again() -> bool:
        with suppress(BlockingIOError):
            told.append(device.heard.recv(200).decode())
        return len([message for message in told if message.startswith("WATCHDOG=1")]) > 1

    await until(is_alive_again)
    assert "READY=1" in told


async def type_code(page: Page, code: str) -> None:
    for digit in code:
        await page.locator(f'[data-key="{digit}"]').tap()
    await page.locator("#go").tap()


async def test_with_a_proposed_address_the_code_alone_is_typed(page: Page, device: Device, centre: Centre) -> None:
    await expect(page.locator("#address")).to_have_value(centre.address)
    await expect(page.locator("#code")).to_be_focused()
    await type_code(page, centre.code())
    await expect(page.locator("#done")).to_contain_text("月形町につながりました")
    await assert_accessible(page)
    await asyncio.wait_for(device.asking, 10)
    assert device.enrolling.is_enrolled
    assert not answers(device.port), "the terminal can have the port"


async def test_whoever_watches_the_browser_is_told_whether_the_page_is_there(page: Page, device: Device) -> None:
    health = f"http://{HOST}:{device.port}/healthz"
    async with page.expect_response("**/healthz?page=true"):
        await page.goto(f"http://{HOST}:{device.port}/")
    assert (await (await page.request.get(health)).json())["page_alive"] is True


async def test_a_wrong_and_a_used_code_say_so_and_the_right_one_is_taken_then(
    page: Page, device: Device, centre: Centre, tmp_path: Path
) -> None:
    message, code = page.locator("#message"), page.locator("#code")
    used = centre.code("t-2")
    await Enrolling(tmp_path / "other" / "terminal.toml").enrol(centre.address, used)
    await type_code(page, f"{(int(used) + 1) % 10**8:08d}")
    await expect(message).to_contain_text("番号がちがいます")
    await expect(code).to_have_value("")
    await type_code(page, used)
    await expect(message).to_contain_text("もう使われています。役場に、新しい番号を頼んでください")
    assert not device.enrolling.is_enrolled
    await type_code(page, centre.code())
    await expect(page.locator("#done")).to_be_visible()


async def test_an_address_where_nobody_is_leaves_the_code_and_leads_to_the_address(page: Page) -> None:
    await page.locator("#address").fill(f"{HOST}:{free_port()}")
    await page.locator("#code").tap()
    await type_code(page, "12345678")
    await expect(page.locator("#message")).to_contain_text("回線の線を確かめてください")
    await expect(page.locator("#code")).to_have_value("1234-5678")
    await expect(page.locator("#address")).to_be_focused()
    await assert_accessible(page)


async def test_after_too_many_wrong_codes_the_page_counts_the_seconds(page: Page, centre: Centre) -> None:
    for _ in range(5):
        centre_says = await page.request.post(
            f"http://{centre.address}/enrol", data={"code": "0" * 8, "attempt": "a" * 32}
        )
        assert centre_says.status == 403
    await type_code(page, "12345678")
    await expect(page.locator("#message")).to_contain_text("秒お待ちください")
    await expect(page.locator("#go")).to_be_disabled()
    await assert_accessible(page)


async def test_a_short_code_is_not_sent_and_a_mistyped_digit_is_erased(page: Page) -> None:
    await type_code(page, "12345")
    await expect(page.locator("#message")).to_contain_text("数字8けた")
    await page.locator("#erase").tap()
    await expect(page.locator("#code")).to_have_value("1234")
    await expect(page.locator('[data-key="."]')).to_be_disabled()


async def test_everything_can_be_done_with_a_keyboard(page: Page, device: Device, centre: Centre) -> None:
    code = centre.code()
    await page.locator("#address").focus()
    await page.keyboard.press("Control+A")
    await page.keyboard.type(f"http://{centre.address}")
    await page.keyboard.press("Tab")
    await page.keyboard.type(code[:7])
    for _ in range(int(code[7]) or 10):
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#code")).to_have_value(f"{code[:4]}-{code[4:]}")
    await page.locator("#code").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#done")).to_be_visible()
    await asyncio.wait_for(device.asking, 10)


async def test_every_target_is_large_and_in_sight_whatever_is_said(page: Page) -> None:
    longest = max((EnrolmentError(trouble).japanese for trouble in Trouble), key=len)
    await page.evaluate(
        """longest => {
          document.getElementById("message").textContent = longest;
          for (const id of ["message", "progress"]) document.getElementById(id).hidden = false;
        }""",
        longest,
    )
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        targets = page.locator("#first button, #first input")
        assert await targets.count() == 16
        for target in [*await targets.all(), page.locator("#message"), page.locator("#progress")]:
            box = await target.bounding_box()
            assert box
            assert box["x"] + box["width"] <= width
            assert box["y"] + box["height"] <= height
            assert min(box["width"], box["height"]) >= 64 or await target.get_attribute("role")
        await assert_accessible(page)
