"""A town of real processes and a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, StorageState

from demo.places import TERMINALS
from demo.preparation import USERS
from tests.chromium import MILLISECONDS, chromium
from tests.passwords import quick_passwords
from tests.town import Town, running_town


@pytest.fixture(scope="package", autouse=True)
def _quick_passwords() -> Iterator[None]:
    with quick_passwords():
        yield


@pytest.fixture(scope="module")
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town; a module that needs only some of its terminals names them in SWITCHED_ON."""
    terminals = getattr(request.module, "SWITCHED_ON", TERMINALS)
    with running_town(tmp_path_factory.mktemp("town"), terminals) as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One for all files of this folder, and no longer: while it runs, no asynchronous test can."""
    with chromium() as started:
        yield started


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Page]:
    yield from _page(browser)


def _page(browser: Browser, session: StorageState | None = None) -> Iterator[Page]:
    context = browser.new_context(
        locale="ja-JP", timezone_id="Asia/Tokyo", viewport={"width": 1280, "height": 900}, storage_state=session
    )
    context.set_default_timeout(MILLISECONDS)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def session(browser: Browser, town: Town) -> StorageState:
    """What a browser has after the staff have logged in."""
    context = browser.new_context()
    page = context.new_page()
    log_in(page, town, *_credentials("staff"))
    page.wait_for_url(f"{town.places.centre_url}/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def staff(browser: Browser, session: StorageState) -> Iterator[Page]:
    """A page of somebody who has logged in."""
    yield from _page(browser, session)


def _credentials(name: str) -> tuple[str, str]:
    return next((account.name, password) for account, password in USERS if account.name == name)


def log_in(page: Page, town: Town, name: str, password: str) -> None:
    """Log in as a person does."""
    page.goto(f"{town.places.centre_url}/login")
    page.get_by_label("アカウント名").fill(name)
    page.get_by_label("パスワード").fill(password)
    page.get_by_role("button", name="ログイン").click()


def written(household: Page, selector: str) -> str:
    """Return what is written on the household's screen, without the furigana above it."""
    return str(
        household.locator(selector).evaluate(
            """(element) => {
              const bare = element.cloneNode(true);
              for (const above of bare.querySelectorAll("rt")) above.remove();
              return bare.textContent;
            }"""
        )
    )


@pytest.fixture
def household(browser: Browser, town: Town) -> Iterator[Page]:
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", viewport={"width": 1024, "height": 600})
    context.set_default_timeout(MILLISECONDS)
    page = context.new_page()
    page.goto(f"{town.places.terminal_url('t-0001')}/")
    page.locator("#preparing").wait_for(state="hidden")
    page.evaluate("document.fonts.ready")
    yield page
    context.close()
