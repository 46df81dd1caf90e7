"""Taking a fleet into a town's service."""

from collections.abc import Sequence

from broadcaster.domain.audience import Terminal
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.provisioning.mosquitto import password_hash
from broadcaster.provisioning.terminals import write_broker_files
from broadcaster.settings import Settings
from fleet.fleet import Fleet
from fleet.opening import Opening
from fleet.plain import Plain
from fleet.script import ON_THE_SCREEN, Script
from fleet.shared import Shared
from fleet.terminal import LightTerminal
from kokuchi.wire import KeyRing, SigningKey

_PASSWORD = "light"  # noqa: S105 - of terminals that are none


def take_in(
    settings: Settings,
    town: Town,
    ledger: Ledger,
    roster: Sequence[Terminal],
    *,
    script: Script = ON_THE_SCREEN,
    plain: Sequence[Plain] = (),
    replies_verified: int = 1,
) -> Fleet:
    """Take terminals into a town's service; return them as a fleet that is not connected yet.

    The broker's files are written, and it is not told; rights for `plain` are the caller's to add. Raises
    TerminalExists, or KeyFileError if the town has no key.
    """
    hashed = password_hash(_PASSWORD)
    ledger.terminals.add((terminal, hashed) for terminal in roster)
    write_broker_files(settings, town, ledger)
    keys = KeyRing.of(SigningKey.load(settings.signing_key).private.public_key())
    shared = Shared(Opening(keys, town.id, replies_verified), script, plain)
    light = {one.id: LightTerminal(one.membership, _PASSWORD, shared) for one in roster}
    return Fleet(light, settings.broker.host, settings.broker.port, shared)
