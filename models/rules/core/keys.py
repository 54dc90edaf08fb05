"""Which key does an address or a form name, where anything at all may be typed?"""

from __future__ import annotations

from collections.abc import Iterable

from models.rules.core.numbers import BIGGEST_WHOLE

BIGGEST_LONG = 9_223_372_036_854_775_807
"""The largest key of the tables that grow for ever: messages, requests, the change log."""


def key_in(typed: str, most: int = BIGGEST_WHOLE) -> int | None:
    """The key that is written in plain digits; None for all else, and for more than a key can be.

    >>> key_in("12"), key_in("Ann Cole (no. 9)"), key_in("-1"), key_in("9" * 5000), key_in("3000000000")
    (12, None, None, None, None)
    >>> key_in("3000000000", BIGGEST_LONG)
    3000000000
    """
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= len(str(most))):
        return None
    key = int(typed)
    return key if key <= most else None


def keys_in(typed: Iterable[str]) -> list[int] | None:
    """Several keys, each once, in the order in which they were named; None where one is no key.

    >>> keys_in(["3", "1", "3"]), keys_in(["3", "x"]), keys_in([])
    ([3, 1], None, [])
    """
    keys = list(dict.fromkeys(map(key_in, typed)))
    return None if None in keys else [key for key in keys if key is not None]
