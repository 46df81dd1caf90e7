"""What kokuchi needs of a broker, why, and what to do where it is missing; docs/broker.md has the same table. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Need(StrEnum):
    """Who needs it."""

    ALWAYS = "every town"
    LARGE = "large towns"


@dataclass(frozen=True)
class Requirement:
    """Something a broker must do. `source` is the section of the MQTT 5 standard, empty where that leaves it open."""

    key: str
    title: str
    why: str
    source: str
    mosquitto: str
    others: str
    need: Need = Need.ALWAYS


REACH = Requirement(
    "reach",
    "reachable",
    "centre and terminals have to come to it",
    "",
    "is it running? A line `listener PORT` lets it be reached from other machines",
    "is it running, and does a firewall let this port pass?",
)
TLS = Requirement(
    "tls",
    "encrypted (TLS)",
    "passwords and alerts cross the network",
    "4.12, 5.4.5",
    "certfile, keyfile and tls_version tlsv1.2 below its listener; here: --authority FILE names whom to trust",
    "serve mqtts with TLS 1.2 or newer; here: --authority FILE names the authority that signed its certificate",
)
MQTT5 = Requirement(
    "mqtt5",
    "MQTT version 5",
    "expiry and reason codes exist only there",
    "3.1.2.2",
    "Mosquitto 2.0 or newer",
    "a version of the broker that speaks MQTT 5, or another broker",
)
STRANGERS = Requirement(
    "strangers",
    "strangers stay out",
    "nobody may listen in or speak without a password",
    "3.1.3.5, 5.4.1",
    "allow_anonymous false, and a password_file",
    "switch anonymous access off and let the broker check passwords",
)
QOS = Requirement(
    "qos",
    "receipts (QoS 1)",
    "each message is repeated until its receiver has it",
    "3.2.2.3.4, 4.3.2",
    "max_qos 1 or 2",
    "allow quality of service 1",
)
WILDCARDS = Requirement(
    "wildcards",
    "wildcards (+)",
    "the centre listens to all terminals with four subscriptions",
    "3.2.2.3.11, 4.7.1",
    "nothing can switch them off there: is another program in between?",
    "allow wildcard subscriptions",
)
KEEP_ALIVE = Requirement(
    "keep_alive",
    "sign of life",
    "a terminal that was unplugged is noticed within half a minute",
    "3.1.2.10, 3.2.2.3.14",
    "max_keepalive 20 or more",
    "let clients choose a keep-alive of 20 seconds",
)
SESSION = Requirement(
    "session",
    "keeps for who is away",
    "a terminal without power gets its alert when it is back",
    "3.1.2.11.2, 4.1",
    "Mosquitto 2.0 or newer, and no persistent_client_expiration below 30d",
    "let sessions live on after the connection ends, for 30 days (session expiry), with their messages",
)
EXPIRY = Requirement(
    "expiry",
    "drops what is out of date",
    "an alert of yesterday is not delivered today",
    "3.3.2.3.3",
    "Mosquitto 2.0 or newer",
    "support the message expiry interval, and count it down",
)
RETAINED = Requirement(
    "retained",
    "keeps the latest (retained)",
    "a new terminal gets dictionary and settings at once",
    "3.3.1.3, 3.2.2.3.5",
    "retain_available true",
    "allow retained messages",
)
WILL = Requirement(
    "will",
    "tells who vanished (will)",
    "the office sees that a terminal has no power",
    "3.1.2.5, 3.1.3.2",
    "nothing can switch it off there; retain_available true, since kokuchi's is retained",
    "allow last wills, also retained ones",
)
LARGE_MESSAGE = Requirement(
    "large_message",
    "messages of 512 KiB",
    "the dictionary may be so long",
    "3.2.2.3.6",
    "message_size_limit 524288 (0 is no limit), and no max_packet_size below 528384",
    "allow packets of 528,384 bytes (512 KiB and their topic)",
)
BURST = Requirement(
    "burst",
    "1,000 at once",
    "the centre has up to 1,000 messages on their way, or as many as the broker says",
    "3.2.2.3.3, 4.9",
    "max_inflight_messages 1000",
    "a receive maximum (inflight window) of 1,000",
)
ABSENT = Requirement(
    "absent",
    "5,000 for who is away",
    "a centre that is started anew must get every report",
    "",
    "max_queued_messages 0 and max_queued_bytes 0",
    "no limit for the messages that are kept for a client who is away (session or message queue)",
)
SLOW = Requirement(
    "slow",
    "5,000 for who is slow",
    "1,500 terminals report within the same second",
    "",
    "max_queued_messages 0, max_queued_bytes 0 and max_inflight_messages 1000",
    "no limit for the messages that wait for a slow client, and none is thrown away for it",
)
REASONS = Requirement(
    "reasons",
    "says when it refuses",
    "a message that is not allowed must not look delivered",
    "3.4.2.1, 3.14.2.1",
    "Mosquitto 2.0 or newer",
    "answer a forbidden message with a reason code (135, not authorized), or end the connection with it",
)
FORGERY = Requirement(
    "forgery",
    "no forged alerts",
    "a terminal may not speak as the office",
    "5.4.2",
    "acl_file with what `broadcaster rights` prints",
    "give each terminal the right to write its own four topics alone, as docs/protocol.md lists them",
)
IMPERSONATION = Requirement(
    "impersonation",
    "no reports for others",
    "a terminal may not report as another one",
    "5.4.2",
    "acl_file with what `broadcaster rights` prints",
    "give each terminal the right to write its own four topics alone, as docs/protocol.md lists them",
)
EAVESDROPPING = Requirement(
    "eavesdropping",
    "no reading of others' mail",
    "what is for one household is for no other",
    "5.4.2",
    "acl_file with what `broadcaster rights` prints",
    "give each terminal the right to read what is addressed to it alone, as docs/protocol.md lists it",
)
SHARED = Requirement(
    "shared",
    "shared subscriptions",
    "several collectors can share the reports of one town",
    "4.8.2, 3.2.2.3.13",
    "Mosquitto 2.0 or newer",
    "allow shared subscriptions ($share)",
    Need.LARGE,
)

REQUIREMENTS = (
    REACH,
    TLS,
    MQTT5,
    STRANGERS,
    QOS,
    WILDCARDS,
    KEEP_ALIVE,
    LARGE_MESSAGE,
    SESSION,
    EXPIRY,
    RETAINED,
    WILL,
    BURST,
    ABSENT,
    SLOW,
    REASONS,
    FORGERY,
    IMPERSONATION,
    EAVESDROPPING,
    SHARED,
)

CONSIDER = (
    "Open files: each connection takes one. Mosquitto under systemd: LimitNOFILE=65536; with 1,024 a town of 1,500 does"
    " not get in, and nothing is logged.",
    "A broker that is killed: what it had not written to its disk is lost. Mosquitto: persistence true and"
    " autosave_interval 15. Others: keep sessions and their messages on disk, written within seconds.",
)
"""What a check from outside cannot try."""
