"""How is a count published so that nobody can be identified by it?

Counts of 1 to 4 are withheld and larger ones rounded to the nearest 5. Source: the NHS safeguarding adults collection
(DOMAIN b8), which suppresses counts under 5 and rounds to 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SMALLEST = 5


def published(count: int) -> int | None:
    """A count as it may be published; None when it is withheld.

    >>> [published(count) for count in (0, 1, 4, 5, 7, 8, 12)]
    [0, None, None, 5, 5, 10, 10]
    """
    if 0 < count < SMALLEST:
        return None
    return (count + 2) // 5 * 5


def in_words(count: int) -> str:
    """The same in words.

    >>> in_words(3), in_words(13)
    ('fewer than 5', 'about 15')
    """
    rounded = published(count)
    if rounded is None:
        return f"fewer than {SMALLEST}"
    return f"about {rounded}" if rounded else "none"


def settled(count: int) -> int:
    """How many answers, the earliest first, may speak while people still answer: in fives, the last five held back.

    What is shown moves by five answers at once, and by five at least on the day the last ones join, so that nobody who
    knows when somebody answered can tell what they said.

    >>> [settled(count) for count in (4, 9, 10, 14, 15, 41)]
    [0, 0, 5, 5, 10, 35]
    """
    return max(0, count // SMALLEST - 1) * SMALLEST


def so_far(count: int) -> str:
    """How many have answered while people still answer, in words that move in fives only.

    >>> so_far(0), so_far(4), so_far(12), so_far(1_004)
    ('fewer than 5 so far', 'fewer than 5 so far', 'at least 10 so far', 'at least 1,000 so far')
    """
    least = count // SMALLEST * SMALLEST
    return f"at least {least:,} so far" if least else f"fewer than {SMALLEST} so far"


@dataclass(frozen=True)
class Tally:
    """How often each answer was given. `total` is how many answered at all."""

    total: int
    counts: Mapping[str, int]

    @property
    def may_be_published(self) -> bool:
        return self.total >= SMALLEST

    def lines(self, labels: Sequence[str]) -> list[tuple[str, str]]:
        """Each answer with its published count; nothing at all when too few answered.

        A single withheld count could be worked out from the others and the total, so then the next smallest is
        withheld as well.

        >>> Tally(20, {"Yes": 17, "No": 3}).lines(["Yes", "No"])
        [('Yes', 'withheld'), ('No', 'fewer than 5')]
        >>> Tally(3, {"Yes": 3}).lines(["Yes", "No"])
        []
        """
        return [(label, words) for label, words, _ in self.published(labels)]

    def published(self, labels: Sequence[str]) -> list[tuple[str, str, int | None]]:
        """The same with the number as it may be drawn: rounded, None wherever the words withhold it.

        >>> Tally(20, {"Yes": 17, "No": 3, "Maybe": 8}).published(["Yes", "No", "Maybe", "Never"])
        [('Yes', 'about 15', 15), ('No', 'fewer than 5', None), ('Maybe', 'withheld', None), ('Never', 'none', 0)]
        """
        if not self.may_be_published:
            return []
        counts = {label: self.counts.get(label, 0) for label in labels}
        small = [label for label, count in counts.items() if published(count) is None]
        second = _second(counts) if len(small) == 1 else ""
        return [
            (label, "withheld", None) if label == second else (label, in_words(count), published(count))
            for label, count in counts.items()
        ]


def _second(counts: Mapping[str, int]) -> str:
    others = [(count, label) for label, count in counts.items() if count >= SMALLEST]
    return min(others)[1] if others else ""
