"""What can be wrong with a request of another program, as application/problem+json (RFC 9457).

Each kind has a section of its own on the page /api, to which its `type` leads; docs/api.md has the same table.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Kind:
    """One kind of problem; `advice` tells a developer what to do."""

    name: str
    status: int
    title: str
    advice: str

    @property
    def reference(self) -> str:
        """The URI reference of its `type`, relative to the centre."""
        return f"/api#{self.name}"


MALFORMED = Kind("malformed", 400, "The request cannot be read", "Send JSON, and the headers that are declared.")
UNAUTHORIZED = Kind(
    "unauthorized",
    401,
    "A token that stands is needed",
    "Send `Authorization: Bearer TOKEN`. A token may have been revoked, may be over, or its maker may not make tokens "
    "any more: ask the town for a new one. Asking again with the same token is of no use.",
)
FORBIDDEN = Kind(
    "forbidden", 403, "The token may not do this", "Ask the town for a token with the scope that `scope` names."
)
NOT_FOUND = Kind("not-found", 404, "There is no such thing", "Check the address and the identifier in it.")
WRONG_METHOD = Kind("wrong-method", 405, "This cannot be done here", "The header Allow names what can be done.")
OVERTAKEN = Kind(
    "overtaken",
    409,
    "Somebody else was faster",
    "The alert is not as you saw it any more. Read it again and decide anew.",
)
RUNNING = Kind(
    "running", 409, "The same request is still being answered", "Ask again with the same key after Retry-After seconds."
)
MOVED = Kind(
    "moved", 412, "The draft is not as you saw it", "Read it again; its ETag is what If-Match is to name. Decide anew."
)
TOO_SLOW = Kind("too-slow", 408, "The request came too slowly", "The whole of it has to come within 60 seconds.")
TOO_LARGE = Kind("too-large", 413, "The request is too large", "At most 1,000,000 bytes are taken.")
WRONG_TYPE = Kind("wrong-type", 415, "The body is no JSON", "Send `Content-Type: application/json`.")
INVALID = Kind(
    "invalid", 422, "The request does not follow the contract", "`errors` names each field; see /openapi.json."
)
NOT_SENDABLE = Kind(
    "not-sendable",
    422,
    "The text cannot be sent as it is",
    "`errors` names each field, and says in Japanese what its author is to do.",
)
KEY_REUSED = Kind(
    "key-reused",
    422,
    "This Idempotency-Key was used for another request",
    "Use a new key for each thing that is to happen, and the same key only to ask the same again.",
)
PRECONDITION_MISSING = Kind(
    "precondition-missing", 428, "If-Match is missing", "Name the ETag of the draft that you have seen."
)
TOO_MANY = Kind(
    "too-many", 429, "Too many wrong tokens", "Correct the token. Nothing is looked at for Retry-After seconds."
)
FAILED = Kind(
    "failed", 500, "Something broke at the centre", "Ask again with the same Idempotency-Key, and tell the town."
)
NOT_STORED = Kind(
    "not-stored",
    503,
    "Nothing was stored, and nothing was sent",
    "The centre's disk cannot be written. Ask again with the same Idempotency-Key after Retry-After seconds; "
    "`japanese` is what to tell the town's staff.",
)

KINDS = (
    MALFORMED,
    UNAUTHORIZED,
    FORBIDDEN,
    NOT_FOUND,
    WRONG_METHOD,
    TOO_SLOW,
    OVERTAKEN,
    RUNNING,
    MOVED,
    TOO_LARGE,
    WRONG_TYPE,
    INVALID,
    NOT_SENDABLE,
    KEY_REUSED,
    PRECONDITION_MISSING,
    TOO_MANY,
    FAILED,
    NOT_STORED,
)
"""Every kind that there is."""


class FieldError(BaseModel):
    """What is wrong with one field."""

    field: str = Field(description="The field, with dots for what is inside of another one.", examples=["headline"])
    detail: str = Field(description="For developers, in English.", examples=["is empty"])
    japanese: str = Field(
        description="For the person who wrote it, in Japanese.", examples=["見出しを入力してください。"]
    )


class Problem(BaseModel):
    """An error, as application/problem+json (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"type": "/api#not-found", "title": "There is no such thing", "status": 404, "detail": ""}]
        }
    )

    type: str = Field(description="The kind of problem, a URI reference relative to the centre.")
    title: str = Field(description="The kind in words, always the same for one type.")
    status: int = Field(description="The HTTP status.", ge=400, le=599)
    detail: str = Field(description="What is wrong this time, in English; may be empty.")
    japanese: str | None = Field(default=None, description="What to tell the town's staff, in Japanese.")
    scope: str | None = Field(default=None, description="Of `forbidden`: a scope that would be enough.")
    errors: list[FieldError] | None = Field(default=None, description="Of `invalid` and `not-sendable`: each field.")


class ProblemRaised(Exception):  # noqa: N818 - reads as what it says
    """A request that ends with a problem."""

    def __init__(
        self,
        kind: Kind,
        detail: str = "",
        *,
        japanese: str | None = None,
        scope: str | None = None,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{kind.name}: {detail}")
        self.problem = Problem(
            type=kind.reference,
            title=kind.title,
            status=kind.status,
            detail=detail,
            japanese=japanese,
            scope=scope,
            errors=list(errors) or None,
        )
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """Return the answer."""
        return JSONResponse(
            self.problem.model_dump(exclude_none=True), self.problem.status, self.headers, media_type=MEDIA_TYPE
        )
