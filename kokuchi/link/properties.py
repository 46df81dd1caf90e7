"""What packets of ours say beside what they are for (MQTT 5, section 2.2.2), in paho's form."""

from functools import lru_cache

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

SESSION_EXPIRY_SECONDS = 30 * 24 * 3600
"""How long the broker keeps a session for us; beyond that, sync finds what is missing."""

RECEIVE_MAXIMUM = 65535


def connecting() -> Properties:
    """Return what a connection begins with."""
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = SESSION_EXPIRY_SECONDS
    properties.ReceiveMaximum = RECEIVE_MAXIMUM
    return properties


@lru_cache(16)
def expiring(seconds: int) -> Properties:
    """Return what lets the broker drop a message after so long; thousands of answers expire as soon as each other."""
    properties = Properties(PacketTypes.PUBLISH)
    properties.MessageExpiryInterval = seconds
    return properties


def leaving(*, for_good: bool) -> Properties:
    """Return what a connection ends with; for good, the broker forgets the session."""
    properties = Properties(PacketTypes.DISCONNECT)
    if for_good:
        properties.SessionExpiryInterval = 0
    return properties
