"""A mail server for tests: a real one behind smtplib, that keeps what it takes."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"


class MailServer(socketserver.ThreadingTCPServer):
    """What it was given, and how it behaves: `refuses` is what it answers to a mail, empty if it takes it."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self,
        context: ssl.SSLContext | None = None,
        user: str = "",
        password: str = "",
        *,
        encrypted_from_start: bool = False,
    ) -> None:
        super().__init__((HOST, 0), _Conversation)
        self.encrypted_from_start = encrypted_from_start
        self.context = context
        self.user, self.password = user, password
        self.refuses = ""
        self.taken: list[tuple[str, list[str], EmailMessage]] = []
        self.encrypted: list[bool] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def mails(self) -> list[EmailMessage]:
        return [message for _, _, message in self.taken]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that turned away."""


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def setup(self) -> None:
        if self.server.context and self.server.encrypted_from_start:
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        sender, recipients, known = "", list[str](), not self.server.user
        encrypted = self.server.encrypted_from_start
        self._say("220 mail.example.jp")
        while line := self.rfile.readline().decode().strip():
            verb = line.upper().split(" ")[0]
            if verb == "EHLO":
                offers = [*(["STARTTLS"] if self.server.context and not encrypted else []), "AUTH PLAIN", "8BITMIME"]
                self._say("250-mail.example.jp")
                for offer in offers[:-1]:
                    self._say(f"250-{offer}")
                self._say(f"250 {offers[-1]}")
            elif verb == "STARTTLS" and self.server.context:
                self._say("220 go on")
                self.request = self.server.context.wrap_socket(self.request, server_side=True)
                self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)
                encrypted = True
            elif verb == "AUTH":
                wanted = base64.b64encode(f"\0{self.server.user}\0{self.server.password}".encode()).decode()
                known = line.split(" ")[-1] == wanted
                self._say("235 welcome" if known else "535 no")
            elif verb == "MAIL":
                sender = line.partition("<")[2].partition(">")[0]
                self._say("250 ok" if known else "530 who are you?")
            elif verb == "RCPT":
                recipients.append(line.partition("<")[2].partition(">")[0])
                self._say("250 ok")
            elif verb == "DATA":
                self._say("354 go on")
                lines = []
                while (text := self.rfile.readline()) != b".\r\n":
                    lines.append(text.removeprefix(b".") if text.startswith(b"..") else text)
                if self.server.refuses:
                    self._say(self.server.refuses)
                    continue
                message = message_from_bytes(b"".join(lines), policy=policy.default)
                self.server.taken.append((sender, recipients, message))
                self.server.encrypted.append(encrypted)
                recipients = []
                self._say("250 taken")
            else:
                self._say("221 bye" if verb == "QUIT" else "250 ok")

    def finish(self) -> None:
        super().finish()
        # The encrypted one is ours; the server closes the plain one.
        self.request.close()

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def mail_server(
    context: ssl.SSLContext | None = None, user: str = "", password: str = "", *, encrypted_from_start: bool = False
) -> Iterator[MailServer]:
    """Run a server until the block ends."""
    with MailServer(context, user, password, encrypted_from_start=encrypted_from_start) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def write_certificate(folder: Path, name: str, days: float, host: str = HOST) -> Path:
    """Write a certificate that vouches for itself, beside its key, and return its file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=365))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    file = folder / name
    file.write_bytes(certificate.public_bytes(pem))
    file.with_suffix(".key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return file


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return context
