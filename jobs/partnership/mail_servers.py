"""What does a mail server itself say to a letter, or why does it say nothing?"""

from __future__ import annotations

import smtplib
import socket
import ssl
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr

from jobs.core.mail import MailServer, hang_up, open_channel

LONGEST_ANSWER = 500
"""Letters of a server's answer that are kept; some send whole pages."""


@dataclass(frozen=True)
class ServerAnswer:
    """Whether the server took the letter, and what it said: its reply code and words, or why there are none."""

    is_accepted: bool
    words: str


def ask_server(server: MailServer, letter: EmailMessage) -> ServerAnswer:
    """Hand the server a letter, step by step, and keep what it answered last. Nothing is raised, nothing is repeated.

    Every step waits `server.timeout_seconds` at most.
    """
    try:
        channel = open_channel(server)
        try:
            return _hand_over(channel, server, letter)
        finally:
            hang_up(channel)
    except smtplib.SMTPResponseException as refused:
        return ServerAnswer(False, _reply(refused.smtp_code, refused.smtp_error))
    except smtplib.SMTPNotSupportedError as lacking:
        return ServerAnswer(False, _lacking(server, str(lacking)))
    except (OSError, smtplib.SMTPException, UnicodeError) as trouble:
        return ServerAnswer(False, _reason(server, trouble))


def _hand_over(channel: smtplib.SMTP, server: MailServer, letter: EmailMessage) -> ServerAnswer:
    channel.ehlo_or_helo_if_needed()
    steps: tuple[Callable[[], tuple[int, bytes]], ...] = (
        lambda: channel.mail(parseaddr(server.sender)[1]),
        lambda: channel.rcpt(letter["To"].addresses[0].addr_spec),
        lambda: channel.data(letter.as_bytes(policy=SMTP)),
    )
    code, words = 0, b""
    for step in steps:
        code, words = step()
        if not 200 <= code < 300:
            return ServerAnswer(False, _reply(code, words))
    return ServerAnswer(True, _reply(code, words))


def _reply(code: int, words: bytes | str) -> str:
    """A reply as the server gave it, on one line and without what is no letter.

    >>> _reply(535, b"5.7.8 Wrong\\nname or password\\x1b[0m")
    '535 5.7.8 Wrong name or password [0m'
    """
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    plain = "".join(" " if unicodedata.category(letter).startswith("C") else letter for letter in said)
    return " ".join(f"{code if code > 0 else ''} {plain}".split())[:LONGEST_ANSWER]


def _lacking(server: MailServer, words: str) -> str:
    """What the server does not offer that the settings ask for."""
    if "STARTTLS" in words:
        return f"{server.host} does not offer STARTTLS on port {server.port}."
    if "SMTPUTF8" in words:
        return f"{server.host} takes no addresses with letters beyond plain English ones."
    return f"{server.host} offers no sign-in that the portal can use on port {server.port}."


def _reason(server: MailServer, trouble: Exception) -> str:
    """Why the server could not be reached or understood, in one plain sentence."""
    where = f"{server.host}, port {server.port}"
    if isinstance(trouble, (socket.gaierror, UnicodeError)):
        return f"There is no server called {server.host}: the name is not known (DNS)."
    if isinstance(trouble, ConnectionRefusedError):
        return f"Nothing takes mail at {where}: the connection was refused."
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return f"The certificate of {where} cannot be trusted: {trouble.verify_message}."
    if isinstance(trouble, ssl.SSLError):
        return f"{where} does not speak TLS from the start; choose another encryption, or another port."
    return _silence(where, server, trouble)


def _silence(where: str, server: MailServer, trouble: Exception) -> str:
    if isinstance(trouble, TimeoutError):
        return f"{where} did not answer within {server.timeout_seconds:g} seconds."
    if isinstance(trouble, smtplib.SMTPServerDisconnected) and "timed out" in str(trouble):
        return f"{where} takes connections and then says nothing for {server.timeout_seconds:g} seconds."
    if isinstance(trouble, (smtplib.SMTPServerDisconnected, ConnectionResetError)):
        return f"{where} broke off without a word."
    return f"{where} cannot be reached: {getattr(trouble, 'strerror', None) or type(trouble).__name__}."
