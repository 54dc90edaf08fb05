"""Which places does the bar of every page lead to, which parts does a review have, and which lists stand in each?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """The places of the bar, in order."""

    HOME = "Home"
    REVIEWS = "Reviews"
    AGENCIES = "Agencies"
    LIBRARY = "Library"
    ADMINISTRATION = "Administration"


class Part(StrEnum):
    """The parts of a review, in the order of its side menu."""

    OVERVIEW = "Overview"
    SCOPE = "Scope"
    EVIDENCE = "Evidence"
    CASES = "Cases"
    TRIANGULATION = "Triangulation"
    PLAN = "Plan"
    LEARNING = "Learning"
    IMPACT = "Impact"
    RECORD = "Record"

    @property
    def word(self) -> str:
        """The part as an address says it.

        >>> Part.SCOPE.word
        'scope'
        """
        return self.value.lower()


OF_PARTS = tuple(part for part in Part if part not in (Part.OVERVIEW, Part.TRIANGULATION))
"""The parts whose first page is made of panels and lists; the other two are pages of their own kind."""


@dataclass(frozen=True)
class Link:
    """A word that leads to a page; `is_here` when the page asked for is that one or lies behind it.

    `count` is how many things are listed there, where that is said.
    """

    title: str
    href: str
    is_here: bool = False
    count: int | None = None
