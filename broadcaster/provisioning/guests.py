"""Two logins that the broker knows for the length of a check, with the rights of a centre and of a terminal.

They belong to a town that does not exist, so that no session, terminal or topic of the real one is touched.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import token_hex

from broadcaster.domain.audience import Terminal
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.provisioning.mosquitto import password_hash, password_lines, rights_lines
from broadcaster.provisioning.reload import BrokerUntold, tell_broker
from broadcaster.provisioning.secrets import new_password
from broadcaster.provisioning.terminals import broker_files, write_broker_files
from broadcaster.settings import Settings
from kokuchi.wire import Topics


@dataclass(frozen=True)
class Guests:
    """The made-up town, and the users and passwords of its centre and of its one terminal."""

    town: str
    centre: tuple[str, str] = field(repr=False)
    terminal: tuple[str, str] = field(repr=False)


@contextmanager
def guests(settings: Settings, town: Town, ledger: Ledger) -> Iterator[Guests]:
    """Let the broker know the two for the length of a block. Raises BrokerUntold, OSError.

    Whoever writes the broker's files from the roster meanwhile takes them out.
    """
    made_up = f"check-{token_hex(4)}"
    let_in = Guests(made_up, (f"{made_up}-centre", new_password()), (f"{made_up}-terminal", new_password()))
    centre = (let_in.centre[0], password_hash(let_in.centre[1]))
    name, password = let_in.terminal
    terminal = Terminal(name, "", "household", "nowhere")
    files = broker_files(settings)
    if not files.passwords.is_file():
        raise BrokerUntold(f"{files.passwords}: is not there yet; run `broadcaster setup` first")
    try:
        with files.locked():
            files.add(
                password_lines(centre, {name: password_hash(password)}),
                rights_lines(Topics(made_up), centre[0], [terminal]),
            )
        tell_broker(files.pid_file, settings.broker.reload)
        yield let_in
    finally:
        write_broker_files(settings, town, ledger)
        tell_broker(files.pid_file, settings.broker.reload)
