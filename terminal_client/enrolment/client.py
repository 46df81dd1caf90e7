"""Asks the centre over HTTPS. A device's clock may not be set yet: until then certificates are taken at any date."""

import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
from pydantic import ValidationError

from kokuchi.enrolment import MAXIMUM_ANSWER_BYTES, PATH, EnrolmentRequest, Grant, Refusal, Refused
from kokuchi.system_clock import is_synchronised
from kokuchi.trust import AuthorityUnusable, Doubt, client_context, doubt_of
from terminal_client.enrolment.errors import EnrolmentError, Trouble

CONNECT_SECONDS = 8.0
ANSWER_SECONDS = 30.0

_TROUBLES: Mapping[Doubt | None, Trouble] = {
    Doubt.EXPIRED: Trouble.OUTDATED,
    Doubt.NOT_YET_VALID: Trouble.OUTDATED,
    Doubt.OTHER_NAME: Trouble.MISNAMED,
    Doubt.UNKNOWN_AUTHORITY: Trouble.UNTRUSTED,
    Doubt.NOT_TLS: Trouble.PLAIN,
}


async def ask_centre(url: str, request: EnrolmentRequest, authorities: Sequence[Path]) -> Grant:
    """Return what the centre grants, trusting the system's authorities and those in files; raises EnrolmentError."""
    client = httpx.AsyncClient(
        timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
        # The centre is in the town's own network: a proxy of the environment knows nothing of it.
        trust_env=False,
        # Reading the authorities takes long on a small device; over plain HTTP there is nothing to verify.
        verify=_trust(authorities) if url.startswith("https:") else False,
    )
    try:
        async with client, client.stream("POST", f"{url}{PATH}", json=request.model_dump()) as response:
            body = b""
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MAXIMUM_ANSWER_BYTES:
                    raise EnrolmentError(Trouble.STRANGER)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL) as error:
        raise EnrolmentError(_TROUBLES.get(doubt_of(error), Trouble.UNREACHABLE)) from error
    except httpx.RemoteProtocolError as error:
        raise EnrolmentError(Trouble.STRANGER) from error
    except httpx.HTTPError as error:
        raise EnrolmentError(Trouble.INTERRUPTED) from error
    try:
        if response.status_code == httpx.codes.OK:
            return Grant.model_validate_json(body)
        refused = Refused.model_validate_json(body)
    except ValidationError as error:
        raise EnrolmentError(Trouble.STRANGER) from error
    if refused.error not in set(Refusal):
        raise EnrolmentError(Trouble.REFUSED, refused.message)
    raise EnrolmentError(Trouble(refused.error), refused.message, refused.wait_seconds)


def _trust(authorities: Sequence[Path]) -> ssl.SSLContext:
    there = [path for path in authorities if path.exists()]
    try:
        return client_context(there, system=True, check_time=is_synchronised())
    except AuthorityUnusable as error:
        raise EnrolmentError(Trouble.UNTRUSTED, detail=str(error)) from error
