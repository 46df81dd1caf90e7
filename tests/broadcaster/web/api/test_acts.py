"""What can be done through the interface, each act as on the pages."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from broadcaster.domain.audit import Deed
from broadcaster.domain.service import Step
from broadcaster.ledger import Ledger
from tests.broadcaster.web.api.program import CONTENT, Program, make_token, problem_of
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.test_pages import MARKUP
from tests.broadcaster.web.test_requests import ask
from tests.broadcaster.web.town import NOW, Clock, accept, presence, publish, report


async def test_an_alert_that_is_sent_goes_to_its_audience_and_is_read_back_as_it_was_written(
    program: Program, ledger: Ledger
) -> None:
    identifier = await program.send(
        audience={"kind": "areas", "members": ["kita"]},
        level="emergency",
        drill=True,
        translations=[{"language": "vi", "headline": "Chú ý", "body": "Hãy cúp máy."}],
    )
    accepted = ledger.alerts.get(identifier)
    assert accepted is not None
    assert [line.terminal.id for line in ledger.deliveries.of_alert(accepted.row)] == ["t-1", "t-2"]
    assert ledger.outbox.backlog().waiting == 1
    assert accepted.alert.reading is not None
    found = (await program.get(f"/alerts/{identifier}")).json()
    assert found["audience"] == {"kind": "areas", "members": ["kita"]}
    assert (found["level"], found["drill"], found["kind"], found["state"]) == ("emergency", True, "Alert", "waiting")
    assert (found["headline"], found["body"]) == (CONTENT["headline"], CONTENT["body"])
    assert [text["language"] for text in found["translations"]] == ["vi"]
    assert found["contact"]["telephone"] == "0126-53-2321"
    publish(ledger)
    assert (await program.get(f"/alerts/{identifier}")).json()["state"] == "open"


async def test_alerts_are_listed_page_by_page_and_none_is_missed_or_told_twice(program: Program, clock: Clock) -> None:
    sent = []
    for number in range(7):
        sent.append(await program.send(headline=f"お知らせ{number}"))
        clock.move(minutes=number % 2)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for expected in (3, 3, 1):
        page = (await program.get("/alerts", params={"limit": "3", **cursor})).json()
        assert len(page["alerts"]) == expected
        seen += [alert["identifier"] for alert in page["alerts"]]
        cursor = {"cursor": page["next"]}
        if expected == 3:
            await program.send(headline="あとから来たもの")
    assert page["next"] is None
    assert seen == sent[::-1]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["drill", "event", "withdrawn", "scam"]),
        ({"category": "scam"}, ["drill", "withdrawn", "scam"]),
        ({"level": "notice"}, ["event"]),
        ({"level": "emergency"}, ["drill"]),
        ({"drill": "true"}, ["drill"]),
        ({"drill": "false"}, ["event", "withdrawn", "scam"]),
        ({"withdrawn": "true"}, ["withdrawn"]),
        ({"withdrawn": "false", "category": "scam"}, ["drill", "scam"]),
        ({"since": "2026-11-24T01:02:00Z"}, ["drill", "event"]),
        ({"until": "2026-11-24T10:01:00+09:00"}, ["scam"]),
        ({"category": "nothing"}, []),
    ],
)
async def test_alerts_are_found_by_what_they_are(
    program: Program, clock: Clock, wanted: dict[str, str], found: list[str]
) -> None:
    await program.send(headline="scam")
    clock.move(minutes=1)
    identifier = await program.send(headline="withdrawn")
    await program.post(f"/alerts/{identifier}/withdrawal", {"revision": 1})
    clock.move(minutes=1)
    await program.send(headline="event", category="awareness_event")
    clock.move(minutes=1)
    await program.send(headline="drill", drill=True, level="emergency")
    alerts = (await program.get("/alerts", params=wanted)).json()["alerts"]
    assert [alert["headline"] for alert in alerts] == found


@pytest.mark.parametrize(
    "cursor", ["x", "", "W10", "WyJhIiwgMV0x", "WzEsIDJd", "WyJ4IiwgOTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ"]
)
async def test_a_cursor_that_no_list_gave_is_refused(program: Program, cursor: str) -> None:
    for path in ("/alerts", "/terminals"):
        response = await program.get(path, params={"cursor": cursor})
        assert problem_of(response) == (422, "invalid")
        assert [error["field"] for error in response.json()["errors"]] == ["cursor"]


async def test_a_correction_and_a_withdrawal_are_revisions_of_the_alert(
    program: Program, ledger: Ledger, author: Browser
) -> None:
    alert = accept(ledger)
    ledger.deliveries.record([report(alert, "t-1", received_at=NOW, displayed_at=NOW, voiced_at=NOW)])
    content = {"revision": 1, "headline": "訂正: 不審な電話", "body": "番号がちがいました。"}
    corrected = await program.post(f"/alerts/{alert.identifier}/corrections", content)
    assert (corrected.status_code, corrected.json()["kind"], corrected.json()["revision"]) == (201, "Update", 2)
    assert corrected.headers["location"] == f"/api/v1/alerts/{alert.identifier}?revision=2"
    stale = await program.post(f"/alerts/{alert.identifier}/corrections", {**content, "body": "ほかの文"})
    assert problem_of(stale) == (409, "overtaken")
    assert problem_of(await program.post(f"/alerts/{alert.identifier}/withdrawal", {"revision": 1}))[0] == 409
    withdrawn = await program.post(f"/alerts/{alert.identifier}/withdrawal", {"revision": 2})
    assert (withdrawn.status_code, withdrawn.json()["kind"]) == (201, "Cancel")
    again = await program.post(f"/alerts/{alert.identifier}/withdrawal", {"revision": 2})
    assert (again.status_code, again.json()["revision"]) == (201, 3)
    late = await program.post(f"/alerts/{alert.identifier}/corrections", {**content, "revision": 3})
    assert problem_of(late) == (422, "not-sendable")
    assert [error["field"] for error in late.json()["errors"]] == ["alert"]
    found = (await program.get(f"/alerts/{alert.identifier}/revisions")).json()["revisions"]
    assert [(each["revision"], each["kind"], each["state"]) for each in found] == [
        (3, "Cancel", "waiting"),
        (2, "Update", "superseded"),
        (1, "Alert", "superseded"),
    ]
    assert found[2]["reach"]["voiced"] == 1
    assert "取り消し" in (await author.get(f"/alerts/{alert.identifier}")).text


async def test_deliveries_tell_who_was_reached_and_what_stands_out(
    program: Program, ledger: Ledger, clock: Clock
) -> None:
    alert = accept(ledger)
    stages = {"received_at": NOW, "displayed_at": NOW, "voiced_at": NOW + timedelta(seconds=9), "confirmed_at": NOW}
    ledger.deliveries.record(
        [
            report(alert, "t-1", **stages),
            report(alert, "t-2", received_at=NOW, outcome="voice_failed", reason="no card"),
        ]
    )
    ledger.presences.record([presence("t-3", online=False)])
    clock.move(minutes=1)
    first = (await program.get(f"/alerts/{alert.identifier}/deliveries", params={"limit": 2})).json()
    assert first["reach"] == {
        "addressed": 3,
        "received": 2,
        "displayed": 1,
        "voiced": 1,
        "confirmed": 1,
        "voice_failed": 1,
        "refused": 0,
        "out_of_service": 0,
    }
    assert [(line["terminal"], line["trouble"]) for line in first["deliveries"]] == [
        ("t-1", None),
        ("t-2", "voice_failed"),
    ]
    assert first["deliveries"][0]["voiced_at"] == "2026-11-24T01:00:09Z"
    assert first["deliveries"][1]["reason"] == "no card"
    second = await program.get(f"/alerts/{alert.identifier}/deliveries", params={"cursor": first["next"]})
    assert [line["trouble"] for line in second.json()["deliveries"]] == ["offline"]
    assert second.json()["next"] is None
    troubled = (await program.get(f"/alerts/{alert.identifier}/deliveries", params={"troubled": "true"})).json()
    assert [line["terminal"] for line in troubled["deliveries"]] == ["t-2", "t-3"]
    ledger.service.step(Step.RETIRE, ["t-3"], "hanako", NOW)
    troubled = (await program.get(f"/alerts/{alert.identifier}/deliveries", params={"troubled": "true"})).json()
    assert [line["terminal"] for line in troubled["deliveries"]] == ["t-2"]
    assert (troubled["reach"]["addressed"], troubled["reach"]["out_of_service"]) == (3, 1)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"headline": " "}, ["headline"]),
        ({"headline": "あ" * 61, "body": "〔いつ〕"}, ["headline", "body"]),
        ({"category": "nothing"}, ["category"]),
        ({"audience": {"kind": "areas"}}, ["audience"]),
        ({"audience": {"kind": "areas", "members": ["nishi"]}}, ["audience"]),
        ({"audience": {"kind": "terminals", "members": ["佐藤"]}}, ["audience"]),
        ({"translations": [{"language": "vi", "headline": "A"}]}, ["translations.vi.body"]),
        ({"translations": [{"language": "xx", "headline": "A", "body": "B"}]}, ["translations"]),
        ({"valid_hours": 72}, ["valid_hours"]),
    ],
)
async def test_what_cannot_be_sent_is_told_field_by_field_in_both_languages(
    program: Program, ledger: Ledger, changes: dict[str, Any], fields: list[str]
) -> None:
    response = await program.post("/alerts", {**CONTENT, **changes})
    assert problem_of(response) == (422, "not-sendable")
    errors = response.json()["errors"]
    assert [error["field"] for error in errors] == fields
    assert all(" " in error["detail"] for error in errors)
    assert all(error["japanese"].endswith(("。", "。)")) for error in errors)
    checked = (await program.post("/checks", {**CONTENT, **changes})).json()
    assert (checked["sendable"], checked["errors"], checked["sentence"]) == (False, errors, None)
    assert ledger.alerts.newest(1) == []


async def test_fewer_hours_than_the_categorys_can_be_chosen_wherever_a_text_is_given(
    program: Program, ledger: Ledger
) -> None:
    fewer, over = {**CONTENT, "valid_hours": 3}, NOW + timedelta(hours=3)
    checked = (await program.post("/checks", fewer)).json()
    assert datetime.fromisoformat(checked["expires"]) == over
    await program.send(valid_hours=3)
    made = (await program.post("/drafts", fewer)).json()
    assert made["content"]["valid_hours"] == 3
    await program.post(f"/drafts/{made['identifier']}/submission", {}, **{"if-match": '"1"'})
    assert [accepted.alert.expires for accepted in ledger.alerts.newest(10)] == [over, over]
    planned = (await program.post("/alerts", {**fewer, "timing": {"at": "2026-12-01T10:00:00+09:00"}})).json()
    found = (await program.get(f"/submissions/{planned['identifier']}")).json()
    assert found["content"]["valid_hours"] == 3
    assert (await program.post("/drafts", CONTENT)).json()["content"]["valid_hours"] is None


@pytest.mark.parametrize("hours", [0, 2, -1, 1000, "3", 1.5])
async def test_hours_that_nobody_may_choose_do_not_follow_the_contract(program: Program, hours: Any) -> None:
    response = await program.post("/alerts", {**CONTENT, "valid_hours": hours})
    assert problem_of(response) == (422, "invalid")
    assert [error["field"] for error in response.json()["errors"]] == ["valid_hours"]


async def test_a_check_says_what_sending_would_do_and_sends_nothing(program: Program, ledger: Ledger) -> None:
    ledger.presences.record([presence("t-1")])
    checked = (await program.post("/checks", {**CONTENT, "audience": {"kind": "areas", "members": ["kita"]}})).json()
    assert checked["sentence"] == "北地区 2世帯に、いますぐ、重要で放送します"
    assert (checked["addressed"], checked["away"], checked["level"]) == (2, 1, "important")
    assert ledger.alerts.newest(1) == []


async def test_a_draft_is_written_on_by_whoever_has_seen_it_last(program: Program, ledger: Ledger) -> None:
    made = await program.post("/drafts", {"headline": "書きかけ"})
    path = f"/drafts/{made.json()['identifier']}"
    assert (made.status_code, made.headers["etag"], made.headers["location"]) == (201, '"1"', f"/api/v1{path}")
    changed = await program.put(path, {**CONTENT, "headline": "続き"}, **{"if-match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    for headers, status in [({"if-match": '"1"'}, 412), ({"if-match": "*"}, 412), ({}, 428)]:
        for response in (
            await program.put(path, CONTENT, **headers),
            await program.delete(path, **headers),
            await program.post(f"{path}/submission", {}, **headers),
        ):
            assert problem_of(response)[0] == status
    read = await program.get(path)
    assert (read.headers["etag"], read.json()["content"]["headline"]) == ('"2"', "続き")
    assert [draft["version"] for draft in (await program.get("/drafts")).json()["drafts"]] == [2]
    sent = await program.post(f"{path}/submission", {}, **{"if-match": '"2"'})
    assert (sent.status_code, sent.json()["submitted"]) == (201, "sent")
    accepted = ledger.alerts.get(sent.json()["identifier"])
    assert accepted is not None
    assert accepted.alert.headline == "続き"
    assert (await program.get("/drafts")).json()["drafts"] == []


async def test_a_draft_is_thrown_away(program: Program, ledger: Ledger) -> None:
    made = await program.post("/drafts", {})
    path = f"/drafts/{made.json()['identifier']}"
    gone = await program.delete(path, **{"if-match": made.headers["etag"]})
    assert (gone.status_code, gone.content) == (204, b"")
    assert ledger.audit.newest(1)[0].deed is Deed.DRAFT_DISCARDED
    assert problem_of(await program.get(path)) == (404, "not-found")
    assert problem_of(await program.put(path, {}, **{"if-match": '"1"'})) == (404, "not-found")


async def test_an_unfinished_draft_is_not_sent(program: Program, ledger: Ledger) -> None:
    made = await program.post("/drafts", {"category": "scam", "headline": "書きかけ"})
    response = await program.post(f"/drafts/{made.json()['identifier']}/submission", {}, **{"if-match": '"1"'})
    assert problem_of(response) == (422, "not-sendable")
    assert [error["field"] for error in response.json()["errors"]] == ["body"]
    assert ledger.alerts.newest(1) == []


async def test_terminals_are_listed_with_how_they_are(program: Program, ledger: Ledger) -> None:
    ledger.presences.record([presence("t-1", temperature_celsius=85), presence("t-2", online=False)])
    found = (await program.get("/terminals")).json()["terminals"]
    assert [(one["terminal"], one["state"], one["faults"]) for one in found] == [
        ("t-1", "faulty", ["heat"]),
        ("t-2", "offline", []),
        ("t-3", "never", []),
    ]
    assert found[0]["presence"]["temperature_celsius"] == 85
    assert found[2]["presence"] is None
    for wanted, expected in [
        ({"state": "offline"}, ["t-2"]),
        ({"area": "kita"}, ["t-1", "t-2"]),
        ({"group": "elderly"}, ["t-1"]),
        ({"area": "minami", "group": "elderly"}, []),
    ]:
        listed = (await program.get("/terminals", params=wanted)).json()["terminals"]
        assert [one["terminal"] for one in listed] == expected
    page = (await program.get("/terminals", params={"limit": 2})).json()
    rest = (await program.get("/terminals", params={"cursor": page["next"]})).json()
    assert [one["terminal"] for one in rest["terminals"]] == ["t-3"]
    assert (await program.get("/terminals/t-1")).json() == found[0]
    assert problem_of(await program.get("/terminals/t-9")) == (404, "not-found")


async def test_a_terminal_that_has_left_service_is_listed_only_when_it_is_asked_for(
    program: Program, ledger: Ledger
) -> None:
    ledger.service.step(Step.RETIRE, ["t-3"], "hanako", NOW)
    for wanted, expected in [({}, ["t-1", "t-2"]), ({"service": "retired"}, ["t-3"]), ({"service": "suspended"}, [])]:
        listed = (await program.get("/terminals", params=wanted)).json()["terminals"]
        assert [one["terminal"] for one in listed] == expected
    assert (await program.get("/terminals/t-3")).json()["service"] == "retired"


async def test_of_a_program_and_a_colleague_one_takes_a_call(program: Program, ledger: Ledger, author: Browser) -> None:
    ask(ledger)
    (wish,) = (await program.get("/requests")).json()["requests"]
    taken = await program.post(f"/requests/{wish['id']}/take")
    assert (taken.status_code, taken.json()["taken_by"]) == (200, "api:防災メール")
    assert (await author.post(f"/requests/{wish['id']}/take")).status_code == 409
    ledger.requests.release(wish["id"], "api:防災メール", NOW)
    await author.post(f"/requests/{wish['id']}/take")
    assert problem_of(await program.post(f"/requests/{wish['id']}/take")) == (409, "overtaken")


async def test_a_call_is_noted_and_taken_back(program: Program, ledger: Ledger, author: Browser) -> None:
    ask(ledger)
    (wish,) = (await program.get("/requests")).json()["requests"]
    assert (wish["terminal"], wish["done_at"]) == ("t-1", None)
    done = await program.post(f"/requests/{wish['id']}/done")
    assert (done.status_code, done.json()["done_by"]) == (200, "api:防災メール")
    assert (await program.get("/requests")).json()["requests"] == []
    assert "防災メール（外部連携）さんが電話しました" in (await author.get("/requests?show=over")).text
    (over,) = (await program.get("/requests", params={"state": "closed"})).json()["requests"]
    assert over == done.json()
    assert (await program.post(f"/requests/{wish['id']}/reopen")).json()["done_at"] is None
    assert ledger.requests.count_open() == 1
    for act in ("done", "reopen"):
        assert problem_of(await program.post(f"/requests/99/{act}")) == (404, "not-found")
        assert problem_of(await program.post(f"/requests/{2**70}/{act}")) == (422, "invalid")


async def test_the_town_says_what_can_be_chosen(program: Program) -> None:
    town = (await program.get("/town")).json()
    assert town["areas"][0] == {"id": "kita", "name": "北地区", "terminals": 2}
    assert town["groups"] == [{"id": "elderly", "name": "高齢者のみの世帯", "terminals": 1}]
    assert town["categories"][0]["level"] == "important"
    assert town["quiet_hours"] is None
    assert "vi" in [language["code"] for language in town["languages"]]


async def test_health_says_whether_what_is_accepted_goes_out(program: Program, ledger: Ledger) -> None:
    await program.send()
    ledger.broker.record(False, "connection refused", NOW)
    health = (await program.get("/health")).json()
    assert (health["broker_connected"], health["waiting"], health["broker_detail"]) == (False, 1, "connection refused")


async def test_markup_in_every_field_comes_back_as_the_text_that_it_is(program: Program, author: Browser) -> None:
    text = MARKUP
    identifier = await program.send(
        headline=text, body=text, translations=[{"language": "vi", "headline": text, "body": text}]
    )
    made = await program.post("/drafts", {"category": text, "headline": text, "body": text})
    for response in (await program.get(f"/alerts/{identifier}"), await program.get("/drafts"), made):
        assert response.headers["content-type"] == "application/json"
        assert response.headers["x-content-type-options"] == "nosniff"
    found = (await program.get(f"/alerts/{identifier}")).json()
    assert (found["headline"], found["body"], found["translations"][0]["body"]) == (text, text, text)
    content = (await program.get(f"/drafts/{made.json()['identifier']}")).json()["content"]
    assert (content["category"], content["headline"], content["body"]) == (text, text, text)
    for path in (f"/alerts/{identifier}", "/", "/log"):
        assert "<script>alert" not in (await author.get(path)).text


async def test_lines_end_as_the_terminals_know_it_and_a_headline_is_one_line(program: Program) -> None:
    identifier = await program.send(headline="一行\r\n二行", body="一行\r\n二行\r三行")
    found = (await program.get(f"/alerts/{identifier}")).json()
    assert (found["headline"], found["body"]) == ("一行 二行", "一行\n二行\n三行")


async def test_who_never_got_an_alert_stands_out_once_it_has_expired(
    app: FastAPI, ledger: Ledger, clock: Clock
) -> None:
    alert = accept(ledger)
    program = Program(app, make_token(ledger, days=5))
    clock.move(hours=25)
    found = (await program.get(f"/alerts/{alert.identifier}/deliveries")).json()
    assert found["state"] == "expired"
    assert [line["trouble"] for line in found["deliveries"]] == ["expired"] * 3
