"""The one place that builds the terminal's parts and joins them."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from kokuchi.committing import Committer
from kokuchi.device_files import AUTHORITY
from kokuchi.link import MqttLink, Will
from kokuchi.pulse import Pulse
from kokuchi.restarts import Restarts
from kokuchi.service_manager import ServiceManager
from kokuchi.serving import listen, run_together, serve, until_told_to_end
from kokuchi.system_clock import boot_seconds, is_synchronised
from kokuchi.voice.chimes import Chimes
from kokuchi.voice.speech import Voice
from kokuchi.watchdog import Part, Watchdog
from kokuchi.wire import Alert, Dictionary, Presence, Topics, encode
from terminal_client.consultation import Consultation
from terminal_client.controls import Controls
from terminal_client.courier import Courier, subscriptions
from terminal_client.inbox import Inbox
from terminal_client.loudness import Loudness
from terminal_client.manners import Manners
from terminal_client.outputs.interface import Buttons, SignalLamp
from terminal_client.outputs.screen import PageScreen
from terminal_client.outputs.speaker import AplaySpeaker
from terminal_client.outputs.volume import AmixerVolume
from terminal_client.preferences import Preferences, PreferenceStore
from terminal_client.presence import Condition
from terminal_client.requests import RequestStore
from terminal_client.screen import create_screen_app
from terminal_client.screen.alive import PAGE_PATIENCE, PageLife
from terminal_client.screen.preferences import shown
from terminal_client.settings import Settings
from terminal_client.terminal import IDLE_SECONDS, Terminal
from terminal_client.terms import Standing, Terms
from terminal_client.timekeeping import TownTime
from terminal_client.vocabulary import Vocabulary
from terminal_client.watched import LINK_PATIENCE, VOICE_PATIENCE, WatchedLink, WatchedSpeaker

log = logging.getLogger(__name__)

VOICE_IDLE_SECONDS = 60.0
"""A voice that has said nothing for so long gives back its memory. It is called when an alert comes, and comes while
the screen draws it and the chime sounds."""

AGENDA_PATIENCE = 3 * IDLE_SECONDS


@dataclass(frozen=True)
class Device:
    """A terminal that is ready to run, on a device that may have no screen or no voice."""

    settings: Settings
    has_screen: bool = True
    has_voice: bool = True

    async def run(self) -> None:
        """Show, speak and report until the process is told to end.

        Raises PortUnusable, DatabaseUnusable, KeyFileError or ChimeError when a part cannot start, and StoodStill when
        the process is to be started anew.
        """
        settings = self.settings
        listener = listen(settings.screen.host, settings.screen.port) if self.has_screen else None
        granted = Terms.granted(settings)
        time = TownTime(lambda: datetime.now(UTC), boot_seconds, is_synchronised)
        started = time.now()
        inbox = Inbox(settings.inbox, settings.terminal)
        preferences = PreferenceStore(settings.inbox, settings.usual)
        requests = RequestStore(settings.inbox)
        restarts = Restarts(settings.inbox.parent, time.now, lambda: courier.tell_presence())
        voice = Voice(
            settings.voice,
            idle_seconds=VOICE_IDLE_SECONDS,
            on_restart=lambda reason: restarts.note("voice", reason),
        )
        vocabulary = Vocabulary(voice, lambda: courier.tell_presence())
        loudness = Loudness(
            AmixerVolume(settings.speaker.mixer, settings.speaker.control),
            preferences,
            emergency=settings.speaker.emergency_volume,
        )
        speaker = WatchedSpeaker(
            AplaySpeaker(settings.speaker.device, real_time=settings.speaker.real_time), voice_pulse := Pulse()
        )
        screen = PageScreen()
        page = PageLife(page_pulse := Pulse())
        committer = Committer(lambda: courier.tell_presence())
        standing = Standing(
            granted,
            inbox,
            # Without TLS, too: it is what this device trusts when it is enrolled again over HTTPS.
            settings.broker.authority or settings.inbox.with_name(AUTHORITY),
            settings.town.id,
            time,
            committer,
            lambda: live_by(preferences.announced),
        )
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
        link = WatchedLink(
            MqttLink(
                settings.broker_address,
                client_id=settings.terminal,
                subscriptions=subscriptions(topics, standing.membership),
                will=Will(
                    topics.presence(settings.terminal),
                    encode(Presence(terminal=settings.terminal, sent=started, online=False)),
                ),
                # Not the time that the centre has told: certificates are compared with the device's own clock.
                clock_is_known=is_synchronised,
            ),
            link_pulse := Pulse(),
        )
        agenda_pulse = Pulse()

        def manners_of(preferences: Preferences) -> Manners:
            return Manners(ZoneInfo(settings.town.time_zone), preferences.quiet_hours, preferences.unspoken)

        terminal = Terminal(
            inbox,
            screen,
            speaker,
            vocabulary,
            Chimes(settings.chimes),
            loudness=loudness,
            time=time,
            committer=committer,
            town_name=settings.town.name,
            town_kana=settings.town.kana,
            manners=manners_of(preferences.current()),
            second_language=standing.second_language(preferences.current().language),
            has_screen=self.has_screen,
            has_voice=self.has_voice,
            on_change=lambda: courier.report(),
            on_state=lambda: courier.tell_presence(),
            on_progress=lambda: agenda_pulse.expect(AGENDA_PATIENCE),
        )
        condition = Condition(
            settings.terminal,
            started,
            settings.inbox.parent,
            inbox,
            terminal,
            vocabulary,
            loudness,
            time,
            committer,
            restarts,
            preferences,
            standing,
            is_screen_attached=lambda: screen.is_attached and not page.is_frozen,
        )

        def take_alert(alert: Alert) -> None:
            if self.has_voice:
                voice.wake()
            terminal.arrived(alert)

        def take_dictionary(dictionary: Dictionary) -> None:
            if self.has_voice:
                vocabulary.offer(dictionary)

        def connection(connected: bool) -> None:
            terminal.connection(connected)
            consultation.connection(connected)

        courier = Courier(
            link,
            inbox,
            standing,
            settings.town.id,
            on_alert=take_alert,
            on_dictionary=take_dictionary,
            on_connection=connection,
            on_time_known=terminal.time_known,
            presence=condition.presence,
            time=time,
            committer=committer,
            consultation=consultation,
        )

        def page_came_or_went() -> None:
            if not screen.is_attached:
                page.left()
            courier.tell_presence()

        screen.on_attached_change = page_came_or_went

        def live_by(chosen: Preferences) -> None:
            voice.use_pace(chosen.pace)
            terminal.live_by(manners_of(chosen), standing.second_language(chosen.language))
            screen.publish("preferences", shown(chosen, standing.terms.kinds, terminal.past()))
            courier.tell_presence()

        live_by(preferences.announced)
        loop = asyncio.get_running_loop()
        preferences.on_change(lambda chosen: loop.call_soon_threadsafe(live_by, chosen))
        controls = Controls(terminal, preferences)
        devices = _gpio(settings, screen, controls)
        if listener is None:
            pages = until_told_to_end()
        else:
            application = create_screen_app(
                screen=screen,
                household=terminal,
                desk=consultation,
                preferences=preferences,
                town_kinds=lambda: standing.terms.kinds,
                town_name=settings.town.name,
                time_zone=settings.town.time_zone,
                terminal=settings.terminal,
                page=page,
                change_volume=controls.change_volume,
                second_language=lambda: standing.second_language(preferences.announced.language),
            )
            pages = serve(application, listener)
        log.info("terminal starts", extra={"terminal": settings.terminal, "port": settings.screen.port})
        if self.has_voice:
            await voice.start()
            if kept := inbox.dictionary():
                vocabulary.offer(kept)

        async def renew_page() -> None:
            page.froze()
            screen.reload()
            courier.tell_presence()

        async def renew_voice() -> None:
            voice.restart()
            speaker.give_up()

        watchdog = Watchdog(
            [
                Part("agenda", agenda_pulse, f"it did nothing for {AGENDA_PATIENCE:g} s"),
                Part("link", link_pulse, f"the broker was not heard of for {LINK_PATIENCE:g} s", link.renew),
                Part("voice", voice_pulse, f"no sound came for {VOICE_PATIENCE:g} s", renew_voice),
                Part("page", page_pulse, f"it drew nothing for {PAGE_PATIENCE:g} s", renew_page),
            ],
            restarts,
            manager := ServiceManager(),
            status=lambda: ", ".join(
                [
                    "connected" if link.is_connected else "not connected",
                    "page alive" if page.is_alive else "no page",
                    f"{terminal.unheard} unheard",
                ]
            ),
        )

        async def close() -> None:
            for device in devices:
                device.close()
            await voice.close()
            inbox.close()
            preferences.close()
            requests.close()
            manager.close()
            restarts.close()

        # The vocabulary before the terminal: it takes the dictionary of before, and nothing is said until it has.
        household = (vocabulary.run(), terminal.run(), loudness.run(), preferences.watch())
        await run_together(pages, *household, consultation.run(), courier.run(), watchdog.run(), close=close)


def _gpio(settings: Settings, screen: PageScreen, controls: Controls) -> Sequence[Buttons | SignalLamp]:
    """Return the buttons and the lamp that the settings name, at work."""
    devices: list[Buttons | SignalLamp] = []
    # gpiozero is loaded only where something is connected.
    if pins := settings.buttons.pins:
        from terminal_client.outputs.buttons import GpioButtons

        buttons = GpioButtons(pins)
        buttons.listen(controls.pressed)
        devices.append(buttons)
    if settings.lamp.pin is not None:
        from terminal_client.outputs.lamp import GpioLamp

        lamp = GpioLamp(settings.lamp.pin)
        screen.on_view = lambda view: lamp.show(view.lamp)
        devices.append(lamp)
    return devices
