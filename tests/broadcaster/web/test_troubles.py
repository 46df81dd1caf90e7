"""What is wrong now, on the page, in the navigation, on the first page; and for programs: /readyz and /metrics."""

import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from broadcaster.domain.judging import GUESSES_A_DAY
from broadcaster.domain.tokens import Scope
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.ledger.backups import Backup
from broadcaster.monitoring import Overseer, Places
from broadcaster.monitoring.figures import Figures
from broadcaster.monitoring.watch import Watch
from broadcaster.web.site import Site
from kokuchi.wire import Speaker
from tests.broadcaster.web.api.program import make_token, problem_of
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.states import MANY
from tests.broadcaster.web.town import NOW, ROSTER, Clock, accept, presence

HOUR = timedelta(hours=1)
DOCUMENT = (Path(__file__).parents[3] / "docs" / "monitoring.md").read_text(encoding="utf-8")


async def troubles(browser: Browser) -> str:
    return (await browser.get("/troubles")).text


async def test_when_all_is_well_the_page_says_so_and_when_it_was_looked_at(operator: Browser) -> None:
    page = await troubles(operator)
    assert "いま異常はありません" in page
    assert "最後に確かめた日時: 11月24日(火)10時00分" in page
    assert "badge-count" not in page
    assert "異常はありません" in (await operator.get("/")).text


async def test_each_trouble_says_what_it_means_what_to_do_and_whom_it_is_about(
    operator: Browser, ledger: Ledger
) -> None:
    ledger.presences.record([presence("t-1", online=False), presence("t-2", speaker=Speaker.FAILED)], NOW - 3 * HOUR)
    page = await troubles(operator)
    assert "早めに確かめてください（2件）" in page
    assert "すぐに対応してください" not in page
    assert "1時間以上つながらない端末があります（1台）" in page
    assert "電源が切れているか、通信が止まっています" in page
    assert "世帯に電話し、電源プラグと通信の線を確かめてもらってください" in page
    assert '<a href="/terminals/t-1">佐藤 一郎</a><span>北地区</span><span>t-1</span>' in page
    assert "11月24日(火)7時00分から（3時間）" in page
    assert 'href="/terminals?condition=offline"' in page
    assert 'href="/terminals?condition=sound"' in page
    assert 'badge-count-soon">2<' in page
    home = (await operator.get("/")).text
    assert "<strong>2</strong>件を確かめてください" in home
    assert "1時間以上つながらない" not in home, "the terminals have a place of their own there"
    for _ in range(GUESSES_A_DAY + 1):
        ledger.wrong_codes.count(NOW)
    home = (await operator.get("/")).text
    assert "<strong>3</strong>件を確かめてください" in home
    assert '<a href="/troubles">ほか2件</a>' in home, "as many as are counted are spoken of"


async def test_a_wide_outage_is_one_trouble_and_stands_on_every_page(operator: Browser, ledger: Ledger) -> None:
    for connected in (False, True):
        ledger.broker.record(connected, "", NOW - 9 * HOUR)
    ledger.terminals.add((terminal, "hash") for terminal in MANY)
    ledger.presences.record((presence(terminal.id) for terminal in [*MANY, *ROSTER]), NOW - 9 * HOUR)
    ledger.presences.record((presence(terminal.id, online=False) for terminal in MANY[:400]), NOW - HOUR)
    page = await troubles(operator)
    assert "すぐに対応してください（1件）" in page
    assert page.count('class="trouble"') == 1
    assert "多くの端末が一度に切れました（400台）" in page
    assert "ほか394台" in page
    assert len(page) < 20_000
    for path in ("/", "/dictionary"):
        assert (await operator.get(path)).text.count("多くの端末が一度に切れました") == 1, path


async def test_a_broker_that_goes_and_comes_is_said_on_an_open_page(operator: Browser, ledger: Ledger) -> None:
    async with operator.events("/troubles/events") as stream:
        assert "いま異常はありません" in (await stream.parts_after_start())["standing"]
        ledger.broker.record(False, "gone", NOW)
        parts = await stream.parts()
        assert "放送の通信が止まっています" in parts["standing"]
        assert "1<" in parts["trouble-count-bar"]
        ledger.broker.record(True, "", NOW)
        assert "いま異常はありません" in (await stream.parts())["standing"]


async def test_what_has_a_page_of_its_own_leads_there(operator: Browser, ledger: Ledger, clock: Clock) -> None:
    accept(ledger)
    with ledger.connections.write() as db:
        db.execute("UPDATE outbox SET state = 'waiting'")
    clock.move(minutes=3)
    page = await troubles(operator)
    assert "お知らせが送信されずに残っています" in page
    assert '<a class="more" href="/log">' in page


async def test_a_further_collector_that_is_away_is_said_on_the_first_page_too(
    operator: Browser, app: FastAPI, ledger: Ledger, clock: Clock, tmp_path: Path
) -> None:
    """With its number, since when, what to do, and that nothing is lost."""
    keys = tmp_path / "signing.pem", tmp_path / "next.pem"
    for key in keys:
        key.touch()
    places = Places(tmp_path, *keys, running_since=NOW - HOUR, collectors=2)
    site: Site = app.state.site
    object.__setattr__(site, "overseer", Overseer(ledger, clock, places, rests=timedelta(0)))
    ledger.collectors.give_sign(2, NOW - HOUR)
    clock.move(minutes=5)
    title = "端末からの報告を分担するプログラム（2番）が止まっています"
    page = await troubles(operator)
    assert title in page
    assert "11月24日(火)9時00分から（1時間5分）" in page
    assert "報告はなくなりません" in page
    assert "サーバーで kokuchi-collector@2 を起動します" in page
    assert title in (await operator.get("/")).text
    assert (
        'kokuchi_incidents{kind="collector_away",urgency="soon"} 1.0'
        in Figures(ledger, site.overseer, clock).text().decode()
    )
    ledger.collectors.give_sign(2, clock())
    assert title not in await troubles(operator)


@pytest.fixture
def program(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=("127.0.0.1", 5000))
    return httpx.AsyncClient(transport=transport, base_url="http://office")


async def test_a_centre_is_ready_as_long_as_it_can_keep_an_alert(
    program: httpx.AsyncClient, ledger: Ledger, town: Town, clock: Clock
) -> None:
    never = await program.get("/readyz")
    assert (never.status_code, never.json()["ready"]) == (503, False)
    Watch(ledger, town, Overseer(ledger, clock), None, clock).look()
    assert (await program.get("/readyz")).json() == {"ready": True, "reasons": [], "broker_connected": True}
    ledger.broker.record(False, "gone", NOW)
    away = await program.get("/readyz")
    assert (away.status_code, away.json()["broker_connected"]) == (200, False), "staff can write all the same"
    clock.move(minutes=2)
    stands_still = await program.get("/readyz")
    assert stands_still.status_code == 503
    assert "was not written for a minute" in stands_still.json()["reasons"][0]


async def test_figures_are_for_who_has_a_token_for_them(program: httpx.AsyncClient, ledger: Ledger) -> None:
    assert problem_of(await program.get("/metrics")) == (401, "unauthorized")
    other = make_token(ledger, Scope.ALERTS_READ, name="other")
    assert problem_of(await program.get("/metrics", headers={"authorization": f"Bearer {other}"})) == (403, "forbidden")
    token = make_token(ledger, Scope.METRICS_READ, name="prometheus")
    await program.get("/api/v1/alerts", headers={"authorization": f"Bearer {other}"})
    await program.request("BREW", "/no/such/page")
    answer = await program.get("/metrics", headers={"authorization": f"Bearer {token}"})
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    for labels in (
        'method="GET",path="/metrics",status="401"',
        'method="GET",path="/api/v1/alerts",status="200"',
        'method="other",path="other",status="404"',
    ):
        assert f"kokuchi_http_request_duration_seconds_count{{{labels}}} 1.0" in answer.text, labels


async def test_without_a_token_only_this_machine_itself_reads_them_and_only_if_the_town_says_so(
    app: FastAPI, program: httpx.AsyncClient
) -> None:
    site: Site = app.state.site
    object.__setattr__(site, "metrics_open_on_loopback", True)
    assert (await program.get("/metrics")).status_code == 200
    for header in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
        assert (await program.get("/metrics", headers={header: "x"})).status_code == 401, header
    far = httpx.ASGITransport(app=app, client=("192.0.2.1", 5000))
    async with httpx.AsyncClient(transport=far, base_url="http://office") as stranger:
        assert (await stranger.get("/metrics")).status_code == 401


async def test_the_figures_are_those_of_the_ledger(app: FastAPI, ledger: Ledger) -> None:
    ledger.presences.record([presence("t-1", online=False), presence("t-2", speaker=Speaker.FAILED)], NOW - HOUR)
    accept(ledger)
    site: Site = app.state.site
    site.figures.batch(7)
    text = site.figures.text().decode()
    for line in (
        "kokuchi_alerts_total 1.0",
        'kokuchi_last_alert_deliveries{stage="addressed"} 3.0',
        'kokuchi_last_alert_deliveries{stage="received"} 0.0',
        "kokuchi_outbox_waiting 0.0",
        "kokuchi_outbox_oldest_age_seconds 0.0",
        "kokuchi_terminals 3.0",
        'kokuchi_terminals_by_condition{condition="offline"} 1.0',
        'kokuchi_terminals_by_condition{condition="sound"} 1.0',
        "kokuchi_broker_connected 1.0",
        'kokuchi_incidents{kind="terminals_off",urgency="soon"} 1.0',
        'kokuchi_collector_batch_messages_bucket{le="10.0"} 1.0',
    ):
        assert f"\n{line}\n" in text
    assert "process_resident_memory_bytes" in text
    for terminal in ROSTER:
        assert terminal.household not in text


async def test_each_figure_is_explained_and_what_is_explained_is_there(app: FastAPI, ledger: Ledger) -> None:
    ledger.backups.record(Backup(NOW, "backup.age", 1, checked_at=None))
    site: Site = app.state.site
    there = set(re.findall(r"^# TYPE (kokuchi_\w+) ", site.figures.text().decode(), re.MULTILINE))
    there -= {name for name in there if name.endswith("_created")}
    table = "".join(line for line in DOCUMENT.splitlines() if line.startswith("| `kokuchi"))
    assert set(re.findall(r"`(kokuchi_\w+)", table)) == there
