"""Asks the centre over HTTP. Nothing here looks at the device's clock, which may not be set yet."""

import httpx
from pydantic import ValidationError

from kokuchi.enrolment import MAXIMUM_ANSWER_BYTES, PATH, EnrolmentRequest, Grant, Refusal, Refused
from terminal_client.enrolment.errors import EnrolmentError, Trouble

CONNECT_SECONDS = 8.0
ANSWER_SECONDS = 30.0


async def ask_centre(url: str, request: EnrolmentRequest) -> Grant:
    """Return what the centre grants; raises EnrolmentError."""
    client = httpx.AsyncClient(
        timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
        # The centre is in the town's own network: a proxy of the environment knows nothing of it.
        trust_env=False,
        # Reading the authorities takes long on a small device; over plain HTTP there is nothing to verify.
        verify=url.startswith("https:"),
    )
    try:
        async with client, client.stream("POST", f"{url}{PATH}", json=request.model_dump()) as response:
            body = b""
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MAXIMUM_ANSWER_BYTES:
                    raise EnrolmentError(Trouble.STRANGER)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL) as error:
        raise EnrolmentError(Trouble.UNREACHABLE) from error
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
