"""Where does mail leave the portal: what is set, what is in use, and has it been tried?"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from email.utils import parseaddr
from hashlib import sha256
from urllib.parse import parse_qs, unquote, urlsplit

from models.core.seals import key_of_seal


@dataclass(frozen=True)
class MailServer:
    """Where mail leaves and under which sender. `tls` is "starttls", "implicit" or "none"; times in seconds."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = "starttls"
    timeout_seconds: float = 20.0

    def mark(self, secret: str) -> str:
        """A fingerprint of these settings, by which a test is known to have been of them. It tells nobody the password.

        The sender's name is left out: a partnership may be called anything without another test.

        >>> server = MailServer("mail.example.org", 587, "qa@example.org", password="one")
        >>> other = MailServer("mail.example.org", 587, "qa@example.org", password="two")
        >>> len(server.mark("secret")), server.mark("secret") == other.mark("secret")
        (64, False)
        """
        parts = (self.host, str(self.port), self.tls, self.user, self.password, parseaddr(self.sender)[1])
        return hmac.new(f"mail server\n{secret}".encode(), "\n".join(parts).encode(), sha256).hexdigest()


def mail_key(secret: str) -> bytes:
    """The key that the mail password is sealed with, from the portal's secret."""
    return key_of_seal("mail password", secret)


_USUAL_PORTS = {"implicit": 465, "starttls": 587, "none": 25}
_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}


def mail_server_at(url: str, sender: str) -> MailServer:
    """The server of an address such as smtp://user:password@host:587?tls=starttls. Raises ValueError.

    Mail is encrypted on its way unless the server is on this machine or the address says tls=none.

    >>> mail_server_at("smtps://mail.example.org", "qa@example.org").port
    465
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    usual = "implicit" if parts.scheme == "smtps" else "none" if host in _THIS_MACHINE else "starttls"
    tls = parse_qs(parts.query).get("tls", [usual])[0]
    if tls not in _USUAL_PORTS:
        raise ValueError("must end in tls=starttls, tls=implicit or tls=none where it names tls")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(host, parts.port or _USUAL_PORTS[tls], sender, user, password, tls)
