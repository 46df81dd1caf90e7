"""A town whose broker speaks TLS alone, with certificates of any age and name."""

import socket
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from broadcaster.domain.audience import Terminal
from broadcaster.ledger import Ledger
from broadcaster.provisioning.certificates import Certificates, read_certificate, read_key
from broadcaster.provisioning.issuing import issue_server
from broadcaster.provisioning.reload import presented_serial, tell_broker
from broadcaster.provisioning.secrets import make_signing_key
from broadcaster.provisioning.server_names import certificates_of, server_names
from broadcaster.provisioning.terminals import broker_files, take_into_service
from broadcaster.settings import Settings, load_settings
from kokuchi.configuration import load
from kokuchi.durable_files import write_durably
from kokuchi.link import BrokerAddress
from terminal_client.settings import Settings as DeviceSettings
from tests.broadcaster.settings_files import TOML, write_secrets, write_settings
from tests.contract.broker import HOST, mosquitto
from tests.waiting import wait_until

SECURED = TOML.replace("tls = false", "tls = true")
TERMINALS = [Terminal(f"t-{number}", "見本 花子", "household", "kita") for number in (1, 2, 3)]


@dataclass(frozen=True)
class SecuredTown:
    """A town with a running Mosquitto."""

    settings: Settings

    @property
    def files(self) -> Certificates:
        return certificates_of(self.settings)

    @property
    def port(self) -> int:
        return self.settings.broker.port

    def address(self, terminal: str = "t-1", *, host: str = HOST, authority: Path | None = None) -> BrokerAddress:
        """Return what a terminal's link is given, with another host or authority."""
        device = load(DeviceSettings, self.settings.terminals / terminal / "terminal.toml", {})
        own = device.broker_address
        return BrokerAddress(host, own.port, terminal, own.password, authority or own.authority)

    def present(self, *names: str, now: datetime | None = None) -> None:
        """Let the broker present a certificate for these names, made at some moment."""
        files = self.files
        key, authority_key = read_key(files.server_key), read_key(files.folder / "authority-key.pem")
        authority = read_certificate(files.authority)
        issued = issue_server(
            key.public_key(), names or (HOST, "localhost"), authority, authority_key, now or datetime.now(UTC)
        )
        write_durably(files.server, issued.public_bytes(Encoding.PEM).decode())
        self.reload()

    def reload(self) -> None:
        """Make the broker read its files anew, and wait until it presents them."""
        tell_broker(broker_files(self.settings).pid_file)
        wait_until(lambda: presented(self.port) == serial(self.files), what="the broker presents its new certificate")


def serial(files: Certificates) -> int:
    """Return which certificate of the server there is."""
    return read_certificate(files.server).serial_number


def presented(port: int) -> int:
    """Return which certificate is presented at a port."""
    return presented_serial(HOST, port)


def answer_to(port: int, version: ssl.TLSVersion) -> str:
    """Return what a server says to who speaks one version of TLS alone: that version, or why not."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    # What this machine's own policy forbids is not to be what refuses.
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    try:
        with socket.create_connection((HOST, port), 10) as plain, context.wrap_socket(plain) as secured:
            return str(secured.version())
    except ssl.SSLError as error:
        return error.reason


def prepare(folder: Path) -> Settings:
    """Make a town's files."""
    path = write_settings(folder, SECURED)
    write_secrets(folder)
    settings, town = load_settings(path, {})
    make_signing_key(settings.signing_key)
    certificates_of(settings).make(server_names(settings), datetime.now(UTC) - timedelta(days=1))
    ledger = Ledger(settings.ledger)
    take_into_service(settings, town, ledger, TERMINALS)
    ledger.close()
    return settings


@contextmanager
def secured_town(folder: Path) -> Iterator[SecuredTown]:
    """Run a town's broker for the length of a block."""
    settings = prepare(folder)
    with mosquitto(broker_files(settings).configuration, settings.broker.port):
        yield SecuredTown(settings)
