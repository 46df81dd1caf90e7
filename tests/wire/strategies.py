"""Hypothesis strategies for everything that goes on the wire; for any test that needs an alert, a report or a topic."""

import string
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kokuchi.wire import (
    Alert,
    Audience,
    AudienceKind,
    CallbackRequest,
    Clock,
    Contact,
    DeliveryReport,
    Dictionary,
    Entry,
    Furigana,
    Membership,
    MessageType,
    Outcome,
    Presence,
    Reading,
    Recorded,
    RequestState,
    Ruby,
    Severity,
    SigningKey,
    Silence,
    Speaker,
    Status,
    SyncReply,
    SyncRequest,
    TerminalSettings,
    Translation,
)
from kokuchi.wire.fields import Message
from kokuchi.wire.settings import MAXIMUM_LEAP

_T = TypeVar("_T")

TOWN = "testville"

PUBLIC_KEYS = [SigningKey.generate().public_pem().decode() for _ in range(5)]
AUTHORITY = (Path(__file__).parent / "golden" / "v1" / "TEST-AUTHORITY-not-a-secret.pem").read_text()

_ALPHANUMERIC = string.ascii_letters + string.digits
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(2099, 12, 31, tzinfo=UTC)


def identifiers() -> SearchStrategy[str]:
    """Names as CAP, a topic and a file name allow them, up to the full 64 characters."""
    rest = st.text(_ALPHANUMERIC + "._-", max_size=63)
    return st.builds(str.__add__, st.sampled_from(_ALPHANUMERIC), rest)


def few_identifiers(prefix: str) -> SearchStrategy[str]:
    """One of five names, so that two draws often agree."""
    return st.sampled_from([f"{prefix}{number}" for number in range(5)])


def instants() -> SearchStrategy[datetime]:
    """Moments in UTC, to the millisecond."""
    milliseconds = (_LATEST - _EARLIEST) // timedelta(milliseconds=1)
    return st.integers(0, milliseconds).map(lambda count: _EARLIEST + timedelta(milliseconds=count))


def texts(minimum: int = 0, maximum: int = 200) -> SearchStrategy[str]:
    """Printable text of any script, with line feeds and tabs; often Japanese."""
    japanese = st.text("町役場です。電話が詐欺ー「」、0120 \n\t𠮷😀é", min_size=minimum, max_size=maximum)
    characters = st.one_of(st.characters(exclude_categories=["Cs", "Cc"]), st.sampled_from("\n\t"))
    return japanese | st.text(characters, min_size=minimum, max_size=min(maximum, 100))


def revisions(minimum: int = 1) -> SearchStrategy[int]:
    """Revision numbers, mostly small."""
    return st.integers(minimum, minimum + 5) | st.integers(minimum, 10_000)


def audiences(members: int = 5) -> SearchStrategy[Audience]:
    """Audiences of each kind, of names that `memberships` also uses."""

    def of_kind(kind: AudienceKind) -> SearchStrategy[Audience]:
        if kind is AudienceKind.ALL:
            return st.just(Audience(kind=kind))
        names = st.lists(few_identifiers(kind[0]), min_size=1, max_size=members, unique=True)
        return names.map(lambda chosen: Audience(kind=kind, members=tuple(chosen)))

    return st.sampled_from(AudienceKind).flatmap(of_kind)


def memberships() -> SearchStrategy[Membership]:
    """Terminals with their areas and groups, of names that `audiences` also uses."""
    return st.builds(
        Membership,
        terminal=few_identifiers("t"),
        areas=st.frozensets(few_identifiers("a")),
        groups=st.frozensets(few_identifiers("g")),
    )


def contacts() -> SearchStrategy[Contact]:
    """Whom to call."""
    number = st.from_regex(r"[#0-9][0-9-]{1,19}", fullmatch=True, alphabet=st.characters(codec="ascii"))
    return st.builds(Contact, name=texts(1, 40), telephone=number)


def readings() -> SearchStrategy[Reading]:
    """Kana of the centre's voice."""
    return st.builds(Reading, headline=texts(), body=texts(), contact=texts())


def furigana() -> SearchStrategy[Furigana]:
    """Kana over any characters, which need not be there."""
    ruby = st.builds(Ruby, start=st.integers(0, 999), end=st.integers(1, 1000), kana=texts(1, 40))
    several = st.lists(ruby, max_size=4).map(tuple)
    return st.builds(Furigana, headline=several, body=several)


def translations() -> SearchStrategy[tuple[Translation, ...]]:
    """The same in other languages."""
    tags = st.sampled_from(["en", "zh-Hans", "vi", "ko"])
    return st.lists(st.builds(Translation, language=tags, headline=texts(1, 150), body=texts(1, 200)), max_size=4).map(
        tuple
    )


def dictionaries(town: str = TOWN) -> SearchStrategy[Dictionary]:
    """Words with their readings."""
    entry = st.builds(
        Entry,
        word=texts(1, 20),
        reading=st.text("アイウツキガター", min_size=1, max_size=40),
        accent=_optional(st.integers(0, 40)),
    )
    return st.builds(
        Dictionary,
        town=st.just(town),
        revision=dictionary_revisions(),
        sent=instants(),
        expires=instants(),
        entries=st.lists(entry, max_size=4).map(tuple),
    )


def dictionary_revisions() -> SearchStrategy[int]:
    """Revisions of the dictionary, mostly small."""
    return st.integers(1, 5) | st.integers(1, 2**31 - 1)


@st.composite
def alerts(draw: st.DrawFn, town: str = TOWN) -> Alert:
    """Any alert that may be sent: each message type, status, severity and audience."""
    message_type = draw(st.sampled_from(MessageType))
    first = message_type is MessageType.ALERT
    sent = draw(instants())
    return Alert(
        town=town,
        identifier=draw(identifiers()),
        revision=1 if first else draw(revisions(2)),
        sent=sent,
        expires=sent + timedelta(milliseconds=draw(st.integers(1, 10**10))),
        status=draw(st.sampled_from(Status)),
        message_type=message_type,
        references=() if first else tuple(draw(st.lists(texts(1, 100), min_size=1, max_size=3))),
        category=draw(identifiers()),
        event=draw(texts(1, 40)),
        severity=draw(st.sampled_from(Severity)),
        audience=draw(audiences()),
        sender_name=draw(texts(1, 40)),
        headline=draw(texts(1, 60)),
        body=draw(texts(1, 1000)),
        contact=draw(_optional(contacts())),
        reading=draw(_optional(readings())),
        furigana=draw(_optional(furigana())),
        translations=draw(_optional(translations())),
    )


def delivery_reports() -> SearchStrategy[DeliveryReport]:
    """Reports with any stages and outcome; what a terminal could reach is for its own tests."""
    moment = _optional(instants())
    return st.builds(
        DeliveryReport,
        terminal=identifiers(),
        alert=identifiers(),
        revision=revisions(),
        sent=instants(),
        received_at=moment,
        displayed_at=moment,
        voice_started_at=moment,
        voiced_at=moment,
        confirmed_at=moment,
        outcome=_optional(st.sampled_from(Outcome)),
        reason=texts(),
        dictionary=_optional(dictionary_revisions()),
        silence=_optional(st.sampled_from(Silence)),
    )


def callback_requests() -> SearchStrategy[CallbackRequest]:
    """Any wish to be called back."""
    return st.builds(
        CallbackRequest,
        terminal=identifiers(),
        identifier=identifiers(),
        sent=instants(),
        asked_at=instants(),
        withdrawn_at=_optional(instants()),
        alert=_optional(identifiers()),
        revision=_optional(revisions()),
    )


def presences() -> SearchStrategy[Presence]:
    """What a terminal may say of itself."""
    return st.builds(
        Presence,
        terminal=identifiers(),
        sent=instants(),
        online=st.booleans(),
        software=texts(0, 40),
        started_at=_optional(instants()),
        speaker=st.sampled_from(Speaker),
        speaker_detail=texts(),
        screen_attached=st.booleans(),
        disk_free_mib=_optional(st.integers(0, 2**40)),
        unheard=st.integers(0, 2**40),
        refused=_optional(st.integers(0, 2**40)),
        last_refusal=_optional(texts()),
        clock=_optional(st.sampled_from(Clock)),
        clock_ahead_seconds=_optional(st.integers(-(2**40), 2**40)),
        storage_fault=_optional(texts()),
        dictionary=_optional(dictionary_revisions()),
        volume=_optional(st.integers(0, 100)),
        language=_optional(texts(0, 20)),
        temperature_celsius=_optional(st.integers(-100, 200)),
        last_restart=_optional(texts()),
        settings=_optional(settings_revisions()),
        keys=_optional(st.lists(identifiers(), max_size=3).map(tuple)),
    )


def sync_requests() -> SearchStrategy[SyncRequest]:
    """What a terminal may hold."""
    held = st.lists(delivery_reports(), max_size=4).map(tuple)
    return st.builds(
        SyncRequest,
        terminal=identifiers(),
        identifier=identifiers(),
        sent=instants(),
        held=held,
        requests=_optional(st.lists(callback_requests(), max_size=3).map(tuple)),
    )


def sync_replies(town: str = TOWN) -> SearchStrategy[SyncReply]:
    """What the centre may answer. Its `alerts` look like tokens and are none."""
    tokens = st.text(_ALPHANUMERIC + "-_.", min_size=1, max_size=200)
    recorded = st.builds(Recorded, alert=identifiers(), revision=revisions())
    state = st.builds(RequestState, identifier=identifiers(), withdrawn=st.booleans(), done_at=_optional(instants()))
    return st.builds(
        SyncReply,
        town=st.just(town),
        terminal=identifiers(),
        identifier=identifiers(),
        revision=revisions(),
        sent=instants(),
        expires=instants(),
        alerts=st.lists(tokens, max_size=4).map(tuple),
        recorded=st.lists(recorded, max_size=4).map(tuple),
        requests=_optional(st.lists(state, max_size=3).map(tuple)),
    )


def settings_revisions() -> SearchStrategy[int]:
    """Revisions of a terminal's settings, mostly small."""
    return st.integers(1, 5) | st.integers(1, 2**53 - 1)


def terminal_settings(town: str = TOWN) -> SearchStrategy[TerminalSettings]:
    """What the centre may tell a terminal about itself. Of its keys none is one that a test signs with."""
    names = st.lists(identifiers(), max_size=3, unique=True).map(tuple)
    return st.builds(
        TerminalSettings,
        town=st.just(town),
        terminal=identifiers(),
        revision=st.integers(1, MAXIMUM_LEAP),
        sent=instants(),
        expires=instants(),
        areas=names,
        groups=names,
        kinds=st.dictionaries(identifiers(), texts(1, 40), max_size=3),
        names=_optional(st.dictionaries(identifiers(), texts(1, 100), max_size=3)),
        public_keys=st.lists(st.sampled_from(PUBLIC_KEYS), min_size=1, unique=True).map(tuple),
        authorities=st.sampled_from([(), (AUTHORITY,)]),
    )


def messages() -> SearchStrategy[Message]:
    """Any message of the contract."""
    return st.one_of(
        alerts(),
        delivery_reports(),
        callback_requests(),
        presences(),
        sync_requests(),
        sync_replies(),
        dictionaries(),
        terminal_settings(),
    )


def signing_keys() -> SearchStrategy[SigningKey]:
    """Keys of the centre; two draws never agree."""
    return st.builds(SigningKey.generate)


def json_values() -> SearchStrategy[object]:
    """Values as hostile as JSON, or Python's idea of it, allows: NaN, huge integers, halves of surrogate pairs, NUL."""
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.integers(2**63, 2**200),
        st.floats(),
        st.sampled_from(
            [1.0, 1.5, -0.0, 1e300, 10**30, "1", "\ud800", "a\x00b", "\u0085", "0001-01-01T00:00:00+14:00"]
        ),
        st.text(st.characters(), max_size=20),
    )
    keys = st.text(max_size=10)
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=10,
    )


def _optional(strategy: SearchStrategy[_T]) -> SearchStrategy[_T | None]:
    return st.none() | strategy
