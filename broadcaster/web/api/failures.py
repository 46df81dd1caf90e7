"""From whatever ends a request early to a problem: nothing under /api/v1 is answered with a page."""

from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from broadcaster.domain.draft import DraftError
from broadcaster.ledger.drafts import DraftMoved
from broadcaster.sending import MayNotApprove
from broadcaster.web.api import problems
from broadcaster.web.api.problems import FieldError, Kind, ProblemRaised
from broadcaster.web.api.versions import etag
from broadcaster.web.errors import NotStored, PageError
from broadcaster.web.protection import MAXIMUM_BODY_BYTES
from kokuchi.storage import StorageUnwritable

RETRY_SECONDS = 30
"""After this time it is worth asking again whether the ledger can be written."""

_KINDS = {
    400: problems.MALFORMED,
    404: problems.NOT_FOUND,
    405: problems.WRONG_METHOD,
    408: problems.TOO_SLOW,
    413: problems.TOO_LARGE,
    415: problems.WRONG_TYPE,
}
_JAPANESE = {
    "missing": "必要な項目がありません。",
    "extra_forbidden": "知らない項目があります。",
    "string_too_long": "長すぎます。",
    "string_too_short": "短すぎます。",
    "too_long": "多すぎます。",
    "enum": "選べない値です。",
    "string_pattern_mismatch": "使えない文字があるか、形がちがいます。",
}


def handle_failures(api: FastAPI) -> None:
    """Answer every error of this application with a problem."""
    api.add_exception_handler(ProblemRaised, _raised)
    api.add_exception_handler(DraftError, _not_sendable)
    api.add_exception_handler(DraftMoved, _moved)
    api.add_exception_handler(MayNotApprove, _may_not_approve)
    api.add_exception_handler(NotStored, _not_stored)
    api.add_exception_handler(StorageUnwritable, _away)
    api.add_exception_handler(PageError, _page_error)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(HTTPException, _status)
    api.add_exception_handler(Exception, _failed)


def errors_of(error: DraftError) -> list[FieldError]:
    """Return what is wrong with a text, field by field."""
    return [
        FieldError(field=_field_of(problem.field), detail=problem.english, japanese=problem.japanese)
        for problem in error.problems
    ]


def _raised(_: Request, error: Exception) -> Response:
    return (error if isinstance(error, ProblemRaised) else ProblemRaised(problems.FAILED)).response()


def _not_sendable(_: Request, error: Exception) -> Response:
    errors = errors_of(error) if isinstance(error, DraftError) else []
    return ProblemRaised(problems.NOT_SENDABLE, errors=errors).response()


def _moved(_: Request, error: Exception) -> Response:
    stands = error.now if isinstance(error, DraftMoved) else None
    detail = f"its ETag is {etag(stands.version)}" if stands else "it is not there any more"
    return ProblemRaised(problems.MOVED, detail).response()


def _may_not_approve(_: Request, _error: Exception) -> Response:
    return ProblemRaised(problems.FORBIDDEN, "nobody approves of what they have submitted themselves").response()


def _not_stored(_: Request, error: Exception) -> Response:
    advice = error.advice if isinstance(error, NotStored) else ""
    headers = {"Retry-After": str(RETRY_SECONDS)}
    detail = "the ledger cannot be written"
    return ProblemRaised(problems.NOT_STORED, detail, japanese=advice, headers=headers).response()


def _away(request: Request, error: Exception) -> Response:
    fault = NotStored.because_of(error) if isinstance(error, StorageUnwritable) else None
    return _not_stored(request, fault or error)


def _page_error(_: Request, error: Exception) -> Response:
    kind = _KINDS.get(error.status, problems.FAILED) if isinstance(error, PageError) else problems.FAILED
    detail = f"at most {MAXIMUM_BODY_BYTES} bytes are taken" if kind is problems.TOO_LARGE else ""
    return ProblemRaised(kind, detail).response()


def _status(request: Request, error: Exception) -> Response:
    if isinstance(error.__cause__, PageError):
        # FastAPI met it while it read the body.
        return _page_error(request, error.__cause__)
    if not isinstance(error, HTTPException):
        return _failed(request, error)
    kind = _KINDS.get(error.status_code, problems.FAILED)
    return ProblemRaised(kind, headers=error.headers).response()


def _invalid(_: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    return ProblemRaised(_kind_of(found), errors=map(_field_error, found)).response()


def _kind_of(found: Sequence[Any]) -> Kind:
    headers = {str(error["loc"][1]).lower() for error in found if error["loc"][0] == "header"}
    if "if-match" in headers:
        return problems.PRECONDITION_MISSING
    unreadable = any(error["type"] == "json_invalid" for error in found)
    return problems.MALFORMED if headers or unreadable else problems.INVALID


def _field_error(error: Any) -> FieldError:
    # What was sent is not sent back: it may be long, or secret.
    return FieldError(
        field="body" if error["type"] == "json_invalid" else ".".join(_place(error["loc"])),
        detail=error["msg"],
        japanese=_JAPANESE.get(error["type"], "値が正しくありません。"),
    )


def _place(location: Iterable[Any]) -> list[str]:
    where, *rest = (str(part) for part in location)
    return rest or [where]


def _failed(_: Request, _error: Exception) -> Response:
    return ProblemRaised(problems.FAILED).response()


def _field_of(name: str) -> str:
    # The pages' "headline-vi" is translations.vi.headline here.
    field, _, language = name.partition("-")
    return f"translations.{language}.{field}" if language else field
