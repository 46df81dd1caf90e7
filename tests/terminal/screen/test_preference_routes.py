"""What the settings page asks of the terminal, and what nonsense gets for an answer."""

import json
import sqlite3
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from kokuchi.wire import Severity
from terminal_client.outputs.screen import PageScreen
from terminal_client.preferences import Preferences, PreferenceStore
from terminal_client.view import Card
from tests.terminal.screen.examples import alert_of
from tests.terminal.screen.site import RecordingHousehold, app_of, fresh_preferences


@pytest.fixture
def household() -> RecordingHousehold:
    return RecordingHousehold()


@pytest.fixture
def store() -> PreferenceStore:
    return fresh_preferences()


@pytest.fixture
async def client(household: RecordingHousehold, store: PreferenceStore) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app_of(PageScreen(), household, store))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


async def test_a_change_is_answered_with_all_that_stands_then(
    client: httpx.AsyncClient, store: PreferenceStore
) -> None:
    response = await client.post("/preferences", json={"volume": 40, "unspoken": ["scam", "awareness_event"]})
    assert response.status_code == 200
    assert response.json() == (await client.get("/preferences")).json()
    assert response.json()["chosen"] == {
        "volume": 40,
        "pace": 5.0,
        "text_size": "normal",
        "language": None,
        "night_screen": True,
        "quiet_hours": None,
        "unspoken": ["awareness_event", "scam"],
    }
    assert [language["code"] for language in response.json()["languages"]] == ["en", "zh-Hans", "vi", "ko"]
    assert store.current().volume == 40


async def test_the_kinds_are_the_town_s_and_what_else_came_as_a_notice_or_is_silenced(
    client: httpx.AsyncClient, household: RecordingHousehold, store: PreferenceStore
) -> None:
    household.remembered = (
        Card(alert_of("a", category="lost_dog", event="迷い犬", severity=Severity.MINOR)),
        Card(alert_of("b", category="scam", event="べつの名前", severity=Severity.MINOR)),
        Card(alert_of("c", category="bear", event="熊の情報", severity=Severity.SEVERE)),
    )
    store.change(unspoken=["gone", "lost_dog"])
    assert (await client.get("/preferences")).json()["kinds"] == [
        {"category": "awareness_event", "name": "消費者啓発開催情報"},
        {"category": "scam", "name": "詐欺事案情報"},
        {"category": "gone", "name": "gone"},
        {"category": "lost_dog", "name": "迷い犬"},
    ]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("", "body"),
        ("{", "body"),
        ("[]", "body"),
        ("null", "body"),
        ('{"volume": 5}', "volume: Input should be greater than or equal to 10"),
        ('{"volume": NaN}', "volume"),
        ('{"language": "fr"}', "there is no language 'fr'; there are en"),
        ('{"quiet_hours": {"start": "21:00", "end": "21:00"}}', "the quiet hours end when they start"),
        ('{"self": 1}', "self: Extra inputs are not permitted"),
    ],
)
async def test_nonsense_is_refused_in_plain_english(
    client: httpx.AsyncClient, store: PreferenceStore, body: str, what: str
) -> None:
    response = await client.post("/preferences", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert what in response.json()["detail"]
    assert store.current() == Preferences()


@pytest.mark.parametrize("path", ["/preferences", "/sample"])
async def test_what_a_form_of_another_site_could_send_changes_and_says_nothing(
    client: httpx.AsyncClient, household: RecordingHousehold, store: PreferenceStore, path: str
) -> None:
    response = await client.post(path, content=json.dumps({"volume": 40}), headers={"content-type": "text/plain"})
    assert response.status_code == 415
    assert (store.current(), household.samples) == (Preferences(), 0)


async def test_a_disk_that_takes_nothing_is_told_and_nothing_is_changed(
    client: httpx.AsyncClient, store: PreferenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: Any) -> Preferences:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(store, "change", full)
        response = await client.post("/preferences", json={"volume": 40})
    assert response.status_code == 503
    assert response.json()["detail"] == "nothing was changed, the disk takes nothing: database or disk is full"
    assert (await client.post("/preferences", json={"volume": 50})).json()["chosen"]["volume"] == 50
