"""The eight digits that make a device a terminal, guessed, used twice, after their end, and asked for in odd ways."""

import logging
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from broadcaster.domain.enrolment import VALID
from broadcaster.ledger import Ledger
from broadcaster.provisioning.enrolment import Enrolment
from broadcaster.web.site import Site
from kokuchi.enrolment import CODE_DIGITS
from tests.broadcaster.web.town import NOW, Clock
from tests.broadcaster.web.towns import make_app

DEVICE, INTRUDER = "d" * 40, "i" * 40


class Office:
    """The pages' end of enrolment, asked from any address."""

    def __init__(self, app: FastAPI, clock: Clock) -> None:
        self.app = app
        self.clock = clock
        site: Site = app.state.site
        self.enrolment: Enrolment = site.enrolment

    async def ask(self, code: str, attempt: str = INTRUDER, address: str = "192.0.2.1") -> str:
        """Return why nothing was granted, "granted" if something was."""
        transport = httpx.ASGITransport(self.app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
            answer = await client.post("/enrol", json={"code": code, "attempt": attempt})
        return "granted" if answer.status_code == 200 else str(answer.json()["error"])

    def make_code(self) -> str:
        return self.enrolment.make_code("t-1", "hanako").digits


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def office(made_ledger: Path, tmp_path: Path, clock: Clock) -> Iterator[Office]:
    shutil.copy(made_ledger, tmp_path / "ledger.sqlite")
    ledger = Ledger(tmp_path / "ledger.sqlite")
    yield Office(make_app(ledger, clock), clock)
    ledger.close()


async def use(office: Office, code: str) -> None:
    await office.ask(code, DEVICE, "192.0.2.9")


async def let_it_end(office: Office, _: str) -> None:
    office.clock.move(seconds=VALID.total_seconds())


async def supersede(office: Office, _: str) -> None:
    office.make_code()


VOID = {"used": use, "expired": let_it_end, "superseded": supersede}


@pytest.mark.parametrize("why", VOID)
async def test_a_code_that_is_void_opens_nothing_and_it_is_in_the_log(
    office: Office, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    code = office.make_code()
    await VOID[why](office, code)
    assert await office.ask(code) == why
    refused = [record for record in caplog.records if record.message == "enrolment refused"]
    assert [(record.__dict__["why"], record.__dict__["terminal"]) for record in refused] == [(why, "t-1")]
    assert code not in caplog.text


async def test_a_guesser_has_few_guesses_a_day_from_however_many_addresses(office: Office) -> None:
    """What is counted in all bounds a thousand addresses: the chance to find one of N codes within their seven days."""
    guesses, day = 0, timedelta(days=1)
    began = office.clock.now
    while office.clock.now - began < day:
        for address in range(40):
            if await office.ask(f"{guesses:08}", address=f"192.0.2.{address}") == "throttled":
                break
            guesses += 1
        office.clock.move(seconds=60)
    a_week = guesses * VALID / day
    chance = {codes: a_week * codes / 10**CODE_DIGITS for codes in (1, 20, 1500)}
    told = ", ".join(f"{codes} codes: 1 in {1 / found:,.0f}" for codes, found in chance.items())
    print(f"{guesses} guesses a day, {a_week:,.0f} while a code stands; the chance of a hit: {told}")
    assert guesses < 800
    assert chance[20] < 1 / 900


async def test_a_guesser_is_held_up_and_so_is_the_right_code_from_that_address(office: Office) -> None:
    code = office.make_code()
    answers = [await office.ask(f"{number:08}") for number in range(5)]
    assert [*answers, await office.ask(code)] == ["wrong"] * 5 + ["throttled"]
    assert await office.ask(code, DEVICE, "192.0.2.9") == "granted"


ODD: dict[str, dict[str, Any]] = {
    "no JSON": {"content": b"{", "headers": {"content-type": "application/json"}},
    "an array": {"json": []},
    "a number as the code": {"json": {"code": 12345678, "attempt": INTRUDER}},
    "full-width digits": {"json": {"code": "１２３４５６７８", "attempt": INTRUDER}},
    "a pattern as the code": {"json": {"code": "%%%%%%%%", "attempt": INTRUDER}},
    "a list as the code": {"json": {"code": ["12345678"], "attempt": INTRUDER}},
    "a line feed after the code": {"json": {"code": "12345678\n", "attempt": INTRUDER}},
    "no secret": {"json": {"code": "12345678"}},
    "a NUL in the secret": {"json": {"code": "12345678", "attempt": "\x00" * 40}},
    "a form": {"data": {"code": "12345678", "attempt": INTRUDER}},
    "plain text": {"content": b"{}", "headers": {"content-type": "text/plain"}},
    "ten megabytes": {"content": b"x" * 10_000_000, "headers": {"content-type": "application/json"}},
    "deep JSON": {"content": b"[" * 2000, "headers": {"content-type": "application/json"}},
    "not UTF-8": {"content": b'{"code": "\xff"}', "headers": {"content-type": "application/json"}},
    "much after the limit": {"content": b" " * 3000 + b"{}", "headers": {"content-type": "application/json"}},
}


@pytest.mark.parametrize("what", ODD)
async def test_what_is_no_proper_question_is_refused_in_words(office: Office, what: str) -> None:
    transport = httpx.ASGITransport(office.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
        answer = await client.post("/enrol", **ODD[what])
    assert answer.status_code in (400, 413), what
    assert "12345678" not in answer.text


@pytest.mark.parametrize("host", ["evil.example/@office", 'a"b', "a b", "office\\@evil", "[::1", "a" * 300])
async def test_a_host_that_is_none_is_told_to_no_device(office: Office, host: str) -> None:
    code = office.make_code()
    transport = httpx.ASGITransport(office.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
        answer = await client.post("/enrol", json={"code": code, "attempt": DEVICE}, headers={"Host": host})
    assert answer.status_code == 400
    assert await office.ask(code, DEVICE) == "granted"
    assert office.clock.now == NOW
