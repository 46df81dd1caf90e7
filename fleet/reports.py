"""Reports and sync requests made of JSON that is rendered once. A test holds them to `kokuchi.wire.encode`."""

from collections.abc import Iterable

from fleet.script import MOMENTS

_BEFORE = {moment: f',"{moment}":"'.encode() for moment in MOMENTS}


def of_terminal(terminal: str) -> bytes:
    """Return how every message of a terminal begins."""
    return f'{{"version":1,"terminal":"{terminal}"'.encode()


def of_alert(alert: str, revision: int) -> bytes:
    """Return how a report names an alert."""
    return f',"alert":"{alert}","revision":{revision}'.encode()


def of_moments(moments: Iterable[str], now: bytes) -> bytes:
    """Return how a report says that these moments were reached now."""
    return b"".join(_BEFORE[moment] + now + b'"' for moment in moments)


class Progress:
    """What a terminal has done with an alert: the moments that it reached, in the order of `MOMENTS`."""

    __slots__ = ("_alert", "_moments")

    def __init__(self, alert: bytes) -> None:
        self._alert = alert
        self._moments = b""

    @property
    def is_heard(self) -> bool:
        """Whether it was voiced."""
        return b'"voiced_at"' in self._moments

    def reach(self, moments: bytes) -> None:
        """Note moments that were not reached before; `moments` is what `of_moments` returns."""
        self._moments += moments

    def report(self, terminal: bytes, now: bytes) -> bytes:
        """Return the cumulative report; `terminal` is what `of_terminal` returns."""
        return b"".join((terminal, self._alert, b',"sent":"', now, b'"', self._moments, b',"reason":""}'))


def sync_request(terminal: bytes, identifier: str, now: bytes, held: Iterable[Progress]) -> bytes:
    """Return the question of a terminal that holds these alerts."""
    reports = b",".join(progress.report(terminal, now) for progress in held)
    named = b',"identifier":"' + identifier.encode()
    return b"".join((terminal, named, b'","sent":"', now, b'","held":[', reports, b"]}"))


def presence(terminal: bytes, now: bytes, *, online: bool) -> bytes:
    """Return the shortest presence."""
    says = b"true" if online else b"false"
    end = b',"software":"","speaker":"untried","speaker_detail":"","screen_attached":false,"unheard":0}'
    return b"".join((terminal, b',"sent":"', now, b'","online":', says, end))
