"""Certificates that nobody has to think of: renewed in time, and taken up by pages and broker without a restart."""

import asyncio
import hashlib
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from broadcaster.domain.audit import CLOCK, Deed, Entry
from broadcaster.ledger import Ledger
from broadcaster.provisioning.certificates import CertificateError, Certificates, Names, read_certificate
from broadcaster.provisioning.reload import BrokerUntold
from kokuchi.storage import UNWRITABLE
from kokuchi.trust import server_context

log = logging.getLogger(__name__)

LOOK_SECONDS = 3.0
RETRY_SECONDS = 30.0


@dataclass(frozen=True)
class TlsBroker:
    """A broker with TLS: `presents` says which certificate it has, or raises OSError; `tell`, BrokerUntold."""

    presents: Callable[[], int]
    tell: Callable[[], None]


class CertificateKeeper:
    """Looks after the certificates of a running centre, and of its broker if that has TLS."""

    def __init__(
        self,
        certificates: Certificates,
        names: Names,
        ledger: Ledger,
        broker: TlsBroker | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._certificates = certificates
        self._names = names
        self._ledger = ledger
        self._broker = broker
        self._clock = clock
        self._pages: ssl.SSLContext | None = None
        self._presented = ""
        self._problem = ""

    def pages(self) -> ssl.SSLContext:
        """Return what the pages present from now on, which `run` keeps up to date. Raises CertificateError."""
        files = self._certificates.web
        try:
            self._pages = server_context(*files)
        except OSError as error:
            raise CertificateError(f"{files[0]}: cannot be used with {files[1]}: {error}") from error
        self._presented = self._state()
        return self._pages

    async def run(self) -> None:
        """Look again and again, for ever."""
        while True:
            problem = await asyncio.to_thread(self.look) or self.present()
            if problem and problem != self._problem:
                log.error("certificates", extra={"reason": problem})
            self._problem = problem
            await asyncio.sleep(RETRY_SECONDS if problem else LOOK_SECONDS)

    def look(self) -> str:
        """Renew what is due and tell the broker; return what has gone wrong, empty if nothing has."""
        try:
            if self._certificates.is_due(self._names, self._clock()):
                renewed = self._certificates.renew(self._names, self._clock())
                until = renewed.not_valid_after_utc
                self._ledger.audit.add(Entry(CLOCK, Deed.CERTIFICATE_MADE, "", self._clock(), f"{until:%Y-%m-%d}"))
                log.info("certificate renewed", extra={"until": until.isoformat()})
            if self._broker is not None:
                self._tell_once(self._broker)
        except (CertificateError, BrokerUntold, OSError, *UNWRITABLE) as error:
            return str(error)
        return ""

    def present(self) -> str:
        """Let new connections to the pages see what the files have become; return what has gone wrong."""
        if self._pages is None or (state := self._state()) == self._presented:
            return ""
        try:
            # A context that has taken a certificate without its key would present neither.
            server_context(*self._certificates.web)
            self._pages.load_cert_chain(*self._certificates.web)
        except OSError as error:
            return f"the pages keep their former certificate: {error}"
        self._presented = state
        log.info("pages present a new certificate")
        return ""

    def _tell_once(self, broker: TlsBroker) -> None:
        """Tell the broker unless it has taken up this certificate."""
        told = self._certificates.folder / "broker-told"
        serial = read_certificate(self._certificates.server).serial_number
        if told.exists() and told.read_text() == str(serial):
            return
        try:
            presented = broker.presents()
        except OSError:
            # It reads its files when it starts, and a Mosquitto that starts would be ended by the signal.
            return
        if presented != serial:
            broker.tell()
        told.write_text(str(serial))

    def _state(self) -> str:
        try:
            return hashlib.sha256(b"".join(path.read_bytes() for path in self._certificates.web)).hexdigest()
        except OSError:
            return self._presented
