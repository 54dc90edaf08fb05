"""With which key is something sealed before it is kept?"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256


def key_of_seal(purpose: str, secret: str) -> bytes:
    """The key (Fernet's 32 bytes as base64) for one purpose, from the portal's secret; another purpose, another key.

    >>> key_of_seal("case lists", "a secret") == key_of_seal("second factors", "a secret")
    False
    """
    return urlsafe_b64encode(sha256(f"{purpose}\n{secret}".encode()).digest())
