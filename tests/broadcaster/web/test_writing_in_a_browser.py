"""Going back, loading anew and losing a right, as only a browser with its history shows it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from broadcaster.domain.roles import Role
from broadcaster.ledger import Ledger
from tests.broadcaster.web.serving import served
from tests.broadcaster.web.town import PASSWORD, Clock
from tests.broadcaster.web.towns import make_app
from tests.chromium import chromium


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(chrome: Browser, ledger: Ledger, clock: Clock) -> Iterator[Page]:
    with served(make_app(ledger, clock)) as address:
        context: BrowserContext = chrome.new_context(locale="ja-JP", base_url=address)
        page = context.new_page()
        page.goto("/login")
        page.get_by_label("アカウント名").fill("hanako")
        page.get_by_label("パスワード").fill(PASSWORD)
        page.get_by_role("button", name="ログイン").click()
        page.wait_for_url("**/")
        yield page
        context.close()


def write(page: Page) -> None:
    page.goto("/alerts/new")
    page.locator('input[name="category"][value="scam"]').check(force=True)
    page.get_by_label("見出し", exact=True).fill("不審な電話に注意")
    page.get_by_label("本文", exact=True).fill("町内で電話がありました。電話を切って、役場に相談してください。")
    page.locator('input[name="audience"][value="all"]').check(force=True)
    expect(page.locator("#draft-status")).to_contain_text("下書きを保存しました")


def check(page: Page) -> None:
    write(page)
    page.get_by_role("button", name="確認へ進む").click()
    expect(page.get_by_role("heading", name="送信前の確認")).to_be_visible()
    # The page's script has given it the draft's address.
    page.wait_for_url("**/drafts/*")


def test_going_back_after_sending_leads_to_the_alert_and_sends_nothing(page: Page, ledger: Ledger) -> None:
    check(page)
    page.get_by_role("button", name="いますぐ放送する").click()
    page.wait_for_url("**/alerts/2*")
    sent = page.url
    page.goto("/log")
    page.go_back()
    page.go_back()
    expect(page.get_by_role("heading", name="不審な電話に注意")).to_be_visible()
    assert page.url == sent
    assert len(ledger.alerts.newest(9)) == 1


def test_the_last_page_loaded_anew_is_the_draft_and_nothing_is_lost(page: Page) -> None:
    check(page)
    page.reload()
    expect(page.get_by_label("見出し", exact=True)).to_have_value("不審な電話に注意")


def test_who_may_not_send_any_more_is_told_so_and_keeps_the_text(page: Page, ledger: Ledger, clock: Clock) -> None:
    write(page)
    account = ledger.accounts.get("hanako")
    assert account is not None
    ledger.accounts.change("hanako", account.display_name, Role.OPERATOR, "kanri", clock.now)
    page.get_by_label("見出し", exact=True).fill("続き")
    expect(page.locator("#draft-status")).to_contain_text("このアカウントでは、お知らせを作れなくなりました")
    expect(page.get_by_label("見出し", exact=True)).to_have_value("続き")
