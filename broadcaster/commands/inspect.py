"""`broadcaster inspect`: what a message on the wire says, and whether a terminal of this town would take it."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from broadcaster.commands.context import Context, pass_context, print_json
from broadcaster.provisioning.keys import KeyFiles, SigningKeyChange, public_keys
from kokuchi.wire import (
    KeyRing,
    TerminalSettings,
    WireError,
    decode_delivery,
    decode_presence,
    decode_request,
    decode_sync_request,
    open_alert,
    open_dictionary,
    open_settings,
    open_sync_reply,
)
from kokuchi.wire.settings import HIGHEST_SETTINGS_REVISION
from kokuchi.wire.signature import public_key


def _open_settings(token: bytes, keys: KeyRing, town: str) -> TerminalSettings:
    # Which keys a terminal holds, and so what it lets be done to them, is not known here.
    return open_settings(token, keys, town, held=HIGHEST_SETTINGS_REVISION)


_PLAIN = {
    "delivery": decode_delivery,
    "presence": decode_presence,
    "request": decode_request,
    "sync-request": decode_sync_request,
}
_SIGNED = {
    "alert": open_alert,
    "dictionary": open_dictionary,
    "sync-reply": open_sync_reply,
    "settings": _open_settings,
}


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--kind", type=click.Choice([*_SIGNED, *_PLAIN]), default="alert", show_default=True)
@pass_context
def inspect(context: Context, file: Path, kind: str) -> None:
    """Decode and verify a message in FILE (- for standard input), as `mosquitto_sub -C 1 -N` writes it.

    Exit code 0: valid, printed as JSON. 1: a terminal would refuse it; the reason is on standard error.
    """
    now = datetime.now(UTC)
    with context.ledger() as (settings, town, ledger):
        SigningKeyChange(KeyFiles.of(settings), ledger, now).adopt()
        _kids, pems = public_keys(ledger, now)
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be read: {error.strerror}") from error
    keys = KeyRing.of(*(public_key(pem.encode()) for pem in pems))
    try:
        message = _SIGNED[kind](data, keys, town.id) if kind in _SIGNED else _PLAIN[kind](data)
    except WireError as error:
        raise click.ClickException(f"refused ({error.refusal}): {error}") from error
    print_json(message.model_dump(mode="json", exclude_none=True))
