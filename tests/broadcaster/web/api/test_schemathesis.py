"""What a machine tries against the contract: nothing breaks, and no answer is other than the contract says.

Schemathesis makes the requests. Its plugin for pytest is left out (pyproject.toml), since each test prepares a town.
"""

import copy
import itertools
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from broadcaster.ledger import Ledger
from broadcaster.web.site import Site
from tests.broadcaster.web.api.program import make_token
from tests.broadcaster.web.api.test_rights import OPERATIONS, contents, named, prepare

AnyCase = Case[Any]

LABELS = [
    *((method, named(path)) for method, path, *_ in OPERATIONS),
    ("POST", "/checks"),
    ("GET", "/submissions"),
    ("GET", "/submissions/{identifier}"),
    ("POST", "/submissions/{identifier}/approval"),
    ("POST", "/submissions/{identifier}/return"),
    ("POST", "/submissions/{identifier}/recall"),
    ("POST", "/submissions/{identifier}/leave-out"),
    ("POST", "/submissions/{identifier}/put-back"),
]

NOT_OURS: list[Callable[[Any, Any, AnyCase], bool | None]] = [positive_data_acceptance, negative_data_rejection]
"""A text that follows the contract may still be one that the town does not send, and a strange query is overlooked."""


_MADE: dict[str, Any] = {}
"""The contract, once it was asked for: it takes a while to make, and every application's is the same."""


@pytest.fixture
def contract(app: FastAPI) -> Any:
    if not _MADE:
        _MADE.update(schemathesis.openapi.from_asgi("/openapi.json", app).raw_schema)
    loaded = schemathesis.openapi.from_dict(copy.deepcopy(_MADE))
    loaded.app = app
    return loaded


def try_out(strategy: Any, examples: int, attempt: Callable[[AnyCase], None]) -> None:
    """Make some requests, the same ones in every run."""
    tried = settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    tried(given(case=strategy)(lambda case: attempt(case)))()


@pytest.mark.parametrize(("method", "path"), LABELS)
def test_whatever_is_asked_with_a_token_is_answered_as_the_contract_says(
    app: FastAPI, contract: Any, ledger: Ledger, method: str, path: str
) -> None:
    site: Site = app.state.site
    alert, draft = prepare(ledger)
    known = {"identifier": draft if "drafts" in path else alert, "terminal": "t-1", "id": 1}
    headers = {"Authorization": f"Bearer {make_token(ledger)}"}
    numbers = itertools.count()

    def attempt(case: AnyCase) -> None:
        if next(numbers) % 2:
            case.path_parameters = {name: known[name] for name in case.path_parameters or {}}
        # It also tries wrong tokens, more often than somebody may.
        site.token_throttle.succeeded("testclient")
        case.call_and_validate(headers=headers, excluded_checks=NOT_OURS)

    for mode in GenerationMode:
        try_out(contract[path][method].as_strategy(generation_mode=mode), 8, attempt)


@pytest.mark.parametrize(("method", "path"), LABELS)
def test_whatever_is_asked_without_a_token_reads_and_changes_nothing(
    contract: Any, ledger: Ledger, method: str, path: str
) -> None:
    """Promise 10."""
    prepare(ledger)
    before = contents(ledger)

    def attempt(case: AnyCase) -> None:
        response = case.call()
        assert response.status_code in (401, 429)
        assert response.headers["content-type"] == ["application/problem+json"]
        assert "佐藤" not in response.text

    try_out(contract[path][method].as_strategy(generation_mode=GenerationMode.POSITIVE), 3, attempt)
    assert contents(ledger) == before
