"""Thousands of light terminals in one process, which speak the real protocol: verify, report, sync, say how they are.

A device verifies and decodes on its own processor; here all share one. So each signed alert is verified and decoded in
full once for the whole fleet, and who gets the same bytes has the same alert (`opening.py`). Reports are made of pieces
that are rendered once (`reports.py`). There is no TLS: the brokers of benches and tests have none.
"""

from fleet.errors import FleetError
from fleet.fleet import Fleet
from fleet.limits import allow_many_connections
from fleet.plain import Plain
from fleet.script import ALL_STAGES, ON_THE_SCREEN, Script
from fleet.taking_in import take_in
from fleet.terminal import LightTerminal

__all__ = [
    "ALL_STAGES",
    "ON_THE_SCREEN",
    "Fleet",
    "FleetError",
    "LightTerminal",
    "Plain",
    "Script",
    "allow_many_connections",
    "take_in",
]
