"""Letters over a real SMTP server on loopback: handed over whole, or refused with what to do."""

from __future__ import annotations

import logging
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from socket import socket
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr, ValidationError

from assistant.digests.letter import mail as letter
from assistant.engine import Engine
from assistant.mail import send
from assistant.settings import MailTable, read
from connectors.errors import AuthFailed, ConfigError, OverheardError, RateLimited, Unreachable
from tests.digests import LANGUAGES, filled, made

PASSWORD = "correct horse battery"


@dataclass
class Box:
    """What arrived, and how this server answers: ``data`` to a letter, ``rcpt`` to a recipient."""

    data: str = "250 OK"
    rcpt: str = "250 OK"
    letters: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    async def handle_RCPT(  # the library's name
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        if self.data.startswith("250"):
            self.raw.append(envelope.content)
            self.letters.append(BytesParser(policy=default).parsebytes(envelope.content))
        return self.data


def login(server: Any, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"cx", PASSWORD.encode())
    return AuthResult(success=known, handled=False)


class OnAFreePort(Controller):
    """The library asks itself at the port that it was given, which is none."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class Running:
    """A server with its box."""

    def __init__(self, box: Box, **how: Any) -> None:
        self.box = box
        self.controller = OnAFreePort(box, hostname="127.0.0.1", port=0, **how)

    def __enter__(self) -> Running:
        self.controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.controller.stop(no_assert=True)

    @property
    def port(self) -> int:
        return int(self.controller.port)

    def table(self, **more: Any) -> MailTable:
        given = {"host": "127.0.0.1", "port": self.port, "sender": "cx@example.com", "security": "none", "timeout_s": 5}
        return MailTable(**{**given, **more})


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with filled(tmp_path_factory.mktemp("mail")) as there:
        yield there


@pytest.fixture(scope="module")
def note(engine: Engine) -> EmailMessage:
    return letter(made(engine, template="operations_daily"), "ana@example.com", "cx@example.com")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, in one file."""
    folder = tmp_path_factory.mktemp("certificate")
    made_ = folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem",
         "-out", made_],
        check=True, capture_output=True,
    )  # fmt: skip
    made_.write_text(made_.read_text() + (folder / "key.pem").read_text())
    return made_


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


# --- handed over ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_digest_arrives_as_it_was_written(engine: Engine, language: str) -> None:
    digest = made(engine, language)
    written = letter(digest, ["ana@example.com", "דנה <dana@example.com>"], "Overheard <cx@example.com>")
    with Running(Box()) as server:
        send(written, server.table())
        [arrived] = server.box.letters
        [raw] = server.box.raw
    assert arrived["Subject"] == written["Subject"]
    assert [one.addr_spec for one in arrived["To"].addresses] == ["ana@example.com", "dana@example.com"]
    assert arrived["To"].addresses[1].display_name == "דנה"
    for kind in ("plain", "html"):
        ours, theirs = written.get_body((kind,)), arrived.get_body((kind,))
        assert ours
        assert theirs
        assert theirs.get_content().replace("\r\n", "\n") == ours.get_content()
    pictures = [part.get_content() for part in arrived.walk() if part.get_content_type() == "image/png"]
    assert pictures
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    assert max(map(len, raw.splitlines())) <= 998


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_login_goes_over_a_safe_connection(
    note: EmailMessage, certificate: Path, monkeypatch: pytest.MonkeyPatch, security: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    caplog.set_level(logging.DEBUG)
    how: dict[str, Any] = {"authenticator": login, "auth_required": True}
    how |= {"tls_context": tls(certificate)} if security == "starttls" else {"auth_require_tls": False}
    if security == "tls":
        how["ssl_context"] = tls(certificate)
    with Running(Box(), **how) as server:
        send(note, server.table(security=security, user="cx", password=SecretStr(PASSWORD)))
        assert len(server.box.letters) == 1
    assert PASSWORD not in caplog.text


# --- refused ----------------------------------------------------------------------------------------------------------


def refused(note: EmailMessage, table: MailTable, caplog: pytest.LogCaptureFixture) -> OverheardError:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(OverheardError) as caught:
        send(note, table)
    told = f"{caught.value.message} {caught.value.hint} {caught.value!r} {caplog.text}"
    assert PASSWORD not in told
    assert caught.value.hint
    return caught.value


def test_a_wrong_password_is_said_without_it(
    note: EmailMessage, certificate: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Running(Box(), authenticator=login, tls_context=tls(certificate)) as server:
        table = server.table(security="starttls", user="somebody", password=SecretStr(PASSWORD))
        error = refused(note, table, caplog)
        assert server.box.letters == []
    assert isinstance(error, AuthFailed)
    assert "OVERHEARD_MAIL__PASSWORD" in error.hint


def test_a_server_without_starttls_gets_nothing(note: EmailMessage, caplog: pytest.LogCaptureFixture) -> None:
    with Running(Box()) as server:
        error = refused(note, server.table(security="starttls", user="cx", password=SecretStr(PASSWORD)), caplog)
        assert server.box.letters == []
    assert isinstance(error, ConfigError)
    assert "STARTTLS" in error.message


def test_a_certificate_of_nobody_is_not_trusted(
    note: EmailMessage, certificate: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Running(Box(), tls_context=tls(certificate)) as server:
        error = refused(note, server.table(security="starttls"), caplog)
        assert server.box.letters == []
    assert isinstance(error, Unreachable)
    assert "SSL_CERT_FILE" in error.hint


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_server_that_wants_a_login_says_so(note: EmailMessage, caplog: pytest.LogCaptureFixture) -> None:
    with Running(Box(), authenticator=login, auth_required=True, auth_require_tls=False) as server:
        error = refused(note, server.table(), caplog)
    assert isinstance(error, AuthFailed)


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"data": "451 busy"}, RateLimited),
        ({"data": "554 spam"}, ConfigError),
        ({"rcpt": "550 no such"}, ConfigError),
        ({"rcpt": "450 later"}, RateLimited),
    ],
)
def test_what_the_server_refuses_is_told_by_what_to_do(
    note: EmailMessage, caplog: pytest.LogCaptureFixture, answers: dict[str, Any], kind: type[OverheardError]
) -> None:
    with Running(Box(**answers)) as server:
        error = refused(note, server.table(), caplog)
        assert server.box.letters == []
    assert isinstance(error, kind)
    assert "127.0.0.1" in error.message


def test_nobody_there_and_no_such_name_are_unreachable(note: EmailMessage, caplog: pytest.LogCaptureFixture) -> None:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for host in ("127.0.0.1", "nobody.invalid"):
        error = refused(note, MailTable(host=host, port=port, sender="cx@example.com", timeout_s=3), caplog)
        assert isinstance(error, Unreachable)


def test_somebody_who_does_not_speak_smtp_is_unreachable(note: EmailMessage, caplog: pytest.LogCaptureFixture) -> None:
    with socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        table = MailTable(host="127.0.0.1", port=silent.getsockname()[1], sender="cx@example.com", timeout_s=0.3)
        assert isinstance(refused(note, table, caplog), Unreachable)


def test_without_a_server_nothing_is_sent(note: EmailMessage, caplog: pytest.LogCaptureFixture) -> None:
    assert isinstance(refused(note, MailTable(), caplog), ConfigError)


# --- settings ---------------------------------------------------------------------------------------------------------


def test_a_password_in_the_file_is_refused_and_one_in_the_environment_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "overheard.toml"
    file.write_text(f'[mail]\nhost = "smtp.example.com"\nsender = "cx@example.com"\npassword = "{PASSWORD}"\n')
    with pytest.raises(ConfigError) as caught:
        read(tmp_path)
    assert "OVERHEARD_MAIL__PASSWORD" in caught.value.hint
    assert PASSWORD not in caught.value.message
    file.write_text('[mail]\nhost = "smtp.example.com"\nsender = "cx@example.com"\n')
    monkeypatch.setenv("OVERHEARD_MAIL__PASSWORD", PASSWORD)
    table = read(tmp_path).mail
    assert table.password
    assert table.password.get_secret_value() == PASSWORD
    assert PASSWORD not in repr(table)


@pytest.mark.parametrize(
    "given",
    [
        {"host": "smtp.example.com"},
        {"host": "smtp.example.com", "sender": "a@b.c", "user": "cx", "security": "none"},
        {"host": "smtp.example.com", "sender": "a@b.c", "port": 0},
        {"host": "smtp.example.com", "sender": "a@b.c", "security": "ssl"},
    ],
    ids=["sender", "plain", "port", "security"],
)
def test_what_cannot_be_meant_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MailTable(**given)
