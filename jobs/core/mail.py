"""How does a letter leave the portal, and what do people read when it cannot?"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from models.partnership.mail_servers import MailServer

__all__ = ["Letter", "MailError", "MailServer", "compose", "hang_up", "keep_channels", "open_channel", "send"]

_READY = 250  # the server's word for "yes" (RFC 5321, 4.2.3)


class MailError(Exception):
    """A letter did not leave. `is_final`: trying again would not help. The sentence holds no words of the server."""

    def __init__(self, sentence: str, *, is_final: bool) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.is_final = is_final


@dataclass(frozen=True)
class Letter:
    """What is written to whom."""

    name: str
    address: str
    subject: str
    body: str


def compose(words: Letter, *, sender: str, token: str, written_at: datetime) -> EmailMessage:
    """A plain-text letter. The same token gives the same Message-ID and date, so a letter sent twice is seen as one.

    Raises MailError when an address cannot be used in a letter.
    """
    letter = EmailMessage(policy=SMTP)
    try:
        letter["From"] = _address(*parseaddr(sender))
        letter["To"] = _address(words.name, words.address)
    except (ValueError, IndexError, MessageError):
        raise MailError("The e-mail address is not valid.", is_final=True) from None
    letter["Subject"] = " ".join(words.subject.split())
    letter["Date"] = format_datetime(written_at)
    letter["Message-ID"] = f"<{token}@{_domain(sender)}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(words.body)
    return letter


def send(server: MailServer, letter: EmailMessage) -> None:
    """Hand a letter to the server and wait until it says that it has it. Raises MailError."""
    try:
        channel = _channel_to(server)
        try:
            channel.send_message(letter)
        except BaseException:
            hang_up(channel)
            raise
        _leave(server, channel)
    except smtplib.SMTPRecipientsRefused as refused:
        codes = [code for code, _ in refused.recipients.values()]
        raise _refusal(max(codes), "The mail server does not accept this address.") from None
    except smtplib.SMTPResponseException as refused:
        raise _refusal(refused.smtp_code, "The mail server refused the message.") from None
    except smtplib.SMTPNotSupportedError:
        raise MailError("The mail server does not offer what the settings ask for.", is_final=False) from None
    except (OSError, smtplib.SMTPException):
        raise MailError("The mail server could not be reached or broke off.", is_final=False) from None


@contextmanager
def keep_channels() -> Iterator[None]:
    """Within this, letters to one server go over one connection; it is closed at the end."""
    _kept.append({})
    try:
        yield
    finally:
        for channel in _kept.pop().values():
            hang_up(channel)


_kept: list[dict[MailServer, smtplib.SMTP]] = []


def _channel_to(server: MailServer) -> smtplib.SMTP:
    """A connection that was kept and still answers, or a new one."""
    channel = _kept[-1].pop(server, None) if _kept else None
    if channel is not None:
        with suppress(OSError, smtplib.SMTPException):
            if channel.rset()[0] == _READY:
                return channel
        hang_up(channel)
    return open_channel(server)


def _leave(server: MailServer, channel: smtplib.SMTP) -> None:
    """Keep a connection for the next letter where that is wanted; the letter is accepted, whatever happens now."""
    if _kept:
        _kept[-1][server] = channel
    else:
        hang_up(channel)


def open_channel(server: MailServer) -> smtplib.SMTP:
    """A channel to the server, encrypted and signed in as its settings say; the caller hangs up."""
    context = ssl.create_default_context()
    if server.tls == "implicit":
        channel: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=server.timeout_seconds, context=context
        )
    else:
        channel = smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)
    try:
        if server.tls == "starttls":
            channel.starttls(context=context)
        if server.user:
            channel.login(server.user, server.password)
    except (OSError, smtplib.SMTPException):
        channel.close()
        raise
    return channel


def hang_up(channel: smtplib.SMTP) -> None:
    """Say goodbye; once the letter is accepted, trouble here must not make it be sent again."""
    with suppress(OSError, smtplib.SMTPException):
        channel.quit()
    channel.close()


def _refusal(code: int, sentence: str) -> MailError:
    """Codes from 500 are final (RFC 5321, 4.2.1), but for sign-in troubles (530 to 538), which an operator can mend."""
    return MailError(sentence, is_final=code >= 500 and not 530 <= code <= 538)


def _address(name: str, address: str) -> Address:
    return Address(display_name=" ".join(name.split()), addr_spec=address)


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"
