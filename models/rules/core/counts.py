"""How is a count written with its noun, so that it says 1 case and 2 cases, and how are several words listed?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_SPELT: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def noun_of(count: int, singular: str, plural: str = "") -> str:
    """The noun that goes with a count; `plural` is the noun with an s unless it is given.

    Both may be as long as they need to be for the sentence to agree with its subject.

    >>> noun_of(1, "day"), noun_of(0, "day"), noun_of(2, "case audit is", "case audits are")
    ('day', 'days', 'case audits are')
    """
    return singular if count == 1 else plural or f"{singular}s"


def count_words(count: int, singular: str, plural: str = "") -> str:
    """A count, with thousands set apart, and its noun; `plural` is the noun with an s unless it is given.

    >>> count_words(1, "agency", "agencies"), count_words(1200, "agency", "agencies"), count_words(2, "row")
    ('1 agency', '1,200 agencies', '2 rows')
    """
    return f"{count:,} {noun_of(count, singular, plural)}"


def spelt(count: int) -> str:
    """A count as a sentence writes it: in words to ten, in figures beyond.

    >>> spelt(0), spelt(4), spelt(1200)
    ('no', 'four', '1,200')
    """
    return _SPELT[count] if 0 <= count < len(_SPELT) else f"{count:,}"


def upper_first(words: str) -> str:
    """Words that begin a sentence.

    >>> upper_first("three tasks"), upper_first("")
    ('Three tasks', '')
    """
    return words[:1].upper() + words[1:]


def lower_first(words: str) -> str:
    """The same words in the middle of one.

    >>> lower_first("In 3 days")
    'in 3 days'
    """
    return words[:1].lower() + words[1:]


def list_words(words: Sequence[str]) -> str:
    """Words in a row as a sentence names them.

    >>> list_words(["police", "probation", "health"]), list_words(["police"]), list_words([])
    ('police, probation and health', 'police', '')
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


def beginning(words: str, longest: int = 110) -> str:
    """The beginning of a long text on one line, for titles; a short one whole.

    >>> beginning("Train all staff"), beginning("Train all the staff of the county", 16)
    ('Train all staff', 'Train all the…')
    """
    line = " ".join(words.split())
    return line if len(line) <= longest else f"{line[:longest].rpartition(' ')[0].rstrip(' ,;:.') or line[:longest]}…"


def is_or_are(count: int, *, is_over: bool = False) -> str:
    """The verb that goes with a count; `is_over`: of what is in the past.

    >>> is_or_are(1), is_or_are(0), is_or_are(2, is_over=True)
    ('is', 'are', 'were')
    """
    return noun_of(count, "was", "were") if is_over else noun_of(count, "is", "are")


def part_is(count: int, whole: int, noun: str, *, is_over: bool = False) -> str:
    """A part of a whole as the subject of a sentence.

    >>> part_is(0, 1, "action"), part_is(1, 2, "action"), part_is(0, 2, "action", is_over=True)
    ('0 of 1 action is', '1 of 2 actions is', '0 of 2 actions were')
    """
    verb = is_or_are(1 if whole == 1 else count, is_over=is_over)
    return f"{count:,} of {count_words(whole, noun)} {verb}"


def minus(number: float, places: int = 0) -> str:
    """A number to so many places, with a minus sign as print has it; what rounds to nothing has no sign.

    >>> minus(-0.25, 2), minus(-0.004, 2), minus(0.7, 1)
    ('−0.25', '0.00', '0.7')
    """
    return f"{number:z.{places}f}".replace("-", "−")


def signed(number: float, places: int = 0) -> str:
    """A difference to so many places: with its sign, or without one where it rounds to nothing.

    >>> signed(0.52, 1), signed(-0.04, 1), signed(-12.4), signed(0)
    ('+0.5', '0.0', '−12', '0')
    """
    text = minus(number, places)
    return f"+{text}" if any(digit in "123456789" for digit in text) and not text.startswith("−") else text
