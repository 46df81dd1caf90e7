"""What the household sees after its terminal has lost its connection, its broker, its sound device or its power."""

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.processes import tree
from demo.places import TERMINALS
from demo.sound import file_device
from demo.town import start_terminal
from kokuchi.wire import NO_VOICE, Outcome, Speaker
from terminal_client.kiosk import is_alive
from tests.alsa import no_device
from tests.chromium import MILLISECONDS, chromium
from tests.town import Town
from tests.waiting import wait_until

TERMINAL = TERMINALS[0]
SWITCHED_ON = (TERMINAL,)
BODY = "本日午前10時ごろ、町内で不審な電話がありました。電話を切って、役場に相談してください。"


@pytest.fixture(scope="module")
def screen(town: Town) -> Iterator[Page]:
    """The household's screen, which stays open all the time."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1024, "height": 600}, locale="ja-JP", timezone_id="Asia/Tokyo")
        page.set_default_timeout(MILLISECONDS)
        page.goto(f"{town.places.terminal_url(TERMINAL)}/")
        expect(page.locator("#rest")).to_be_visible()
        yield page


def send(town: Town, level: str, headline: str) -> str:
    """Send an alert to the one terminal; return its identifier."""
    to = f"terminal:{TERMINAL}"
    command = ["publish", "--category", "scam", "--headline", headline, "--body", BODY, "--to", to, "--level", level]
    return str(json.loads(town.broadcaster(*command, "--json").stdout)["identifier"])


def is_online(town: Town) -> bool:
    presence = town.ledger.presences.all().get(TERMINAL)
    return presence is not None and presence.online


def presence_sent(town: Town) -> object:
    return town.ledger.presences.all()[TERMINAL].sent


def lose_connection(town: Town) -> None:
    """Let somebody else take the connection over for a moment, which cuts it at the broker."""
    before = presence_sent(town)
    password = (town.places.device_files(TERMINAL) / "broker-password").read_text()
    account = ["-u", TERMINAL, "-P", password, "-i", TERMINAL]
    where = ["-V", "5", "-p", str(town.places.broker_port), "-t", f"kokuchi/v1/tsukigata/request/{TERMINAL}"]
    subprocess.run(["mosquitto_pub", *account, *where, "-q", "0", "-m", ""], check=True, timeout=20)
    wait_until(lambda: is_online(town) and presence_sent(town) != before, what="the connection is back")


def lose_broker(town: Town) -> None:
    before = presence_sent(town)
    town.kill("mosquitto")
    town.processes.start_again("mosquitto")
    wait_until(lambda: is_online(town) and presence_sent(town) != before, what="the broker is back")


def lose_power(town: Town) -> None:
    town.kill(TERMINAL)
    town.processes.start_again(TERMINAL)
    # The page has found it again by itself, and draws.
    wait_until(lambda: is_alive(town.places.terminal_url(TERMINAL)), what="the page is back")


LOSSES: list[Callable[[Town], None]] = [lose_connection, lose_broker, lose_power]


def shows_alert(screen: Page, headline: str) -> None:
    expect(screen.locator("#preparing")).to_be_hidden()
    expect(screen.locator("#alert")).to_be_visible()
    # The text itself has furigana in it.
    expect(screen.locator("#headline")).to_have_attribute("aria-label", headline)


def confirm(screen: Page) -> None:
    screen.locator("#confirm").click()
    expect(screen.locator("#rest")).to_be_visible()


@pytest.mark.parametrize("level", ["important", "emergency"])
def test_an_alert_that_nobody_has_confirmed_is_on_the_screen_again_and_one_that_was_is_not(
    town: Town, screen: Page, level: str
) -> None:
    headline = f"{level}のためし"
    identifier = send(town, level, headline)
    shows_alert(screen, headline)
    wait_until(lambda: town.line(identifier).delivery.voiced_at)

    for lose in LOSSES:
        lose(town)
        shows_alert(screen, headline)
    confirm(screen)
    wait_until(lambda: town.line(identifier).delivery.confirmed_at)

    # At rest, and with an alert that was confirmed.
    for lose in LOSSES if level == "important" else [lose_power]:
        lose(town)
        expect(screen.locator("#preparing")).to_be_hidden()
        expect(screen.locator("#rest")).to_be_visible()
        expect(screen.locator("#alert")).to_be_hidden()
        expect(screen.get_by_role("button", name=headline)).to_be_visible()
        expect(screen.get_by_text("通信が切れています")).to_be_hidden()
    assert town.line(identifier).delivery.confirmed_at


@pytest.fixture
def paced(town: Town) -> Iterator[None]:
    """The terminal speaks no faster than a loudspeaker does."""
    town.processes.end(TERMINAL, signal.SIGTERM)
    start_terminal(town.places, town.processes, TERMINAL, audible=False, paced=True)
    yield
    town.processes.end(TERMINAL, signal.SIGTERM)
    start_terminal(town.places, town.processes, TERMINAL, audible=False, paced=False)


@pytest.mark.usefixtures("paced")
def test_a_terminal_that_was_speaking_goes_on_and_after_a_power_cut_begins_again(town: Town, screen: Page) -> None:
    headline = "話している途中のためし"
    identifier = send(town, "important", headline)
    shows_alert(screen, headline)
    expect(screen.locator("#headline [data-spoken]")).to_be_visible()

    for lose in LOSSES:
        lose(town)
        shows_alert(screen, headline)
        expect(screen.locator("[data-spoken]").first).to_be_visible()
        assert not town.line(identifier).delivery.voiced_at
    confirm(screen)
    wait_until(lambda: town.line(identifier).delivery.confirmed_at)
    assert not town.line(identifier).delivery.outcome


@pytest.mark.parametrize("level", ["important", "emergency"])
def test_a_sound_device_that_was_lost_is_said_on_the_screen_and_used_again(
    town: Town, screen: Page, level: str
) -> None:
    folder = town.places.device_files(TERMINAL)
    # The terminal's aplay reads it each time that it speaks.
    (folder / "alsa.conf").write_text(no_device(Path(folder)).read_text())
    headline = f"音の出ない{level}のためし"
    identifier = send(town, level, headline)
    shows_alert(screen, headline)
    wait_until(lambda: town.line(identifier).delivery.outcome)
    assert not town.line(identifier).delivery.voiced_at

    lose_power(town)
    shows_alert(screen, headline)

    file_device(folder)
    # Once the label of the button has settled, it is pressed as somebody would who has plugged in the speaker.
    screen.locator("#replay").click()
    wait_until(lambda: town.line(identifier).delivery.voiced_at)
    confirm(screen)
    expect(screen.get_by_text("音が出ません")).to_be_hidden()


def test_how_the_terminal_is_is_in_its_presence(town: Town, screen: Page) -> None:
    wait_until(lambda: town.ledger.presences.all()[TERMINAL].screen_attached)
    wait_until(lambda: town.ledger.presences.all()[TERMINAL].dictionary, what="the voice has the town's words")
    presence = town.ledger.presences.all()[TERMINAL]
    assert presence.started_at is not None
    assert presence.clock is not None
    assert presence.disk_free_mib
    assert presence.volume == 70
    wait_until(lambda: town.ledger.presences.all()[TERMINAL].unheard == 0, what="all was confirmed")
    assert presence.last_restart is None
    assert screen.evaluate("fetch('/healthz').then((answer) => answer.json())")["page_alive"] is True


def test_devices_without_a_screen_or_without_a_voice_say_what_really_happened(town: Town) -> None:
    deaf, mute = TERMINALS[1:]
    for terminal, option in ((deaf, "--no-screen"), (mute, "--no-voice")):
        start_terminal(town.places, town.processes, terminal, audible=False, paced=False, options=[option])
    identifier = town.send("装置のためし", BODY, (deaf, mute))

    wait_until(lambda: town.line(identifier, deaf).delivery.voiced_at)
    assert town.line(identifier, deaf).delivery.displayed_at is None
    assert is_alive(town.places.terminal_url(deaf)) is None

    wait_until(lambda: town.line(identifier, mute).delivery.outcome)
    delivery = town.line(identifier, mute).delivery
    assert (delivery.outcome, delivery.reason) == (Outcome.VOICE_FAILED, NO_VOICE)
    assert delivery.voice_started_at is None
    assert len(tree(town.processes.pid(mute))) == 1, "no engine is loaded"
    assert town.ledger.presences.all()[mute].speaker is Speaker.UNTRIED
    assert is_alive(town.places.terminal_url(mute)) is False
