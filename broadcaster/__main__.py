"""The command `broadcaster`.

Exit codes: 0 done; 1 it could not be done, and the message says why; 2 the settings or the usage are wrong. `status`
has those of monitoring plugins instead.
"""

from pathlib import Path

import click

from broadcaster.alone import RunsAlready
from broadcaster.backup.errors import BackupError
from broadcaster.commands import (
    accounts,
    alerts,
    backup,
    certificates,
    check_broker,
    codes,
    collect,
    dictionary,
    erasing,
    inspect,
    keys,
    ledger,
    log,
    requests,
    restore,
    rights,
    serve,
    terminals,
    tokens,
    town,
    voice,
    watching,
)
from broadcaster.commands.context import Context
from broadcaster.dictionary import NotTaken
from broadcaster.domain.dictionary import DictionaryTooLarge
from broadcaster.domain.draft import DraftError
from broadcaster.ledger.accounts import AccountError
from broadcaster.ledger.copying import LedgerNotCopied
from broadcaster.ledger.dictionary import DictionaryMoved
from broadcaster.ledger.terminals import RosterMoved, TerminalExists, TerminalOutOfService, TerminalUnknown
from broadcaster.ledger.tokens import TokenExists, TokenUnknown
from broadcaster.provisioning.certificates import CertificateError
from broadcaster.provisioning.keys import KeyRefused
from broadcaster.provisioning.roster import RosterError
from kokuchi import __version__
from kokuchi.command_line import run
from kokuchi.database import DatabaseUnusable
from kokuchi.serving import PortUnusable
from kokuchi.storage import UNWRITABLE
from kokuchi.voice.dictionary import DictionaryError
from kokuchi.voice.errors import VoiceError
from kokuchi.watchdog import StoodStill


@click.group()
@click.option(
    "--config",
    # Whether it can be read is told by who reads it: click's own exit code would be CRITICAL for `status`.
    type=click.Path(path_type=Path, readable=False),
    default=Path("config/broadcaster.toml"),
    envvar="KOKUCHI_CONFIG",
    show_default=True,
    help="The settings; also from KOKUCHI_CONFIG.",
)
@click.version_option(__version__)
@click.pass_context
def command(context: click.Context, config: Path) -> None:
    """The centre of kokuchi: warn every household at once, and know who was reached."""
    context.obj = Context(config)


for subcommand in (
    serve.serve,
    collect.collect,
    town.setup,
    town.check_config,
    check_broker.check_broker,
    terminals.terminals,
    rights.rights,
    certificates.certificates,
    accounts.accounts,
    alerts.publish,
    alerts.correct_alert,
    alerts.withdraw_alert,
    log.delivery_log,
    requests.list_requests,
    tokens.tokens,
    dictionary.dictionary,
    keys.keys,
    voice.reading,
    voice.speak,
    inspect.inspect,
    watching.status,
    watching.mail_test,
    backup.backup,
    restore.restore,
    restore.held_alerts,
    ledger.ledger_group,
    erasing.prune,
):
    command.add_command(subcommand)
terminals.terminals.add_command(codes.code)
terminals.terminals.add_command(codes.cards)

terminals.terminals.add_command(erasing.erase)


def main() -> None:
    """Run the command."""
    run(
        command,
        DraftError,
        AccountError,
        TerminalExists,
        TerminalUnknown,
        TerminalOutOfService,
        RosterMoved,
        TokenExists,
        TokenUnknown,
        RosterError,
        KeyRefused,
        CertificateError,
        BackupError,
        LedgerNotCopied,
        erasing.NobodyToErase,
        NotTaken,
        DictionaryError,
        DictionaryMoved,
        DictionaryTooLarge,
        DatabaseUnusable,
        PortUnusable,
        RunsAlready,
        StoodStill,
        VoiceError,
        *UNWRITABLE,
    )


if __name__ == "__main__":
    main()
