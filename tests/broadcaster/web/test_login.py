import re

import pytest
from fastapi import FastAPI

from broadcaster.dictionary import Editor
from broadcaster.ledger import Ledger
from broadcaster.provisioning.enrolment import Enrolment
from broadcaster.sending import Sending
from broadcaster.web import create_app
from broadcaster.web.sessions import local_path
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.town import TOWN, Clock, FakeVoice

POSTS = [
    "/alerts",
    "/alerts/check",
    "/alerts/new",
    "/alerts/x/correct",
    "/alerts/x/correct/check",
    "/alerts/x/correct/rewrite",
    "/alerts/x/withdraw",
    "/dictionary/check",
    "/dictionary/import",
    "/dictionary/import/take",
    "/dictionary/preview-reading",
    "/dictionary/preview-sound",
    "/dictionary/remove",
    "/dictionary/rewrite",
    "/dictionary/save",
    "/dictionary/undo",
    "/terminals/t-1/code",
]


async def test_the_right_password_leads_to_the_first_page(browser: Browser) -> None:
    response = await browser.log_in("hanako")
    assert (response.status_code, response.headers["location"]) == (303, "/")
    assert "田中 花子" in (await browser.get("/")).text


async def test_after_logging_in_one_gets_where_one_wanted_to_go(browser: Browser) -> None:
    asked = await browser.get("/log?page=2")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/login?next=%2Flog%3Fpage%3D2"
    form = await browser.get(asked.headers["location"])
    assert 'name="next" value="/log?page=2"' in form.text


@pytest.mark.parametrize(("name", "password"), [("hanako", "wrong"), ("nobody", "wrong"), ("", "")])
async def test_a_wrong_password_is_told_and_keeps_the_name(browser: Browser, name: str, password: str) -> None:
    response = await browser.log_in(name, password)
    assert response.status_code == 401
    assert "アカウント名かパスワードがちがいます" in response.text
    assert f'name="name" value="{name}"' in response.text
    assert (await browser.get("/")).status_code == 303


async def test_after_five_failures_even_the_right_password_has_to_wait(browser: Browser, clock: Clock) -> None:
    for _ in range(5):
        assert (await browser.log_in("hanako", "wrong")).status_code == 401
    refused = await browser.log_in("hanako")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    assert "30秒たってから" in refused.text
    clock.move(seconds=31)
    assert (await browser.log_in("hanako")).status_code == 303


async def test_failures_of_one_name_do_not_hold_up_another(browser: Browser) -> None:
    for _ in range(6):
        await browser.log_in("nobody", "wrong")
    assert (await browser.log_in("hanako")).status_code == 303


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a\nb", ""])
def test_only_local_paths_are_led_to(path: str) -> None:
    assert local_path(path) == "/"


def test_a_local_path_keeps_its_query() -> None:
    assert local_path("/log?page=2") == "/log?page=2"


async def test_logging_out_ends_the_session_for_copies_of_its_cookie_too(author: Browser) -> None:
    cookie = author.client.cookies["kokuchi"]
    assert (await author.post("/logout")).headers["location"] == "/login"
    assert (await author.get("/")).status_code == 303
    author.client.cookies.clear()
    author.client.cookies.set("kokuchi", cookie)
    assert (await author.get("/")).status_code == 303


async def test_logging_in_renews_the_token(browser: Browser) -> None:
    await browser.get("/login")
    before = browser.token
    await browser.log_in("hanako")
    assert browser.token != before


async def test_the_cookie_is_kept_from_scripts_and_other_sites(browser: Browser) -> None:
    cookie = (await browser.get("/login")).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "max-age=43200" in cookie
    assert "secure" not in cookie


async def test_over_https_the_cookie_is_secure(ledger: Ledger, editor: Editor, enrolment: Enrolment) -> None:
    voice = FakeVoice()
    app = create_app(
        ledger=ledger,
        town=TOWN,
        voice=voice,
        editor=editor,
        enrolment=enrolment,
        sending=Sending(ledger, TOWN, voice, Clock()),
        session_secret="s" * 32,
        secure_cookies=True,
    )
    assert "secure" in (await Browser(app).get("/login")).headers["set-cookie"].lower()


async def test_an_altered_cookie_is_nobody(author: Browser) -> None:
    cookie = author.client.cookies["kokuchi"]
    author.client.cookies.clear()
    author.client.cookies.set("kokuchi", "x" + cookie)
    assert (await author.get("/")).status_code == 303


async def test_an_account_that_is_gone_is_logged_out(author: Browser, ledger: Ledger) -> None:
    with ledger.connections.write() as db:
        db.execute("DELETE FROM accounts WHERE name = 'hanako'")
    assert (await author.get("/")).status_code == 303


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/log",
        "/terminals",
        "/terminals/t-1",
        "/terminals/t-1/code",
        "/alerts/new",
        "/alerts/x",
        "/alerts/x/correct",
        "/alerts/x/withdraw",
        "/events",
        "/log/events",
    ],
)
async def test_nothing_is_shown_without_logging_in(browser: Browser, path: str) -> None:
    response = await browser.get(path)
    assert response.status_code == 303
    assert response.headers["location"].startswith("/login?next=")


@pytest.mark.parametrize("path", [*POSTS, "/alerts/preview-sound", "/alerts/x/correct/preview-sound"])
async def test_nothing_is_taken_without_logging_in(browser: Browser, path: str) -> None:
    await browser.get("/login")
    response = await browser.post(path)
    assert (response.status_code, response.headers["location"]) == (303, "/login?next=%2F")


@pytest.mark.parametrize("path", [*POSTS, "/logout"])
async def test_a_form_without_the_token_is_refused(author: Browser, path: str) -> None:
    for token in ["", "wrong", "日本"]:
        author.token = token
        response = await author.post(path)
        assert response.status_code == 403
        assert "読みこみなおして" in response.text


async def test_the_login_form_needs_its_token_too(app: FastAPI) -> None:
    response = await Browser(app).post("/login", {"name": "hanako", "password": "x"})
    assert response.status_code == 403


async def test_an_operator_reads_and_does_not_send(operator: Browser) -> None:
    home = await operator.get("/")
    assert "お知らせを作る" not in home.text
    for response in [
        await operator.get("/alerts/new"),
        await operator.get("/terminals/t-1/code"),
        await operator.get("/alerts/x/correct"),
        await operator.get("/alerts/x/withdraw"),
        *[await operator.post(path, {"headline": "x"}) for path in POSTS],
    ]:
        assert response.status_code == 403
        assert "権限がありません" in response.text
    assert (await operator.get("/log")).status_code == 200


async def test_every_form_on_every_page_carries_the_token(author: Browser) -> None:
    for path in ["/", "/log", "/terminals", "/alerts/new", "/nothing"]:
        page = (await author.get(path)).text
        forms = re.findall(r"<form[^>]* method=\"post\".*?</form>", page, re.DOTALL)
        assert forms
        assert all(f'name="csrf" value="{author.token}"' in form for form in forms)
