"""Being logged in: how long, where to, and until what."""

import asyncio

import pytest
from fastapi import FastAPI

from broadcaster.dictionary import Editor
from broadcaster.ledger import Ledger, passwords
from broadcaster.provisioning.enrolment import Enrolment
from broadcaster.sending import Sending
from broadcaster.web import create_app
from tests.broadcaster.web.browser import ALERT, Browser
from tests.broadcaster.web.town import PASSWORD, TOWN, Clock, FakeVoice


def restarted(ledger: Ledger, editor: Editor, enrolment: Enrolment, clock: Clock) -> FastAPI:
    """Return the application of a centre that was restarted."""
    voice = FakeVoice()
    return create_app(
        ledger=Ledger(ledger.place),
        town=TOWN,
        voice=voice,
        editor=editor,
        enrolment=enrolment,
        sending=Sending(ledger, TOWN, voice, clock),
        session_secret="s" * 32,
        secure_cookies=False,
        clock=clock,
    )


async def test_a_restart_ends_no_session_and_revives_none(
    author: Browser, ledger: Ledger, editor: Editor, enrolment: Enrolment, clock: Clock, app: FastAPI
) -> None:
    left = Browser(app)
    await left.log_in("ops")
    cookie = left.client.cookies["kokuchi"]
    await left.post("/logout")
    again = restarted(ledger, editor, enrolment, clock)
    for cookie_now, status in ((author.client.cookies["kokuchi"], 200), (cookie, 303)):
        browser = Browser(again)
        browser.client.cookies.set("kokuchi", cookie_now)
        assert (await browser.get("/")).status_code == status
    again.state.site.ledger.close()


async def test_who_was_away_for_an_hour_logs_in_and_is_led_back(author: Browser, clock: Clock) -> None:
    clock.move(minutes=60)
    led = await author.get("/log?page=2")
    assert led.headers["location"] == "/login?next=%2Flog%3Fpage%3D2&ended=1"
    page = await author.get(led.headers["location"])
    assert "ログインが終わりました。もう一度ログインしてください" in page.text
    entered = await author.post("/login", {"name": "hanako", "password": PASSWORD, "next": "/log?page=2"})
    assert entered.headers["location"] == "/log?page=2"


async def test_who_was_writing_is_led_to_the_drafts(author: Browser, clock: Clock) -> None:
    await author.get("/alerts/new")
    clock.move(minutes=60)
    led = await author.post("/alerts/check", ALERT)
    assert led.headers["location"] == "/login?next=%2Fdrafts&ended=1"
    assert "書きかけのお知らせは、「下書き」に残っています" in (await author.get(led.headers["location"])).text


async def test_who_works_stays_logged_in_for_twelve_hours(author: Browser, clock: Clock) -> None:
    for _ in range(23):
        clock.move(minutes=30)
        assert (await author.get("/")).status_code == 200
    clock.move(minutes=30)
    assert (await author.get("/")).status_code == 303


async def test_a_page_that_moves_by_itself_is_no_sign_that_somebody_is_there(author: Browser, clock: Clock) -> None:
    author.client.headers["accept"] = "text/event-stream"
    for _ in range(3):
        clock.move(minutes=20)
        # This route would follow the page for ever; what counts is that it was asked for.
        await author.client.get("/requests")
    author.client.headers["accept"] = "text/html"
    assert (await author.get("/")).status_code == 303


@pytest.mark.parametrize("end", ["time", "suspension"])
async def test_a_stream_ends_with_its_session(operator: Browser, ledger: Ledger, clock: Clock, end: str) -> None:
    async with operator.events("/events") as stream:
        await stream.parts_after_start()
        if end == "time":
            clock.move(minutes=60)
        else:
            ledger.accounts.suspend("ops", "<b>kanri</b>", clock.now)
        ledger.changes.announce()
        assert stream.task is not None
        await asyncio.wait_for(asyncio.shield(stream.task), 5)


async def test_no_answer_tells_whether_there_is_such_an_account(
    app: FastAPI, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    ledger.accounts.suspend("ops", "<b>kanri</b>", clock.now)
    with ledger.connections.write() as db:
        db.execute("UPDATE accounts SET password_hash = '' WHERE name = 'buchou'")
    looked_at = []
    verify, hashed = passwords._hasher.verify, passwords._hasher.hash

    def counted(kept: str, password: str) -> bool:
        looked_at.append(kept)
        return verify(kept, password)

    def counted_too(password: str) -> str:
        looked_at.append("")
        return hashed(password)

    counting = {
        "verify": staticmethod(counted),
        "hash": staticmethod(counted_too),
        "check_needs_rehash": lambda *_: False,
    }
    hasher = type("Counting", (), counting)()
    monkeypatch.setattr(passwords, "_hasher", hasher)
    answers = set()
    for name in ("hanako", "nobody", "ops", "buchou", "<b>kanri</b>"):
        browser = Browser(app)
        response = await browser.log_in(name, "wrong")
        text = response.text.replace(browser.token, "").split('id="name"')[0]
        answers.add((response.status_code, text))
    assert len(answers) == 1
    # Each took the making of one hash, which is what takes the time.
    assert len(looked_at) == 5


async def test_the_log_in_page_knows_password_managers_and_says_what_to_do_without_a_password(browser: Browser) -> None:
    page = (await browser.get("/login")).text
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert "管理者に頼んでください" in page
    assert "保守の担当者がサーバーで直せます" in page
