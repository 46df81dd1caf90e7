import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from kokuchi.voice import silence
from terminal_client.view import View
from tests.terminal.screen.site import Site, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Listener:
    """A page, and the sounds that it has asked for."""

    def __init__(self, page: Page) -> None:
        self.asked: list[str] = []
        self.toggle = page.locator("#sound")
        page.on("request", lambda request: self.asked.append(request.url) if "/sounds/" in request.url else None)

    async def turn_on(self) -> None:
        await self.toggle.click()
        await expect(self.toggle).to_have_attribute("data-state", "running")

    async def expect_waiting(self, count: int) -> None:
        await expect(self.toggle).to_have_attribute("data-waiting", str(count))

    @property
    def numbers(self) -> list[str]:
        return [url.rsplit("/", 1)[-1] for url in self.asked]


@pytest_asyncio.fixture(loop_scope="session")
async def listener(page: Page) -> Listener:
    # A coroutine: playwright begins to listen in the loop that runs.
    return Listener(page)


async def open_page(page: Page, site: Site) -> None:
    await page.goto(site.url)
    await expect(page.locator("#rest")).to_be_visible()


async def test_page_is_silent_until_somebody_wants_sound(page: Page, site: Site, listener: Listener) -> None:
    await open_page(page, site)
    site.screen.sound(silence(0.1))
    site.screen.show(View(waiting=1))
    await listener.turn_on()
    site.screen.sound(silence(0.1))
    await until(lambda: len(listener.asked) > 0)
    assert listener.numbers == ["2.wav"]


async def test_sounds_are_played_in_order_one_after_the_other(page: Page, site: Site, listener: Listener) -> None:
    await page.add_init_script(
        """
        window.starts = [];
        const start = AudioBufferSourceNode.prototype.start;
        AudioBufferSourceNode.prototype.start = function (at) {
          window.starts.push([at, this.buffer.duration]);
          start.call(this, at);
        };
        """
    )
    await open_page(page, site)
    await listener.turn_on()
    for seconds in (0.3, 0.2, 0.1):
        site.screen.sound(silence(seconds))
    await page.wait_for_function("() => window.starts.length === 3")
    assert listener.numbers == ["1.wav", "2.wav", "3.wav"]
    starts = await page.evaluate("window.starts")
    assert [duration for _, duration in starts] == pytest.approx([0.3, 0.2, 0.1], abs=0.001)
    assert starts[1][0] == pytest.approx(starts[0][0] + 0.3, abs=0.001)
    assert starts[2][0] == pytest.approx(starts[1][0] + 0.2, abs=0.001)
    await listener.expect_waiting(0)


async def test_silence_ends_the_sound_and_empties_the_queue(page: Page, site: Site, listener: Listener) -> None:
    await open_page(page, site)
    await listener.turn_on()
    for _ in range(3):
        site.screen.sound(silence(20))
    await listener.expect_waiting(3)
    site.screen.silence()
    await listener.expect_waiting(0)
    site.screen.sound(silence(20))
    await listener.expect_waiting(1)


async def test_wish_for_sound_is_remembered(page: Page, site: Site, listener: Listener) -> None:
    await open_page(page, site)
    await expect(listener.toggle).to_have_attribute("aria-pressed", "false")
    await listener.turn_on()
    await page.reload()
    await expect(listener.toggle).to_have_attribute("aria-pressed", "true")
    await listener.toggle.click()
    await page.reload()
    await expect(listener.toggle).to_have_attribute("aria-pressed", "false")
