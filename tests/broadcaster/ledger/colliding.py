"""Reports that hypothesis makes: every stage and outcome, at moments that often are the same."""

from collections.abc import Sequence
from datetime import datetime

from hypothesis import strategies as st

from kokuchi.wire import DeliveryReport, Outcome, Silence
from tests.broadcaster.examples import NOW


def colliding_reports(
    terminals: Sequence[str],
    alert: str,
    revisions: Sequence[int],
    moments: st.SearchStrategy[datetime | None],
    reasons: Sequence[str],
) -> st.SearchStrategy[DeliveryReport]:
    return st.builds(
        DeliveryReport,
        terminal=st.sampled_from(terminals),
        alert=st.just(alert),
        revision=st.sampled_from(revisions),
        sent=st.just(NOW),
        received_at=moments,
        displayed_at=moments,
        voice_started_at=moments,
        voiced_at=moments,
        confirmed_at=moments,
        outcome=st.none() | st.sampled_from(Outcome),
        dictionary=st.none() | st.integers(1, 3),
        silence=st.none() | st.sampled_from(Silence),
        reason=st.sampled_from(reasons),
    )
