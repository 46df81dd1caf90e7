"""A town office for tests that need a browser and no terminals: the pages with the templates that ship."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from playwright.sync_api import Browser, Page, expect

from broadcaster.dictionary import Editor
from broadcaster.ledger import Ledger
from broadcaster.provisioning.enrolment import Enrolment
from broadcaster.sending import Sending, sender
from broadcaster.settings import CategoriesFile, HardWordsFile
from broadcaster.web import create_app
from kokuchi.configuration import load
from tests.broadcaster.web.serving import served
from tests.broadcaster.web.town import PASSWORD, TOWN, Clock, FakeBroker, FakeTrial, FakeVoice, grant, make_ledger
from tests.chromium import MILLISECONDS

CONFIG = Path(__file__).resolve().parents[2] / "config"


@dataclass
class Office:
    """The address of the pages, and what is behind them."""

    address: str
    ledger: Ledger
    clock: Clock
    voice: FakeVoice


@contextmanager
def office(folder: Path, made: Path | None = None) -> Iterator[Office]:
    """Serve a town office for the length of a block."""
    path = folder / "ledger.sqlite"
    if made is None:
        make_ledger(path)
    else:
        shutil.copy(made, path)
    town = TOWN.model_copy(
        update={
            "categories": load(CategoriesFile, CONFIG / "categories.toml", {}).categories,
            "hard_words": load(HardWordsFile, CONFIG / "hard_words.toml", {}).words,
        }
    )
    ledger, clock, voice = Ledger(path), Clock(), FakeVoice()
    app = create_app(
        ledger=ledger,
        town=town,
        voice=voice,
        editor=Editor(ledger, FakeTrial(), [], town.id, clock),
        enrolment=Enrolment(ledger, "s" * 32, grant, FakeBroker().renew, clock),
        sending=Sending(ledger, town, voice, clock),
        session_secret="s" * 32,
        secure_cookies=False,
        clock=clock,
    )
    # Nobody publishes here, and no page is to wait for it.
    with patch.object(sender, "OUT_SECONDS", 0.0), served(app) as address:
        yield Office(address, ledger, clock, voice)
    ledger.close()


def page_of(browser: Browser, width: int = 1280, height: int = 800) -> Page:
    """Return a page of a browser of its own; close its context."""
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", viewport={"width": width, "height": height})
    context.set_default_timeout(MILLISECONDS)
    return context.new_page()


def enter(page: Page, address: str, name: str = "hanako", path: str = "/") -> None:
    """Log in and wait for the page that was wanted."""
    page.goto(f"{address}/login?next={path}")
    page.get_by_label("アカウント名").fill(name)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログイン").click()
    expect(page.locator("summary:visible", has_text="さんでログイン中")).to_be_visible()
    # What stands on the page is there before its scripts are.
    page.wait_for_load_state("load")
