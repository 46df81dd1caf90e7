"""The alert, modelled on CAP 1.2 (OASIS, ITU-T X.1303bis); names and enumerations are CAP's where CAP has them."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from kokuchi.wire.audience import Audience
from kokuchi.wire.fields import Identifier, Instant, Message, Part, Text, iso

MAXIMUM_HEADLINE = 60
MAXIMUM_BODY = 1000
MAXIMUM_TRANSLATED_HEADLINE = 150
MAXIMUM_TRANSLATED_BODY = 2000

Category = Identifier
"""What kind of event: scam, consumer_harm, suspicious_person, … The town's configuration lists them."""


class Status(StrEnum):
    """CAP `status`. A drill (Exercise or Test) is a property of one alert, never a mode of the system."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    TEST = "Test"


class MessageType(StrEnum):
    """CAP `msgType`, of which the centre sends three."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"


class Severity(StrEnum):
    """CAP `severity`."""

    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"
    UNKNOWN = "Unknown"


class Level(StrEnum):
    """How a terminal treats an alert; derived from the severity, see design.md, "Levels"."""

    EMERGENCY = "emergency"
    IMPORTANT = "important"
    NOTICE = "notice"

    @property
    def rank(self) -> int:
        """0 for the most urgent; smaller goes first."""
        return list(Level).index(self)

    @classmethod
    def of(cls, severity: Severity) -> Self:
        """Return the level of a severity: Extreme is emergency, Severe important, everything else notice."""
        match severity:
            case Severity.EXTREME:
                return cls("emergency")
            case Severity.SEVERE:
                return cls("important")
            case _:
                return cls("notice")


class Contact(Part):
    """Whom to call: shown in very large digits and spoken digit by digit."""

    name: Annotated[Text, Field(min_length=1, max_length=40)]
    telephone: Annotated[str, Field(pattern=r"^[#0-9][0-9-]{1,19}$")]


class Reading(Part):
    """The kana that the centre's voice says for headline, body and contact.

    A terminal whose own Japanese engine cannot run speaks this with its fallback voice.
    """

    headline: Annotated[Text, Field(max_length=400)]
    body: Annotated[Text, Field(max_length=8000)]
    contact: Annotated[Text, Field(max_length=400)] = ""


class Ruby(Part):
    """The kana over the characters `start` up to, and without, `end` of a text, counted in Unicode characters."""

    start: Annotated[int, Field(ge=0, lt=MAXIMUM_BODY)]
    end: Annotated[int, Field(ge=1, le=MAXIMUM_BODY)]
    kana: Annotated[Text, Field(min_length=1, max_length=40)]


class Furigana(Part):
    """What is written over the kanji of headline and body on the screen: the same reading as the voice's."""

    headline: Annotated[tuple[Ruby, ...], Field(max_length=MAXIMUM_HEADLINE)] = ()
    body: Annotated[tuple[Ruby, ...], Field(max_length=MAXIMUM_BODY // 2)] = ()


class Translation(Part):
    """Headline and body in another language, as the staff entered them. `language` is a BCP 47 tag, such as "vi"."""

    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=20)]
    headline: Annotated[Text, Field(min_length=1, max_length=MAXIMUM_TRANSLATED_HEADLINE)]
    body: Annotated[Text, Field(min_length=1, max_length=MAXIMUM_TRANSLATED_BODY)]


class Alert(Message):
    """One revision of one message to households.

    `identifier` stays the same through Update and Cancel while `revision` rises (L-Alert's rule for a message series);
    `references` names the earlier revisions in CAP's form "sender,identifier,sent".
    """

    town: Identifier
    identifier: Identifier
    revision: Annotated[int, Field(ge=1, le=10_000)] = 1
    sent: Instant
    expires: Instant
    status: Status = Status.ACTUAL
    message_type: MessageType = MessageType.ALERT
    references: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    category: Category
    event: Annotated[Text, Field(min_length=1, max_length=40)]
    severity: Severity
    audience: Audience
    sender_name: Annotated[Text, Field(min_length=1, max_length=40)]
    headline: Annotated[Text, Field(min_length=1, max_length=MAXIMUM_HEADLINE)]
    body: Annotated[Text, Field(min_length=1, max_length=MAXIMUM_BODY)]
    contact: Contact | None = None
    reading: Reading | None = None
    furigana: Furigana | None = None
    translations: Annotated[tuple[Translation, ...], Field(max_length=4)] | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.expires <= self.sent:
            raise ValueError("expires must be later than sent")
        first = self.message_type is MessageType.ALERT
        if first != (self.revision == 1):
            raise ValueError("an Alert has revision 1, an Update or Cancel a higher one")
        if first == bool(self.references):
            raise ValueError("an Update or Cancel has references, an Alert has none (CAP 1.2, 3.2.1)")
        return self

    @property
    def level(self) -> Level:
        """How urgently a terminal presents it."""
        return Level.of(self.severity)

    @property
    def is_drill(self) -> bool:
        """Whether it must be announced as a drill, on the screen and by voice."""
        return self.status is not Status.ACTUAL

    @property
    def is_cancel(self) -> bool:
        """Whether it withdraws the earlier revisions."""
        return self.message_type is MessageType.CANCEL

    @property
    def reference(self) -> str:
        """This revision in the form in which a later one refers to it (CAP 1.2, `references`)."""
        return f"{self.town},{self.identifier},{iso(self.sent)}"
