"""What may be read out of what an issuer of work accounts says of somebody, and at which addresses may it stand?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

SECOND_FACTORS = ("mfa", "otp", "hwk", "fido", "sc")
"""What counts as a second factor unless an issuer's setting says otherwise (RFC 8176, and `fido` of Entra ID)."""
LONGEST_SUBJECT = 255  # characters, OpenID Connect Core 1.0 section 2
LONGEST_EMAIL = 320  # characters
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class WorkClaims(NamedTuple):
    """What an issuer says of whoever signed in there: `is_verified` is None where it does not say."""

    subject: str
    email: str
    is_verified: bool | None
    methods: frozenset[str]
    classes: frozenset[str]


def read_claims(claims: Mapping[str, Any]) -> WorkClaims:
    """The claims of a checked ID token that matter here; what has another form than the standard says counts as absent.

    >>> read_claims({"sub": "7", "email": "Ann@Example.org ", "email_verified": True, "amr": ["pwd", "mfa"]})[:3]
    ('7', 'ann@example.org', True)
    >>> read_claims({"sub": "7", "email_verified": "yes", "amr": "mfa"}).methods
    frozenset()
    """
    email, verified = claims.get("email"), claims.get("email_verified")
    return WorkClaims(
        subject=str(claims.get("sub", "")),
        email=email.strip().lower()[:LONGEST_EMAIL] if isinstance(email, str) else "",
        is_verified=_flag(verified),
        methods=_words(claims.get("amr")),
        classes=_words(claims.get("acrs")) | _words([claims.get("acr")]),
    )


def has_second_factor(claims: WorkClaims, *, methods: Iterable[str], classes: Iterable[str]) -> bool:
    """Whether one of the ways in which somebody signed in there, or its class, is among those that count.

    >>> claims = read_claims({"sub": "7", "amr": ["pwd", "mfa"]})
    >>> has_second_factor(claims, methods=SECOND_FACTORS, classes=()), has_second_factor(claims, methods=(), classes=())
    (True, False)
    """
    return bool(claims.methods & set(methods) or claims.classes & set(classes))


def is_own_address(claims: WorkClaims, checked_domains: Iterable[str]) -> bool:
    """Whether the address surely belongs to whoever signed in.

    Either the issuer says that it has verified it, or it says nothing, and the address ends in a domain whose addresses
    it is known to give out itself.

    >>> says = lambda **said: read_claims({"sub": "7", "email": "ann@council.example", **said})
    >>> is_own_address(says(email_verified=True), ()), is_own_address(says(), ())
    (True, False)
    >>> own = ["council.example"]
    >>> is_own_address(says(), own), is_own_address(says(email_verified=False), own)
    (True, False)
    """
    if not claims.email or claims.is_verified is False:
        return False
    return claims.is_verified is True or claims.email.rpartition("@")[2] in set(checked_domains)


def is_issuer_address(address: str) -> bool:
    """Whether an issuer may stand there: https, or http on this very machine; no login, question or fragment in it.

    >>> [is_issuer_address(f"{start}/x") for start in ("https://login.example", "http://127.0.0.1:9400", "http://login.example")]
    [True, True, False]
    >>> is_issuer_address("https://ann:secret@login.example"), is_issuer_address("https://login.example/?tenant=7")
    (False, False)
    """
    try:
        parts, is_plain = urlsplit(address), all("!" <= letter <= "~" and letter != "\\" for letter in address)
        host = parts.hostname or ""
        is_whole = bool(host) and parts.port != 0 and not (parts.username or parts.password)
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    return is_plain and is_whole and is_safe and "?" not in address and "#" not in address


def is_endpoint(address: object, *, here: bool) -> bool:
    """Whether the portal asks such an address of an issuer's: https; plain http only on this machine, and if `here`.

    >>> is_endpoint("https://login.example/keys?v=2", here=False), is_endpoint("http://127.0.0.1/keys", here=False)
    (True, False)
    >>> is_endpoint("http://127.0.0.1/keys", here=True), is_endpoint("file:///etc/hosts", here=True)
    (True, False)
    """
    if not isinstance(address, str):
        return False
    base = address.partition("?")[0]
    return is_issuer_address(base) and (here or base.startswith("https://"))


def is_on_this_machine(address: str) -> bool:
    """Whether an address names this machine only: somebody tries the portal out, or tests it.

    >>> is_on_this_machine("http://127.0.0.1:8000"), is_on_this_machine("https://portal.example.org")
    (True, False)
    """
    return urlsplit(address).hostname in _LOOPBACK


def _flag(value: object) -> bool | None:
    """Some issuers write the flag as a word."""
    return {"true": True, "false": False}.get(str(value).lower())


def _words(value: object) -> frozenset[str]:
    return frozenset(word for word in value if isinstance(word, str)) if isinstance(value, list) else frozenset()
