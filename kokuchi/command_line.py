"""How both ends' commands end: 0 done; 1 it could not be done; 2 wrong settings or usage; 130 interrupted."""

import errno
import sys

import click

from kokuchi.configuration import ConfigurationError
from kokuchi.wire.signature import KeyFileError

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
"""What a disk says without naming a file."""


def run(command: click.Command, *expected: type[Exception]) -> None:
    """Run a command; the errors that a person can mend are a line each on standard error."""
    try:
        command()
    except (ConfigurationError, KeyFileError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
    except expected as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    except OSError as error:
        if error.filename is None and error.errno not in _NO_ROOM:
            raise
        click.echo(f"error: {error.filename or 'the disk'}: {error.strerror}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
