"""Erasing a household, and what a restored centre asks the staff."""

from fastapi import FastAPI

from broadcaster.domain.audit import Deed, Wanted
from broadcaster.ledger import Ledger
from kokuchi.database import sqlite_of
from kokuchi.wire import CallbackRequest
from tests.broadcaster.web import states
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.town import NOW, presence

PAGE = "/terminals/t-1/erase"


def retire(ledger: Ledger, terminal: str) -> None:
    with ledger.connections.write() as db:
        db.execute("UPDATE terminals SET service = 'retired' WHERE terminal = ?", [terminal])


async def test_a_retired_terminal_s_household_is_erased_after_a_question(browser: Browser, ledger: Ledger) -> None:
    await browser.log_in("<b>kanri</b>")
    ledger.requests.record([CallbackRequest(terminal="t-1", identifier="r-1", asked_at=NOW, sent=NOW)], NOW)
    ledger.requests.annotate(1, "息子さんの入院のこと", "", "hanako", NOW)
    ledger.presences.record([presence("t-1")])
    alert = states.send(ledger, "scam", "見出し", days_ago=0)
    assert "消去する" not in (await browser.get("/terminals/t-1")).text
    assert "先に、端末を廃止してください" in (await browser.get(PAGE)).text
    assert (await browser.post(PAGE)).status_code == 409
    retire(ledger, "t-1")

    asked = (await browser.get(PAGE)).text
    assert "佐藤 一郎" in asked
    assert "元にはもどせません" in asked
    done = await browser.post(PAGE)

    assert done.status_code == 303
    assert "世帯の情報を消去しました" in (await browser.get(PAGE)).text
    for path in ("/terminals/t-1", "/terminals", "/requests", f"/alerts/{alert.identifier}", "/audit"):
        page = (await browser.get(path)).text
        assert "佐藤" not in page, path
        assert "入院" not in page, path
    assert ledger.deliveries.reach([1])[1].addressed == 3
    assert ledger.presences.all().get("t-1") is None
    assert "t-1" not in ledger.terminals.password_hashes()
    await browser.post(PAGE)
    entries = ledger.audit.wanted(Wanted(deed=Deed.HOUSEHOLD_ERASED), 5)
    assert [(entry.actor, entry.subject) for entry in entries] == [("<b>kanri</b>", "t-1")]


async def test_nothing_of_an_erased_household_is_left_in_the_file(ledger: Ledger) -> None:
    ledger.requests.record([CallbackRequest(terminal="t-1", identifier="r-1", asked_at=NOW, sent=NOW)], NOW)
    ledger.requests.annotate(1, "息子さんの入院のこと", "", "hanako", NOW)

    def content() -> bytes:
        ledger.connections.read().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return sqlite_of(ledger.connections).path.read_bytes()

    assert "佐藤 一郎".encode() in content()
    assert "入院のこと".encode() in content()
    ledger.erasure.erase("t-1", "hanako", NOW)
    assert "佐藤 一郎".encode() not in content()
    assert "入院のこと".encode() not in content()


async def test_after_a_restore_the_staff_are_asked_which_alerts_still_stand(app: FastAPI, ledger: Ledger) -> None:
    states.restored(ledger)
    browser = Browser(app)
    await browser.log_in("hanako")
    assert "止めてあるお知らせ 2件" in (await browser.get("/")).text
    page = (await browser.get("/held")).text
    assert page.count('type="submit">このまま有効にする') == 1
    assert "控えを取ったあとで、訂正か取り消しがありました" in page
    [standing, withdrawn] = ledger.recovery.held()
    if standing.surpassed_by:
        standing, withdrawn = withdrawn, standing
    asked = await browser.get(f"/alerts/{standing.alert.identifier}/resend")
    assert (asked.status_code, asked.headers["location"]) == (303, "/held"), "whether it stands comes first"
    assert (await browser.post(f"/held/{standing.alert.identifier}/release")).status_code == 303
    assert ledger.outbox.has_waiting()
    identifier = withdrawn.alert.identifier
    await browser.get(f"/alerts/{identifier}/withdraw")
    await browser.post(f"/alerts/{identifier}/withdraw", {"revision": "1"})
    known = ledger.alerts.get(identifier)
    assert known is not None
    assert known.alert.is_cancel
    assert known.alert.revision > 2
    assert "止めてあるお知らせはありません" in (await browser.get("/held")).text
    await browser.client.aclose()
