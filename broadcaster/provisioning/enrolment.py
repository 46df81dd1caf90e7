"""A device becomes a terminal, or takes one over: codes for the staff, and what a device gets for one.

A code has few digits, so that it can be typed: the ledger keeps its HMAC-SHA256 under a key derived from the secret of
the web sessions. A stolen ledger or backup alone opens nothing then; who has that secret too has the whole centre. A
slower hash would add little to eight digits that hold for a week. A centre with a new secret has voided its standing
codes.
"""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from broadcaster.domain.audience import Terminal
from broadcaster.domain.enrolment import VALID, EnrolmentCode
from broadcaster.ledger import Ledger
from broadcaster.ledger.enrolment import CodeTaken
from broadcaster.provisioning.broker import BrokerKeeper
from broadcaster.provisioning.mosquitto import password_hash
from broadcaster.provisioning.secrets import new_password
from kokuchi.enrolment import CODE_DIGITS, EnrolmentRequest, Grant

log = logging.getLogger(__name__)

GrantOf = Callable[[Terminal, str, str], Grant]
"""From a terminal, its password and the host under which its device has reached the centre to what it is granted."""


@dataclass(frozen=True)
class NewCode:
    """A code that was just made; nobody can ask for it again."""

    digits: str
    expires_at: datetime


class Enrolment:
    """Makes codes and takes them. `renew_broker` writes the broker's files and tells it, or raises BrokerUntold.

    `broker` is who tells it, for whoever else changes the roster; `centre` the centre's own name there, which no
    terminal may have.
    """

    def __init__(
        self,
        ledger: Ledger,
        secret: str,
        grant: GrantOf,
        renew_broker: Callable[[], None],
        clock: Callable[[], datetime],
        centre: str = "centre",
    ) -> None:
        self._codes = ledger.enrolment
        self._terminals = ledger.terminals
        self._key = hmac.digest(secret.encode(), b"kokuchi enrolment codes", hashlib.sha256)
        self._grant = grant
        self._clock = clock
        self.broker = BrokerKeeper(ledger.untold, renew_broker)
        self.centre = centre

    def make_code(self, terminal: str, made_by: str) -> NewCode:
        """Give out a code for a terminal, which voids its earlier one.

        Raises TerminalUnknown or TerminalOutOfService.
        """
        now = self._clock()
        code = EnrolmentCode(terminal, made_by, now, now + VALID)
        while True:
            digits = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
            try:
                self._codes.add(self._hash(digits), code)
            except CodeTaken:
                continue
            log.info("enrolment code made", extra={"terminal": terminal, "by": made_by})
            return NewCode(digits, code.expires_at)

    def enrol(self, request: EnrolmentRequest, reached_at: str) -> Grant:
        """Make a device the terminal of its code, with a new password; what was that terminal before is shut out.

        A broker that cannot be told does not undo this: the ledger keeps that it has to be. Raises CodeRefused.
        """
        password = new_password()
        identifier = self._codes.use(
            self._hash(request.code), self._hash(request.attempt), password_hash(password), self._clock()
        )
        log.info("terminal enrolled", extra={"terminal": identifier, "software": request.software})
        self.broker.tell()
        terminal = self._terminals.get(identifier)
        if terminal is None:
            raise LookupError(f"{identifier} has left the roster in this moment")
        return self._grant(terminal, password, reached_at)

    def _hash(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()
