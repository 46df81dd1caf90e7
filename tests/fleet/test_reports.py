"""What is made of pieces is what the wire's own encoding makes."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from fleet import reports
from fleet.script import MOMENTS
from kokuchi.wire import (
    DeliveryReport,
    Presence,
    SyncRequest,
    decode_delivery,
    decode_presence,
    decode_sync_request,
    encode,
)
from kokuchi.wire.fields import iso

names = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,20}\Z")
instants = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants them bare
parts = st.lists(st.integers(0, len(MOMENTS)), max_size=3).map(sorted)


@given(names, names, st.integers(1, 10_000), instants, parts)
def test_a_report_and_a_question_are_byte_for_byte_what_the_wire_makes(
    terminal: str, alert: str, revision: int, now: datetime, parts: list[int]
) -> None:
    beginning, moment = reports.of_terminal(terminal), iso(now).encode()
    progress = reports.Progress(reports.of_alert(alert, revision))
    for start, end in zip([0, *parts], parts, strict=False):
        progress.reach(reports.of_moments(MOMENTS[start:end], moment))

    report = progress.report(beginning, moment)
    question = reports.sync_request(beginning, "q-1", moment, [progress, progress])

    reached = dict.fromkeys(MOMENTS[: parts[-1]] if parts else (), now)
    expected = DeliveryReport(terminal=terminal, alert=alert, revision=revision, sent=now, **reached)
    assert report == encode(expected)
    assert decode_delivery(report) == expected
    assert progress.is_heard is (expected.voiced_at is not None)
    asked = SyncRequest(terminal=terminal, identifier="q-1", sent=now, held=(expected, expected))
    assert question == encode(asked)
    assert decode_sync_request(question) == asked


@given(names, instants, st.booleans())
def test_a_presence_is_byte_for_byte_what_the_wire_makes(terminal: str, now: datetime, online: bool) -> None:
    made = reports.presence(reports.of_terminal(terminal), iso(now).encode(), online=online)

    assert made == encode(Presence(terminal=terminal, sent=now, online=online))
    assert decode_presence(made).online is online


def test_a_terminal_that_holds_nothing_asks_as_the_wire_says() -> None:
    now = datetime(2026, 11, 29, tzinfo=UTC)
    question = reports.sync_request(reports.of_terminal("t-1"), "q-1", iso(now).encode(), [])

    assert question == encode(SyncRequest(terminal="t-1", identifier="q-1", sent=now))
