"""When may somebody's own words be published, so that nobody is known by them?

The rule beside the one for small numbers, with the same five: words are published only where at least five people
answered that question in words, and at least five people were heard in all. One person's words among forty answers
are still one person's words. What is written about feedback of fewer than five is written in the hub's own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from models.core.errors import RuleBroken
from models.rules.feedback.small_numbers import SMALLEST

WITHHELD = f"Fewer than {SMALLEST} people wrote something here; their words are withheld."
_SHORTEST = 3
"""From so many words on, what stands in quotation marks is what somebody said, and no name of a thing."""

_IN_MARKS = re.compile(r"“([^”]+)”|\"([^\"]+)\"|«([^»]+)»|(?<!\w)‘([^‘]+?)’(?!\w)")
_WORD = re.compile(r"\w+")


def may_be_quoted(*, writers: int, heard: int) -> bool:
    """Whether words may be published that `writers` people wrote to one question, of `heard` who were heard in all.

    >>> may_be_quoted(writers=5, heard=6), may_be_quoted(writers=1, heard=6), may_be_quoted(writers=4, heard=4)
    (True, False, False)
    """
    return min(writers, heard) >= SMALLEST


def may_quote_words(heard: int) -> str:
    """What is said beside feedback that has no single questions, of so many people.

    >>> may_quote_words(5), may_quote_words(4)
    ('May be quoted, naming nobody', 'Not to be quoted outside the hub: fewer than 5 people were heard')
    """
    if heard >= SMALLEST:
        return "May be quoted, naming nobody"
    return f"Not to be quoted outside the hub: fewer than {SMALLEST} people were heard"


def published_words(words: Iterable[str], *, heard: int) -> list[str]:
    """What people wrote to one question as it may be published: in an order that says nothing, or not at all.

    >>> published_words(["b", "a", "d", "c", "e"], heard=5), published_words(["Nobody came."], heard=40)
    (['a', 'b', 'c', 'd', 'e'], [])
    """
    written = sorted(words)
    return written if may_be_quoted(writers=len(written), heard=heard) else []


def quotations(text: str) -> list[str]:
    """What a text gives as somebody's own words: three or more of them in quotation marks.

    >>> quotations("One said “nobody ever came back”; the “met” of the form is another matter.")
    ['nobody ever came back']
    """
    passages = ("".join(parts) for parts in _IN_MARKS.findall(text))
    return [passage for passage in passages if len(_words(passage)) >= _SHORTEST]


def refuse_quotations(text: str, *, heard: int) -> None:
    """Raise RuleBroken when a text quotes people of whom fewer than five were heard."""
    if heard < SMALLEST and quotations(text):
        raise RuleBroken(
            f"Fewer than {SMALLEST} people were heard, so nobody's own words may be published."
            " Say it in your own words, without quotation marks."
        )


def refuse_withheld_words(text: str, withheld: Iterable[str]) -> None:
    """Raise RuleBroken when a text repeats, in marks or not, three or more words together that had to be withheld."""
    said = f" {' '.join(_words(text))} "
    for written in withheld:
        words = _words(written)
        if len(words) >= _SHORTEST and f" {' '.join(words)} " in said:
            raise RuleBroken(
                f"This repeats what fewer than {SMALLEST} people wrote to a question. Say it in your own words."
            )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
