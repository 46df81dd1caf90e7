"""What the mails to the operators say: no household's name leaves the centre, terminals are named by identifiers."""

from collections.abc import Iterable
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from broadcaster.domain.incident import Urgency
from broadcaster.domain.telling import Episode, Telling
from broadcaster.domain.town import Town
from broadcaster.ledger.mails import Mail
from broadcaster.monitoring.settings import MailSettings
from broadcaster.monitoring.words import URGENCIES, words_of

_SHOWN_TERMINALS = 20
_FOOT = "「いまの異常」のページで、いまの様子を見られます。\nこのメールは告知放送のシステムが自動で送りました。"


def subject_of(telling: Telling, town: Town) -> str:
    """Return the subject: the most urgent of it, and how much else there is."""
    told = [*telling.begun, *telling.standing] or list(telling.ended)
    told = sorted(told, key=lambda one: list(Urgency).index(one.incident.urgency))
    title = words_of(told[0].incident, town).title
    more = f" ほか{len(told) - 1}件" if len(told) > 1 else ""
    if telling.standing:
        what = f"続いている異常 {len(told)}件"
    elif telling.begun:
        mark = "【至急】" if told[0].incident.urgency is Urgency.URGENT else ""
        what = f"{mark}{title}{more}"
    else:
        what = f"（解消）{title}{more}"
    return one_line(f"[{town.name} 告知放送] {what}")


def body_of(telling: Telling, town: Town) -> str:
    """Return the text."""
    sections = [
        *_section("■ 異常が起きています", telling.begun, town),
        *_section("■ 次の異常が続いています", telling.standing, town),
        *_section("■ 次の異常は解消しました", telling.ended, town),
    ]
    return "\n\n".join([*sections, _FOOT]) + "\n"


def trial_subject(town: Town) -> str:
    """Return the subject of a mail that shows that mail arrives."""
    return one_line(f"[{town.name} 告知放送] 試験のメール")


TRIAL_BODY = "これは試験のメールです。異常が起きたときは、このあて先にメールでお知らせします。\n"


def message_of(mail: Mail, settings: MailSettings) -> EmailMessage:
    """Return a mail as it goes out; EmailMessage refuses whatever would break out of a header."""
    message = EmailMessage()
    message["From"] = Address(display_name="告知放送", addr_spec=settings.sender)
    message["To"] = tuple(Address(addr_spec=address) for address in settings.to)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(mail.made_at)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    return message


def one_line(text: str) -> str:
    """Return a text that fits a header: what is not printable becomes a space."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _section(heading: str, episodes: Iterable[Episode], town: Town) -> list[str]:
    paragraphs = [_paragraph(episode, town) for episode in episodes]
    return [heading, *paragraphs] if paragraphs else []


def _paragraph(episode: Episode, town: Town) -> str:
    words, incident = words_of(episode.incident, town), episode.incident
    since = episode.since.astimezone(town.time_zone)
    lines = [f"● {words.title}", f"  いつから: {since:%Y/%m/%d %H:%M}"]
    if episode.ended_at:
        lines.append(f"  いつまで: {episode.ended_at.astimezone(town.time_zone):%Y/%m/%d %H:%M}")
        return "\n".join(lines)
    lines += [f"  急ぎ度: {URGENCIES[incident.urgency]}", f"  {words.meaning}", f"  することは: {words.action}"]
    if incident.terminals:
        shown = "、".join(incident.terminals[:_SHOWN_TERMINALS])
        more = len(incident.terminals) - _SHOWN_TERMINALS
        lines.append(f"  端末: {shown}{f' ほか{more}台' if more > 0 else ''}")
    return "\n".join(lines)
