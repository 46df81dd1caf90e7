"""From the staff's page to a device that is a terminal, typed on its keypad; a second device that takes it over."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from demo.places import HOST
from demo.processes import answers
from demo.sound import file_device
from tests.browser.conftest import written
from tests.chromium import MILLISECONDS
from tests.town import Town
from tests.waiting import wait_until

TERMINAL = "t-0004"
SWITCHED_ON = ()
HOUSEHOLD = "例示 一郎"
VIEWPORT: ViewportSize = {"width": 800, "height": 480}


class Device:
    """A device out of its box: software, a screen, and no settings."""

    def __init__(self, town: Town, name: str, offset: int, folder: Path) -> None:
        self.town, self.name, self.folder = town, name, folder
        self.port = town.places.port + offset
        folder.mkdir()
        settings = {key: value for key, value in os.environ.items() if not key.startswith("KOKUCHI_")}
        more = {
            "KOKUCHI_SCREEN__PORT": str(self.port),
            "KOKUCHI_SPEAKER__REAL_TIME": "false",
            "KOKUCHI_NIGHT_SCREEN": "false",
        }
        command = [sys.executable, "-m", "terminal_client", "--config", str(folder / "terminal.toml"), "run"]
        town.processes.start(name, command, {**settings, **file_device(folder), **more})
        town.processes.wait_for(name, lambda: answers(self.port), 60)

    @property
    def log(self) -> str:
        return (self.town.places.logs / f"{self.name}.log").read_text()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("devices")


@pytest.fixture
def screen(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", viewport=VIEWPORT, has_touch=True)
    context.set_default_timeout(MILLISECONDS)
    yield context.new_page()
    context.close()


def make_code(staff: Page, town: Town) -> str:
    """Make a code as staff do; return its digits."""
    staff.goto(f"{town.places.centre_url}/terminals")
    staff.get_by_role("link", name=HOUSEHOLD).click()
    staff.get_by_role("link", name=re.compile("登録コードを作る|機器を交換する")).click()
    staff.get_by_role("button", name="登録コードを作る").click()
    code = staff.locator(".enrolment-code").inner_text()
    assert re.fullmatch(r"\d{4}-\d{4}", code)
    expect(staff.locator(".enrolment-address")).to_have_text(f"{HOST}:{town.places.port}")
    return code.replace("-", "")


def type_on_keypad(screen: Page, text: str) -> None:
    for character in text:
        screen.locator(f'[data-key="{character}"]').tap()


def test_a_device_becomes_a_terminal_with_a_code_typed_on_its_screen_and_receives(
    town: Town, staff: Page, screen: Page, folder: Path
) -> None:
    code = make_code(staff, town)
    device = Device(town, "first device", 5, folder / "first")
    screen.goto(f"http://{HOST}:{device.port}/")
    type_on_keypad(screen, f"{HOST}:{town.places.port}")
    screen.get_by_role("button", name="すすむ").tap()
    type_on_keypad(screen, code)
    expect(screen.get_by_label("登録コード")).to_have_value(f"{code[:4]}-{code[4:]}")
    screen.get_by_role("button", name="すすむ").tap()

    expect(screen.locator("#done")).to_contain_text("月形町につながりました")
    # Nobody touches anything: the household's screen comes by itself, and so does an alert.
    expect(screen.locator("#rest")).to_be_visible()
    identifier = town.send("新しい端末へ", "届きましたか。", (TERMINAL,))
    expect(screen.locator("#headline")).to_be_visible()
    assert written(screen, "#headline") == "新しい端末へ"
    wait_until(lambda: town.line(identifier, TERMINAL).delivery.displayed_at, what="the centre knows of it")

    staff.goto(f"{town.places.centre_url}/terminals/{TERMINAL}")
    expect(staff.get_by_text("機器をこの端末として登録しました")).to_be_visible()
    secret = (device.folder / "broker-password").read_text()
    centre = (town.places.logs / "centre.log").read_text()
    assert "terminal enrolled" in centre
    assert [found for found in (code, secret, HOUSEHOLD) if found in centre + device.log] == []


def test_a_second_device_takes_the_terminal_over_and_the_first_is_out(
    town: Town, staff: Page, screen: Page, folder: Path
) -> None:
    headline = "取りかえた端末へ"
    identifier = town.send(headline, "まだ有効なお知らせです。", (TERMINAL,))
    wait_until(lambda: town.line(identifier, TERMINAL).delivery.voiced_at, what="the first device has said it")
    staff.goto(f"{town.places.centre_url}/terminals/{TERMINAL}/code")
    expect(staff.get_by_text("今の機器は使えなくなります")).to_be_visible()
    code = make_code(staff, town)

    device = Device(town, "second device", 6, folder / "second")
    enrol = [sys.executable, "-m", "terminal_client", "enrol", "--folder", str(device.folder), "--code", code]
    town.processes.start("enrol", [*enrol, "--address", f"http://{HOST}:{town.places.port}"])
    screen.goto(f"http://{HOST}:{device.port}/")
    # The device was enrolled from its shell, while its screen was asking.
    expect(screen.locator("#cards, #alert").first).to_be_attached()
    wait_until(lambda: headline in screen.locator("body").inner_text(), what="it has what is active")

    first = town.places.logs / "first device.log"
    wait_until(lambda: "uthori" in first.read_text(), what="the broker refuses the first device")
    wait_until(
        lambda: (presence := town.ledger.presences.all().get(TERMINAL)) and presence.online, what="the second is there"
    )
    centre = (town.places.logs / "mosquitto.log").read_text()
    assert "centre disconnected" not in centre
