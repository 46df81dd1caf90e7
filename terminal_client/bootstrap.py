"""The one place that builds the terminal's parts and joins them."""

import asyncio
import logging
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from kokuchi import __version__
from kokuchi.committing import Committer
from kokuchi.link import MqttLink, Will
from kokuchi.serving import listen, serve_with
from kokuchi.voice.chimes import Chimes
from kokuchi.voice.speech import Voice
from kokuchi.wire import KeyRing, Presence, Topics, encode
from terminal_client.consultation import Consultation
from terminal_client.courier import Courier, subscriptions
from terminal_client.inbox import Inbox
from terminal_client.loudness import Loudness
from terminal_client.manners import Manners
from terminal_client.outputs.screen import PageScreen
from terminal_client.outputs.speaker import AplaySpeaker
from terminal_client.outputs.volume import AmixerVolume
from terminal_client.preferences import Preferences, PreferenceStore
from terminal_client.requests import RequestStore
from terminal_client.screen import create_screen_app
from terminal_client.screen.preferences import shown
from terminal_client.settings import Settings
from terminal_client.system_clock import boot_seconds, is_synchronised
from terminal_client.terminal import Terminal
from terminal_client.timekeeping import TownTime
from terminal_client.vocabulary import Vocabulary

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Device:
    """A terminal that is ready to run."""

    settings: Settings

    async def run(self) -> None:
        """Show, speak and report until the process is told to end.

        Raises PortUnusable, DatabaseUnusable, KeyFileError or ChimeError when a part cannot start.
        """
        settings = self.settings
        listener = listen(settings.screen.host, settings.screen.port)
        keys = KeyRing.load(settings.town.public_keys)
        voice = Voice(settings.voice)
        vocabulary = Vocabulary(voice, lambda: courier.tell_presence())
        inbox = Inbox(settings.inbox, settings.terminal)
        preferences = PreferenceStore(settings.inbox, settings.usual)
        requests = RequestStore(settings.inbox)
        speaker = settings.speaker
        loudness = Loudness(
            AmixerVolume(speaker.mixer, speaker.control), preferences, emergency=speaker.emergency_volume
        )
        screen = PageScreen()
        time = TownTime(lambda: datetime.now(UTC), boot_seconds, is_synchronised)
        started = time.now()
        committer = Committer(lambda: courier.tell_presence())
        consultation = Consultation(
            requests,
            settings.terminal,
            time.now,
            committer,
            show=lambda standing: screen.publish("request", standing),
            on_change=lambda request: courier.request(request),
            on_wait=lambda: courier.ask_later(),
        )
        topics = Topics(settings.town.id)
        link = MqttLink(
            settings.broker_address,
            client_id=settings.terminal,
            subscriptions=subscriptions(topics, settings.membership),
            will=Will(
                topics.presence(settings.terminal),
                encode(Presence(terminal=settings.terminal, sent=started, online=False)),
            ),
        )

        def presence() -> Presence:
            refused, last_refusal = inbox.refused()
            return Presence(
                terminal=settings.terminal,
                sent=time.now(),
                online=True,
                software=__version__,
                started_at=started,
                speaker=terminal.speaking.state,
                speaker_detail=terminal.speaking.detail,
                screen_attached=screen.is_attached,
                disk_free_mib=shutil.disk_usage(settings.inbox.parent).free // 2**20,
                unheard=terminal.unheard,
                refused=refused,
                last_refusal=last_refusal,
                clock=time.source,
                clock_ahead_seconds=round(time.deviation().total_seconds()),
                storage_fault=committer.fault,
                dictionary=vocabulary.dictionary_revision,
                volume=loudness.household,
                language=preferences.announced.language,
            )

        def manners_of(preferences: Preferences) -> Manners:
            return Manners(ZoneInfo(settings.town.time_zone), preferences.quiet_hours, preferences.unspoken)

        terminal = Terminal(
            inbox,
            screen,
            AplaySpeaker(speaker.device, real_time=speaker.real_time),
            vocabulary,
            Chimes(settings.chimes),
            loudness=loudness,
            time=time,
            committer=committer,
            town_name=settings.town.name,
            town_kana=settings.town.kana,
            manners=manners_of(preferences.current()),
            second_language=settings.second_language(preferences.current().language),
            on_change=lambda: courier.report(),
            on_state=lambda: courier.tell_presence(),
        )

        def connection(connected: bool) -> None:
            terminal.connection(connected)
            consultation.connection(connected)

        courier = Courier(
            link,
            inbox,
            keys,
            settings.town.id,
            settings.membership,
            on_alert=terminal.arrived,
            on_dictionary=vocabulary.offer,
            on_connection=connection,
            on_time_known=terminal.time_known,
            presence=presence,
            time=time,
            committer=committer,
            consultation=consultation,
        )
        screen.on_attached_change = courier.tell_presence

        def live_by(chosen: Preferences) -> None:
            voice.use_pace(chosen.pace)
            terminal.live_by(manners_of(chosen), settings.second_language(chosen.language))
            screen.publish("preferences", shown(chosen, settings.town.kinds, terminal.past()))
            courier.tell_presence()

        live_by(preferences.announced)
        loop = asyncio.get_running_loop()
        preferences.on_change(lambda chosen: loop.call_soon_threadsafe(live_by, chosen))
        application = create_screen_app(
            screen=screen,
            household=terminal,
            desk=consultation,
            preferences=preferences,
            town_kinds=settings.town.kinds,
            town_name=settings.town.name,
            time_zone=settings.town.time_zone,
            terminal=settings.terminal,
            second_language=lambda: settings.second_language(preferences.announced.language),
        )
        log.info("terminal starts", extra={"terminal": settings.terminal, "port": settings.screen.port})
        await voice.start()
        if kept := inbox.dictionary():
            await vocabulary.use(kept)

        async def close() -> None:
            await voice.close()
            inbox.close()
            preferences.close()
            requests.close()

        parts = (terminal.run(), vocabulary.run(), courier.run(), consultation.run(), preferences.watch())
        await serve_with(application, listener, *parts, close=close)
