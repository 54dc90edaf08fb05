"""How far do people who judge the same cases agree beyond chance: auditors of a case, readers of a key line?

Gwet's AC1 (British Journal of Mathematical and Statistical Psychology 61, 2008; Handbook of Inter-Rater Reliability,
4th edition 2014, chapters 2, 5 and 6), with several raters, some of whom may be missing. Of case i, r(i, k) raters
gave rating k, r(i) in all; q ratings are on the scale:

- share: pa = mean, over cases with two ratings or more, of sum r(i, k) (r(i, k) - 1) / (r(i) (r(i) - 1));
- chance: pe = sum pi(k) (1 - pi(k)) / (q - 1), with pi(k) = mean over all cases of r(i, k) / r(i);
- AC1 = (pa - pe) / (1 - pe), 1 for perfect agreement, 0 for what chance would give;
- its variance by Gwet's linearisation over n cases, and a t interval with n - 1 degrees of freedom, at 95%.

Kappa is not used: where nearly all cases are given one rating it falls to nothing while everybody agrees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from models.rules.core.counts import minus
from models.rules.core.quantiles import student_quantile


@dataclass(frozen=True)
class ChanceAgreement:
    """AC1 with its ends at 95% and its standard error, the share of agreeing pairs, and the cases it rests on."""

    share: float
    value: float
    error: float
    low: float
    high: float
    cases: int

    @property
    def words(self) -> str:
        """The figure as people read it.

        >>> ChanceAgreement(0.8, 0.71, 0.1, 0.5, 0.92, 12).words
        '0.71 (0.50 to 0.92)'
        """
        return f"{minus(self.value, 2)} ({minus(self.low, 2)} to {minus(self.high, 2)})"


def chance_agreement(cases: Sequence[Sequence[int]]) -> ChanceAgreement | None:
    """The agreement over cases, each with how many raters gave each rating of the scale.

    None while fewer than two cases have two ratings, or the scale has fewer than two.

    >>> agreed = chance_agreement([(3, 0), (2, 1), (0, 3), (3, 0)])
    >>> round(agreed.share, 4), round(agreed.value, 4)
    (0.8333, 0.7)
    >>> chance_agreement([(3, 0)]) is None
    True
    """
    rated = [tuple(counts) for counts in cases if sum(counts)]
    paired = [counts for counts in rated if sum(counts) > 1]
    scale = len(rated[0]) if rated else 0
    if len(paired) < 2 or scale < 2:
        return None
    parts = [sum(counts[place] / sum(counts) for counts in rated) / len(rated) for place in range(scale)]
    chance = sum(part * (1 - part) for part in parts) / (scale - 1)
    share = sum(map(_pair_share, paired)) / len(paired)
    value = (share - chance) / (1 - chance)
    error = sqrt(_variance(rated, parts, chance, value, len(rated) / len(paired)))
    reach = student_quantile(len(rated) - 1) * error
    return ChanceAgreement(share, value, error, max(-1.0, value - reach), min(1.0, value + reach), len(rated))


def _pair_share(counts: Sequence[int]) -> float:
    raters = sum(counts)
    return sum(count * (count - 1) for count in counts) / (raters * (raters - 1)) if raters > 1 else 0.0


def _variance(
    rated: Sequence[Sequence[int]], parts: Sequence[float], chance: float, value: float, scaled: float
) -> float:
    """Gwet's variance: of each case's own agreement, less what it moves the chance; `scaled` is cases / paired ones."""
    total, terms = len(rated), []
    for counts in rated:
        raters = sum(counts)
        own = scaled * (_pair_share(counts) - chance) / (1 - chance) if raters > 1 else 0.0
        moved = sum(count / raters * (1 - part) for count, part in zip(counts, parts, strict=True)) / (len(parts) - 1)
        terms.append(own - 2 * (1 - value) * (moved - chance) / (1 - chance))
    return sum((term - value) ** 2 for term in terms) / (total * (total - 1))
