"""How does a test hold a passkey? A small authenticator in software: real keys, real signatures, real bytes."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, BACKUP_ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
HOST, ORIGIN = "localhost", "http://localhost"


def encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Passkey:
    """One passkey on one device. What it says of itself can be falsified, and it signs whatever it says."""

    host: str = HOST
    origin: str = ORIGIN
    is_verified: bool = True
    is_present: bool = True
    counts: bool = True
    count: int = 0
    handle: bytes = b""
    credential_id: bytes = field(default_factory=lambda: token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: dict[str, Any], **changes: Any) -> str:
        """The answer to registration options, as a browser sends it; attestation "none"."""
        self.handle = decoded(options["user"]["id"])
        said = self._client_data("webauthn.create", options, **changes)
        statement = {"fmt": "none", "attStmt": {}, "authData": self._authenticator_data(ATTESTED, self._attested())}
        response = {"clientDataJSON": encoded(said), "attestationObject": encoded(cbor2.dumps(statement))}
        return self._credential({**response, "transports": ["internal", "hybrid"]})

    def answer(self, options: dict[str, Any], **changes: Any) -> str:
        """The answer to sign-in options. Each answer counts on, where the passkey counts."""
        self.count += 1 if self.counts else 0
        said, data = self._client_data("webauthn.get", options, **changes), self._authenticator_data()
        signature = self.key.sign(data + sha256(said).digest(), ec.ECDSA(SHA256()))
        response = {"clientDataJSON": encoded(said), "authenticatorData": encoded(data)}
        return self._credential({**response, "signature": encoded(signature), "userHandle": encoded(self.handle)})

    def copy(self, **changes: Any) -> Passkey:
        """The same passkey on a second device, as whoever copied it has it."""
        return Passkey(**{**self.__dict__, **changes})

    def _client_data(self, kind: str, options: dict[str, Any], **changes: Any) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps({**said, **changes}).encode()

    def _authenticator_data(self, flags: int = 0, attested: bytes = b"") -> bytes:
        flags |= (PRESENT if self.is_present else 0) | (VERIFIED if self.is_verified else 0)
        flags |= 0 if self.counts else BACKUP_ELIGIBLE | BACKED_UP
        return sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big") + attested

    def _attested(self) -> bytes:
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        size = len(self.credential_id).to_bytes(2, "big")
        return bytes(16) + size + self.credential_id + cbor2.dumps(public)

    def _credential(self, response: dict[str, Any]) -> str:
        name = encoded(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
