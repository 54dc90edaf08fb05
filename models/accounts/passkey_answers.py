"""What did a browser send back for a passkey, and what does it prove?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import parse_authentication_credential_json, parse_registration_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.registration.verify_registration_response import VerifiedRegistration

from models.core.errors import RuleBroken

UNREADABLE = (WebAuthnException, ValueError, TypeError, AttributeError, RecursionError)
"""What the library raises over an answer that no passkey has made."""
_NOT_MADE = (
    "The passkey was not set up: its answer does not belong to this page. Open the page again and try once more."
)


@dataclass(frozen=True)
class Party:
    """For whom a passkey is good: the portal's host, and the origin its pages have in the browser."""

    host: str
    origin: str


@dataclass(frozen=True)
class Challenge:
    """What the portal gave out to be signed, and when."""

    words: bytes
    given_at: datetime


@dataclass(frozen=True)
class Answer:
    """What a browser sent back, as JSON, and to which challenge; None where that is not ours, another's or too old."""

    text: str
    challenge: Challenge | None
    party: Party


@dataclass(frozen=True)
class NewCredential:
    """What a device has proved of the passkey it made, and by which ways the device is reached."""

    proof: VerifiedRegistration
    transports: list[str]


def credential_of(answer: Answer) -> bytes | None:
    """The id of the credential that an answer claims to come from; None when it cannot be read."""
    try:
        return parse_authentication_credential_json(answer.text).raw_id
    except UNREADABLE:
        return None


def read_registration(answer: Answer) -> NewCredential:
    """What the device proves that made a passkey just now, its owner verified. Refuses everything else."""
    if answer.challenge is None:
        raise RuleBroken(_NOT_MADE)
    try:
        credential = parse_registration_credential_json(answer.text)
        proof = verify_registration_response(
            credential=credential,
            expected_challenge=answer.challenge.words,
            expected_rp_id=answer.party.host,
            expected_origin=answer.party.origin,
            require_user_verification=True,
        )
    except UNREADABLE:
        raise RuleBroken(_NOT_MADE) from None
    ways: list[Any] = list(credential.response.transports or [])
    return NewCredential(proof, [str(way.value) for way in ways])


def read_proof(answer: Answer, *, public_key: bytes, user_handle: bytes) -> VerifiedAuthentication | None:
    """What an answer proves that this key has signed for this portal, its owner verified; None when it proves nothing.

    Whether the counter has gone on is for the caller to see: the library would ask that before it looks at the
    signature, and a forged answer would pass for a copied passkey.
    """
    if answer.challenge is None:
        return None
    try:
        credential = parse_authentication_credential_json(answer.text)
        proof = verify_authentication_response(
            credential=credential,
            expected_challenge=answer.challenge.words,
            expected_rp_id=answer.party.host,
            expected_origin=answer.party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except UNREADABLE:
        return None
    return proof if credential.response.user_handle in (None, user_handle) else None
