"""A household's wish to be called back, in the terminal's own file."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokuchi.wire import RequestState
from terminal_client import requests
from terminal_client.household import Key
from terminal_client.inbox import Inbox
from terminal_client.requests import Request, RequestStore, Stage

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
SCAM = Key("scam-1", 2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "inbox.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[RequestStore]:
    store = RequestStore(path)
    yield store
    store.close()


def state(request: Request, *, withdrawn: bool = False, done_at: datetime | None = None) -> RequestState:
    return RequestState(identifier=request.identifier, withdrawn=withdrawn, done_at=done_at)


def test_a_household_has_one_wish_at_a_time(store: RequestStore) -> None:
    first = store.ask(SCAM, NOW)
    assert store.ask(None, LATER) == first
    assert store.unsettled() == [first] == [Request(first.identifier, NOW, SCAM)]


def test_a_wish_outlives_a_restart_beside_the_inbox_and_so_does_that_it_was_withdrawn(
    store: RequestStore, path: Path
) -> None:
    Inbox(path, "t-1").close()
    asked = store.ask(SCAM, NOW)
    store.learn((state(asked),), NOW)
    store.close()
    again = RequestStore(path)
    assert again.newest() == Request(asked.identifier, NOW, SCAM, is_recorded=True)
    again.withdraw(LATER)
    again.close()
    assert RequestStore(path).newest() == Request(asked.identifier, NOW, SCAM, withdrawn_at=LATER)


def test_a_wish_outlives_a_terminal_that_is_killed_right_after_it(path: Path) -> None:
    program = (
        "import os, signal, sys; from datetime import UTC, datetime; from pathlib import Path;"
        "from terminal_client.requests import RequestStore;"
        "print(RequestStore(Path(sys.argv[1])).ask(None, datetime.now(UTC)).identifier, flush=True);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, env=os.environ)
    assert done.returncode == -signal.SIGKILL
    assert [request.identifier for request in RequestStore(path).unsettled()] == [done.stdout.strip()]


def test_what_the_desk_has_dealt_with_is_asked_about_no_more_and_makes_room_for_a_new_one(store: RequestStore) -> None:
    asked = store.ask(SCAM, NOW)
    store.learn((state(asked, done_at=LATER),), LATER)
    assert store.unsettled() == []
    assert store.withdraw(LATER) is None
    assert (newest := store.newest()) is not None
    assert newest.stage is Stage.DONE
    assert store.ask(None, LATER).identifier != asked.identifier


def test_a_withdrawal_is_said_until_the_ledger_has_it(store: RequestStore) -> None:
    asked = store.ask(SCAM, NOW)
    store.withdraw(LATER)
    store.learn((state(asked),), LATER)
    assert [request.is_recorded for request in store.unsettled()] == [False]
    store.learn((state(asked, withdrawn=True),), LATER)
    assert store.unsettled() == []


def test_what_the_ledger_says_of_other_wishes_changes_nothing(store: RequestStore) -> None:
    asked = store.ask(SCAM, NOW)
    store.learn((RequestState(identifier="another", withdrawn=True, done_at=NOW),), NOW)
    assert store.newest() == asked


def test_old_wishes_go_but_none_that_the_ledger_lacks(store: RequestStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "KEPT_REQUESTS", 3)
    lost = store.ask(None, NOW)
    store.withdraw(NOW)
    asked = []
    for _ in range(6):
        done = store.ask(None, NOW)
        asked.append(done.identifier)
        store.learn((state(done, done_at=NOW),), NOW)
    kept = store._connections.read().execute("SELECT identifier FROM requests ORDER BY id").fetchall()
    assert kept[0]["identifier"] == lost.identifier
    assert [row["identifier"] for row in kept[1:]] == asked[-3:]
    assert store.unsettled() == [lost.withdrawn(NOW)]


def test_a_sync_carries_no_more_than_it_may_and_the_rest_afterwards(store: RequestStore) -> None:
    everything = []
    for _ in range(requests.AT_ONCE + 5):
        everything.append(store.ask(None, NOW).withdrawn(NOW))
        store.withdraw(NOW)
    assert store.unsettled() == everything[: requests.AT_ONCE]
    store.learn(tuple(state(request, withdrawn=True) for request in store.unsettled()), NOW)
    assert store.unsettled() == everything[requests.AT_ONCE :]


def test_a_disk_that_takes_nothing_is_told(store: RequestStore) -> None:
    store._connections.read().execute("PRAGMA query_only = 1")
    with pytest.raises(sqlite3.OperationalError):
        store.ask(None, NOW)
    assert store.newest() is None


STATES = st.builds(
    RequestState,
    identifier=st.just("r-1"),
    withdrawn=st.booleans(),
    done_at=st.none() | st.just(LATER),
)


@given(is_withdrawn=st.booleans(), states=st.lists(STATES, max_size=5))
def test_whatever_the_centre_answers_only_what_the_desk_has_done_can_be_taken_back(
    is_withdrawn: bool, states: list[RequestState]
) -> None:
    request = Request("r-1", NOW, withdrawn_at=NOW if is_withdrawn else None)
    for number, said in enumerate(states):
        after = request.learned(said, LATER + timedelta(minutes=number))
        assert after.withdrawn_at == request.withdrawn_at
        assert after.done_at == said.done_at
        assert after.is_recorded >= request.is_recorded
        assert request.settled_at is None or after.settled_at in (request.settled_at, None)
        request = after
    assert (request.settled_at is not None) == (request.is_recorded and request.stage is not Stage.ASKED)


def test_the_screen_tells_of_what_is_over_for_a_while() -> None:
    withdrawn = Request("r-1", NOW, withdrawn_at=NOW, is_recorded=True, settled_at=NOW)
    done = Request("r-1", NOW, is_recorded=True, done_at=NOW, settled_at=NOW)
    assert Request("r-1", NOW).is_shown(NOW + timedelta(days=300))
    assert [withdrawn.is_shown(NOW + timedelta(seconds=seconds)) for seconds in (0, 59, 60)] == [True, True, False]
    assert [done.is_shown(NOW + timedelta(hours=hours)) for hours in (0, 23, 24)] == [True, True, False]
