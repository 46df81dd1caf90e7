"""The contract in OpenAPI 3.1, made from the operations themselves."""

from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi

from broadcaster.domain.tokens import Scope
from broadcaster.web.api.problems import FieldError, Problem
from broadcaster.web.api.rights import SECURITY_SCHEME
from kokuchi import __version__

PREFIX = "/api/v1"

SCOPES = {
    Scope.ALERTS_READ: "Read alerts and how far they have come.",
    Scope.ALERTS_SEND: "Send, correct and withdraw alerts.",
    Scope.ALERTS_APPROVE: "Let go out what another one has written.",
    Scope.DRAFTS_WRITE: "Read, write and throw away drafts.",
    Scope.TERMINALS_READ: "Read how the terminals are.",
    Scope.REQUESTS_READ: "Read which households want to be called.",
    Scope.REQUESTS_WRITE: "Say that a household was called.",
    Scope.HOUSEHOLDS_READ: "Read the names of households, wherever else is read.",
    Scope.METRICS_READ: "Read the figures for Prometheus at /metrics.",
}

_DESCRIPTION = """\
What the staff's pages do, for other programs of the town. The same rules hold, the same record of deeds is kept.

Send `Authorization: Bearer TOKEN`; the town makes tokens on its page /tokens. What is sent or made needs an
`Idempotency-Key`. Every error is `application/problem+json` (RFC 9457); the page /api explains each `type`.
Times are ISO 8601 with offset.

Scopes:

"""


def operations(subject: str) -> APIRouter:
    """Return where the operations of a subject are put, which the contract calls by their names."""
    return APIRouter(tags=[subject], generate_unique_id_function=lambda route: route.name)


def describe(api: FastAPI) -> None:
    """Let an application tell its contract, made once when it is first asked for."""

    def contract() -> dict[str, Any]:
        if api.openapi_schema is None:
            api.openapi_schema = _contract(api)
        return api.openapi_schema

    api.openapi = contract  # type: ignore[method-assign] # FastAPI's own way to extend it


def _contract(api: FastAPI) -> dict[str, Any]:
    schema = get_openapi(
        title="kokuchi",
        version=__version__,
        summary="Warn every household at once, and know who was reached.",
        description=_DESCRIPTION + "\n".join(f"- `{scope}`: {text}" for scope, text in SCOPES.items()),
        routes=api.routes,
        servers=[{"url": PREFIX}],
    )
    components = schema["components"]
    components["securitySchemes"] = {
        SECURITY_SCHEME: {"type": "http", "scheme": "bearer", "description": "A token of the page /tokens."}
    }
    for model in (Problem, FieldError):
        described = model.model_json_schema(ref_template="#/components/schemas/{model}")
        described.pop("$defs", None)
        components["schemas"][model.__name__] = described
    return schema
