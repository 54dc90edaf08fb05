"""Which mail server do tests send to? A real one, in a thread, that answers as the test tells it to."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import socket
import ssl
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd import smtp
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from jobs.core.mail import MailServer


class Postbox:
    """What the server accepted, and how it behaves: its answers, and the seconds it takes before and after DATA."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipient_answer = "250 OK"
        self.answer = "250 Accepted"
        self.pause = 0.0
        self.is_breaking_off = False
        self.is_always_breaking_off = False
        self.call_count = 0

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, server: smtp.SMTP, session: smtp.Session, envelope: smtp.Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, server: smtp.SMTP, session: smtp.Session, envelope: smtp.Envelope
    ) -> str:
        self.call_count += 1
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.letters.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        await asyncio.sleep(self.pause)
        if self.is_breaking_off or self.is_always_breaking_off:
            self.is_breaking_off = False
            assert server.transport is not None
            server.transport.abort()
        return self.answer


def free_port() -> int:
    """A port on which nothing listens."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refuse_everybody(*_: Any) -> AuthResult:
    """An authenticator that knows nobody."""
    return AuthResult(success=False, handled=False)


@contextlib.contextmanager
def silent_server() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with contextlib.closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(5)
        yield int(listening.getsockname()[1])


def own_certificate(folder: Path) -> ssl.SSLContext:
    """The TLS of a server that has signed its certificate itself, so that nobody who checks will trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    moment = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    certificate = (
        builder.not_valid_before(moment - datetime.timedelta(days=1))
        .not_valid_after(moment + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "server.pem"
    path.write_bytes(certificate.public_bytes(Encoding.PEM) + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@contextlib.contextmanager
def mail_server(postbox: Postbox, **options: Any) -> Iterator[MailServer]:
    """The settings of a mail server that runs while the block lasts; `options` are aiosmtpd's."""
    port = free_port()
    controller = Controller(postbox, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True, **options)
    controller.start()
    try:
        yield MailServer("127.0.0.1", port, "Portal <portal@example.org>", tls="none", timeout_seconds=1)
    finally:
        controller.stop()
