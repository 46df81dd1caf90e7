"""Those who speak through the broker while it is tried: one connection at a time for each, and nothing left behind."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from secrets import token_hex

from broadcaster.brokercheck.target import Login, NotTried, Target
from kokuchi.link import Will
from kokuchi.link.probe import FAILURE, Arrival, Ended, Probe, ProbeError, Silent, Welcome
from kokuchi.link.properties import SESSION_EXPIRY_SECONDS

KEPT_SECONDS = 120
"""How long the broker keeps what a check that was killed has left behind: sessions, retained messages, wills."""

HEARING_SECONDS = 10.0
"""How long a message is waited for."""


class Party:
    """A login with a session of its own."""

    def __init__(self, target: Target, login: Login | None) -> None:
        self._address = target.reached_as(login)
        self._login = login
        self._client_id = f"kokuchi-check-{token_hex(6)}"
        self._probe: Probe | None = None
        self._has_session = False

    def introduce(self) -> tuple[Welcome, Probe]:
        """Come for the first time, and ask for what kokuchi asks for. Raises NotTried, ProbeError.

        A broker may choose the session by the user name. So nothing is done that would harm one that is in use: it is
        asked for, and not renewed or ended.
        """
        self._probe = probe = Probe(self._address, self._client_id, fresh=False, kept_for=SESSION_EXPIRY_SECONDS)
        welcome = probe.open()
        if welcome.session_present:
            self._probe = None
            probe.leave()
            name = self._login.username if self._login else "nobody"
            raise NotTried(
                f"the broker keeps one session for each login, and that of {name} is in use: give a login that no"
                " centre and no terminal uses (for Mosquitto: use_username_as_clientid)"
            )
        self._has_session = welcome.accepted
        return welcome, probe

    def come(self, *, fresh: bool = True, will: Will | None = None) -> Probe:
        """Connect, with a session that is kept for a little while; end the connection before. Raises ProbeError."""
        self.go()
        self._has_session = True
        self._probe = probe = Probe(self._address, self._client_id, fresh=fresh, kept_for=KEPT_SECONDS, will=will)
        welcome = probe.open()
        if not welcome.accepted:
            raise Ended(welcome.code, welcome.words)
        return probe

    def go(self) -> None:
        """Leave; the broker is to keep the session."""
        probe, self._probe = self._probe, None
        if probe is not None:
            probe.leave()

    def clear_away(self) -> None:
        """End connection and session."""
        with suppress(ProbeError):
            if self._has_session:
                probe = self._probe
                if probe is None or probe.ended is not None:
                    probe = self.come()
                probe.leave(forget=True)
                self._has_session = False
        self._probe = None


class Table:
    """Where the two sit: who speaks as the centre, and who listens as the terminal."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.centre = Party(target, target.centre)
        self.terminal = Party(target, target.terminal or target.centre)

    @property
    def downward(self) -> str:
        """Where alerts for the terminal go: the centre may write here, the terminal may read."""
        return f"{self.target.topics.root}/alert/terminal/{self.target.terminal_name}"

    @contextmanager
    def both(self, share: str = "") -> Iterator[tuple[Probe, Probe]]:
        """Let both come for the length of a block; no session stays.

        The terminal listens downward, with `share` as one of those who share what comes.
        """
        try:
            terminal = self.terminal.come()
            centre = self.centre.come()
            listen(terminal, f"$share/{share}/{self.downward}" if share else self.downward)
            yield centre, terminal
        finally:
            self.clear_away()

    @property
    def elsewhere(self) -> str:
        """Where alerts for another terminal go, which nobody is."""
        return f"{self.target.topics.root}/alert/terminal/{self.target.stranger_name}"

    def return_of_terminal(self) -> Probe:
        """Let the terminal come back to its session."""
        return self.terminal.come(fresh=False)

    def clear_away(self) -> None:
        """End what there is of both."""
        self.centre.clear_away()
        self.terminal.clear_away()


def listen(probe: Probe, topic: str) -> None:
    """Subscribe; raises Ended where the broker refuses."""
    code = probe.subscribe(topic)
    if code >= FAILURE:
        raise Ended(code, f"it refuses the subscription to {topic} (reason code {code})")


def quiet(probe: Probe, seconds: float) -> None:
    """Read until nothing has come for some seconds."""
    count, since = len(probe.arrivals), time.monotonic()
    while time.monotonic() < since + seconds and probe.ended is None:
        probe.turn(0.05)
        if len(probe.arrivals) != count:
            count, since = len(probe.arrivals), time.monotonic()


def hear(probe: Probe, wanted: Callable[[Arrival], bool]) -> Arrival | None:
    """Return the first message that is wanted, None if it does not come in time."""

    def found() -> Arrival | None:
        return next((arrival for arrival in probe.arrivals if wanted(arrival)), None)

    with suppress(Silent):
        probe.until(lambda: found() is not None, "a message", HEARING_SECONDS)
    return found()
