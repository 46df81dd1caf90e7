"""The one place that builds the centre's parts and joins them."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from broadcaster.dictionary import TRIAL_SECONDS, Editor, VoiceTrial
from broadcaster.dictionary.files import read_base, read_sentences
from broadcaster.dispatch import Dispatcher
from broadcaster.dispatch.dispatcher import subscriptions
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.nightly import Nightly
from broadcaster.provisioning.households import Households
from broadcaster.provisioning.terminals import enrolment_of
from broadcaster.sending import PlannedSending, Sending
from broadcaster.settings import Settings
from broadcaster.voicing import CentreVoice
from broadcaster.web import create_app
from kokuchi.link import MqttLink
from kokuchi.serving import listen, run_together, serve
from kokuchi.voice.chimes import Chimes
from kokuchi.voice.speech import Voice
from kokuchi.wire import SigningKey, Topics

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
"""How often the centre looks whether another process, such as `broadcaster publish`, has written to the ledger."""


@dataclass(frozen=True)
class Centre:
    """A centre that is ready to run."""

    settings: Settings
    town: Town

    async def run(self) -> None:
        """Serve pages and dispatch alerts until the process is told to end.

        Raises PortUnusable, DatabaseUnusable, KeyFileError, ConfigurationError, DictionaryTooLarge or ChimeError when a
        part cannot start.
        """
        listener = listen(self.settings.web.host, self.settings.web.port)
        key = SigningKey.load(self.settings.signing_key)
        base, sentences = read_base(self.settings.dictionaries), read_sentences(self.settings.sentences)
        ledger = Ledger(self.settings.ledger)
        revision = ledger.dictionary.take_base(base, self.town.id, datetime.now(UTC))
        log.info("dictionary", extra={"revision": revision})
        voice = Voice(self.settings.voice)
        trial = VoiceTrial(Voice(self.settings.voice, timeout=TRIAL_SECONDS))
        link = MqttLink(
            self.settings.broker.address,
            client_id=self.settings.broker.username,
            subscriptions=subscriptions(Topics(self.town.id)),
        )
        enrolment = enrolment_of(self.settings, self.town, ledger, lambda: datetime.now(UTC))
        spoken = CentreVoice(
            voice,
            Chimes(self.settings.chimes),
            self.town,
            revision=ledger.dictionary.revision,
            standing=ledger.dictionary.standing,
        )
        application = create_app(
            ledger=ledger,
            town=self.town,
            voice=spoken,
            editor=Editor(ledger, trial, sentences, self.town.id, lambda: datetime.now(UTC)),
            enrolment=enrolment,
            sending=Sending(ledger, self.town, spoken, lambda: datetime.now(UTC)),
            households=Households(
                ledger,
                self.settings.terminals,
                timedelta(days=self.settings.backup.keep_days) if self.settings.backup else None,
                lambda: datetime.now(UTC),
            ),
            session_secret=self.settings.web.session_secret.get_secret_value(),
            secure_cookies=self.settings.web.secure_cookies,
            public_address=self.settings.web.typed_address,
        )
        log.info("centre starts", extra={"host": self.settings.web.host, "port": self.settings.web.port})
        await voice.start()

        async def close() -> None:
            await voice.close()
            await trial.close()
            ledger.close()

        await run_together(
            serve(application, listener),
            Dispatcher(ledger, link, key, self.town.id).run(),
            PlannedSending(ledger, self.town, spoken, lambda: datetime.now(UTC)).run(),
            _watch_other_processes(ledger),
            enrolment.keep_broker_told(),
            Nightly(ledger, self.settings.retention, self.town.time_zone, lambda: datetime.now(UTC)).run(),
            close=close,
        )


async def _watch_other_processes(ledger: Ledger) -> None:
    connection_version = ledger.data_version()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        version = ledger.data_version()
        if version != connection_version:
            connection_version = version
            ledger.changes.announce()
