"""What is counted in a bar of a picture, part by part, and in which tone?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

TONES: Final = {
    "red": "#b3261e",
    "amber": "#b45f06",
    "green": "#1e7d43",
    "blue": "#1c5cab",
    "grey": "#8a94a3",
    "navy": "#14304f",
    "teal": "#0b7285",
    "plum": "#7b2d72",
}
"""The colours of bars; each stands out from white paper at 3:1 or better, and none of them says anything alone."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: what it counts, how many, and its tone."""

    word: str
    count: int
    tone: str = "navy"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its word and its parts; a plain bar has one part."""

    label: str
    parts: tuple[Part, ...]

    @property
    def total(self) -> int:
        """The sum of the parts."""
        return sum(part.count for part in self.parts)

    @property
    def in_words(self) -> str:
        """The bar with its figures.

        >>> Bar("Police", (Part("open", 2), Part("done", 3))).in_words, Bar("Health", (Part("", 1),)).in_words
        ('Police: 5 (open 2, done 3)', 'Health: 1')
        """
        if len(self.parts) < 2:
            return f"{self.label}: {self.total:,}"
        parts = ", ".join(f"{part.word} {part.count:,}" for part in self.parts)
        return f"{self.label}: {self.total:,} ({parts})"


def bars_of(counts: Sequence[tuple[str, int]], tone: str = "navy") -> tuple[Bar, ...]:
    """A plain bar for each word and count, all of one tone.

    >>> bars_of([("Good", 3)])
    (Bar(label='Good', parts=(Part(word='', count=3, tone='navy'),)),)
    """
    return tuple(Bar(label, (Part("", count, tone),)) for label, count in counts)
