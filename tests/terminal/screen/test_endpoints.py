import asyncio
import json
from collections.abc import AsyncIterator, Iterable

import httpx
import pytest

from kokuchi.pulse import Pulse
from kokuchi.voice import PhraseSource, Sound, silence
from terminal_client.household import Key
from terminal_client.outputs.screen import PageScreen
from terminal_client.screen import create_screen_app
from terminal_client.screen.alive import PageLife
from terminal_client.view import Card, View
from tests.terminal.screen.examples import BODY, alert_of
from tests.terminal.screen.site import (
    RecordingDesk,
    RecordingHousehold,
    app_of,
    fresh_preferences,
    running_site,
    until,
)
from tests.waiting import PATIENCE

ACT = {"alert": "scam-1", "revision": 1}
ACTS = ["displayed", "confirm", "replay"]


@pytest.fixture
def screen() -> PageScreen:
    return PageScreen()


@pytest.fixture
def household() -> RecordingHousehold:
    return RecordingHousehold()


@pytest.fixture
async def client(screen: PageScreen, household: RecordingHousehold) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app_of(screen, household))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


async def test_page_is_japanese_names_the_town_and_holds_the_browser_to_itself(client: httpx.AsyncClient) -> None:
    response = await client.get("/")
    assert response.status_code == 200
    assert '<html lang="ja">' in response.text
    assert "月形町のお知らせ" in response.text
    assert "kita-012" in response.text
    policy = response.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'self' http://127.0.0.1:*" in policy
    assert "unsafe" not in policy
    assert "<style" not in response.text
    assert "style=" not in response.text


async def test_town_name_cannot_put_markup_into_the_page() -> None:
    app = create_screen_app(
        screen=PageScreen(),
        household=RecordingHousehold(),
        desk=RecordingDesk(),
        preferences=fresh_preferences(),
        town_kinds=dict,
        town_name="<b>町</b>",
        time_zone="Asia/Tokyo",
        terminal="kita-012",
        page=PageLife(Pulse()),
        change_volume=lambda change: change,
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8090") as client:
        response = await client.get("/")
    assert "&lt;b&gt;町&lt;/b&gt;" in response.text
    assert "<b>町" not in response.text


async def test_health_names_the_terminal(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok", "terminal": "kita-012", "page_alive": False}


@pytest.mark.parametrize("act", ACTS)
async def test_act_reaches_the_household(client: httpx.AsyncClient, household: RecordingHousehold, act: str) -> None:
    response = await client.post(f"/{act}", json=ACT)
    assert (response.status_code, response.content) == (204, b"")
    assert household.acts == [(act, Key("scam-1", 1))]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json", ""]
)
async def test_what_a_form_of_another_site_could_send_is_refused(
    client: httpx.AsyncClient, household: RecordingHousehold, act: str, content_type: str
) -> None:
    response = await client.post(f"/{act}", content=json.dumps(ACT), headers={"content-type": content_type})
    assert response.status_code == 415
    assert "application/json" in response.json()["detail"]
    assert household.acts == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        '{"alert": "scam-1"}',
        '{"alert": "scam-1", "revision": 0}',
        '{"alert": "scam-1", "revision": "1"}',
        '{"alert": "scam 1", "revision": 1}',
        '{"alert": "scam-1", "revision": 1, "more": 1}',
    ],
)
async def test_bad_input_is_refused_with_a_message(
    client: httpx.AsyncClient, household: RecordingHousehold, body: str
) -> None:
    response = await client.post("/confirm", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert "body" in response.json()["detail"]
    assert household.acts == []


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/events"), ("POST", "/confirm")])
async def test_name_that_is_not_loopback_is_refused(client: httpx.AsyncClient, method: str, path: str) -> None:
    response = await client.request(method, path, headers={"host": "kokuchi.example"}, json=ACT)
    assert response.status_code == 400


async def test_sound_is_gone_when_the_screen_no_longer_keeps_it(client: httpx.AsyncClient) -> None:
    assert (await client.get("/sounds/1.wav")).status_code == 404


async def test_sound_is_served_as_a_wave_file() -> None:
    async with (
        running_site() as site,
        httpx.AsyncClient(base_url=site.url) as client,
        client.stream("GET", "/events"),
    ):
        site.screen.sound(silence(0.1))
        response = await client.get("/sounds/1.wav")
    assert response.headers["content-type"] == "audio/wav"
    assert Sound.from_wav(response.content).duration == pytest.approx(0.1)


async def test_events_are_the_view_then_what_happens_until_the_page_leaves() -> None:
    card = Card(alert_of(), speaking=True, source=PhraseSource.BODY, sentence=1)
    async with running_site() as site, httpx.AsyncClient(base_url=site.url) as client:
        async with client.stream("GET", "/events") as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            lines = response.aiter_lines()
            assert await _next_event(lines) == ("view", View().to_json())
            site.screen.show(View(current=card))
            kind, data = await _next_event(lines)
            assert kind == "view"
            assert isinstance(data, dict)
            assert (data["current"]["source"], data["current"]["sentence"]) == ("body", 1)
            assert "".join(part for sentence in data["current"]["body_sentences"] for part, _ in sentence) == BODY
            site.screen.sound(silence(0.1))
            assert await _next_event(lines) == ("sound", 1)
            site.screen.silence()
            assert await _next_event(lines) == ("silence", None)
            assert site.screen.is_attached
        await until(lambda: not site.screen.is_attached)


async def test_quiet_stream_is_kept_alive_by_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastapi.routing._PING_INTERVAL", 0.05)
    async with (
        running_site() as site,
        httpx.AsyncClient(base_url=site.url) as client,
        client.stream("GET", "/events") as response,
        asyncio.timeout(PATIENCE),
    ):
        lines = response.aiter_lines()
        while not (await anext(lines)).startswith(":"):
            pass


async def _next_event(lines: AsyncIterator[str]) -> tuple[str, object]:
    fields: list[str] = []
    async for line in lines:
        if not line:
            break
        fields.append(line)
    return _field(fields, "event"), json.loads(_field(fields, "data"))


def _field(lines: Iterable[str], name: str) -> str:
    return next(line.removeprefix(f"{name}: ") for line in lines if line.startswith(f"{name}:"))


async def test_the_volume_is_answered_and_only_json_changes_it(client: httpx.AsyncClient) -> None:
    assert (await client.post("/volume", json={"change": 10})).json() == {"volume": 80}
    assert (await client.post("/volume", content=b'{"change": 10}')).status_code == 415
    assert (await client.post("/volume", json={"change": "10"})).status_code == 422


async def test_health_tells_whether_a_page_draws(client: httpx.AsyncClient) -> None:
    for visible in (True, False):
        assert (await client.post("/alive", json={"visible": visible})).status_code == 204
        assert (await client.get("/healthz")).json()["page_alive"] is visible
    assert (await client.post("/alive", content=b'{"visible": true}')).status_code == 415
