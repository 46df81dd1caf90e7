"""docs/api.md and the page /api say what is there: every line for the shell in the document works."""

import re
import shlex
from pathlib import Path
from string import Template

import httpx
from fastapi import FastAPI

from broadcaster.domain.tokens import Scope
from broadcaster.domain.written import Written
from broadcaster.ledger import Ledger
from tests.broadcaster.web.api.program import Program
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.test_requests import ask
from tests.broadcaster.web.town import NOW

DOCUMENT = (Path(__file__).parents[4] / "docs" / "api.md").read_text(encoding="utf-8")
OPERATION = re.compile(r"^\| `(GET|POST|PUT|DELETE) (/[^`]*)` \| ([^|]*) \|", re.MULTILINE)


def examples() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL)
    return [line for block in blocks for line in re.split(r"\n(?=curl )", block.strip())]


async def run(program: Program, line: str, names: dict[str, str]) -> httpx.Response:
    """Do what the shell and curl would do."""
    command, *words = shlex.split(line.replace("\\\n", " "))
    assert command == "curl"
    method, headers, body, address = "GET", {}, None, ""
    while words:
        match words.pop(0):
            case "-X":
                method = words.pop(0)
            case "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name] = Template(value).substitute(names)
            case "-d":
                body = words.pop(0)
            case word:
                address = Template(word).substitute(names)
    return await program.client.request(method, address, headers=headers, content=body)


async def test_every_example_of_the_document_works_in_its_order(program: Program, ledger: Ledger) -> None:
    ask(ledger)
    ledger.drafts.save("other", 0, Written(headline="いらない"), "hanako", NOW)
    names = {
        "CENTRE": "http://office",
        "TOKEN": program.client.headers.pop("authorization").removeprefix("Bearer "),
        "TERMINAL": "t-1",
        "REQUEST": "1",
        "OTHER_DRAFT": "other",
    }
    for line in examples():
        response = await run(program, line, names)
        assert response.status_code < 300, (line, response.text)
        if response.headers.get("location", "").startswith("/api/v1/drafts/"):
            names["DRAFT"] = response.json()["identifier"]
        elif response.headers.get("location", "").startswith("/api/v1/submissions/"):
            names["PLANNED"] = response.json()["identifier"]
        elif response.status_code == 201:
            names["ALERT"] = response.json()["identifier"]
    assert len(examples()) > 15
    assert [accepted.alert.headline for accepted in ledger.alerts.newest(10)] == ["不審な電話に注意"] * 2


def test_the_document_names_every_operation_with_its_scope(app: FastAPI) -> None:
    paths = app.state.api.openapi()["paths"]
    wanted = {
        (method.upper(), path): " or ".join(f"`{way['token'][0]}`" for way in operation["security"] if way["token"])
        for path, methods in paths.items()
        for method, operation in methods.items()
    }
    assert {(method, path): scope.replace("any", "") for method, path, scope in OPERATION.findall(DOCUMENT)} == wanted


def test_the_document_names_every_scope() -> None:
    assert re.findall(r"^\| `([a-z]+:[a-z]+)` \|", DOCUMENT, re.MULTILINE) == [scope.value for scope in Scope]


async def test_the_page_shows_every_operation_to_whoever_asks_and_names_no_other_host(browser: Browser) -> None:
    page = (await browser.get("/api")).text
    contract = (await browser.get("/openapi.json")).json()
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            assert f'id="{operation["operationId"]}"' in page
            assert f"{method.upper()}</span> <code>/api/v1{path}</code>" in page
    assert "://" not in page
    assert len(page.encode()) < 60_000
    assert "://" not in str({name: part for name, part in contract.items() if name != "openapi"})
