"""What can keep a page from being shown.

PageError       a page that says in Japanese what is wrong and what to do, with its HTTP status
NotLoggedIn     leads to the login page, and from there back
NotStored       the ledger could not be written; a page that keeps what was written, to be sent again
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from kokuchi.storage import UNWRITABLE, Hindrance, StorageUnwritable


class PageError(Exception):
    """A request that ends with an error page."""

    def __init__(self, status: int, title: str, advice: str) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.advice = advice


class NotLoggedIn(Exception):  # noqa: N818 - reads as what it says
    """A page for which one has to log in; `path` is where to go afterwards, `ended` whether one was logged in."""

    def __init__(self, path: str, *, ended: bool = False) -> None:
        super().__init__(path)
        self.path = path
        self.ended = ended


class NotStored(Exception):  # noqa: N818 - reads as what it says
    """Nothing was accepted, because the ledger could not be written; `advice` says why and what to do."""

    def __init__(self, advice: str) -> None:
        super().__init__(advice)
        self.advice = advice

    @classmethod
    def because_of(cls, error: sqlite3.OperationalError | StorageUnwritable) -> "NotStored | None":
        """Return what the database's error means for staff, or None if it is no fault of the storage."""
        if isinstance(error, StorageUnwritable):
            return cls(_HINDRANCES[error.hindrance])
        # The low byte is SQLite's primary result code; the others only add detail.
        advice = _STORAGE_FAULTS.get(error.sqlite_errorcode & 0xFF)
        return cls(advice) if advice else None


@contextmanager
def storing() -> Iterator[None]:
    """Raise NotStored where the block meets a ledger that cannot be written."""
    try:
        yield
    except UNWRITABLE as error:
        fault = NotStored.because_of(error)
        if fault is None:
            raise
        raise fault from error


@contextmanager
def changing() -> Iterator[None]:
    """The same for a form whose fields must not be shown again, such as passwords: it ends with a plain error page."""
    try:
        with storing():
            yield
    except NotStored as fault:
        raise PageError(503, "保存できませんでした", f"何も変わっていません。{fault.advice}") from fault


_CALL_MAINTENANCE = "保守の担当者に連絡してください。"
_STORAGE_FAULTS = {
    sqlite3.SQLITE_FULL: f"サーバーのディスクがいっぱいです。{_CALL_MAINTENANCE}",
    sqlite3.SQLITE_READONLY: f"サーバーの記録が、書きこめない状態になっています。{_CALL_MAINTENANCE}",
    sqlite3.SQLITE_BUSY: "ほかの処理が記録を使っていて、書きこめませんでした。少し待って、もう一度送信してください。"
    f"くり返し起きるときは、{_CALL_MAINTENANCE}",
    sqlite3.SQLITE_IOERR: f"サーバーのディスクに書きこめません。{_CALL_MAINTENANCE}",
    sqlite3.SQLITE_CANTOPEN: f"サーバーの記録を開けません。{_CALL_MAINTENANCE}",
}
_HINDRANCES = {
    Hindrance.AWAY: f"記録を保存するサーバーにつながりません。{_CALL_MAINTENANCE}",
    Hindrance.FULL: _STORAGE_FAULTS[sqlite3.SQLITE_FULL],
    Hindrance.READ_ONLY: _STORAGE_FAULTS[sqlite3.SQLITE_READONLY],
    Hindrance.BUSY: _STORAGE_FAULTS[sqlite3.SQLITE_BUSY],
}

_PAGES = {
    400: ("送られた内容を読みとれませんでした", "前の画面にもどり、もう一度操作してください。"),
    404: ("ページが見つかりません", "アドレスが変わったか、まちがっています。ホームから選びなおしてください。"),
    405: ("この操作はできません", "アドレスを直接開いたためと思われます。ホームから選びなおしてください。"),
    408: (
        "時間がかかりすぎました",
        "送信されていません。ネットワークの調子を確かめて、もう一度操作してください。",
    ),
    413: ("送られた内容が大きすぎます", "何も送信されていません。本文を短くして、もう一度操作してください。"),
    422: ("送られた内容を読みとれませんでした", "アドレスか入力にまちがいがあります。ホームから選びなおしてください。"),
    500: (
        "処理できませんでした",
        "システムの中で問題が起きました。お知らせを送信していたときは、「放送記録」で送信されたかを確かめてから、"
        "もう一度操作してください。くり返し起きるときは、保守の担当者に連絡してください。",
    ),
}


def error_of_status(status: int) -> PageError:
    """Return the error page of an HTTP status."""
    title, advice = _PAGES.get(status, ("処理できませんでした", "ホームから、もう一度操作してください。"))
    return PageError(status, title, advice)
