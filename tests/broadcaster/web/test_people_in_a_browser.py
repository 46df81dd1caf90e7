"""The way of a new colleague in a real browser; test_accessible_staff_pages judges the pages that it meets."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pyotp
import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, Page

from broadcaster.domain.roles import Role
from broadcaster.ledger import Ledger
from broadcaster.ledger.accounts import Account
from tests.broadcaster.web.serving import served
from tests.broadcaster.web.town import PASSWORD, Clock, accept
from tests.chromium import MILLISECONDS, chromium_in_loop

CHOSEN = "purple lantern river"


class Somebody:
    """A person with a telephone of their own."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self._address = address

    async def open(self, path: str) -> None:
        await self.page.goto(f"{self._address}{path}")

    async def log_in(self, name: str, password: str = PASSWORD) -> None:
        await self.open("/login")
        await self.fill("アカウント名", name)
        await self.fill("パスワード", password)
        await self.press("ログイン")

    async def fill(self, label: str, text: str) -> None:
        await self.page.get_by_label(re.compile(f"^{label}")).first.fill(text)

    async def press(self, name: str) -> None:
        async with self.page.expect_navigation():
            await self.page.get_by_role("button", name=name, exact=True).click()

    async def looks_at(self, heading: str) -> None:
        """Wait for the page with this heading."""
        await self.page.get_by_role("heading", name=heading, exact=True).wait_for()


@asynccontextmanager
async def somebody(browser: Browser, address: str) -> AsyncIterator[Somebody]:
    context = await browser.new_context(locale="ja-JP", viewport={"width": 390, "height": 844})
    context.set_default_timeout(MILLISECONDS)
    yield Somebody(await context.new_page(), address)
    await context.close()


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with chromium_in_loop() as browser:
        yield browser


async def test_from_the_new_account_to_the_log_in_with_a_code(
    app: FastAPI, chromium: Browser, ledger: Ledger, clock: Clock
) -> None:
    ledger.accounts.add(Account("kachou", "産業課 課長", Role.ADMINISTRATOR), PASSWORD)
    accept(ledger)
    with served(app) as address:
        async with (
            somebody(chromium, address) as kachou,
            somebody(chromium, address) as new,
        ):
            await kachou.open("/login?next=/alerts/new&ended=1")
            await kachou.looks_at("ログイン")
            await kachou.log_in("kachou", "wrong")
            await kachou.looks_at("ログイン")
            await kachou.log_in("kachou")

            await kachou.open("/people")
            await kachou.looks_at("アカウント")
            await kachou.open("/people/new")
            await kachou.looks_at("アカウントを作る")
            await kachou.fill("名前", "商工係 高橋")
            await kachou.fill("アカウント名", "hanako")
            await kachou.page.get_by_text("担当者", exact=True).click()
            await kachou.press("アカウントを作る")
            await kachou.looks_at("アカウントを作る")
            await kachou.fill("アカウント名", "takahashi")
            await kachou.press("アカウントを作る")
            await kachou.looks_at("アカウントを作りました")
            # On this machine a browser may copy; the button is there by its script only.
            await kachou.page.get_by_role("button", name="リンクをコピーする").wait_for()
            link = (await kachou.page.locator("#link-address").inner_text()).removeprefix(address)

            await new.open(link)
            await new.looks_at("パスワードを決める")
            await new.fill("新しいパスワード", "password1234")
            await new.fill("もう一度", "password1234")
            await new.press("このパスワードにする")
            await new.looks_at("パスワードを決める")
            await new.fill("新しいパスワード", CHOSEN)
            await new.fill("もう一度", CHOSEN)
            await new.press("このパスワードにする")
            await new.looks_at("ログイン")
            await new.log_in("takahashi", CHOSEN)

            await new.open("/account")
            await new.looks_at("自分のアカウント")
            await new.open("/account/second-step")
            await new.looks_at("確認コードを使いはじめる")
            secret = (await new.page.locator(".secret").inner_text()).replace(" ", "")
            await new.fill("アプリに出た", "000000")
            await new.fill("いまの", CHOSEN)
            await new.press("使いはじめる")
            await new.looks_at("確認コードを使いはじめる")
            await new.fill("アプリに出た", pyotp.TOTP(secret).at(clock.now))
            await new.fill("いまの", CHOSEN)
            await new.press("使いはじめる")
            await new.looks_at("確認コードを使いはじめました")
            await new.open("/account")
            await new.looks_at("自分のアカウント")
            await new.page.locator("summary:visible", has_text="メニュー").last.click()
            await new.press("ログアウト")
            await new.log_in("takahashi", CHOSEN)
            await new.looks_at("確認コード")
            clock.move(minutes=1)
            await new.fill("スマートフォンの", pyotp.TOTP(secret).at(clock.now))
            await new.press("ログイン")
            await new.open("/people")
            await new.looks_at("この操作はできません")

            await kachou.open("/people/account?name=takahashi")
            await kachou.looks_at("商工係 高橋")
            await kachou.press("アカウントを停止する")
            await kachou.looks_at("商工係 高橋")
            await kachou.open("/audit")
            await kachou.looks_at("操作の記録")
            await new.open("/audit?person=takahashi")
            await new.looks_at("ログイン")
