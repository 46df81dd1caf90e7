"""`broadcaster publish`, `correct` and `withdraw`."""

import asyncio
from datetime import UTC, datetime

import click
from pydantic import ValidationError

from broadcaster.commands.context import Context, json_option, pass_context, print_json, voice_with
from broadcaster.commands.translations import translation_option
from broadcaster.domain.audience import addressees
from broadcaster.domain.audit import SHELL
from broadcaster.domain.draft import Draft, compose, correct, translations_in, withdraw
from broadcaster.domain.texts import Translated
from broadcaster.domain.town import Town
from broadcaster.domain.validity import SHORTER_HOURS
from broadcaster.ledger import Ledger
from broadcaster.ledger.alerts import Accepted, AlertExists
from kokuchi.voice.errors import VoiceError
from kokuchi.wire import Alert, Audience, AudienceKind, Dictionary, Severity, Topics
from kokuchi.wire.alert import Level
from kokuchi.wire.audience import MAXIMUM_MEMBERS

_SEVERITIES = {
    Level.EMERGENCY.value: Severity.EXTREME,
    Level.IMPORTANT.value: Severity.SEVERE,
    Level.NOTICE.value: Severity.MINOR,
}
_KINDS = {"area": AudienceKind.AREAS, "group": AudienceKind.GROUPS, "terminal": AudienceKind.TERMINALS}


def _audience(words: tuple[str, ...]) -> Audience:
    if words == ("all",):
        return Audience(kind=AudienceKind.ALL)
    kinds = {word.partition(":")[0] for word in words}
    members = tuple(dict.fromkeys(word.partition(":")[2] for word in words))
    if len(kinds) != 1 or not kinds <= _KINDS.keys() or not all(members):
        raise click.BadParameter("write all, or area:ID, group:ID or terminal:ID, all of one kind", param_hint="--to")
    try:
        return Audience(kind=_KINDS[kinds.pop()], members=members)
    except ValidationError as error:
        message = f"an ID has letters, digits, dots and hyphens only, and at most {MAXIMUM_MEMBERS} may be given"
        raise click.BadParameter(message, param_hint="--to") from error


@click.command()
@click.option("--category", required=True, help="The kind of message, by its id in categories.toml.")
@click.option("--headline", required=True)
@click.option("--body", required=True)
@click.option(
    "--to",
    multiple=True,
    default=("all",),
    show_default=True,
    help="all, area:ID, group:ID or terminal:ID; repeatable.",
)
@click.option("--level", type=click.Choice(list(_SEVERITIES)), help="Instead of the category's usual one.")
@click.option("--drill", is_flag=True, help="Announce it as a drill, on the screen and by voice.")
@click.option(
    "--valid-hours",
    type=int,
    help=f"How long it is told: {', '.join(map(str, SHORTER_HOURS))}. Without it, as long as the category says.",
)
@translation_option
@json_option
@pass_context
def publish(
    context: Context,
    category: str,
    headline: str,
    body: str,
    to: tuple[str, ...],
    level: str | None,
    drill: bool,
    valid_hours: int | None,
    translations: tuple[Translated, ...],
    as_json: bool,
) -> None:
    """Write an alert into the ledger; the running centre sends it out at once.

    Whoever has a shell on the server looks after the town's broadcasting: no second person is asked for, whatever
    [town.approval] says, and the record of deeds names "shell".

    Exit code 0: it is committed and will go out. 1: it cannot be sent, and the message says why.
    """
    severity = _SEVERITIES[level] if level else None
    draft = Draft(category, headline, body, _audience(to), severity, drill, translations, valid_hours)
    with context.ledger() as (_settings, town, ledger):
        alert = compose(draft, town, ledger.terminals.everybody(), datetime.now(UTC))
        alert = _with_reading(alert, ledger)
        # The voice has taken seconds, in which somebody may have come.
        recipients = addressees(alert.audience, ledger.terminals.everybody())
        addressed = _accept(ledger, town, alert, recipients)
        _tell(alert, addressed, as_json, f"accepted for {len(addressed)} terminals")


@click.command(name="correct")
@click.argument("identifier")
@click.option("--headline", help="The new headline; without it the old one stays.")
@click.option("--body", help="The new text; without it the old one stays.")
@translation_option
@json_option
@pass_context
def correct_alert(
    context: Context,
    identifier: str,
    headline: str | None,
    body: str | None,
    translations: tuple[Translated, ...],
    as_json: bool,
) -> None:
    """Send another text in place of an alert's: terminals stop the old one, and tell those who heard it.

    Translations that are not given again are left out when the Japanese changes, since they may not be true any more.

    Exit code 0: it is committed and will go out. 1: it cannot be corrected, and the message says why.
    """
    with context.ledger() as (_settings, town, ledger):
        before = find_alert(ledger, identifier)
        old = before.alert
        is_changed = headline is not None or body is not None
        if is_changed and old.translations and not translations:
            click.echo("without the translations of the old text: give new ones with --translation", err=True)
        after = correct(
            old,
            old.headline if headline is None else headline,
            old.body if body is None else body,
            town,
            datetime.now(UTC),
            translations=translations or (() if is_changed else translations_in(old)),
        )
        _accept_revision(ledger, town, _with_reading(after, ledger), as_json, "corrected")


@click.command(name="withdraw")
@click.argument("identifier")
@json_option
@pass_context
def withdraw_alert(context: Context, identifier: str, as_json: bool) -> None:
    """Withdraw an alert: terminals stop speaking it, and tell those who heard it."""
    with context.ledger() as (_settings, town, ledger):
        before = find_alert(ledger, identifier)
        if before.alert.is_cancel:
            raise click.ClickException(f"{identifier} is withdrawn already")
        _accept_revision(ledger, town, withdraw(before.alert, datetime.now(UTC)), as_json, "withdrawn")


def _with_reading(alert: Alert, ledger: Ledger) -> Alert:
    """Return the alert with its kana and furigana, sent now, since the voice takes a moment to start."""
    kana = asyncio.run(_kana(alert, ledger.dictionary.standing()))
    return alert.model_copy(update={**kana, "sent": datetime.now(UTC)})


async def _kana(alert: Alert, dictionary: Dictionary | None) -> dict[str, object]:
    try:
        async with voice_with(dictionary) as voice:
            return {
                "reading": await voice.reading_of(alert.headline, alert.body, alert.contact),
                "furigana": await voice.furigana_of(alert.headline, alert.body),
            }
    except VoiceError as error:
        # Kana is nice to have and never a reason not to warn.
        click.echo(f"warning: sent without kana: {error}", err=True)
        return {}


def _accept_revision(ledger: Ledger, town: Town, after: Alert, as_json: bool, done: str) -> None:
    addressed = _accept(ledger, town, after, None)
    heard = ledger.deliveries.heard(after.identifier, after.revision)
    _tell(after, addressed, as_json, f"{done}; {heard} had heard it", heard=heard)


def _accept(ledger: Ledger, town: Town, alert: Alert, recipients: list[str] | None) -> list[str]:
    """Commit an alert, and return to which terminals it goes."""
    try:
        accepted = ledger.alerts.accept(alert, Topics(town.id).of_audience(alert.audience), recipients, SHELL)
    except AlertExists as error:
        raise click.ClickException(f"{error}: somebody else was faster; look at it with `broadcaster log`") from error
    return [line.terminal.id for line in ledger.deliveries.of_alert(accepted.row)]


def _tell(alert: Alert, addressed: list[str], as_json: bool, done: str, **more: int) -> None:
    if as_json:
        print_json({"identifier": alert.identifier, "revision": alert.revision, "terminals": addressed, **more})
    else:
        click.echo(f"{alert.identifier}: {done}")


def find_alert(ledger: Ledger, identifier: str) -> Accepted:
    """Return an alert, or end the command with the message that there is none."""
    accepted = ledger.alerts.get(identifier)
    if accepted is None:
        raise click.ClickException(f"there is no alert {identifier!r}; `broadcaster log` lists them")
    return accepted
