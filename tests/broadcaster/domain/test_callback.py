"""How what a terminal says of one wish adds up."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.callback import Callback, merge
from tests.broadcaster.examples import NOW

moments = st.integers(0, 3).map(lambda number: NOW + timedelta(seconds=number))
callbacks = st.builds(
    Callback,
    asked_at=moments,
    withdrawn_at=st.none() | moments,
    alert=st.none() | st.sampled_from(["a-1", "a-2"]),
    revision=st.none() | st.integers(1, 2),
)


@given(one=callbacks, two=callbacks, three=callbacks)
def test_it_does_not_matter_in_which_order_or_how_often_it_is_said(
    one: Callback, two: Callback, three: Callback
) -> None:
    assert _said(merge(one, two)) == _said(merge(two, one))
    assert _said(merge(merge(one, two), three)) == _said(merge(one, merge(two, three)))
    assert merge(one, one) == one
    assert merge(merge(one, two), two) == merge(one, two)


@given(known=callbacks, said=callbacks)
def test_the_earlier_question_stands_and_what_was_withdrawn_stays_withdrawn(known: Callback, said: Callback) -> None:
    merged = merge(known, said)
    assert merged.asked_at == min(known.asked_at, said.asked_at)
    if known.withdrawn_at is not None:
        assert merged.withdrawn_at is not None
        assert merged.withdrawn_at <= known.withdrawn_at


def _said(callback: Callback) -> tuple[object, ...]:
    """None and nothing say the same of an alert."""
    return (callback.asked_at, callback.withdrawn_at, callback.alert or "", callback.revision or 0)
