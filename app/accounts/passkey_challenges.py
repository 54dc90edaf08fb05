"""What does the portal ask a passkey to sign, for which address, and is an answer to that?

A challenge is its own record: sealed into it are what it is for, whom or which browser it was given to, and when. So
nothing is stored for whoever only looks at the sign-in page; that no answer is good twice is kept with the passkey.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import new as keyed
from ipaddress import ip_address
from secrets import token_hex
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

from flask import current_app, request, session
from itsdangerous import BadSignature, URLSafeSerializer
from webauthn import generate_authentication_options, generate_registration_options, options_to_json
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from admin_views.kit.partnership import partnership_now
from app.settings import Settings
from models.accounts.passkey_answers import Answer, Challenge, Party
from models.accounts.passkeys import Passkey
from models.core.clock import now
from models.partnership.people import Person

GOOD_FOR = timedelta(minutes=5)
_MILLISECONDS = int(GOOD_FOR.total_seconds() * 1000)
_LOCAL = "localhost"


class Sealed(NamedTuple):
    """What a challenge says of itself: its purpose, the browser it was given to, when, and the person's handle."""

    purpose: str
    browser: str
    given_at: float
    chance: str
    handle: str = ""


def party() -> Party | None:
    """For whom passkeys are good at the address this page was opened under; None where browsers allow none.

    Browsers want a host's name, not its number, and https; on this machine "localhost" does without.
    """
    settings, host = _settings(), urlsplit(f"//{request.host}").hostname or ""
    public = urlsplit(settings.public_url)
    if settings.public_url:
        is_here = host == public.hostname and _may_have_passkeys(public.scheme, host)
        return Party(host, f"{public.scheme}://{public.netloc}") if is_here else None
    return Party(host, f"{request.scheme}://{request.host}") if host == _LOCAL else None


def address_with_passkeys() -> str:
    """The address under which passkeys work; "" where there is none."""
    settings = _settings()
    public = urlsplit(settings.public_url)
    if settings.public_url:
        return settings.public_url if _may_have_passkeys(public.scheme, public.hostname or "") else ""
    return f"http://{_LOCAL}:{settings.port}"


def _may_have_passkeys(scheme: str, host: str) -> bool:
    """Whether browsers let pages of this address use passkeys.

    >>> [_may_have_passkeys(*pair) for pair in [("https", "qa.example.org"), ("http", "localhost"), ("https", "::1")]]
    [True, True, False]
    """
    try:
        ip_address(host)
    except ValueError:
        return scheme == "https" or host == _LOCAL
    return False


def registration_options(at: Party, person: Person, kept: list[Passkey], *, purpose: str, handle: bytes) -> str:
    """What the browser needs, as JSON, to make a passkey for a person, none of whose devices makes a second one."""
    options = generate_registration_options(
        rp_id=at.host,
        rp_name=partnership_now().brief_name,
        user_id=handle,
        user_name=person.email,
        user_display_name=person.name,
        challenge=_challenge(purpose, handle),
        timeout=_MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=key.credential_id, transports=_ways(key)) for key in kept
        ],
    )
    return options_to_json(options)


def sign_in_options(at: Party, *, purpose: str) -> str:
    """What the browser needs, as JSON, to let a person choose one of the passkeys they have for the portal."""
    options = generate_authentication_options(
        rp_id=at.host,
        challenge=_challenge(purpose),
        timeout=_MILLISECONDS,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def read_answer(text: str, at: Party, *, purpose: str) -> tuple[Answer, bytes]:
    """The answer that a browser sent, with its challenge where that was given to this very browser for this purpose
    within GOOD_FOR; and the handle that was sealed into the challenge.
    """
    words = _challenge_in(text)
    sealed = _unsealed(words)
    given_at = datetime.fromtimestamp(sealed.given_at, tz=now().tzinfo) if sealed else now()
    is_ours = sealed is not None and sealed[:2] == (purpose, _browser()) and given_at > now() - GOOD_FOR
    challenge = Challenge(words, given_at) if is_ours else None
    return Answer(text, challenge, at), bytes.fromhex(sealed.handle) if sealed else b""


def _challenge(purpose: str, handle: bytes = b"") -> bytes:
    sealed = Sealed(purpose, _browser(), now().timestamp(), token_hex(16), handle.hex())
    return _sealer().dumps(list(sealed)).encode()


def _unsealed(words: bytes) -> Sealed | None:
    try:
        return Sealed(*_sealer().loads(words))
    except BadSignature:
        return None


def _challenge_in(text: str) -> bytes:
    """The challenge that an answer says it is to; empty when it cannot be read."""
    try:
        told = json.loads(base64url_to_bytes(json.loads(text)["response"]["clientDataJSON"]))
        return base64url_to_bytes(told["challenge"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return b""


def _browser() -> str:
    """A mark of this browser's session: a challenge given to another is worth nothing here."""
    secret = str(session.get("csrf_token") or token_hex(16))
    return keyed(_settings().secret_key.encode(), f"browser {secret}".encode(), sha256).hexdigest()[:24]


def _ways(passkey: Passkey) -> list[AuthenticatorTransport]:
    return [AuthenticatorTransport(way) for way in passkey.transports]


def _sealer() -> Any:
    return URLSafeSerializer(_settings().secret_key, salt="passkey challenges")


def _settings() -> Settings:
    return cast(Settings, current_app.extensions["settings"])
