"""A device becomes a terminal, wholly or not at all: terminal.toml is there at the end, or it is not."""

import logging
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path

from kokuchi import __version__
from kokuchi.configuration import ConfigurationError, load
from kokuchi.device_files import AUTHORITY, INBOX, write_device_files
from kokuchi.durable_files import write_durably
from kokuchi.enrolment import EnrolmentRequest, Grant, digits_of
from kokuchi.wire import KeyRing
from kokuchi.wire.signature import KeyFileError
from terminal_client.enrolment.address import AddressError, centre_url
from terminal_client.enrolment.client import ask_centre
from terminal_client.enrolment.errors import EnrolmentError, Trouble
from terminal_client.settings import PREPARED_AUTHORITY, Settings

log = logging.getLogger(__name__)

_CODE_DIGITS = 8


@dataclass(frozen=True)
class Enrolling:
    """The device whose settings are to be in a file, which need not be there yet.

    `authority` is the file with the town's authority, if whoever prepared the device has put it there.
    """

    config: Path
    authority: Path = PREPARED_AUTHORITY

    @property
    def remembered(self) -> Path:
        """The file with the address at which the centre has answered before."""
        return self.config.parent / "centre-address"

    @property
    def is_enrolled(self) -> bool:
        """Tell whether the device is a terminal."""
        return self.config.exists()

    async def enrol(self, address: str, code: str, *, replace: bool = False) -> Grant:
        """Ask the centre with a code and write the terminal's files; raises EnrolmentError."""
        if self.is_enrolled and not replace:
            raise EnrolmentError(Trouble.ENROLLED)
        try:
            url = centre_url(address)
        except AddressError as error:
            raise EnrolmentError(Trouble.ADDRESS) from error
        digits = digits_of(code)
        if len(digits) != _CODE_DIGITS or not (digits.isascii() and digits.isdecimal()):
            raise EnrolmentError(Trouble.CODE)
        try:
            # Before the code is used: a device that cannot write must not use it up.
            attempt = self._attempt()
            request = EnrolmentRequest(code=digits, attempt=attempt, software=__version__)
            # One that was a terminal before has an authority of its own.
            grant = await ask_centre(url, request, [self.authority, self.config.parent / AUTHORITY])
            self._become(grant)
            write_durably(self.remembered, address.strip())
            self._attempt_file.unlink(missing_ok=True)
        except OSError as error:
            raise EnrolmentError(Trouble.STORAGE, detail=str(error)) from error
        log.info("enrolled", extra={"terminal": grant.terminal, "town": grant.town.id})
        return grant

    @property
    def _attempt_file(self) -> Path:
        return self.config.parent / ".enrolment-attempt"

    def _attempt(self) -> str:
        """Return this device's secret, which outlives a power cut: the centre may have granted what never arrived."""
        self.config.parent.mkdir(parents=True, exist_ok=True)
        try:
            kept = self._attempt_file.read_text(encoding="ascii")
        except (FileNotFoundError, UnicodeDecodeError):
            kept = ""
        attempt = kept or secrets.token_urlsafe(24)
        # Written each time, to know that the device can write.
        write_durably(self._attempt_file, attempt, 0o600)
        return attempt

    def _become(self, grant: Grant) -> None:
        if self._former_terminal() != grant.terminal:
            # What another household was told, and how it set its device, is not for this one.
            self.config.unlink(missing_ok=True)
            for kept in self.config.parent.glob(f"{INBOX}*"):
                kept.unlink()
        write_device_files(self.config.parent, grant, name=self.config.name)
        try:
            settings = load(Settings, self.config, {})
            KeyRing.load(settings.town.public_keys)
            settings.check_trust()
        except (ConfigurationError, KeyFileError) as error:
            self.config.unlink()
            raise EnrolmentError(Trouble.STRANGER, detail=str(error)) from error

    def _former_terminal(self) -> object:
        try:
            return tomllib.loads(self.config.read_text(encoding="utf-8")).get("terminal")
        except (OSError, ValueError):
            return None
