"""Handing a mail to a mail server (SMTP), over TLS that is verified."""

import smtplib
import ssl
from email.message import EmailMessage

from broadcaster.monitoring.settings import MailSettings

TIMEOUT_SECONDS = 30.0


class MailRefused(Exception):  # noqa: N818 - reads as what it says
    """A mail that no server has taken; the message says why, and what to look at."""


def deliver(message: EmailMessage, settings: MailSettings) -> list[str]:
    """Hand a mail over; return the recipients that the server did not want. Raises MailRefused if it took none.

    The envelope is what the settings say, not what stands in the mail.
    """
    where = f"{settings.host} port {settings.port}"
    try:
        with _connect(settings) as server:
            if settings.user is not None and settings.password is not None:
                server.login(settings.user, settings.password.get_secret_value())
            return sorted(server.send_message(message, settings.sender, list(settings.to)))
    except ssl.SSLCertVerificationError as error:
        raise MailRefused(
            f"{where}: the certificate is not trusted ({error.verify_message}); set `authority` in [mail] to its issuer"
        ) from error
    except smtplib.SMTPAuthenticationError as error:
        raise MailRefused(f"{where}: user or password is wrong ({error.smtp_code})") from error
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted({code for code, _ in error.recipients.values()})
        raise MailRefused(f"{where}: every recipient was refused ({', '.join(map(str, codes))}); see `to`") from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailRefused(f"{where}: the server lacks what [mail] asks for: {error}") from error
    except smtplib.SMTPResponseException as error:
        reason = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        raise MailRefused(f"{where}: refused with {error.smtp_code} {reason}") from error
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise MailRefused(f"{where}: {error}; check host, port and security in [mail]") from error


def _connect(settings: MailSettings) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=str(settings.authority) if settings.authority else None)
    if settings.security == "tls":
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=TIMEOUT_SECONDS, context=context)
    server = smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT_SECONDS)
    if settings.security == "starttls":
        try:
            # Never without: a server that does not offer it is refused, lest the password go in clear.
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server
