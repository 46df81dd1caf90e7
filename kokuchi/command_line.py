"""How both ends' commands end: 0 done; 1 it could not be done; 2 wrong settings or usage; 130 interrupted."""

import sys

import click

from kokuchi.configuration import ConfigurationError
from kokuchi.wire.signature import KeyFileError


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
    except KeyboardInterrupt:
        sys.exit(130)
