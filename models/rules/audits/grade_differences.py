"""Does an agency grade higher than what was moderated?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.rules.core.counts import signed
from models.rules.core.quantiles import standard_error, student_quantile


@dataclass(frozen=True)
class GradeDifference:
    """How many steps of the scale an agency's own grades stand above the moderated ones, on average, at 95%."""

    agency: str
    steps: float
    low: float
    high: float
    cases: int

    @property
    def verdict(self) -> str:
        """What that says in a word.

        >>> [GradeDifference("", 0.5, low, high, 9).verdict for low, high in ((0.1, 0.9), (-0.2, 1.2))]
        ['Grades higher', 'No evidence of a difference']
        """
        if self.is_none:
            return "No difference"
        if self.low > 0:
            return "Grades higher"
        return "Grades lower" if self.high < 0 else "No evidence of a difference"

    @property
    def words(self) -> str:
        """The average and its ends, with signs; in words where no case has a difference.

        >>> GradeDifference("", 0.5, -0.2, 1.2, 9).words, GradeDifference("", 0, 0, 0, 9).words
        ('+0.5 steps (−0.2 to +1.2)', 'The same grade in every case')
        """
        if self.is_none:
            return "The same grade in every case"
        return f"{signed(self.steps, 1)} steps ({signed(self.low, 1)} to {signed(self.high, 1)})"

    @property
    def is_none(self) -> bool:
        """Whether the agency gave what was moderated in every case."""
        return self.low == self.high == 0


def grade_differences(steps: Mapping[str, Sequence[int]], fewest: int = 5) -> tuple[GradeDifference, ...]:
    """Each agency's own grades against the moderated ones: steps above are positive, one for each case both graded.

    The mean of the paired differences with its t interval (Student, Biometrika 6, 1908). Agencies with fewer than
    `fewest` cases are left out.

    >>> [each.words for each in grade_differences({"Police": [1, 0, 1, 1, 0, 1], "Housing": [1]})]
    ['+0.7 steps (+0.1 to +1.2)']
    """
    told = []
    for agency, own in steps.items():
        if len(own) < max(2, fewest):
            continue
        middle = sum(own) / len(own)
        reach = student_quantile(len(own) - 1) * standard_error([float(step) for step in own])
        told.append(GradeDifference(agency, middle, middle - reach, middle + reach, len(own)))
    return tuple(told)
