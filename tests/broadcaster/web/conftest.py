import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from broadcaster.dictionary import Editor
from broadcaster.domain.dictionary import Sentence
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.provisioning.enrolment import Enrolment
from broadcaster.sending import Sending, sender
from broadcaster.web import create_app
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.town import TOWN, Clock, FakeBroker, FakeTrial, FakeVoice, grant, make_ledger


@pytest.fixture(scope="session")
def made_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("web") / "ledger.sqlite"
    make_ledger(path)
    return path


@pytest.fixture
def ledger(made_ledger: Path, tmp_path: Path) -> Iterator[Ledger]:
    path = tmp_path / "ledger.sqlite"
    shutil.copy(made_ledger, path)
    ledger = Ledger(path)
    yield ledger
    ledger.close()


@pytest.fixture(autouse=True)
def nobody_publishes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No page waits for a publisher, which these tests have none of."""
    monkeypatch.setattr(sender, "OUT_SECONDS", 0.0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def voice() -> FakeVoice:
    return FakeVoice()


@pytest.fixture
def trial() -> FakeTrial:
    return FakeTrial()


@pytest.fixture
def editor(ledger: Ledger, trial: FakeTrial, clock: Clock) -> Editor:
    """Somebody who keeps 月形町 from being broken."""
    return Editor(ledger, trial, [Sentence("月形町です。", "ツキガタチョウデス。")], TOWN.id, clock)


@pytest.fixture
def broker() -> FakeBroker:
    return FakeBroker()


@pytest.fixture
def enrolment(ledger: Ledger, broker: FakeBroker, clock: Clock) -> Enrolment:
    return Enrolment(ledger, "s" * 32, grant, broker.renew, clock)


@pytest.fixture
def town() -> Town:
    """The town; a test module that needs another one has a fixture of its own."""
    return TOWN


@pytest.fixture
def app(ledger: Ledger, town: Town, voice: FakeVoice, editor: Editor, enrolment: Enrolment, clock: Clock) -> FastAPI:
    return create_app(
        ledger=ledger,
        town=town,
        voice=voice,
        editor=editor,
        enrolment=enrolment,
        sending=Sending(ledger, town, voice, clock),
        session_secret="s" * 32,
        secure_cookies=False,
        clock=clock,
    )


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[Browser]:
    browser = Browser(app)
    yield browser
    await browser.client.aclose()


@pytest.fixture
async def author(browser: Browser) -> Browser:
    await browser.log_in("hanako")
    return browser


@pytest.fixture
async def operator(browser: Browser) -> Browser:
    await browser.log_in("ops")
    return browser


@pytest.fixture
async def colleague(app: FastAPI) -> AsyncIterator[Browser]:
    """Somebody else, who may do everything."""
    colleague = Browser(app)
    await colleague.log_in("<b>kanri</b>")
    yield colleague
    await colleague.client.aclose()
