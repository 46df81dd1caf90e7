"""Every error under /api/v1 is a problem (RFC 9457), and tells no more than it has to."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from broadcaster.ledger import Ledger
from broadcaster.web.api.problems import KINDS
from broadcaster.web.protection import MAXIMUM_BODY_BYTES
from tests.broadcaster.web.api.program import CONTENT, Program, problem_of
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.test_storage import LONG_BODY, Disk

DOCUMENT = Path(__file__).parents[4] / "docs" / "api.md"


async def raw(program: Program, body: bytes, kind: str = "application/json") -> httpx.Response:
    headers = {"content-type": kind, "idempotency-key": "1"}
    return await program.client.post("/api/v1/alerts", content=body, headers=headers)


async def test_what_is_not_there_and_cannot_be_done_is_a_problem(program: Program) -> None:
    for path in ("/", "/nothing", "/%0A", "/drafts/%0A0", "/alerts/", "/alerts/x", "/alerts/x/revisions", "/drafts/x"):
        assert problem_of(await program.get(path)) == (404, "not-found")
    response = await program.client.delete("/api/v1/alerts")
    assert problem_of(response) == (405, "wrong-method")
    assert "GET" in response.headers["allow"]


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"a": }', b""])
async def test_what_is_no_json_is_told_so(program: Program, body: bytes) -> None:
    response = await raw(program, body)
    assert problem_of(response) in [(400, "malformed"), (422, "invalid")]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data"])
async def test_another_media_type_is_refused(program: Program, kind: str) -> None:
    """A form of a page of another site cannot even be looked at."""
    assert problem_of(await raw(program, b"{}", kind)) == (415, "wrong-type")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"headline": 1}, "headline"),
        ({"headline": "あ" * 1001}, "headline"),
        ({"level": "loud"}, "level"),
        ({"audience": {"kind": "nobody"}}, "audience.kind"),
        ({"audience": {"kind": "areas", "members": ["a"] * 1001}}, "audience.members"),
        ({"audience": {"members": ["kita"]}}, "audience"),
        ({"audience": {"kind": "all", "members": ["kita"]}}, "audience"),
        ({"translations": [{"language": "vi", "text": "A"}]}, "translations.0.text"),
        ({"surprise": "<script>secret</script>"}, "surprise"),
    ],
)
async def test_what_does_not_follow_the_contract_is_told_field_by_field_and_not_echoed(
    program: Program, change: dict[str, object], field: str
) -> None:
    response = await program.post("/alerts", {**CONTENT, **change})
    assert problem_of(response) == (422, "invalid")
    (error,) = response.json()["errors"]
    assert error["field"] == field
    assert error["japanese"].endswith("。")
    assert "secret" not in response.text


async def test_half_of_a_surrogate_pair_is_no_text(program: Program) -> None:
    response = await raw(program, json.dumps({**CONTENT, "body": "\ud800"}).encode())
    assert problem_of(response) == (422, "invalid")
    assert [error["field"] for error in response.json()["errors"]] == ["body"]


async def test_a_body_that_is_too_large_is_refused_whether_announced_or_not(program: Program) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(MAXIMUM_BODY_BYTES // 1000 + 2):
            yield b"a" * 1000

    assert problem_of(await raw(program, b"a" * (MAXIMUM_BODY_BYTES + 1))) == (413, "too-large")
    headers = {"content-type": "application/json", "idempotency-key": "1"}
    response = await program.client.post("/api/v1/alerts", content=chunks(), headers=headers)
    assert problem_of(response) == (413, "too-large")


@pytest.mark.parametrize("fault", [Disk.is_full, Disk.is_read_only])
async def test_a_ledger_that_cannot_be_written_is_told_and_the_same_request_works_when_it_can(
    program: Program, ledger: Ledger, fault: Callable[[Disk], None]
) -> None:
    disk = Disk(ledger)
    content = {**CONTENT, "body": LONG_BODY}
    fault(disk)
    response = await program.post("/alerts", content, key="1")
    assert problem_of(response) == (503, "not-stored")
    assert response.headers["retry-after"] == "30"
    assert "保守の担当者" in response.json()["japanese"]
    for path in ("/alerts", "/town", "/terminals", "/drafts", "/requests", "/health"):
        assert (await program.get(path)).status_code == 200
    assert problem_of(await program.post("/drafts", content)) == (503, "not-stored")
    disk.is_well_again()
    assert (await program.post("/alerts", content, key="1")).status_code == 201
    assert len(ledger.alerts.newest(10)) == 1


async def test_a_failure_is_told_without_its_details(program: Program, ledger: Ledger) -> None:
    with ledger.connections.write() as db:
        db.execute("DROP TABLE presences")
    response = await program.get("/terminals")
    assert problem_of(response) == (500, "failed")
    assert "presences" not in response.text
    assert "default-src 'self'" in response.headers["content-security-policy"]


async def test_every_answer_is_protected_as_pages_are(program: Program) -> None:
    for path in ("/town", "/nothing", "/alerts?limit=0"):
        headers = (await program.get(path)).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "set-cookie" not in headers


async def test_every_kind_of_problem_is_explained_where_its_type_leads(browser: Browser) -> None:
    page = (await browser.get("/api")).text
    document = DOCUMENT.read_text(encoding="utf-8")
    for kind in KINDS:
        assert f'id="{kind.name}"' in page
        assert f"| {kind.status} | `{kind.reference}` |" in document
