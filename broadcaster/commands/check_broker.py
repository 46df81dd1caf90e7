"""`broadcaster check-broker`: whether a broker has what kokuchi needs."""

import os
import signal
import ssl
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from secrets import token_hex
from types import FrameType

import click

from broadcaster.brokercheck import Finding, Login, NotTried, Target, Verdict, check, verdict_of
from broadcaster.brokercheck.check import NOT_SO_FAR
from broadcaster.brokercheck.requirements import CONSIDER, REQUIREMENTS
from broadcaster.brokercheck.target import Address
from broadcaster.brokercheck.way import await_admission
from broadcaster.commands.context import Context, json_option, pass_context, print_json
from broadcaster.provisioning.guests import guests
from broadcaster.provisioning.reload import BrokerUntold
from kokuchi.trust import AuthorityUnusable, client_context

_CODES = {Verdict.GOOD: 0, Verdict.BAD: 1, Verdict.UNKNOWN: 2}
_PASSWORD = "KOKUCHI_CHECK_PASSWORD"  # noqa: S105 - the name of a variable
_TERMINAL_PASSWORD = "KOKUCHI_CHECK_TERMINAL_PASSWORD"  # noqa: S105 - the name of a variable
_INTERRUPTED = 130
_MARGIN = max(len(verdict) for verdict in Verdict) + 2
_TITLES = max(len(requirement.title) for requirement in REQUIREMENTS) + 2
_WIDTH = 118

_file = click.Path(path_type=Path, dir_okay=False)


@click.command(name="check-broker")
@click.argument("url", required=False)
@click.option("--authority", type=_file, help="Who signed the broker's certificate (PEM), if not a public authority.")
@click.option("--password-file", type=_file, help=f"The password of the URL's user; also {_PASSWORD}, else asked for.")
@click.option("--terminal-user", help="A login with a terminal's rights; of a device that stands in no household.")
@click.option("--terminal-password-file", type=_file, help=f"Its password; also {_TERMINAL_PASSWORD}, else asked for.")
@click.option("--town", help="Use the topics of this town, on a broker that gives rights for no others.")
@json_option
@pass_context
def check_broker(
    context: Context,
    url: str | None,
    authority: Path | None,
    password_file: Path | None,
    terminal_user: str | None,
    terminal_password_file: Path | None,
    town: str | None,
    as_json: bool,
) -> None:
    """Tell whether an MQTT broker has what kokuchi needs.

    URL is mqtts://user@host:8883, or mqtt://user@host:1883 without encryption. It is tried with messages on topics of a
    town that does not exist, and nothing of them stays there. It takes half a minute at most with a broker nearby.

    Without URL the broker of the settings is tried. For as long as that takes it knows two more logins, with the rights
    of a centre and of a terminal, so that no household and no running centre is disturbed. With --terminal-user it is
    tried with the centre's own login instead, which no running centre may use meanwhile.

    Exit code 0: it has all that kokuchi needs. 1: something that is needed is BAD. 2: something that is needed could
    not be tried.
    """
    terminal = _login(terminal_user, terminal_password_file, _TERMINAL_PASSWORD)
    try:
        with _ending_in_order():
            if url is None and terminal is None:
                with _own_broker(context) as target:
                    await_admission(target)
                    code = _run(target, as_json)
            elif url is None:
                code = _run(_configured(context, terminal, town), as_json)
            else:
                address = Address.of(url)
                centre = _login(address.username, password_file, _PASSWORD)
                code = _run(_target(address, _trusted(address, authority), centre, terminal, town), as_json)
    except BrokerUntold as error:
        click.echo(f"error: {error}; or name the broker by its URL, with two logins of yours", err=True)
        code = _CODES[Verdict.UNKNOWN]
    except (NotTried, AuthorityUnusable) as error:
        click.echo(f"error: {error}", err=True)
        code = _CODES[Verdict.UNKNOWN]
    except KeyboardInterrupt:
        code = _INTERRUPTED
    sys.exit(code)


def _run(target: Target, as_json: bool) -> int:
    names = [login.username for login in (target.centre, target.terminal) if login]
    if not as_json:
        click.echo(f"{'broker':{_MARGIN}}{target.address}")
        click.echo(f"{'as':{_MARGIN}}{' and '.join(names) or 'nobody'}")
        click.echo(f"{'topics':{_MARGIN}}{target.topics.root}/...\n")
    findings = []
    with closing(check(target)) as found:
        for finding in found:
            findings.append(finding)
            if not as_json and finding.seen != NOT_SO_FAR:
                click.echo(describe(finding))
    verdict = verdict_of(findings)
    if as_json:
        print_json(
            {
                "broker": str(target.address),
                "verdict": verdict,
                "findings": [_facts(each) for each in findings],
                "consider": CONSIDER,
            }
        )
    else:
        _conclude(findings, verdict)
    return _CODES[verdict]


def describe(finding: Finding) -> str:
    """Return the lines about a finding, with what to do if it is BAD."""
    requirement = finding.requirement
    only = "" if finding.needed else f"({requirement.need} only) "
    lines = [_paragraph(f"{finding.verdict:{_MARGIN}}{requirement.title:{_TITLES}}", f"{only}{finding.seen}")]
    if finding.verdict is Verdict.BAD:
        told = {"why": requirement.why, "Mosquitto": requirement.mosquitto, "other brokers": requirement.others}
        lines += [_paragraph(f"{'':{_MARGIN}}{label + ':':{_TITLES}}", words) for label, words in told.items()]
    return "\n".join(lines)


def _conclude(findings: list[Finding], verdict: Verdict) -> None:
    click.echo()
    if any(finding.seen == NOT_SO_FAR for finding in findings):
        click.echo("Nothing more could be tried.")
        return
    count = sum(finding.needed and finding.verdict is verdict for finding in findings)
    match verdict:
        case Verdict.GOOD:
            click.echo("This broker has all that kokuchi needs.")
        case Verdict.BAD:
            things = "1 thing that kokuchi needs is" if count == 1 else f"{count} things that kokuchi needs are"
            click.echo(f"{things} BAD. Do not warn a town through this broker before that is mended.")
        case Verdict.UNKNOWN:
            things = "1 thing that kokuchi needs" if count == 1 else f"{count} things that kokuchi needs"
            click.echo(f"Nothing that was tried is BAD, but {things} could not be tried.")
    click.echo("\nWhat cannot be tried from outside:")
    for line in CONSIDER:
        click.echo(_paragraph("- ", line))


def _paragraph(margin: str, words: str) -> str:
    return textwrap.fill(words, _WIDTH, initial_indent=margin, subsequent_indent=" " * len(margin))


def _facts(finding: Finding) -> dict[str, object]:
    requirement = finding.requirement
    return {
        "requirement": requirement.key,
        "title": requirement.title,
        "needed": finding.needed,
        "needed_by": requirement.need,
        "verdict": finding.verdict,
        "seen": finding.seen,
        "why": requirement.why,
        "mqtt5_sections": requirement.source,
        "mosquitto": requirement.mosquitto,
        "others": requirement.others,
    }


def _login(name: str | None, file: Path | None, variable: str) -> Login | None:
    if name is None:
        return None
    if file is not None:
        try:
            return Login(name, file.read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            raise click.UsageError(f"{file}: cannot be read: {error}") from error
    password = os.environ.get(variable)
    if password is None and not sys.stdin.isatty():
        raise click.UsageError(f"the password of {name}: name a file with it, or set {variable}")
    return Login(name, click.prompt(f"Password of {name}", hide_input=True, err=True) if password is None else password)


def _trusted(address: Address, authority: Path | None) -> ssl.SSLContext | None:
    if not address.encrypted:
        return None
    return client_context([authority] if authority else [], system=authority is None)


def _target(
    address: Address, trusted: ssl.SSLContext | None, centre: Login | None, terminal: Login | None, town: str | None
) -> Target:
    made_up = f"check-{token_hex(4)}"
    return Target(address, trusted, town or made_up, terminal.username if terminal else made_up, centre, terminal)


def _configured(context: Context, terminal: Login | None, town: str | None) -> Target:
    settings, known = context.load()
    broker = settings.broker_address
    address = Address(broker.host, broker.port, broker.authority is not None)
    trusted = client_context([broker.authority]) if broker.authority else None
    return _target(address, trusted, Login(broker.username, broker.password), terminal, town or known.id)


@contextmanager
def _own_broker(context: Context) -> Iterator[Target]:
    """Let the broker of the settings know two more logins for the length of a block."""
    own = _configured(context, None, None)
    with context.ledger() as (settings, town, ledger), guests(settings, town, ledger) as let_in:
        terminal = Login(*let_in.terminal)
        yield Target(own.address, own.trusted, let_in.town, terminal.username, Login(*let_in.centre), terminal)


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """Let SIGTERM and a closed terminal end a block as Ctrl-C does: it takes away what it has left at the broker."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    former = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
