"""`broadcaster status` and `broadcaster mail-test`: whether all is well, and whether mail would tell if not."""

import sys
from datetime import UTC, datetime
from email.utils import make_msgid
from pathlib import Path

import click

from broadcaster.commands.context import Context, json_option, pass_context, print_json
from broadcaster.domain.incident import Urgency
from broadcaster.domain.telling import Episode
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.ledger.mails import Mail
from broadcaster.monitoring import Assessment, Overseer, Places
from broadcaster.monitoring.letters import TRIAL_BODY, message_of, trial_subject
from broadcaster.monitoring.smtp import MailRefused, deliver
from broadcaster.monitoring.words import words_of
from kokuchi.configuration import ConfigurationError
from kokuchi.database import DatabaseUnusable
from kokuchi.storage import FAILED
from kokuchi.wire.fields import iso

OK, WARNING, CRITICAL, UNKNOWN = range(4)
_WORDS = ("OK", "WARNING", "CRITICAL", "UNKNOWN")


@click.command()
@json_option
@pass_context
def status(context: Context, as_json: bool) -> None:
    """Tell what is wrong now, whether the centre runs or not.

    The exit codes are those of monitoring plugins (Nagios, Icinga, Zabbix, Checkmk), and so differ from those of the
    other commands: 0 OK; 1 WARNING, something should be looked at soon; 2 CRITICAL, alerts do not reach households
    or are about not to; 3 UNKNOWN, it could not be found out.
    """
    try:
        assessment, town = _look(context)
    except (ConfigurationError, DatabaseUnusable, *FAILED, OSError) as error:
        if as_json:
            print_json({"status": _WORDS[UNKNOWN], "reason": str(error), "incidents": []})
        else:
            click.echo(f"{_WORDS[UNKNOWN]}: {error}")
        sys.exit(UNKNOWN)
    code = CRITICAL if assessment.urgent else WARNING if assessment.soon else OK
    if as_json:
        print_json(_facts(code, assessment, town))
    else:
        _print(code, assessment, town)
    sys.exit(code)


@click.command(name="mail-test")
@pass_context
def mail_test(context: Context) -> None:
    """Send one mail to the operators, as [mail] in the settings says."""
    settings, town = context.load()
    if settings.mail is None:
        raise click.ClickException("the settings have no table [mail]; config/broadcaster.toml shows one")
    now = datetime.now(UTC)
    identifier = make_msgid(domain=settings.mail.sender.partition("@")[2])
    mail = Mail(0, identifier, trial_subject(town), TRIAL_BODY, now, attempts=0)
    try:
        unwanted = deliver(message_of(mail, settings.mail), settings.mail)
    except MailRefused as error:
        raise click.ClickException(str(error)) from error
    if unwanted:
        raise click.ClickException(f"the server took it, but not for {', '.join(unwanted)}")
    click.echo(f"{settings.mail.host} has taken the mail for {', '.join(settings.mail.to)}; see whether it arrives")


def _look(context: Context) -> tuple[Assessment, Town]:
    settings, town = context.load()
    if isinstance(settings.ledger, Path) and not settings.ledger.is_file():
        raise DatabaseUnusable(f"{settings.ledger}: there is no ledger yet; run `broadcaster setup` first")
    places = Places(
        settings.certificates,
        settings.signing_key,
        settings.next_key,
        running_since=None,
        collectors=settings.broker.collectors,
    )
    ledger = Ledger(settings.ledger)
    try:
        return Overseer(ledger, lambda: datetime.now(UTC), places).look(), town
    finally:
        ledger.close()


def _facts(code: int, assessment: Assessment, town: Town) -> dict[str, object]:
    return {
        "status": _WORDS[code],
        "looked_at": iso(assessment.looked_at),
        "incidents": [_incident(one, assessment, town) for one in assessment.episodes],
    }


def _incident(episode: Episode, assessment: Assessment, town: Town) -> dict[str, object]:
    incident = episode.incident
    return {
        "kind": incident.kind,
        "key": incident.key or None,
        "urgency": incident.urgency,
        "text": words_of(incident, town).english,
        "since": _since(episode, assessment),
        "terminals": list(incident.terminals),
    }


def _print(code: int, assessment: Assessment, town: Town) -> None:
    told = [words_of(one.incident, town).english for one in assessment.episodes]
    # A monitoring program shows the first line.
    click.echo(f"{_WORDS[code]}: {'; '.join(told) or 'nothing is wrong'}")
    for episode, words in zip(assessment.episodes, told, strict=True):
        mark = "!!" if episode.incident.urgency is Urgency.URGENT else "! "
        terminals = f" ({', '.join(episode.incident.terminals[:10])})" if episode.incident.terminals else ""
        since = _since(episode, assessment)
        click.echo(f"{mark} {words}{terminals}{f', since {since}' if since else ''}")


def _since(episode: Episode, assessment: Assessment) -> str | None:
    """Return since when it is so; None of what nobody has seen before."""
    return iso(episode.since) if episode.since < assessment.looked_at else None
