"""What every page works with."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from broadcaster.access import Access
from broadcaster.dictionary import Editor
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.monitoring import Overseer
from broadcaster.monitoring.figures import Figures
from broadcaster.provisioning.enrolment import Enrolment
from broadcaster.provisioning.households import Households
from broadcaster.sending import Sending, VoicePreview
from broadcaster.web import assets
from broadcaster.web.throttle import Throttle

HERE = Path(__file__).parent

_CONCURRENT_PASSWORD_CHECKS = 2


@cache
def environment() -> Environment:
    """Return what renders the pages: one for the process, which reads each template once."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = assets.address
    return made


@dataclass(frozen=True)
class Site:
    """The parts that were handed to `create_app`, and what the pages remember in memory.

    `public_address` is what is typed at a device, None if it is what the browser of the staff uses too.
    `password_checks` bounds how many passwords are checked at once, since argon2 takes much memory on purpose. Codes
    are looked at one after the other, so that each wrong one is counted: an address may be wrong five times and then
    once a minute, all of them together 30 times and then every two minutes. `answering` has the requests of other
    programs, by token and key, that are being answered; `streams` has how many each session follows.
    """

    ledger: Ledger
    access: Access
    town: Town
    voice: VoicePreview
    editor: Editor
    enrolment: Enrolment
    sending: Sending
    overseer: Overseer
    figures: Figures
    metrics_open_on_loopback: bool
    households: Households
    public_address: str | None
    clock: Callable[[], datetime]
    templates: Environment = field(default_factory=environment)
    code_throttle: Throttle = field(default_factory=lambda: Throttle(wait=timedelta(minutes=1)))
    all_codes_throttle: Throttle = field(default_factory=lambda: Throttle(30, timedelta(minutes=2), timedelta(hours=1)))
    token_throttle: Throttle = field(default_factory=Throttle)
    answering: set[tuple[int, str]] = field(default_factory=set)
    streams: Counter[str] = field(default_factory=Counter)
    code_checks: asyncio.Lock = field(default_factory=asyncio.Lock)
    password_checks: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_CONCURRENT_PASSWORD_CHECKS))


def site_of(request: Request) -> Site:
    """Return the site that serves the request."""
    site: Site = request.app.state.site
    return site
