"""What the broker says of those whom it turns away: it belongs into the centre's log, where operators look.

Mosquitto tells of refused connections and of every subscription. A message that it refuses it tells of with
`log_type debug` only, which is too much to be kept (docs/security.md says when to turn it on).
"""

import logging
import re

from broadcaster.ledger import Ledger
from kokuchi.seldom import Seldom
from kokuchi.wire import Topics

log = logging.getLogger(__name__)

_ROOT = "$SYS/broker/log/"
OVERHEARD = (f"{_ROOT}N", f"{_ROOT}M/subscribe")
"""Where Mosquitto says it, with `log_dest topic`."""

AGAIN_SECONDS = 3600.0
"""A device that was shut out knocks every few seconds, for years: once in this time is enough to know."""

_TURNED_AWAY = re.compile(
    r"(?:\d+: )?Client (\S+) disconnected(?:,| due to) (not authorised|protocol error|malformed packet|oversize packet)"
)
_SUBSCRIBED = re.compile(r"(?:\d+: )?(\S+) [012] (\S+)")


class BrokerWatch:
    """Logs who was refused, and which terminals listen to what is not theirs (the broker lets them hear nothing)."""

    def __init__(self, ledger: Ledger, topics: Topics) -> None:
        self._ledger = ledger
        self._topics = topics
        self._seldom = Seldom(log, AGAIN_SECONDS)

    def take(self, topic: str, line: str) -> None:
        """Take one line of the broker's log."""
        if topic == OVERHEARD[0]:
            if found := _TURNED_AWAY.match(line):
                self._seldom.warn("broker refused", client=found[1], why=found[2])
        elif (found := _SUBSCRIBED.fullmatch(line)) and self._is_strange(found[1], found[2]):
            self._seldom.warn("broker refused", client=found[1], why=f"listens to {found[2][:100]}")

    def _is_strange(self, client: str, topic: str) -> bool:
        root = self._topics.root
        if topic.startswith(f"{root}/alert/") and not topic.startswith(f"{root}/alert/terminal/"):
            own = "+" not in topic and "#" not in topic
        else:
            own = topic in (
                f"{root}/alert/terminal/{client}",
                f"{root}/settings/{client}",
                self._topics.sync_reply(client),
                self._topics.dictionary,
            )
        return not own and self._ledger.terminals.get(client) is not None
