"""What a request needs, said once for the check and for the contract."""

from typing import Annotated, Any

from fastapi import Depends

from broadcaster.domain.tokens import Scope, Token
from broadcaster.ledger.accounts import Account
from broadcaster.web.api import problems
from broadcaster.web.api.gate import token_of
from broadcaster.web.api.problems import MEDIA_TYPE, Kind, ProblemRaised

SECURITY_SCHEME = "token"

Bearer = Annotated[Token, Depends(token_of)]
"""The token that asks."""

_READING = (problems.UNAUTHORIZED, problems.INVALID, problems.TOO_MANY, problems.FAILED)
_WRITING = (problems.MALFORMED, problems.TOO_LARGE, problems.WRONG_TYPE, problems.NOT_STORED)


def reading(*scopes: Scope, errors: tuple[Kind, ...] = ()) -> dict[str, Any]:
    """Return what FastAPI needs to know of an operation for which any one of the scopes is enough, without any: all.

    `errors` are those that others do not have.
    """
    return _operation(scopes, (*_READING, *errors))


def writing(*scopes: Scope, errors: tuple[Kind, ...] = ()) -> dict[str, Any]:
    """Return the same for an operation that takes a body or changes something."""
    return _operation(scopes, (*_READING, *_WRITING, *errors))


def account_of(token: Token) -> Account:
    """Return as whom a token acts: an account of its own, that nobody can log in with."""
    return Account(token.actor, token.name, token.role)


def names_of(token: Token, household: str) -> str | None:
    """Return a household's name if the token may read it."""
    return household if Scope.HOUSEHOLDS_READ in token.scopes else None


def _operation(scopes: tuple[Scope, ...], errors: tuple[Kind, ...]) -> dict[str, Any]:
    def check(token: Bearer) -> None:
        if scopes and not token.scopes.intersection(scopes):
            wanted = " ".join(scopes)
            raise ProblemRaised(
                problems.FORBIDDEN,
                f"this needs {' or '.join(scopes)}",
                scope=scopes[0],
                headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{wanted}"'},
            )

    return {
        "dependencies": [Depends(check)],
        "openapi_extra": {
            "security": [{SECURITY_SCHEME: [scope.value]} for scope in scopes] or [{SECURITY_SCHEME: []}]
        },
        "responses": _declared((*errors, problems.FORBIDDEN) if scopes else errors),
    }


def _declared(errors: tuple[Kind, ...]) -> dict[int | str, dict[str, Any]]:
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    declared: dict[int | str, dict[str, Any]] = {}
    for kind in sorted(errors, key=lambda kind: kind.status):
        known = declared.get(kind.status)
        description = f"{known['description']}; or {kind.title}" if known else kind.title
        declared[kind.status] = {"description": description, "content": {MEDIA_TYPE: schema}}
    return declared
