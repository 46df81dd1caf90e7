"""psycopg's errors as the ledger's callers know them."""

import psycopg
from psycopg import errors

from kokuchi.storage import Hindrance, StorageConflict, StorageFailure, StorageUnwritable

_HINDRANCES: tuple[tuple[type[psycopg.Error], Hindrance], ...] = (
    (errors.DiskFull, Hindrance.FULL),
    (errors.ReadOnlySqlTransaction, Hindrance.READ_ONLY),
    (errors.LockNotAvailable, Hindrance.BUSY),
    (errors.TransactionRollback, Hindrance.BUSY),
    (errors.QueryCanceled, Hindrance.BUSY),
    (psycopg.OperationalError, Hindrance.AWAY),
    (psycopg.InterfaceError, Hindrance.AWAY),
)


def failure_of(error: psycopg.Error) -> StorageFailure:
    """Return what an error means.

    Its details are left out, and whoever raises this leaves out the error itself (`from None`): they quote rows, with
    the names of households.
    """
    message = error.diag.message_primary or str(error).strip() or type(error).__name__
    if isinstance(error, psycopg.IntegrityError):
        return StorageConflict(message)
    for kind, hindrance in _HINDRANCES:
        if isinstance(error, kind):
            return StorageUnwritable(f"PostgreSQL: {message}", hindrance)
    return StorageFailure(f"PostgreSQL: {message}")
