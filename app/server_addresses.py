"""How does an operator write where a server is, and what is refused?"""

from __future__ import annotations

from urllib.parse import SplitResult, parse_qs, unquote

from models.partnership.mail_servers import MailServer


def with_scheme(value: str, form: str, *schemes: str) -> str:
    """Refuse another kind of address. The value itself may hold a password and is never repeated."""
    if value and not value.partition("://")[0].startswith(schemes):
        raise ValueError(f"must be {form}")
    return value


def mail_server_at(parts: SplitResult, sender: str) -> MailServer:
    """Mail is encrypted on its way unless the server is on this machine or the operator says tls=none."""
    host = parts.hostname or ""
    usual = "implicit" if parts.scheme == "smtps" else "none" if host in _THIS_MACHINE else "starttls"
    tls = parse_qs(parts.query).get("tls", [usual])[0]
    if tls not in _MAIL_PORTS:
        raise ValueError("must end in tls=starttls, tls=implicit or tls=none where it names tls")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(host, parts.port or _MAIL_PORTS[tls], sender, user, password, tls)


_MAIL_PORTS = {"implicit": 465, "starttls": 587, "none": 25}
_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}
