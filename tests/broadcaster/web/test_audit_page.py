"""The page of the record of deeds."""

import html
import re
from datetime import timedelta

import pytest
from fastapi import FastAPI

from broadcaster.domain.audit import Deed, Entry
from broadcaster.domain.roles import Role
from broadcaster.domain.timing import Timing
from broadcaster.domain.written import Written
from broadcaster.ledger import Ledger
from broadcaster.ledger.submissions import Filing, State
from broadcaster.web.deeds import DEEDS
from broadcaster.web.roles import ROLE_MEANINGS, ROLES
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.town import NOW, accept


def rows(page: str) -> list[str]:
    body = page[page.index("<tbody") : page.index("</tbody>")]
    return [
        html.unescape(" ".join(re.sub(r"<[^>]+>", " ", row).split()))
        for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    ]


def test_every_deed_and_every_role_has_japanese_words() -> None:
    assert set(DEEDS) == set(Deed)
    assert len(set(DEEDS.values())) == len(Deed)
    assert set(ROLES) == set(ROLE_MEANINGS) == set(Role)


async def test_it_tells_who_did_what_when_the_newest_first(operator: Browser, ledger: Ledger) -> None:
    alert = accept(ledger, headline="不審な電話に注意")
    ledger.audit.add(Entry("hanako", Deed.ENROLMENT_CODE_MADE, "t-2", NOW))
    page = (await operator.get("/audit")).text
    assert rows(page)[:3] == [
        "2026/11/24 10:00 田中 花子 端末の登録コードを作った t-2",
        "2026/11/24 10:00 田中 花子 お知らせを送った 不審な電話に注意",
        "2026/11/24 10:00 運用 太郎 ログインした 127.0.0.1",
    ]
    assert f'href="/alerts/{alert.identifier}"' in page
    assert 'href="/terminals/t-2"' in page
    assert "だれにも書きかえられません" in page
    assert "期限なく残ります" in page


async def test_it_shows_fifty_lines_a_page(operator: Browser, ledger: Ledger) -> None:
    for number in range(120):
        ledger.audit.add(Entry("hanako", Deed.SENT, f"alert-{number:03}", NOW))
    first = (await operator.get("/audit?person=hanako&deed=sent")).text
    assert len(rows(first)) == 50
    assert "alert-119" in first
    assert "新しい記録へ" not in first
    older = html.unescape(re.findall(r'href="(/audit\?[^"]*page=2)"', first)[0])
    second = (await operator.get(older)).text
    assert "alert-069" in second
    third = (await operator.get(older.replace("page=2", "page=3"))).text
    assert len(rows(third)) == 20
    assert "古い記録へ" not in third


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("person=hanako", {"早い", "遅い"}),
        ("person=buchou", {"部長"}),
        ("deed=withdrawn", {"部長"}),
        ("since=2026-12-01", {"遅い"}),
        ("until=2026-11-30&person=hanako", {"早い"}),
        ("since=2026-12-01&until=2026-12-01", {"遅い"}),
        ("since=nonsense&deed=nonsense&person=hanako", {"早い", "遅い"}),
    ],
)
async def test_it_can_be_narrowed_to_a_person_a_deed_and_days(
    operator: Browser, ledger: Ledger, query: str, seen: set[str]
) -> None:
    # 14:59 and 15:00 UTC are the last minute of November and the first of December in Japan.
    last_minute = NOW.replace(day=30, hour=14, minute=59)
    ledger.audit.add(Entry("hanako", Deed.SENT, "a", last_minute, "早い"))
    ledger.audit.add(Entry("buchou", Deed.WITHDRAWN, "b", last_minute, "部長"))
    ledger.audit.add(Entry("hanako", Deed.SENT, "c", last_minute + timedelta(minutes=1), "遅い"))
    page = (await operator.get(f"/audit?{query}")).text
    assert {word for word in ("早い", "遅い", "部長") if word in page[page.index("<tbody") :]} == seen


async def test_what_was_done_to_a_person_is_found_under_the_person(operator: Browser, app: FastAPI) -> None:
    await Browser(app).log_in("hanako", "wrong")
    assert "ログインに失敗した 田中 花子 127.0.0.1" in " ".join(rows((await operator.get("/audit?person=hanako")).text))


async def test_a_name_that_nobody_has_is_not_shown_as_it_was_typed(operator: Browser, app: FastAPI) -> None:
    await Browser(app).log_in("my secret password", "wrong")
    page = (await operator.get("/audit")).text
    assert "登録のないアカウント名" in page
    assert "my secret password" not in page


async def test_nothing_found_says_so(operator: Browser) -> None:
    assert "この条件の記録はありません" in (await operator.get("/audit?since=2030-01-01")).text


async def test_every_deed_is_shown_whatever_it_was_done_to(operator: Browser, ledger: Ledger) -> None:
    for deed in Deed:
        ledger.audit.add(Entry("shell", deed, "<u>x</u>", NOW, "1"))
    page = await operator.get("/audit")
    assert page.status_code == 200
    assert "<u>" not in page.text


async def test_a_draft_on_its_way_is_named_by_its_headline_in_every_deed(operator: Browser, ledger: Ledger) -> None:
    planned, waits = "20261124T010000Z-0123abcd", "20261124T010000Z-0123abce"
    at = NOW.replace(hour=0) + timedelta(days=1)
    written = Written(headline="あすの講座")
    ledger.submissions.plan(Filing(planned, 0, written, Timing(at), "hanako", NOW), at)
    ledger.submissions.recall(planned, ledger.submissions.in_state(State.PLANNED)[0].version, "hanako", NOW)
    ledger.submissions.ask(Filing(waits, 0, written, Timing(), "hanako", NOW))
    version = ledger.submissions.in_state(State.WAITING)[0].version
    ledger.submissions.send_back(waits, version, "場所を書いてください", "hanako", NOW)
    page = (await operator.get("/audit?person=hanako")).text
    assert [row.split(" ", 4)[4] for row in rows(page)[:4]] == [
        "お知らせを差し戻した あすの講座 場所を書いてください",
        "承認を頼んだ あすの講座",
        "承認待ちか予約を取りやめた あすの講座",
        "放送を予約した あすの講座 11月25日(水)午前9時",
    ]
    assert f'href="/planned/{planned}"' in page
    assert planned not in " ".join(rows(page))


async def test_an_alert_is_named_by_its_headline_whatever_else_a_deed_tells_of_it(
    operator: Browser, ledger: Ledger
) -> None:
    alert = accept(ledger, headline="不審な電話に注意")
    ledger.audit.add(Entry("hanako", Deed.RESENT, alert.identifier, NOW, "11"))
    ledger.audit.add(Entry("hanako", Deed.SENT_ALONE, alert.identifier, NOW, "課長と連絡がとれない"))
    ledger.audit.add(Entry("hanako", Deed.CORRECTED_ALONE, alert.identifier, NOW, "時刻のまちがい"))
    ledger.audit.add(Entry("hanako", Deed.TOKEN_MADE, "防災メール", NOW, "alerts:send households:read"))
    page = (await operator.get("/audit?person=hanako")).text
    assert [row.split(" ", 4)[4] for row in rows(page)[:4]] == [
        "外部連携のトークンを作った 防災メール 放送する、世帯名を読む",
        "承認を待たずにお知らせを訂正した 不審な電話に注意 時刻のまちがい",
        "承認を待たずに緊急のお知らせを送った 不審な電話に注意 課長と連絡がとれない",
        "届いていない端末に送りなおした 不審な電話に注意 11台",
    ]
