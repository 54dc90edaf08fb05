"""Is this the person's password, and is a new one good enough?"""

from __future__ import annotations

import re
from collections.abc import Collection

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.core.errors import RuleBroken
from models.core.rooms import at_place

SHORTEST, LONGEST = 12, 200
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP: Argon2id, 19 MiB, 2 rounds
_NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$911A5e4C97mGyNN3M0e5vg$WJFSwyQPNpjpc4mTlXBdqNINBVZskrs1q5JPOQNqtFk"
"""A hash with today's settings, of no account. Stated, for making one takes longer than loading all else here."""
_PORTALS = ("triangulate", "safeguarding", "partnership", "portal")
_READ = 72  # letters that are judged: guessing shorter ones first is what guessers do, and judging takes time
_STRONG = 4  # of zxcvbn's 0 to 4: more than ten thousand million guesses


def hash_password(password: str) -> str:
    """The Argon2id hash to keep. Whether the password is good enough is asked before, by `check_password`."""
    return _HASHER.hash(password)


def check_password(password: str, about: Collection[str] = ()) -> None:
    """Refuse what guessers try first: short passwords, the commonest ones, and what is `about` the person.

    `about` holds names and addresses: the person's own, and the partnership's. Everything is judged here, offline.

    >>> check_password("three wet umbrellas", about=("Ann Officer", "ann@example.org"))
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise RuleBroken(
            f"Choose a password of {SHORTEST} to {LONGEST} characters; three words make a good one.",
            field="new_password",
        )
    judged = at_place("zxcvbn:zxcvbn")(password[:_READ], user_inputs=_guessable(about))  # its lists of words take 11 MB
    if judged["score"] < _STRONG:
        raise RuleBroken(
            "That password is too easily guessed; three unrelated words make a good one, without your name or "
            "the partnership's.",
            field="new_password",
        )


def _guessable(about: Collection[str]) -> list[str]:
    """The words that somebody who knows the person tries.

    >>> _guessable(["Ann Officer"])[:3]
    ['Ann Officer', 'Ann', 'Officer']
    """
    words = [word for text in about for word in (text, *re.split(r"\W+", text)) if word]
    return [*words, *_PORTALS]


def is_password(kept_hash: str | None, password: str) -> bool:
    """Whether the password is the one kept. Takes the same work when there is none, so that time tells nothing."""
    try:
        _HASHER.verify(kept_hash or _NOBODYS, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return kept_hash is not None


def is_outdated(kept_hash: str) -> bool:
    """Whether the hash was made with weaker settings than today's.

    >>> is_outdated(_NOBODYS)
    False
    """
    return _HASHER.check_needs_rehash(kept_hash)
