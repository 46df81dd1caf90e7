from datetime import UTC, datetime, timedelta, timezone

from hypothesis import assume, example, given
from hypothesis import strategies as st

from kokuchi.wire.fields import iso

_OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=_OFFSETS | st.timezones()))
@example(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))
@example(datetime.min.replace(tzinfo=UTC))
@example(datetime.max.replace(tzinfo=UTC))
def test_an_instant_is_written_as_datetime_writes_it_in_utc(moment: datetime) -> None:
    try:
        expected = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    except OverflowError:
        assume(False)
    assert iso(moment) == expected
