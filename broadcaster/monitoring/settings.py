"""Where the mails to the operators go, and through which server: the table [mail] of the centre's settings."""

import re
from datetime import time
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, SecretStr, model_validator

from kokuchi.configuration import FilePath, Section

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


def _single_address(text: str) -> str:
    # Whatever else fits a header does not fit here: neither a line break nor a second address.
    if not _ADDRESS.fullmatch(text):
        raise ValueError("is not one mail address such as kiki@town.example.jp")
    return text


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("has line breaks or other control characters")
    return text


Address = Annotated[str, AfterValidator(_single_address)]


class MailSettings(Section):
    """How mail goes out. `security`: "starttls" (port 587), "tls" (465), or "none" for a server on this machine.

    `authority` is the PEM file of who vouches for a server that the system does not know. An incident is written about
    once it has lasted `after_minutes`; what still stands, once a day at `daily_at`.
    """

    model_config = ConfigDict(populate_by_name=True)

    host: Annotated[str, Field(min_length=1), AfterValidator(_printable)]
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: Annotated[str, AfterValidator(_printable)] | None = None
    password: SecretStr | None = None
    authority: FilePath | None = None
    sender: Address = Field(alias="from")
    to: Annotated[tuple[Address, ...], Field(min_length=1)]
    after_minutes: Annotated[int, Field(ge=0, le=24 * 60)] = 5
    daily_at: time = time(8, 30)

    @model_validator(mode="after")
    def _can_log_in(self) -> Self:
        if self.user is not None and self.password is None:
            raise ValueError("user needs password_file")
        return self
