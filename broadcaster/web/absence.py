"""Why a terminal is not connected, as far as anybody knows."""

from broadcaster.web.site import Site
from broadcaster.web.words import duration, moment

_UNKNOWN_CAUSE = (
    "電源が切れたのか、通信が止まったのかは、ここでは分かりません。機器の電源と通信の線を確かめてください。"
)


def absence(site: Site, terminal: str, state: str, *, enrolled: bool) -> str:
    """Return since when a terminal of this `state` (broadcaster.web.roster) is away; empty if it is not.

    `enrolled` tells whether a device has used a code of it.
    """
    if state == "never":
        if enrolled:
            return "登録してから、まだ一度もつながっていません。機器の電源と通信の線を確かめてください。"
        return "まだ一度もつながっていません。登録コードで機器を登録すると、つながります。"
    if state != "offline":
        return ""
    now = site.clock()
    changes = site.ledger.presence_history.of(terminal, now)
    if not changes:
        return _UNKNOWN_CAUSE
    # The presence's own time is of little use: a last will bears the time at which its connection was made.
    since = changes[-1].at
    return f"{moment(since, site.town.time_zone)}から、{duration(now - since)}つながっていません。{_UNKNOWN_CAUSE}"
