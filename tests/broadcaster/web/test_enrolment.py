"""A code is made on the pages and taken at /enrol, once, in time, and not by guessing (promise 10)."""

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import httpx
import pytest
from fastapi import FastAPI

from broadcaster.ledger import Ledger
from broadcaster.ledger.enrolment import CodeRefused
from broadcaster.provisioning.enrolment import Enrolment
from kokuchi.enrolment import EnrolmentRequest, Grant
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.town import PASSWORD, TOWN, Clock, FakeBroker, presence

DEVICE = "d" * 32
ANOTHER = "a" * 32
WRONG = "00000000"


async def enrol(browser: Browser, code: str, attempt: str = DEVICE, **more: object) -> httpx.Response:
    return await browser.client.post("/enrol", json={"code": code, "attempt": attempt, "software": "0.1.0", **more})


def code_of(enrolment: Enrolment, terminal: str = "t-1") -> str:
    return enrolment.make_code(terminal, "hanako").digits


async def make_code(author: Browser, terminal: str = "t-1") -> str:
    await author.get(f"/terminals/{terminal}/code")
    shown = (await author.post(f"/terminals/{terminal}/code")).text
    found = re.search(r'class="enrolment-code">(\d{4})-(\d{4})<', shown)
    assert found
    return found[1] + found[2]


def why(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


async def test_a_code_makes_a_device_the_terminal_without_naming_its_household(
    browser: Browser, enrolment: Enrolment, ledger: Ledger
) -> None:
    before = ledger.terminals.password_hashes()
    response = await enrol(browser, code_of(enrolment))
    assert response.status_code == 200
    grant = Grant.model_validate(response.json())
    assert (grant.terminal, grant.areas, grant.groups) == ("t-1", ("kita",), ("elderly",))
    assert (grant.town.id, grant.town.name, grant.town.time_zone) == (TOWN.id, TOWN.name, "Asia/Tokyo")
    assert grant.broker.host == "office"  # where the device has reached the centre
    assert "佐藤" not in response.text
    assert "set-cookie" not in response.headers
    after = ledger.terminals.password_hashes()
    assert {terminal for terminal in after if after[terminal] != before[terminal]} == {"t-1"}


async def test_the_ledger_keeps_no_code_and_no_log_has_one(
    browser: Browser, enrolment: Enrolment, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "broadcaster")
    code = code_of(enrolment)
    grant = Grant.model_validate((await enrol(browser, code)).json())
    await enrol(browser, code, ANOTHER)
    rows = ledger.connections.read().execute("SELECT * FROM enrolment_codes").fetchall()
    kept = repr([tuple(row) for row in rows]) + repr([record.__dict__ for record in caplog.records])
    assert "enrolment refused" in kept
    assert [secret for secret in (code, DEVICE, grant.broker.password) if secret in kept] == []


async def test_a_wrong_a_used_an_old_and_a_superseded_code_say_so(
    browser: Browser, enrolment: Enrolment, clock: Clock
) -> None:
    code = code_of(enrolment)
    assert why(await enrol(browser, WRONG if code != WRONG else "00000001")) == (403, "wrong")
    newer = code_of(enrolment)
    refused = await enrol(browser, code)
    assert why(refused) == (410, "superseded")
    assert "いちばん新しい番号" in refused.json()["message"]
    assert (await enrol(browser, newer)).status_code == 200
    refused = await enrol(browser, newer, ANOTHER)
    assert why(refused) == (410, "used")
    assert "もう使われています" in refused.json()["message"]
    old = code_of(enrolment, "t-2")
    clock.move(days=7)
    refused = await enrol(browser, old)
    assert why(refused) == (410, "expired")
    assert "期限が過ぎています" in refused.json()["message"]


async def test_a_device_whose_answer_was_lost_asks_again_until_a_newer_code_is_made(
    browser: Browser, enrolment: Enrolment
) -> None:
    code = code_of(enrolment)
    first, again = await enrol(browser, code), await enrol(browser, code)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["broker"]["password"] != again.json()["broker"]["password"]
    code_of(enrolment)
    assert why(await enrol(browser, code)) == (410, "used")


def test_of_many_devices_with_one_code_in_one_moment_one_gets_it(enrolment: Enrolment) -> None:
    code = code_of(enrolment)
    begin = Barrier(8)

    def is_granted(number: int) -> bool:
        begin.wait()
        try:
            enrolment.enrol(EnrolmentRequest(code=code, attempt=f"{number:032d}"), "office")
        except CodeRefused:
            return False
        return True

    with ThreadPoolExecutor(8) as devices:
        assert sum(devices.map(is_granted, range(8))) == 1


async def test_guessing_is_held_up_by_address_even_for_the_right_code(
    browser: Browser, enrolment: Enrolment, clock: Clock
) -> None:
    code = code_of(enrolment)
    for _ in range(5):
        assert why(await enrol(browser, WRONG)) == (403, "wrong")
    refused = await enrol(browser, code)
    assert why(refused) == (429, "throttled")
    assert refused.headers["retry-after"] == str(refused.json()["wait_seconds"]) == "60"
    clock.move(seconds=60)
    assert (await enrol(browser, code)).status_code == 200


async def test_guessing_from_many_addresses_is_held_up_for_all_and_counted(
    browser: Browser, enrolment: Enrolment, clock: Clock, ledger: Ledger
) -> None:
    code = code_of(enrolment)
    app = browser.app
    for number in range(30):
        transport = httpx.ASGITransport(app=app, client=(f"192.0.2.{number}", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://office") as guesser:
            response = await guesser.post("/enrol", json={"code": WRONG, "attempt": ANOTHER})
            assert response.status_code == 403
    assert why(await enrol(browser, code)) == (429, "throttled")
    clock.move(minutes=2)
    assert (await enrol(browser, code)).status_code == 200
    assert ledger.wrong_codes.since(clock() - timedelta(days=1)) == 30
    ledger.wrong_codes.count(clock() + timedelta(days=3))
    assert ledger.wrong_codes.since(clock() - timedelta(days=1)) == 1, "what is older than two days is forgotten"


def test_a_patient_guesser_has_no_more_guesses_than_an_impatient_one(app: FastAPI, clock: Clock) -> None:
    throttle = app.state.site.all_codes_throttle
    week, guesses = clock() + timedelta(days=7), 0
    while clock() < week:
        while not throttle.seconds_to_wait("everybody", clock()):
            throttle.failed("everybody", clock())
            guesses += 1
        clock.move(minutes=61)
    assert guesses < 7 * 24 * 30 + 30


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"x" * 5000, b'{"code": "1234"}', b'{"code": "12345678"}', b'{"code": "12345678", "attempt": "x"}'],
)
async def test_what_is_no_request_is_refused_in_words_and_counts_as_no_guess(browser: Browser, content: bytes) -> None:
    for _ in range(7):
        response = await browser.client.post("/enrol", content=content, headers={"Content-Type": "application/json"})
        assert why(response) == (400, "malformed")


async def test_a_form_of_another_site_cannot_ask(browser: Browser, enrolment: Enrolment) -> None:
    code = code_of(enrolment)
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        body = f'{{"code": "{code}", "attempt": "{DEVICE}"}}'
        response = await browser.client.post("/enrol", content=body, headers={"Content-Type": kind})
        assert why(response) == (400, "malformed")


async def test_a_newer_device_may_say_more(browser: Browser, enrolment: Enrolment) -> None:
    assert (await enrol(browser, code_of(enrolment), colour="blue")).status_code == 200


async def test_a_broker_that_cannot_be_told_is_a_banner_until_it_is(
    author: Browser, broker: FakeBroker, enrolment: Enrolment
) -> None:
    broker.fault = "no Mosquitto"
    assert (await enrol(author, await make_code(author))).status_code == 200
    page = (await author.get("/")).text
    assert "端末 t-1の変更が、放送の通信に伝わっていません" in page
    enrolment.broker.tell()
    assert "伝わっていません" in (await author.get("/terminals")).text
    broker.fault = ""
    enrolment.broker.tell()
    assert "伝わっていません" not in (await author.get("/")).text
    enrolment.broker.tell()
    assert broker.told == 1


async def test_before_a_terminal_in_service_is_replaced_staff_are_told(author: Browser, ledger: Ledger) -> None:
    assert "今の機器は使えなくなります" not in (await author.get("/terminals/t-1/code")).text
    ledger.presences.record([presence("t-1", online=False)])
    assert "今の機器は使えなくなります" in (await author.get("/terminals/t-1/code")).text
    await enrol(author, await make_code(author, "t-2"))
    assert "今の機器は使えなくなります" in (await author.get("/terminals/t-2/code")).text


async def test_a_terminals_page_tells_of_its_code_and_never_shows_it_again(author: Browser, clock: Clock) -> None:
    assert "まだ作っていません" in (await author.get("/terminals/t-1")).text
    code = await make_code(author)
    page = (await author.get("/terminals/t-1")).text
    assert "12月1日(火)10時00分まで使えます" in page
    assert "田中 花子さんが作りました" in page
    assert code[:4] not in page
    await enrol(author, code)
    enrolled = (await author.get("/terminals/t-1")).text
    assert "機器をこの端末として登録しました" in enrolled
    assert "登録してから、まだ一度もつながっていません" in enrolled
    await make_code(author)
    clock.move(days=8)
    await author.log_in("hanako", PASSWORD)
    assert "期限が切れました" in (await author.get("/terminals/t-1")).text


async def test_an_operator_sees_a_terminal_and_makes_no_code(operator: Browser) -> None:
    page = await operator.get("/terminals/t-1")
    assert page.status_code == 200
    assert "登録コードを作る" not in page.text


async def test_a_terminal_that_is_not_in_the_roster_is_not_found(author: Browser) -> None:
    for path in ("/terminals/t-9", "/terminals/t-9/code"):
        assert (await author.get(path)).status_code == 404
    assert (await author.post("/terminals/t-9/code")).status_code == 404


def test_a_code_is_never_given_out_twice(enrolment: Enrolment, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([7, 7, 7, 8])
    monkeypatch.setattr("broadcaster.provisioning.enrolment.secrets.randbelow", lambda _: next(drawn))
    assert [code_of(enrolment, terminal) for terminal in ("t-1", "t-2")] == ["00000007", "00000008"]
