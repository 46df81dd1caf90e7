"""The monthly test of the whole town, and what each one found."""

from dataclasses import dataclass, replace

from fastapi import APIRouter, Request
from fastapi.responses import Response

from broadcaster.domain.monthly_test import CATEGORY, EVERY, is_monthly_test
from broadcaster.domain.written import Written
from broadcaster.ledger.alerts import Accepted
from broadcaster.web.delivery_log import delivery_log
from broadcaster.web.errors import PageError
from broadcaster.web.monthly_report import report
from broadcaster.web.pages import page
from broadcaster.web.routes.alerts import facts, find_alert
from broadcaster.web.sessions import Reader
from broadcaster.web.site import Site, site_of
from broadcaster.web.words import moment

router = APIRouter()

_SHOWN = 12


@dataclass(frozen=True)
class Past:
    """A test that was made."""

    identifier: str
    sent: str
    addressed: int
    voiced: int
    missing: int


@router.get("/monthly-test")
def monthly_test(request: Request, _: Reader) -> Response:
    """Say what it is, when the last one was and how it went; lead to the form of the next one."""
    site = site_of(request)
    category = site.town.category(CATEGORY)
    tests = site.ledger.monthly_tests.newest(_SHOWN)
    reaches = site.ledger.deliveries.reach(test.row for test in tests)
    since = site.clock() - tests[0].alert.sent if tests else None
    return page(
        request,
        "monthly_test.html",
        written=replace(Written.from_template(category), drill="yes") if category else None,
        last=delivery_log(site, tests[0]) if tests else None,
        days=since.days if since is not None else None,
        due=since is None or since > EVERY,
        tests=[
            Past(
                test.alert.identifier,
                moment(test.alert.sent, site.town.time_zone),
                reaches[test.row].addressed,
                reaches[test.row].voiced,
                reaches[test.row].unreached,
            )
            for test in tests
        ],
    )


@router.get("/monthly-test/{identifier}")
def show_report(request: Request, identifier: str, _: Reader) -> Response:
    """Show what one test found."""
    site = site_of(request)
    accepted = _test(site, identifier)
    return page(
        request,
        "monthly_report.html",
        report=report(site, accepted),
        printed=moment(site.clock(), site.town.time_zone),
        **facts(site, accepted),
    )


def _test(site: Site, identifier: str) -> Accepted:
    accepted = find_alert(site, identifier)
    if not is_monthly_test(accepted.alert):
        raise PageError(404, "この試験放送は見つかりません", "「毎月の試験放送」のページから選びなおしてください。")
    return accepted
