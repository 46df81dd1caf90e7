"""The one place that builds the centre's parts and joins them."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from broadcaster.dictionary import TRIAL_SECONDS, Editor, VoiceTrial
from broadcaster.dictionary.files import read_base, read_sentences
from broadcaster.dispatch import Dispatcher
from broadcaster.dispatch.broker_watch import OVERHEARD
from broadcaster.dispatch.dispatcher import subscriptions
from broadcaster.dispatch.signer import Signer
from broadcaster.domain.signing import TownTerms
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.ledger.claims import Claim
from broadcaster.monitoring import Overseer, Places
from broadcaster.monitoring.figures import Figures
from broadcaster.monitoring.watch import Watch
from broadcaster.nightly import Nightly
from broadcaster.provisioning.certificate_keeper import CertificateKeeper, TlsBroker
from broadcaster.provisioning.households import Households
from broadcaster.provisioning.keys import KeyFiles, SigningKeyChange
from broadcaster.provisioning.reload import presented_serial, tell_broker
from broadcaster.provisioning.server_names import certificates_of, server_names
from broadcaster.provisioning.terminals import broker_files, enrolment_of
from broadcaster.sending import PlannedSending, Sending
from broadcaster.settings import Settings
from broadcaster.voicing import CentreVoice
from broadcaster.watching import watch_centre
from broadcaster.web import create_app
from kokuchi.link import MqttLink
from kokuchi.serving import listen, run_together, serve
from kokuchi.storage import FAILED
from kokuchi.voice.chimes import Chimes
from kokuchi.voice.speech import Voice
from kokuchi.wire import Topics

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
"""How often the centre looks whether another process, such as `broadcaster publish`, has written to the ledger."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Centre:
    """A centre that is ready to run; `claim` is what makes it the only one where other machines may run one."""

    settings: Settings
    town: Town
    claim: Claim | None

    async def run(self) -> None:
        """Serve pages and dispatch alerts until the process is told to end.

        Raises PortUnusable, DatabaseUnusable, KeyFileError, CertificateError, ConfigurationError, DictionaryTooLarge or
        ChimeError when a part cannot start, StoodStill when a vital one makes no progress, RunsAlready when the claim
        was lost to another centre.
        """
        if self.settings.uses_tls:
            certificates_of(self.settings).check()
        listener = listen(self.settings.web.host, self.settings.web.port)
        base, sentences = read_base(self.settings.dictionaries), read_sentences(self.settings.sentences)
        ledger = Ledger(self.settings.ledger)
        keys = KeyFiles.of(self.settings)
        SigningKeyChange(keys, ledger, _now()).adopt()
        keeper = self._keeper(ledger)
        revision = ledger.dictionary.take_base(base, self.town.id, _now())
        log.info("dictionary", extra={"revision": revision})
        voice = Voice(self.settings.voice)
        trial = VoiceTrial(Voice(self.settings.voice, timeout=TRIAL_SECONDS))
        broker, topics = self.settings.broker, Topics(self.town.id)
        link = MqttLink(
            self.settings.broker_address,
            client_id=broker.username,
            subscriptions=subscriptions(topics, broker.group if broker.are_reports_shared else ""),
            overhears=OVERHEARD,
            # In the same session, with other settings.
            leaves=[topics.delivery("+") if broker.are_reports_shared else topics.shared_deliveries(broker.group)],
        )
        enrolment = enrolment_of(self.settings, self.town, ledger, _now)
        spoken = CentreVoice(
            voice,
            Chimes(self.settings.chimes),
            self.town,
            revision=ledger.dictionary.revision,
            standing=ledger.dictionary.standing,
        )
        places = Places(
            self.settings.certificates,
            self.settings.signing_key,
            self.settings.next_key,
            running_since=_now(),
            collectors=broker.collectors,
        )
        overseer = Overseer(ledger, _now, places)
        figures = Figures(ledger, overseer, _now)
        dispatcher = Dispatcher(ledger, link, Signer(keys.load), self.town.id, self._terms, on_batch=figures.batch)
        application = create_app(
            ledger=ledger,
            town=self.town,
            voice=spoken,
            editor=Editor(ledger, trial, sentences, self.town.id, _now),
            enrolment=enrolment,
            sending=Sending(ledger, self.town, spoken, _now, expect=dispatcher.expect),
            households=Households(
                ledger,
                self.settings.terminals,
                timedelta(days=self.settings.backup.keep_days) if self.settings.backup else None,
                _now,
            ),
            session_secret=self.settings.web.session_secret.get_secret_value(),
            secure_cookies=self.settings.web.secure_cookies,
            public_address=self.settings.web.typed_address,
            overseer=overseer,
            figures=figures,
            metrics_open_on_loopback=self.settings.web.metrics_open_on_loopback,
        )
        log.info("centre starts", extra={"host": self.settings.web.host, "port": self.settings.web.port})
        await voice.start()
        await _note(ledger.starts.begin)

        async def close() -> None:
            await voice.close()
            await trial.close()
            ledger.close()

        await run_together(
            serve(
                application,
                listener,
                keeper.pages() if keeper and self.settings.web.tls else None,
                at_end=lambda: _note(ledger.starts.end),
            ),
            dispatcher.run(),
            PlannedSending(ledger, self.town, spoken, _now).run(),
            Watch(ledger, self.town, overseer, self.settings.mail, _now).run(),
            _watch_other_processes(ledger),
            enrolment.broker.keep_told(),
            Nightly(ledger, self.settings.retention, self.town.time_zone, _now).run(),
            *([keeper.run()] if keeper else []),
            *([self.claim.keep()] if self.claim else []),
            watch_centre(
                ledger,
                dispatcher.vital_parts,
                self.settings.folder,
                status=lambda: "broker connected" if link.is_connected else "broker not connected",
            ),
            close=close,
        )

    def _terms(self) -> TownTerms:
        """Return what every terminal is told; the authorities' files may have changed since."""
        return TownTerms(
            kinds={category.id: category.name for category in self.town.notice_kinds},
            names=self.town.names,
            authorities=certificates_of(self.settings).authorities,
        )

    def _keeper(self, ledger: Ledger) -> CertificateKeeper | None:
        """Return what looks after the certificates, None for a centre without TLS."""
        settings = self.settings
        if not settings.uses_tls:
            return None
        if settings.broker.tls and settings.broker.plain_port:
            log.warning("terminals may still connect without TLS", extra={"port": settings.broker.plain_port})
        broker = TlsBroker(
            partial(presented_serial, settings.broker.host, settings.broker.port),
            partial(tell_broker, broker_files(settings).pid_file, settings.broker.reload),
        )
        return CertificateKeeper(
            certificates_of(settings),
            server_names(settings),
            ledger,
            broker if settings.broker.tls else None,
            _now,
        )


async def _note(what: Callable[[datetime], None]) -> None:
    """Let the ledger know of a start or an end; a disk that is full keeps no centre from either."""
    try:
        await asyncio.to_thread(what, _now())
    except FAILED as error:
        log.warning("start or end not noted", extra={"reason": str(error)})


async def _watch_other_processes(ledger: Ledger) -> None:
    seen = await _version(ledger)
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        version = await _version(ledger)
        if version is not None and version != seen:
            seen = version
            ledger.changes.announce()


async def _version(ledger: Ledger) -> int | None:
    """Return what changes when another process has written; None while a server is away."""
    if ledger.connections.file is not None:
        # Each connection to a file counts for itself, so that it has to be this thread's.
        return ledger.data_version()
    with suppress(*FAILED):
        return await asyncio.to_thread(ledger.data_version)
    return None
