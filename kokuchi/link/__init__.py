"""MQTT 5 as events of the asyncio loop. The only room that imports paho-mqtt."""

from kokuchi.link.address import BrokerAddress
from kokuchi.link.interface import (
    Connected,
    Disconnected,
    EndableLink,
    Event,
    Link,
    LinkError,
    NotConnected,
    PublishRefused,
    Received,
    Subscribed,
    Will,
)
from kokuchi.link.mqtt import MqttLink

__all__ = [
    "BrokerAddress",
    "Connected",
    "Disconnected",
    "EndableLink",
    "Event",
    "Link",
    "LinkError",
    "MqttLink",
    "NotConnected",
    "PublishRefused",
    "Received",
    "Subscribed",
    "Will",
]
