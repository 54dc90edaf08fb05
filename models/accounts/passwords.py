"""Is this the person's password, and is a new one good enough?"""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.core.errors import RuleBroken

SHORTEST, LONGEST = 12, 200
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP: Argon2id, 19 MiB, 2 rounds
_NOBODYS = _HASHER.hash("nobody has this password")
_COMMON = ("password", "passw0rd", "123456", "qwerty", "letmein", "welcome", "triangulate", "safeguarding")


def hash_password(password: str) -> str:
    """The Argon2id hash to keep. Whether the password is good enough is asked before, by `check_password`."""
    return _HASHER.hash(password)


def check_password(password: str) -> None:
    """Refuse what guessers try first: short passwords, and mere variations of the commonest words.

    >>> check_password("three wet umbrellas")
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise RuleBroken(
            f"Choose a password of {SHORTEST} to {LONGEST} characters; three words make a good one.",
            field="new_password",
        )
    bare = "".join(letter for letter in password.lower() if letter.isalnum())
    if len(set(bare)) < 5 or any(word in bare and len(bare) - len(word) < 6 for word in _COMMON):
        raise RuleBroken(
            "That password is too easily guessed; three unrelated words make a good one.", field="new_password"
        )


def is_password(kept_hash: str | None, password: str) -> bool:
    """Whether the password is the one kept. Takes the same work when there is none, so that time tells nothing."""
    try:
        _HASHER.verify(kept_hash or _NOBODYS, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return kept_hash is not None


def is_outdated(kept_hash: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return _HASHER.check_needs_rehash(kept_hash)
