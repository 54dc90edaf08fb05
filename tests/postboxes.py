"""Which mail server do tests send to? A real one, in a thread, that answers as the test tells it to."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd import smtp
from aiosmtpd.controller import Controller

from jobs.core.mail import MailServer


class Postbox:
    """What the server accepted, and how it behaves: its answers, and the seconds it takes before and after DATA."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipient_answer = "250 OK"
        self.answer = "250 Accepted"
        self.pause = 0.0
        self.is_breaking_off = False
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
        if self.is_breaking_off:
            self.is_breaking_off = False
            assert server.transport is not None
            server.transport.abort()
        return self.answer


@contextlib.contextmanager
def mail_server(postbox: Postbox) -> Iterator[MailServer]:
    """The settings of a mail server that runs while the block lasts."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(postbox, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield MailServer("127.0.0.1", port, "Portal <portal@example.org>", tls="none", timeout_seconds=1)
    finally:
        controller.stop()
