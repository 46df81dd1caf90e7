"""What holds at this terminal: what it was granted, and in place of that what the centre has told it since."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kokuchi.committing import Committer
from kokuchi.durable_files import write_durably
from kokuchi.voice.languages import LANGUAGES, Language, language_for
from kokuchi.wire import KeyRing, Membership, Refusal, TerminalSettings, WireError, open_settings
from terminal_client.inbox import Inbox
from terminal_client.settings import Settings
from terminal_client.timekeeping import TownTime

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Terms:
    """On what terms a terminal takes part; `revision` is None for what it was granted.

    `grant` is another one for each grant, also for one that says the same.
    """

    membership: Membership
    keys: KeyRing
    kinds: Mapping[str, str]
    names: Mapping[str, str]
    grant: str = ""
    revision: int | None = None

    @classmethod
    def granted(cls, settings: Settings) -> "Terms":
        """Return what terminal.toml says; raises KeyFileError."""
        town = settings.town
        # Each grant has a password of its own.
        grant = hashlib.sha256(settings.broker.password.get_secret_value().encode()).hexdigest()
        return cls(settings.membership, KeyRing.load(town.public_keys), town.kinds, town.names, grant)

    @property
    def digest(self) -> str:
        """Return what is another one if anything is: what was told in place of another grant does not hold."""
        parts = [sorted(self.membership.areas), sorted(self.membership.groups), self.membership.terminal]
        said = [parts, self.keys.kids, dict(self.kinds), dict(self.names), self.grant]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def replaced(self, settings: TerminalSettings) -> "Terms":
        """Return what holds once these settings are taken."""
        names = self.names if settings.names is None else settings.names
        known = {code: name for code, name in names.items() if code in LANGUAGES}
        return Terms(settings.membership, settings.keys, settings.kinds, known, self.grant, settings.revision)


class Standing:
    """The terms that stand. What the centre tells is committed before it holds; `on_change` is called when it does.

    The authorities that may vouch for the broker are written into the file `authority`, for the next connection.
    """

    def __init__(
        self,
        granted: Terms,
        inbox: Inbox,
        authority: Path,
        town: str,
        time: TownTime,
        committer: Committer,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._granted = granted.digest
        self._inbox = inbox
        self._authority = authority
        self._town = town
        self._time = time
        self._committer = committer
        self._on_change = on_change
        self.terms = granted
        if kept := inbox.settings(self._granted):
            self.terms = granted.replaced(kept)
            self._trust(kept)

    @property
    def membership(self) -> Membership:
        """What decides which alerts are for this terminal."""
        return self.terms.membership

    @property
    def keys(self) -> KeyRing:
        """Whose word is taken."""
        return self.terms.keys

    def second_language(self, code: str | None) -> Language | None:
        """Return the language of a code as this town has it, None for None."""
        return language_for(code, self.terms.names) if code else None

    async def take(self, token: bytes) -> bool:
        """Let signed settings hold from now on; tell whether they are newer than what stood. Raises WireError."""
        settings = open_settings(token, self.keys, self._town, self.terms.revision or 0)
        if settings.terminal != self.membership.terminal:
            raise WireError(Refusal.INVALID, f"the settings are for another terminal, {settings.terminal}")
        self._time.heard(settings.sent)
        if self._time.is_known and settings.expires <= self._time.now():
            raise WireError(Refusal.EXPIRED, f"the settings have expired: {settings.expires}")
        newer = await self._committer.commit(self._inbox.keep_settings, settings, self._granted)
        log.info("settings received", extra={"revision": settings.revision, "newer": newer})
        if newer:
            # Before it is said that these settings stand: the centre counts on whom this terminal trusts.
            await asyncio.to_thread(self._trust, settings)
            self.terms = self.terms.replaced(settings)
            self._on_change()
        return newer

    def _trust(self, settings: TerminalSettings) -> None:
        """Write the authorities, if they are told and are not there; the start makes good what a power cut ended."""
        bundle = "".join(f"{pem.strip()}\n" for pem in settings.authorities)
        try:
            if bundle and not (self._authority.is_file() and self._authority.read_text(encoding="ascii") == bundle):
                write_durably(self._authority, bundle)
        except (OSError, UnicodeDecodeError) as error:
            # The connection that stands goes on; the next start tries again.
            log.error("authorities not written", extra={"reason": str(error)})  # noqa: TRY400 - expected
