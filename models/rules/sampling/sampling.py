"""In which order are cases drawn, given a seed that anybody can repeat?

The order is Rivest's consistent sampler without replacement (PyPI ``consistent-sampler``): every case reference gets
a ticket that depends on the seed and on nothing else, and the lowest ticket is drawn first. So a stratum is a filter
of one order, a larger sample keeps the smaller one as its head, and reserves are simply the next cases. Drawing the
same case twice (with replacement) makes no sense for a case audit and is not offered.
"""

import hashlib
import heapq
import unicodedata
from collections.abc import Iterable

from models.core.errors import RuleBroken

LONGEST_SEED = 500
LEAST_TICKET_DIGITS = 64
SHOWN_DIGITS = 9


def seed_text(seed: str | int) -> str:
    """The exact text that is hashed: surrounding white space removed, Unicode form NFC, a number as its digits.

    The portal shows this text wherever it shows a seed, so that nobody has to guess at blanks. The number 314159 and
    the text "314159" are one seed; "0314159" is another.

    Raises RuleBroken when nothing is left, when the text is longer than 500 characters or holds a control character.

    >>> seed_text(" 314159 "), seed_text(314159), seed_text("0314159")
    ('314159', '314159', '0314159')
    """
    text = unicodedata.normalize("NFC", str(seed)).strip()
    if not text:
        raise RuleBroken("The seed is empty: type at least one character.")
    if len(text) > LONGEST_SEED:
        raise RuleBroken(f"The seed is longer than {LONGEST_SEED} characters.")
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text):
        raise RuleBroken("The seed holds a line break or another character that cannot be read aloud.")
    return text


def seed_prefix(seed: str | int) -> str:
    """The 64 hexadecimal digits that go before every reference: SHA-256 of the seed text in UTF-8.

    >>> seed_prefix(314159)[:16]
    'c5b389beb081fe1e'
    """
    return hashlib.sha256(seed_text(seed).encode()).hexdigest()


def ticket_after(prefix: str, reference: str) -> str:
    """The full ticket of a reference when the seed's prefix is known already: "0." and 64 to 78 decimal digits.

    The digits are those of the SHA-256 of prefix and reference, read as a whole number and written backwards
    (the last digits of a number below 2^256 are evenly spread, its first ones are not).
    """
    number = int.from_bytes(hashlib.sha256((prefix + reference).encode()).digest(), "big")
    return "0." + f"{number:0{LEAST_TICKET_DIGITS}d}"[::-1]


def first_ticket(seed: str | int, reference: str) -> str:
    """The ticket of one case under one seed, in full. Source: consistent_sampler.first_fraction, version 1.0.10.

    >>> first_ticket("01382438112797316654", "AB-130")
    '0.26299714122838008416507544297546663599715395525154425586041245287750224561854'
    """
    return ticket_after(seed_prefix(seed), reference)


def display_ticket(ticket: str, digits: int = SHOWN_DIGITS) -> str:
    """The ticket cut, never rounded, to that many digits after a leading run of nines, as the sampler prints it.

    >>> display_ticket("0.26299714122838008416"), display_ticket("0.9991234567890", 4)
    ('0.262997141', '0.9991234')
    """
    fraction = ticket[2:]
    nines = len(fraction) - len(fraction.lstrip("9"))
    return ticket[: 2 + nines + digits]


def order(seed: str | int, references: Iterable[str]) -> list[str]:
    """All references, the first to be drawn first. The order in which they are given makes no difference.

    Raises RuleBroken when a reference is given twice: a case must have one chance.

    >>> order(314159, ["A-1", "A-2", "A-3", "B-1", "B-2", "B-3"])[:4]
    ['B-2', 'B-3', 'A-3', 'A-2']
    """
    return [reference for _ticket, reference in sorted(tickets(seed, references))]


def lowest(seed: str | int, references: Iterable[str], count: int) -> list[tuple[str, str]]:
    """The `count` lowest (full ticket, reference) pairs, lowest first; all of them where there are fewer.

    >>> [reference for _ticket, reference in lowest(314159, ["A-1", "A-3", "B-2", "B-3"], 2)]
    ['B-2', 'B-3']
    """
    return heapq.nsmallest(count, tickets(seed, references))


def tickets(seed: str | int, references: Iterable[str]) -> list[tuple[str, str]]:
    """(full ticket, reference) of every case, in the order given. Raises RuleBroken on a repeated reference."""
    prefix = seed_prefix(seed)
    pairs = [(ticket_after(prefix, reference), reference) for reference in references]
    if len({reference for _ticket, reference in pairs}) < len(pairs):
        raise RuleBroken("A case reference is in the list twice, so that case would have two chances.")
    return pairs
