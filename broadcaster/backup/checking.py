"""Whether a backup would bring the town back: it is restored as a trial, and the code opens what came of it."""

import tempfile
from datetime import datetime
from pathlib import Path

from broadcaster.backup.envelope import Opener
from broadcaster.backup.errors import BackupError
from broadcaster.backup.manifest import Manifest
from broadcaster.backup.restoring import place
from broadcaster.ledger import Ledger
from broadcaster.settings import load_settings
from kokuchi.configuration import ConfigurationError
from kokuchi.database import DatabaseUnusable
from kokuchi.wire import SigningKey
from kokuchi.wire.signature import KeyFileError


def check_backup(path: Path, opener: Opener, workspace: Path, now: datetime) -> Manifest:
    """Restore a backup into a folder that is removed again, and open it as a centre does; raises BackupError.

    Every file is compared with its checksum, every table's rows are counted, and settings, signing key and ledger are
    loaded.
    """
    try:
        with tempfile.TemporaryDirectory(dir=workspace, prefix=".backup-of-check-") as folder:
            placed = place(path, opener, Path(folder), now)
            settings, _town = load_settings(placed.config, {})
            SigningKey.load(settings.signing_key)
            Ledger(settings.ledger).close()
    except (ConfigurationError, KeyFileError, DatabaseUnusable) as error:
        raise BackupError(f"{path}: a centre could not be run with it: {error}") from error
    except OSError as error:
        raise BackupError(f"{workspace}: has no room for the trial: {error.strerror}") from error
    return placed.manifest
