"""`broadcaster certificates`: the town's own authority, and what broker and pages present."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from broadcaster.commands.context import Context, json_option, pass_context, print_json, print_table
from broadcaster.domain.audit import SHELL, Deed, Entry
from broadcaster.ledger import Ledger
from broadcaster.provisioning.certificates import WARNED_BEFORE, Certificates, read_certificate
from broadcaster.provisioning.issuing import names_of
from broadcaster.provisioning.own_certificate import read_own
from broadcaster.provisioning.reload import BrokerUntold, tell_broker
from broadcaster.provisioning.server_names import certificates_of, page_names, server_names
from broadcaster.provisioning.terminals import broker_files
from broadcaster.settings import Settings
from kokuchi.device_files import AUTHORITY
from kokuchi.durable_files import write_durably

_extra = click.option(
    "--name",
    "--address",
    "names",
    multiple=True,
    help="A further host name or address of the server; repeatable. Those of the settings are in it anyway.",
)


@dataclass(frozen=True)
class _Desk:
    settings: Settings
    ledger: Ledger
    files: Certificates

    def record(self, certificate: x509.Certificate) -> None:
        until = certificate.not_valid_after_utc
        self.ledger.audit.add(Entry(SHELL, Deed.CERTIFICATE_MADE, "", _now(), f"{until:%Y-%m-%d}"))
        click.echo(f"{self.files.server}: until {until:%Y-%m-%d}, for {', '.join(names_of(certificate))}")

    def tell(self) -> None:
        if not self.settings.broker.tls:
            return
        try:
            tell_broker(broker_files(self.settings).pid_file, self.settings.broker.reload)
            click.echo("the broker presents it now; a running centre's pages will within seconds")
        except BrokerUntold as error:
            click.echo(f"a running centre will tell the broker; it could not be told from here: {error}", err=True)


@click.group()
def certificates() -> None:
    """The town's own authority, and what broker and pages present.

    A running centre renews the server's certificate by itself, 75 days before its end; terminals notice nothing.
    """


@certificates.command()
@_extra
@pass_context
def make(context: Context, names: tuple[str, ...]) -> None:
    """Make the authority and the server's certificate. What exists stays as it is."""
    with _desk(context) as desk:
        make_certificates(desk.settings, desk.ledger, names)
        desk.files.check()
        click.echo(f"{desk.files.server}: for {', '.join(names_of(read_certificate(desk.files.server)))}")


@certificates.command()
@_extra
@click.option("--new-key", is_flag=True, help="With another key: somebody else may have the present one.")
@click.option("--authority", is_flag=True, help="Announce a new authority to the terminals; `switch` goes over to it.")
@pass_context
def renew(context: Context, names: tuple[str, ...], new_key: bool, authority: bool) -> None:
    """Make a new certificate for the server, from the same authority. Nothing is restarted, no terminal notices."""
    with _desk(context) as desk:
        wanted = server_names(desk.settings, names)
        if authority:
            desk.files.announce_authority(wanted, _now())
            made = read_certificate(desk.files.authority)
            desk.ledger.audit.add(
                Entry(SHELL, Deed.CERTIFICATE_MADE, "", _now(), f"{made.not_valid_after_utc:%Y-%m-%d}")
            )
            click.echo(f"{desk.files.authority}: announced: a running centre tells it to the terminals")
            click.echo(
                "next: wait until all have been on, install it in the office's browsers (`certificates export`),"
            )
            click.echo("then `broadcaster certificates switch`")
            return
        desk.record(desk.files.renew(wanted, _now(), new_server_key=new_key))
        desk.tell()


@certificates.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def switch(context: Context, yes: bool) -> None:
    """Go over to the authority that `renew --authority` has announced.

    A terminal that has not said since then that it was told does not know it, and has to be enrolled again.
    """
    with _desk(context) as desk:
        since = desk.files.announced_at() if desk.files.is_switch_due else _now()
        unaware = desk.ledger.terminal_settings.untold_since(since)
        if unaware and desk.files.is_switch_due and not yes:
            click.echo(f"{len(unaware)} terminals do not know it, announced {since:%Y-%m-%d}, yet:", err=True)
            click.echo(" ".join(unaware), err=True)
            click.confirm("They will have to be enrolled again. Go over all the same?", abort=True, err=True)
        desk.record(desk.files.switch(server_names(desk.settings), _now()))
        desk.tell()


@certificates.command()
@json_option
@pass_context
def show(context: Context, as_json: bool) -> None:
    """Show what there is, until when, and its fingerprint; warn of what ends within 60 days."""
    settings, _town = context.load()
    files = certificates_of(settings)
    files.check()
    known = {"authority": files.authority, "former authority": files.former, "server": files.server}
    if files.web[0] != files.server:
        known["pages"] = files.web[0]
    found = [(use, read_certificate(path)) for use, path in known.items() if path.exists()]
    if as_json:
        print_json([_facts(use, certificate) for use, certificate in found])
    else:
        print_table(
            ["use", "until", "days", "names", "SHA-256"],
            [
                [
                    use,
                    f"{certificate.not_valid_after_utc:%Y-%m-%d}",
                    str(_days_left(certificate)),
                    " ".join(names_of(certificate)) or "-",
                    certificate.fingerprint(hashes.SHA256()).hex(),
                ]
                for use, certificate in found
            ],
        )
    for use, certificate in found:
        if use != "former authority" and _days_left(certificate) < WARNED_BEFORE.days:
            left = _days_left(certificate)
            ends = f"ends in {left} days" if left >= 0 else "has ended"
            click.echo(f"the certificate of the {use} {ends}: {_advice(use)}", err=True)


@certificates.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@pass_context
def export(context: Context, folder: Path) -> None:
    """Write into FOLDER what others are to trust: authority.pem for devices, a .cer file each for Windows and browsers.

    Put authority.pem onto each SD card as /etc/kokuchi/authority.pem. No key is among the files.
    """
    settings, _town = context.load()
    files = certificates_of(settings)
    files.check()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_durably(folder / AUTHORITY, files.for_devices())
        click.echo(f"wrote {folder / AUTHORITY}: for devices")
        for path in (files.authority, files.former):
            if path.exists():
                target = folder / f"{path.stem}.cer"
                target.write_bytes(read_certificate(path).public_bytes(serialization.Encoding.DER))
                click.echo(f"wrote {target}: for browsers; {_fingerprint(read_certificate(path))}")
    except OSError as error:
        raise click.ClickException(f"{folder}: cannot be written: {error.strerror}") from error


@certificates.command(name="import")
@click.argument("certificate", type=click.Path(path_type=Path))
@click.argument("key", type=click.Path(path_type=Path))
@click.option("--authority", type=click.Path(path_type=Path), help="Whose it is, if not every device knows it anyway.")
@pass_context
def import_own(context: Context, certificate: Path, key: Path, authority: Path | None) -> None:
    """Let the pages present one's own CERTIFICATE (PEM, its chain after it) with its KEY.

    For a certificate of the prefecture or of a public authority. The broker keeps the town's own. A running centre
    takes it up within seconds. Removing web.pem from the folder brings the town's own certificate back.
    """
    with _desk(context) as desk:
        own = read_own(certificate, key, authority, page_names(desk.settings), _now())
        desk.files.import_web(own.chain, own.key, own.authority)
        desk.ledger.audit.add(Entry(SHELL, Deed.CERTIFICATE_MADE, "", _now(), f"{own.ends:%Y-%m-%d}"))
        click.echo(f"the pages present {', '.join(own.names)} until {own.ends:%Y-%m-%d}; import its successor in time")


def make_certificates(settings: Settings, ledger: Ledger, names: Sequence[str] = ()) -> None:
    """Make the town's TLS files that are not there yet, and say so."""
    files = certificates_of(settings)
    made = files.make(server_names(settings, names), _now())
    for path in made:
        click.echo(f"made {path}")
    if files.server in made:
        until = read_certificate(files.server).not_valid_after_utc
        ledger.audit.add(Entry(SHELL, Deed.CERTIFICATE_MADE, "", _now(), f"{until:%Y-%m-%d}"))


@contextmanager
def _desk(context: Context) -> Iterator[_Desk]:
    with context.ledger() as (settings, _town, ledger):
        yield _Desk(settings, ledger, certificates_of(settings))


def _facts(use: str, certificate: x509.Certificate) -> dict[str, object]:
    return {
        "use": use,
        "subject": certificate.subject.rfc4514_string(),
        "names": names_of(certificate),
        "from": certificate.not_valid_before_utc.isoformat(),
        "until": certificate.not_valid_after_utc.isoformat(),
        "days_left": _days_left(certificate),
        "sha256": certificate.fingerprint(hashes.SHA256()).hex(),
    }


def _days_left(certificate: x509.Certificate) -> int:
    return (certificate.not_valid_after_utc - _now()).days


def _fingerprint(certificate: x509.Certificate) -> str:
    return f"SHA-256 {certificate.fingerprint(hashes.SHA256()).hex(':').upper()}"


def _advice(use: str) -> str:
    match use:
        case "server":
            return "a running centre renews it; does it run? `broadcaster certificates renew` does it now"
        case "pages":
            return "`broadcaster certificates import` its successor"
        case _:
            return "`broadcaster certificates renew --authority`, months before"


def _now() -> datetime:
    return datetime.now(UTC)
