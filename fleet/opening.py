"""What the centre says, verified and decoded once for the whole fleet."""

import base64
import json
import time
from dataclasses import dataclass, field

from fleet.reports import of_alert
from kokuchi.wire import Audience, AudienceKind, KeyRing, Membership, open_alert, open_sync_reply

_REMEMBERED = 2000
_SIGNATURE = 86
"""An Ed25519 signature is the last of a JWS: 64 bytes in base64url."""


@dataclass(slots=True)
class Opened:
    """A verified alert as all terminals of a fleet share it.

    `holders` is how many of them hold it, `last_at` when the last one of these got it, by time.perf_counter().
    """

    key: tuple[str, int]
    audience: Audience
    piece: bytes
    is_for_all: bool = field(init=False)
    holders: int = 0
    last_at: float = 0.0

    def __post_init__(self) -> None:
        self.is_for_all = self.audience.kind is AudienceKind.ALL

    def is_for(self, membership: Membership) -> bool:
        """Tell whether a terminal with this membership is addressed."""
        return self.is_for_all or self.audience.includes(membership)

    def is_held(self) -> None:
        """Note that one more terminal holds it."""
        self.holders += 1
        self.last_at = time.perf_counter()


@dataclass
class Opening:
    """Opens what is signed.

    A real device verifies on its own processor, and thousands of them at once; here all share one. So an alert is
    verified and decoded in full when its bytes come for the first time, and byte-equal ones are the same alert. A sync
    reply is another one for each terminal: one of every `replies_verified` is verified, the first among them, and the
    others are only decoded.
    """

    keys: KeyRing
    town: str
    replies_verified: int = 1
    _by_signature: dict[bytes, tuple[bytes, Opened]] = field(default_factory=dict)
    _by_key: dict[tuple[str, int], Opened] = field(default_factory=dict)
    _replies: int = 0

    def alert(self, token: bytes) -> Opened:
        """Return the alert in a token, or raise WireError."""
        # To find it by all of its bytes is to hash all of them, for each of thousands of terminals.
        known = self._by_signature.get(token[-_SIGNATURE:])
        return known[1] if known and known[0] == token else self._verify(token)

    def holders(self, alert: str, revision: int = 1) -> int:
        """Return how many terminals hold an alert."""
        known = self._by_key.get((alert, revision))
        return known.holders if known else 0

    def last_at(self, alert: str, revision: int = 1) -> float:
        """Return when the latest of these got it, by time.perf_counter(); raises KeyError if nobody has."""
        return self._by_key[alert, revision].last_at

    def reply(self, token: bytes) -> tuple[str, list[bytes]]:
        """Return the question that a sync reply answers, and the alerts in it; raises WireError."""
        self._replies += 1
        if self._replies % self.replies_verified == 0 or self._replies == 1:
            reply = open_sync_reply(token, self.keys, self.town)
            return reply.identifier, [alert.encode() for alert in reply.alerts]
        fields = json.loads(base64.urlsafe_b64decode(token.split(b".")[1] + b"=="))
        return fields["identifier"], [alert.encode() for alert in fields["alerts"]]

    def _verify(self, token: bytes) -> Opened:
        alert = open_alert(token, self.keys, self.town)
        key = (alert.identifier, alert.revision)
        # Signed anew, it is the same alert in other bytes.
        opened = self._by_key.setdefault(key, Opened(key, alert.audience, of_alert(*key)))
        if len(self._by_signature) >= _REMEMBERED:
            self._by_signature.clear()
        self._by_signature[token[-_SIGNATURE:]] = token, opened
        return opened
