"""Why a backup could not be made, read or restored."""


class BackupError(Exception):
    """A backup that cannot be made or used; the message says which and what to do. Nothing was overwritten."""


class BackupLocked(BackupError):  # noqa: N818 - reads as what it says
    """A backup that this passphrase or key does not open."""


class TownIsAlive(BackupError):  # noqa: N818
    """The folder has a town in it already; restoring would take its place."""
