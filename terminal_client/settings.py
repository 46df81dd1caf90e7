"""The terminal's settings: config/terminal.toml shows them all."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr

from kokuchi.configuration import ConfigurationError, FilePath, Section
from kokuchi.link import BrokerAddress
from kokuchi.trust import AuthorityUnusable, client_context
from kokuchi.voice.settings import VoiceSettings
from kokuchi.wire import Membership
from kokuchi.wire.fields import Identifier
from terminal_client.outputs.interface import Press
from terminal_client.preferences import LanguageCode, Percent, Preferences, StatedQuietHours

SOUNDS = Path(__file__).resolve().parent.parent / "sounds"
"""The chimes that came with the software."""

PREPARED_AUTHORITY = Path("/etc/kokuchi/authority.pem")

Port = Annotated[int, Field(ge=1, le=65535)]


class TownSection(Section):
    """Whose alerts are taken: only what one of these keys has signed for this town.

    `names` is what the town calls itself in other languages; `kinds` are the categories that it may send as notices,
    with their names: a household chooses which of these are spoken.
    """

    id: Identifier
    name: Annotated[str, Field(min_length=1, max_length=40)]
    kana: Annotated[str, Field(pattern=r"^[ァ-ヶー]+$")]
    names: Mapping[LanguageCode, str] = Field(default_factory=dict)
    kinds: Mapping[Identifier, Annotated[str, Field(min_length=1, max_length=40)]] = Field(default_factory=dict)
    time_zone: str = "Asia/Tokyo"
    public_keys: Annotated[list[FilePath], Field(min_length=1)]


class BrokerSection(Section):
    """How the terminal reaches the broker. Its user name is its identifier.

    `authority` is a file with whom it trusts there, PEM, maybe several; without it there is no TLS.
    """

    host: str
    authority: FilePath | None = None
    port: Port = Field(default_factory=lambda told: 8883 if told.get("authority") else 1883)
    password: SecretStr


class ScreenSection(Section):
    """Where the page of the screen is served, for the browser on the device itself."""

    host: str = "127.0.0.1"
    port: Port = 8081


class SpeakerSection(Section):
    """Which sound device speaks: a name as `aplay -L` lists them; left out, the system's default.

    `real_time` keeps the pace also on a device that swallows sound at once, such as ALSA's null. `mixer` and `control`
    say where the volume is set, as `amixer -D` and `amixer scontrols` name them. `volume` is the household's until it
    sets its own, `emergency_volume` the least for an emergency; both in percent.
    """

    device: str | None = None
    real_time: bool = True
    mixer: str | None = None
    control: Annotated[str, Field(min_length=1)] = "Master"
    volume: Percent = 70
    emergency_volume: Annotated[int, Field(ge=50, le=100)] = 95


Pin = Annotated[int, Field(ge=2, le=27)]
"""A GPIO pin of a Raspberry Pi's header, numbered as BCM does."""


class ButtonsSection(Section):
    """Buttons beside the screen, each between its pin and ground. What is left out is not there."""

    confirm: Pin | None = None
    replay: Pin | None = None
    volume_up: Pin | None = None
    volume_down: Pin | None = None

    @property
    def pins(self) -> dict[Press, int]:
        """The pins of those that are there."""
        return {Press(name): pin for name, pin in self.model_dump(exclude_none=True).items()}


class LampSection(Section):
    """A lamp between a pin, with its resistor, and ground."""

    pin: Pin | None = None


class Settings(Section):
    """Everything that a terminal is told."""

    terminal: Identifier
    areas: frozenset[Identifier] = frozenset()
    groups: frozenset[Identifier] = frozenset()
    language: LanguageCode | None = None
    quiet_hours: StatedQuietHours | None = None
    night_screen: bool = True
    inbox: FilePath
    chimes: FilePath = SOUNDS
    town: TownSection
    broker: BrokerSection
    screen: ScreenSection = ScreenSection()
    speaker: SpeakerSection = SpeakerSection()
    buttons: ButtonsSection = ButtonsSection()
    lamp: LampSection = LampSection()
    voice: VoiceSettings = VoiceSettings()

    @property
    def usual(self) -> Preferences:
        """What stands for whatever the household has not chosen itself."""
        return Preferences(
            volume=self.speaker.volume,
            pace=self.voice.pace,
            language=self.language,
            night_screen=self.night_screen,
            quiet_hours=self.quiet_hours,
        )

    @property
    def membership(self) -> Membership:
        """What decides which alerts are for this terminal."""
        return Membership(terminal=self.terminal, areas=self.areas, groups=self.groups)

    def check_trust(self) -> None:
        """Raise ConfigurationError if whom to trust cannot be read: the terminal would never come to its broker."""
        if self.broker.authority is None:
            return
        try:
            client_context([self.broker.authority])
        except AuthorityUnusable as error:
            raise ConfigurationError(f"broker.authority: {error}") from error

    @property
    def broker_address(self) -> BrokerAddress:
        """What the link needs."""
        broker = self.broker
        return BrokerAddress(
            broker.host, broker.port, self.terminal, broker.password.get_secret_value(), broker.authority
        )


class FirstStart(Section):
    """What a device is told before it is a terminal, by the environment alone: KOKUCHI_SCREEN__PORT, KOKUCHI_CENTRE.

    `authority` is the file with the town's authority, which whoever prepares devices puts onto them.
    """

    centre: str = ""
    authority: Path = PREPARED_AUTHORITY
    screen: ScreenSection = ScreenSection()
