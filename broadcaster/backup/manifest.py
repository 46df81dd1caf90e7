"""What a backup says of itself: the first member of its tar."""

from datetime import datetime
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

NAME = "manifest.json"


def _stays_within(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError("a file of a backup lies within its folder")
    return name


Name = Annotated[str, AfterValidator(_stays_within)]
"""Where a file lies below the root of the backup."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class SavedFile(_Part):
    """One file. `owner` and `group` are names, taken up again by a restore that root runs."""

    name: Name
    bytes: int
    sha256: str
    mode: int
    owner: str
    group: str


class Manifest(_Part):
    """Everything that there is to compare after a restore.

    `root` is the folder that `files` lie in, `config` and `ledger` are two of them. `rows` counts the rows of each of
    the ledger's tables.
    """

    version: Literal[1] = 1
    software: str
    town: str
    town_name: str
    made_at: datetime
    root: str
    config: Name
    ledger: Name
    files: tuple[SavedFile, ...]
    rows: dict[str, int]
