"""Whether a message gets through at all, before anything is concluded from one that does not."""

import time

from broadcaster.brokercheck.party import KEPT_SECONDS, Party, Table, hear, quiet
from broadcaster.brokercheck.target import NotTried, Target
from kokuchi.link.probe import FAILURE, Ended, ProbeError

_TAKEN_OVER = 0x8E
_ADMISSION_SECONDS = 10.0


def make_way(table: Table) -> None:
    """Send one message from the centre's login to the terminal's; raises NotTried where it does not come."""
    try:
        with table.both() as (centre, terminal):
            quiet(terminal, 0.1)
            if terminal.ended is not None:
                raise terminal.ended
            if centre.publish(table.downward, b"through", expires_in=KEPT_SECONDS) < FAILURE and hear(
                terminal, lambda arrival: arrival.payload == b"through"
            ):
                return
            reason = "nothing came"
    except Ended as end:
        if end.code == _TAKEN_OVER:
            raise NotTried(
                "the broker keeps one session for each login (Mosquitto: use_username_as_clientid), so two logins have"
                " to be given: the second with --terminal-user"
            ) from end
        reason = str(end)
    except ProbeError as error:
        reason = str(error)
    raise NotTried(
        f"no message gets through on {table.downward}, so nothing can be tried ({reason}). Give the login the right to"
        " write and read below kokuchi/v1/; or name a town whose rights the broker has with --town, and a terminal of"
        " it that stands in no household with --terminal-user"
    )


def await_admission(target: Target) -> None:
    """Return once the broker lets the centre's login in; raises NotTried."""
    deadline = time.monotonic() + _ADMISSION_SECONDS
    while True:
        party = Party(target, target.centre)
        try:
            welcome, _probe = party.introduce()
        except ProbeError:
            # Whoever comes next says what is the matter.
            return
        finally:
            party.clear_away()
        if welcome.accepted:
            return
        if time.monotonic() > deadline:
            raise NotTried("the broker does not know the logins that were made for the check: does it read its files?")
        time.sleep(0.1)
