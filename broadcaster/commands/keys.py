"""`broadcaster keys`: the town's signing keys, changed before and after something happens to them."""

from datetime import UTC, datetime
from pathlib import Path

import click

from broadcaster.commands.context import Context, json_option, pass_context, print_json, print_table
from broadcaster.domain.audit import SHELL, Deed, Entry
from broadcaster.domain.signing import FORMER_TRUSTED, Keychain, KeyState, KnownKey, trusted
from broadcaster.ledger import Ledger
from broadcaster.provisioning.key_copy import put_back, read_copy, write_copy
from broadcaster.provisioning.keys import KeyFiles, KeyRefused, SigningKeyChange, fingerprint
from broadcaster.provisioning.secrets import new_passphrase
from broadcaster.settings import Settings
from kokuchi.wire import SigningKey
from kokuchi.wire.signature import KeyFileError

_NAMED = 20
"""How many terminals a message names."""


@click.group()
def keys() -> None:
    """The keys with which the town signs what it says.

    Terminals take nothing that none of their keys has signed. Every terminal knows two: the current one, and the next
    one, which waits for its turn. A running centre notices a change by itself within seconds.

    \b
    once a year          keys rotate
    a key was stolen     keys revoke KID
    current key is lost  keys import, or a backup's file put back; with neither: keys rotate
    next key is lost     keys import, or a backup's file put back; with neither nothing is urgent, but no
                         further key can be given: keys start-over, and enrol every terminal again
    both lost or stolen  keys start-over; terminals that do not come to trust the new ones are enrolled again
    """


@keys.command()
@json_option
@pass_context
def show(context: Context, as_json: bool) -> None:
    """List the keys with how many terminals trust each."""
    with context.ledger() as (settings, _town, ledger):
        change = _change(settings, ledger)
        if settings.signing_key.exists():
            change.adopt()
        known = ledger.signing_keys.all()
        holdings = ledger.terminal_settings.holdings()
        unready = change.unready()
    told = {key.kid for key in trusted(known, datetime.now(UTC))}
    facts = [_facts(key, told, sum(key.kid in (held.keys or ()) for held in holdings)) for key in known]
    if as_json:
        print_json({"keys": facts, "terminals": len(holdings), "without_next_key": unready})
        return
    rows = [
        [fact["kid"], fact["state"], fact["since"][:10], f"{fact['terminals']}/{len(holdings)}", fact["fingerprint"]]
        for fact in facts
    ]
    print_table(["key", "state", "since", "terminals", "SHA-256 of the public key"], rows)
    if unready:
        click.echo(f"not known to trust the next key: {_some(unready)}", err=True)
    for path in (settings.signing_key, settings.next_key):
        try:
            SigningKey.load(path)
        except KeyFileError as error:
            click.echo(f"{error}: `broadcaster keys --help` says what to do if it is lost", err=True)


def _facts(key: KnownKey, told: set[str], terminals: int) -> dict[str, str]:
    return {
        "kid": key.kid,
        "state": key.state.value if key.state is not KeyState.FORMER or key.kid in told else "former, not trusted",
        "made_at": key.made_at.isoformat(),
        "since": key.since.isoformat(),
        "fingerprint": fingerprint(key),
        "terminals": str(terminals),
    }


@keys.command()
@click.option("--force", is_flag=True, help="Also while terminals are not known to trust the next key.")
@pass_context
def rotate(context: Context, force: bool) -> None:
    """Let the next key sign from now on, and make another next one.

    What was signed before stays valid. Refused as long as there are terminals in service that are not known to trust
    the next key: they would take nothing until they were connected and told. Exit code 1 then, with their names.
    """
    with context.ledger() as (settings, _town, ledger):
        change = _change(settings, ledger)
        if settings.signing_key.exists():
            change.adopt()
        unready = change.unready()
        if unready and not force:
            raise KeyRefused(
                f"{len(unready)} terminals are not known to trust the next key: {_some(unready)}; connect them and wait"
                " a minute, update or retire them, or use --force: each takes alerts again once it was told"
            )
        chain = change.rotate()
    _tell(settings, chain, f"the former one stays trusted for {FORMER_TRUSTED.days} days")
    _tell_of_late_ones(unready)


@keys.command()
@click.argument("kid")
@click.confirmation_option(prompt="Shall no terminal trust this key any more?")
@pass_context
def revoke(context: Context, kid: str) -> None:
    """Let no terminal trust the key KID any more: it was stolen, or may have been.

    If it is the current one, the next one signs from now on. What is valid is signed anew and sent once more. A
    terminal that is off is told when it comes back.
    """
    with context.ledger() as (settings, _town, ledger):
        change = _change(settings, ledger)
        unready = change.unready() if ledger.signing_keys.states().get(kid) is KeyState.CURRENT else []
        chain = change.revoke(kid)
        holding = [held.terminal for held in ledger.terminal_settings.holdings() if kid in (held.keys or ())]
    _tell(settings, chain, f"{kid} is revoked")
    if holding:
        click.echo(f"{len(holding)} terminals trusted it; `broadcaster keys show` counts those that still do")
    _tell_of_late_ones(unready)


@keys.command(name="start-over")
@click.confirmation_option(
    prompt="Terminals that trust none of the keys that are still here have to be enrolled again. Make both keys anew?"
)
@pass_context
def start_over(context: Context) -> None:
    """Make both keys anew: both were lost, or both were stolen.

    As long as the files of the keys that terminals trust are here, terminals are told of the new ones by them, if a
    thief has not done so before. A terminal that does not come to trust the new ones has to be enrolled again.
    """
    with context.ledger() as (settings, _town, ledger):
        chain = _change(settings, ledger).start_over()
    _tell(settings, chain, "all former ones are revoked")
    click.echo(
        "wait a few minutes; `broadcaster keys show` then names those that have to be enrolled again"
        " (`broadcaster terminals code TERMINAL`)"
    )


@keys.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_context
def export(context: Context, file: Path) -> None:
    """Write both keys into FILE for the safe, and print the passphrase that opens it.

    A backup of the whole centre has them too; this one is small, and of use without the rest. Make it anew whenever the
    keys have changed. Keep the passphrase on paper, in another place than FILE.
    """
    # PEM's own encryption adds little: 148 bits.
    passphrase = new_passphrase(5)
    with context.ledger() as (settings, _town, ledger):
        try:
            copied = write_copy(KeyFiles.of(settings), file, passphrase)
        except OSError as error:
            raise click.ClickException(f"{file}: cannot be written: {error.strerror}") from error
        ledger.audit.add(Entry(SHELL, Deed.BACKUP_MADE, file.name, datetime.now(UTC)))
    click.echo(f"{file}: written, with {' and '.join(key.kid for key in copied)}")
    click.echo(passphrase)
    click.echo("write the line above down now: it is not shown again, and nothing else opens the file", err=True)


@keys.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--passphrase", prompt=True, hide_input=True, help="Asked for when not given.")
@pass_context
def import_keys(context: Context, file: Path, passphrase: str) -> None:
    """Put back the keys of FILE that are lost here. What is there is never overwritten."""
    with context.ledger() as (settings, _town, ledger):
        written = put_back(KeyFiles.of(settings), ledger, read_copy(file, passphrase))
        if not written:
            raise KeyRefused(f"{file}: nothing was put back: no key of it is missing here")
        for path in written:
            click.echo(f"{path}: put back")
        if settings.signing_key.exists():
            _change(settings, ledger).adopt()
        ledger.audit.add(Entry(SHELL, Deed.RESTORED, file.name, datetime.now(UTC)))


def _change(settings: Settings, ledger: Ledger) -> SigningKeyChange:
    return SigningKeyChange(KeyFiles.of(settings), ledger, datetime.now(UTC))


def _tell(settings: Settings, chain: Keychain, more: str) -> None:
    click.echo(f"{chain.current.kid} signs from now on; {more}")
    if chain.next:
        click.echo(f"{chain.next.kid} is the next key")
    paths: list[Path] = [settings.signing_key, settings.next_key]
    click.echo(f"make a backup now: {', '.join(map(str, paths))} are new", err=True)


def _tell_of_late_ones(terminals: list[str]) -> None:
    if terminals:
        click.echo(
            f"{len(terminals)} terminals are not known to trust the key that signs now, and are told of it as soon as"
            f" they are connected: {_some(terminals)}",
            err=True,
        )


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
