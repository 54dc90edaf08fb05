"""By which numbers of the partnership's own are sources called mixed, items weighed, and rows called silent?

They are set once for the partnership and kept with each review when its evidence is settled, so that a matrix read
years later is read by the numbers it was made with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Final

from models.rules.core.counts import spelt


@dataclass(frozen=True)
class Thresholds:
    """`mixed_percent` is the share (1 to 50) from which what a source says against itself makes it mixed.

    `fewest_sources` (2 to 5) must speak before a row is marked; an item weighs by how well it is evidenced.
    """

    fewest_sources: int = 2
    mixed_percent: int = 40
    weak_weight: int = 1
    moderate_weight: int = 2
    strong_weight: int = 3

    @property
    def low(self) -> float:
        """The level below which a source speaks of concern.

        >>> Thresholds().low, Thresholds().high
        (0.4, 0.6)
        """
        return self.mixed_percent / 100

    @property
    def high(self) -> float:
        """The level above which a source speaks of strength."""
        return (100 - self.mixed_percent) / 100

    @property
    def fewest_words(self) -> str:
        """How many sources must speak, as a word.

        >>> Thresholds().fewest_words
        'two'
        """
        return spelt(self.fewest_sources)

    @property
    def sentence(self) -> str:
        """The numbers as they are printed with a matrix.

        >>> Thresholds().sentence
        'A source is mixed from 40% against 60% on; a weak item weighs 1, a moderate 2, a strong 3.'
        """
        share = f"A source is mixed from {self.mixed_percent}% against {100 - self.mixed_percent}% on"
        weights = f"a weak item weighs {self.weak_weight}, a moderate {self.moderate_weight}, a strong"
        return f"{share}; {weights} {self.strong_weight}."

    @property
    def kept(self) -> dict[str, int]:
        """As they are kept with a review.

        >>> thresholds_from(Thresholds(mixed_percent=25).kept).mixed_percent
        25
        """
        return asdict(self)


USUAL: Final = Thresholds()


def thresholds_from(kept: Mapping[str, int]) -> Thresholds:
    """The thresholds that were kept; a number that was not yet known then is the usual one.

    >>> thresholds_from({"fewest_sources": 3, "of_another_age": 9})
    Thresholds(fewest_sources=3, mixed_percent=40, weak_weight=1, moderate_weight=2, strong_weight=3)
    """
    known = {field.name for field in fields(Thresholds)}
    return Thresholds(**{name: number for name, number in kept.items() if name in known})
