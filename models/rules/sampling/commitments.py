"""How does the portal bind itself before the public part of a seed is known, and how is the seed made of both parts?

The portal publishes the commitment first; then the public part is made aloud (dice, a lottery, a word); then the
secret part is shown. The portal cannot choose its secret after the public part, and nobody else knows the secret
before it: neither side can steer the draw. A stranger repeats the commitment with

    printf '%s\\n%s\\n%s\\n' FRAME_FINGERPRINT PLAN_FINGERPRINT SECRET | sha256sum

and the seed by writing the secret part, a vertical bar and the public part: SECRET|PUBLIC.
"""

import hashlib
import re

from models.core.errors import RuleBroken
from models.rules.sampling.sampling import seed_text

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_SECRET = re.compile(r"[0-9a-f]{32,128}")
LONGEST_PUBLIC_PART = 200


def commitment(frame_fingerprint: str, plan_fingerprint: str, secret: str) -> str:
    """SHA-256 of the three texts, each ended by a line feed, as 64 hexadecimal digits.

    The fingerprints have 64 hexadecimal digits, the secret 32 to 128 (128 bits or more from the system's dice, so that
    nobody can find it from the commitment by trying). Raises RuleBroken for anything else.

    >>> commitment("a" * 64, "b" * 64, "c" * 64)[:16]
    '72400b18bd66d6b8'
    """
    if not (_FINGERPRINT.fullmatch(frame_fingerprint) and _FINGERPRINT.fullmatch(plan_fingerprint)):
        raise RuleBroken("The frame and the plan need their fingerprints before the portal can commit itself.")
    return hashlib.sha256(f"{frame_fingerprint}\n{plan_fingerprint}\n{_checked(secret)}\n".encode()).hexdigest()


def public_part(text: str) -> str:
    """The public part as it enters the seed, tidied like any seed. Raises RuleBroken when empty or too long.

    >>> public_part(" 4 6 1 3 ")
    '4 6 1 3'
    """
    if not text.strip():
        raise RuleBroken("The public part is empty: type what was thrown or said aloud.")
    tidy = seed_text(text)
    if len(tidy) > LONGEST_PUBLIC_PART:
        raise RuleBroken(f"The public part is longer than {LONGEST_PUBLIC_PART} characters.")
    return tidy


def seed_from(secret: str, public: str) -> str:
    """The seed of a draw before witnesses: the secret part, a vertical bar, the public part.

    >>> seed_from("0f" * 16, " 4613 ")
    '0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f|4613'
    """
    return f"{_checked(secret)}|{public_part(public)}"


def _checked(secret: str) -> str:
    if not _SECRET.fullmatch(secret):
        raise RuleBroken("The secret part must be 32 to 128 hexadecimal digits.")
    return secret
