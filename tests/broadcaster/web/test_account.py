"""One's own account: password, log-ins, and the code after the password."""

import re
from collections.abc import AsyncIterator
from datetime import datetime

import pyotp
import pytest
from fastapi import FastAPI

from broadcaster.domain.audit import Deed
from broadcaster.ledger import Ledger
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.town import PASSWORD, Clock

CHOSEN = "purple lantern river"


@pytest.fixture
async def elsewhere(app: FastAPI) -> AsyncIterator[Browser]:
    """The author at another computer."""
    browser = Browser(app)
    await browser.log_in("hanako")
    yield browser
    await browser.client.aclose()


def code_at(secret: str, moment: datetime) -> str:
    return pyotp.TOTP(secret).at(moment)


async def turn_on(browser: Browser, clock: Clock) -> tuple[str, list[str]]:
    """Turn the second step on; return its secret and the recovery codes. The code that did it is over then."""
    page = (await browser.get("/account/second-step")).text
    secret = re.findall(r'<p class="secret">([A-Z2-7 ]+)</p>', page)[0].replace(" ", "")
    sealed = re.findall(r'name="sealed" value="([^"]+)"', page)[0]
    shown = await browser.post(
        "/account/second-step", {"sealed": sealed, "code": code_at(secret, clock.now), "current": PASSWORD}
    )
    assert shown.status_code == 200
    clock.move(minutes=2)
    return secret, re.findall(r"<li>([a-z0-9]{5}-[a-z0-9]{5})</li>", shown.text)


async def test_a_new_password_needs_the_old_one_and_ends_the_other_log_ins(author: Browser, elsewhere: Browser) -> None:
    wrong = await author.post("/account/password", {"current": "wrong", "password": CHOSEN, "again": CHOSEN})
    assert (wrong.status_code, "いまのパスワードがちがいます" in wrong.text) == (422, True)
    assert (await elsewhere.get("/")).status_code == 200
    done = await author.post("/account/password", {"current": PASSWORD, "password": CHOSEN, "again": CHOSEN})
    assert done.headers["location"] == "/account?done=password"
    assert "パスワードを変えました" in (await author.get("/account?done=password")).text
    assert (await elsewhere.get("/")).status_code == 303
    assert (await elsewhere.log_in("hanako")).status_code == 401
    assert (await elsewhere.log_in("hanako", CHOSEN)).status_code == 303


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short", "short", "12文字以上"),
        ("tsukigata2026", "tsukigata2026", "当てられやすい"),
        (CHOSEN, "x", "新しいパスワードとちがいます"),
    ],
)
async def test_a_new_password_that_will_not_do_is_told(author: Browser, password: str, again: str, words: str) -> None:
    told = await author.post("/account/password", {"current": PASSWORD, "password": password, "again": again})
    assert (told.status_code, words in told.text) == (422, True)
    assert (await author.log_in("hanako")).status_code == 303


async def test_a_screen_left_open_is_no_place_to_guess_passwords(author: Browser) -> None:
    for _ in range(5):
        await author.post("/account/password", {"current": "wrong", "password": CHOSEN, "again": CHOSEN})
    held = await author.post("/account/password", {"current": PASSWORD, "password": CHOSEN, "again": CHOSEN})
    assert "30秒たってから" in held.text
    assert (await author.get("/log")).status_code == 200


async def test_one_sees_where_one_is_logged_in_and_ends_it(author: Browser, elsewhere: Browser) -> None:
    page = (await author.get("/account")).text
    assert page.count("この画面") == 1
    assert page.count("最後の操作") == 2
    await author.post("/account/sessions")
    assert (await elsewhere.get("/")).status_code == 303
    page = (await author.get("/account")).text
    assert page.count("最後の操作") == 1
    assert "ほかのログインを終わらせる" not in page


async def test_after_the_password_a_code_is_asked(author: Browser, clock: Clock, app: FastAPI) -> None:
    secret, _ = await turn_on(author, clock)
    other = Browser(app)
    asked = await other.log_in("hanako")
    assert asked.headers["location"] == "/login/code?next=%2F"
    assert (await other.get("/")).status_code == 303
    page = await other.get("/login/code?next=/log")
    assert 'autocomplete="one-time-code"' in page.text
    wrong = await other.post("/login/code", {"code": "000000", "next": "/log"})
    assert (wrong.status_code, "コードがちがうか" in wrong.text) == (401, True)
    code = code_at(secret, clock.now)
    entered = await other.post("/login/code", {"code": code, "next": "/log"})
    assert entered.headers["location"] == "/log"
    assert (await other.get("/")).status_code == 200
    # The same code once more, at another computer.
    third = Browser(app)
    await third.log_in("hanako")
    await third.get("/login/code")
    assert (await third.post("/login/code", {"code": code})).status_code == 401


async def test_without_the_telephone_a_recovery_code_opens_once(author: Browser, clock: Clock, app: FastAPI) -> None:
    _, codes = await turn_on(author, clock)
    assert len(codes) == 10
    for status in (303, 401):
        other = Browser(app)
        await other.log_in("hanako")
        await other.get("/login/code")
        assert (await other.post("/login/code", {"code": codes[0]})).status_code == status
    assert "あと<strong>9個</strong>" in (await author.get("/account")).text


async def test_guessing_codes_has_to_wait_as_guessing_passwords_has(
    author: Browser, clock: Clock, app: FastAPI
) -> None:
    secret, _ = await turn_on(author, clock)
    other = Browser(app)
    await other.log_in("hanako")
    await other.get("/login/code")
    for _ in range(5):
        assert (await other.post("/login/code", {"code": "000000"})).status_code == 401
    held = await other.post("/login/code", {"code": code_at(secret, clock.now)})
    assert held.status_code == 429
    assert held.headers["retry-after"] == "30"
    # The password alone does not make the failures forgotten.
    assert (await other.log_in("hanako")).status_code == 429


async def test_the_password_waits_five_minutes_for_the_code(author: Browser, clock: Clock, app: FastAPI) -> None:
    secret, _ = await turn_on(author, clock)
    other = Browser(app)
    await other.log_in("hanako")
    await other.get("/login/code")
    clock.move(minutes=5)
    late = await other.post("/login/code", {"code": code_at(secret, clock.now)})
    assert late.headers["location"] == "/login"
    assert (await other.get("/login/code")).headers["location"] == "/login"


async def test_turning_it_on_needs_the_password_and_a_right_code(author: Browser, clock: Clock, ledger: Ledger) -> None:
    page = (await author.get("/account/second-step")).text
    assert "<svg" in page
    sealed = re.findall(r'name="sealed" value="([^"]+)"', page)[0]
    secret = re.findall(r'<p class="secret">([A-Z2-7 ]+)</p>', page)[0].replace(" ", "")
    right = {"sealed": sealed, "code": code_at(secret, clock.now), "current": PASSWORD}
    for wrong in ({"code": "000000"}, {"current": "wrong"}):
        told = await author.post("/account/second-step", {**right, **wrong})
        assert told.status_code == 422
        # The telephone has this secret already.
        assert secret[:4] in told.text
    assert (await author.post("/account/second-step", {**right, "sealed": "x"})).status_code == 400
    assert ledger.second_steps.secret("hanako") is None


async def test_it_is_turned_off_with_the_password_by_oneself_or_by_an_administrator(
    author: Browser, clock: Clock, ledger: Ledger, app: FastAPI
) -> None:
    await turn_on(author, clock)
    assert (await author.post("/account/second-step/off", {"current": "wrong"})).status_code == 422
    assert ledger.second_steps.secret("hanako") is not None
    await author.post("/account/second-step/off", {"current": PASSWORD})
    assert ledger.second_steps.secret("hanako") is None
    await turn_on(author, clock)
    kanri = Browser(app)
    await kanri.log_in("<b>kanri</b>")
    assert "使っています" in (await kanri.get("/people/account?name=hanako")).text
    await kanri.post("/people/second-step", {"name": "hanako"})
    assert (await Browser(app).log_in("hanako")).headers["location"] == "/"
    offs = [entry.actor for entry in ledger.audit.newest(30) if entry.deed is Deed.SECOND_STEP_OFF]
    assert offs == ["<b>kanri</b>", "hanako"]


async def test_new_recovery_codes_are_shown_once(author: Browser, clock: Clock) -> None:
    assert (await author.post("/account/second-step/codes", {"current": PASSWORD})).status_code == 409
    _, old = await turn_on(author, clock)
    assert (await author.post("/account/second-step/codes", {"current": "wrong"})).status_code == 422
    shown = (await author.post("/account/second-step/codes", {"current": PASSWORD})).text
    new = re.findall(r"<li>([a-z0-9]{5}-[a-z0-9]{5})</li>", shown)
    assert len(new) == 10
    assert not set(new) & set(old)
    assert new[0] not in (await author.get("/account")).text
