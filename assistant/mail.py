"""Letters by SMTP: one connection a letter, the certificate checked, and errors that say what to do.

Neither the password nor what the server was told stands in a log or a message.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import TYPE_CHECKING

from connectors.errors import AuthFailed, ConfigError, RateLimited, Unreachable

if TYPE_CHECKING:
    from assistant.settings import MailTable

logger = logging.getLogger(__name__)

PORTS = {"starttls": 587, "tls": 465, "none": 25}
# The server asks for another try later (RFC 5321, 4.2.1: 4yz); so long is polite where it does not say.
_LATER_S = 300.0
_LOGIN_FAILED = (530, 534, 535, 538)


def send(message: EmailMessage, settings: MailTable) -> None:
    """Hand a letter to the server of ``[mail]``; returns when the server has taken it for every recipient.

    Raises:
        ConfigError: no server is set, a recipient or the sender is refused, or the server does not speak as set.
        AuthFailed: user or password are refused.
        RateLimited: the server wants it later.
        Unreachable: the server does not answer, or its certificate is not to be trusted.
    """
    host = settings.host
    if not host:
        raise ConfigError("no mail server is set", hint="set host and sender in [mail], see docs/configuration.md")
    port = settings.port or PORTS[settings.security]
    with _understood(host, port, settings), _connected(host, port, settings) as server:
        if settings.user:
            password = settings.password.get_secret_value() if settings.password else ""
            server.login(settings.user, password)
        server.send_message(message)
    logger.info("mail: %s handed to %s:%s", message["Message-ID"], host, port)


@contextmanager
def _connected(host: str, port: int, settings: MailTable) -> Iterator[smtplib.SMTP]:
    """A connection as safe as it was asked for: where it cannot be, nothing is sent."""
    trusted = ssl.create_default_context()
    if settings.security == "tls":
        with smtplib.SMTP_SSL(host, port, timeout=settings.timeout_s, context=trusted) as server:
            yield server
        return
    with smtplib.SMTP(host, port, timeout=settings.timeout_s) as server:
        if settings.security == "starttls":
            server.starttls(context=trusted)
        yield server


@contextmanager
def _understood(host: str, port: int, settings: MailTable) -> Iterator[None]:
    """What SMTP may answer, as errors that a person can act on. What the server said is not repeated: it may echo."""
    place = f"the mail server {host}:{port}"
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise AuthFailed(
            f"{place} refused the login of {settings.user!r} ({error.smtp_code})",
            hint="check user in [mail] and OVERHEARD_MAIL__PASSWORD",
        ) from None
    except smtplib.SMTPNotSupportedError as error:
        raise ConfigError(
            f"{place} does not offer {'STARTTLS' if 'STARTTLS' in str(error) else 'what is needed to log in or send'}",
            hint="set security in [mail] to tls, or ask who runs the server; nothing was sent",
        ) from None
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()), (550, b""))[0]
        raise _refused(place, code, f"{len(error.recipients)} recipient(s)") from None
    except smtplib.SMTPServerDisconnected as error:
        raise Unreachable(f"{place} hung up", hint="try again; the server's log may say why") from error
    except smtplib.SMTPConnectError as error:
        raise Unreachable(f"{place} does not want to talk ({error.smtp_code})", hint="try again later") from error
    except smtplib.SMTPResponseException as error:
        what = "the login" if error.smtp_code in _LOGIN_FAILED else "the letter"
        raise _refused(place, error.smtp_code, what) from None
    except ssl.SSLError as error:
        raise Unreachable(
            f"{place} cannot be talked to safely: {error.reason or 'TLS failed'}",
            hint="its certificate has to be valid for this name (SSL_CERT_FILE names others to trust); check security",
        ) from error
    except OSError as error:
        raise Unreachable(
            f"{place} did not answer: {error.strerror or type(error).__name__}", hint="check host and port in [mail]"
        ) from error


def _refused(place: str, code: int, what: str) -> ConfigError | RateLimited | AuthFailed:
    if code in _LOGIN_FAILED:
        return AuthFailed(f"{place} wants a login ({code})", hint="set user in [mail] and OVERHEARD_MAIL__PASSWORD")
    if 400 <= code < 500:
        return RateLimited(f"{place} wants {what} later ({code})", hint="try again later", retry_after=_LATER_S)
    return ConfigError(f"{place} refused {what} ({code})", hint="check the addresses, and sender in [mail]")
