"""How far do the agencies that audited one case agree with each other?

Formula. Take the ratings that count (an answer such as "Not applicable" does not). Of every pair of agencies, ask
whether both gave the same rating: agreement = pairs with the same rating / all pairs. Over several questions the pairs
are counted together, so a question that more agencies rated weighs more. With fewer than two ratings there is no pair,
and agreement is not stated rather than called perfect. This is the observed agreement of Fleiss (1971) without his
correction for chance, because a case is read by a handful of agencies only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import comb

from models.rules.core.counts import count_words
from models.rules.tools.questionnaires import Answers, Question, Questionnaire

OVERALL_KEY = "overall_grade"
"""The key of the question that asks for an agency's grade of the whole case."""


@dataclass(frozen=True)
class Agreement:
    """How many pairs of agencies gave the same rating, out of how many."""

    agreeing: int = 0
    pairs: int = 0

    @property
    def rate(self) -> float | None:
        """Between 0 and 1; None when there is no pair.

        >>> Agreement(1, 3).rate, Agreement().rate
        (0.3333333333333333, None)
        """
        return self.agreeing / self.pairs if self.pairs else None

    @property
    def percent(self) -> int | None:
        """The rate in whole per cent.

        >>> Agreement(2, 3).percent
        67
        """
        return round(100 * self.agreeing / self.pairs) if self.pairs else None

    @property
    def words(self) -> str:
        """The rate as people read it.

        >>> Agreement(1, 3).words, Agreement(1, 1).words, Agreement().words
        ('33% (1 of 3 pairs)', '100% (1 of 1 pair)', 'Fewer than two ratings')
        """
        if not self.pairs:
            return "Fewer than two ratings"
        return f"{self.percent}% ({self.agreeing} of {count_words(self.pairs, 'pair')})"


def agreement_of(ratings: Iterable[str]) -> Agreement:
    """The agreement of the ratings that agencies gave to one question; give only those that count.

    >>> agreement_of(["Good", "Good", "Inadequate"])
    Agreement(agreeing=1, pairs=3)
    >>> agreement_of(["Good"])
    Agreement(agreeing=0, pairs=0)
    """
    counts = Counter(ratings)
    return Agreement(sum(comb(count, 2) for count in counts.values()), comb(counts.total(), 2))


def agreement_together(parts: Iterable[Agreement]) -> Agreement:
    """The agreement over several questions: their pairs counted together.

    >>> agreement_together([Agreement(1, 3), Agreement(1, 1), Agreement()])
    Agreement(agreeing=2, pairs=4)
    """
    parts = list(parts)
    return Agreement(sum(part.agreeing for part in parts), sum(part.pairs for part in parts))


def overall_question(questionnaire: Questionnaire) -> Question | None:
    """The question about the grade of the whole case: the one with that key, else the last rating of the tool.

    >>> overall_question(Questionnaire("Empty")) is None
    True
    """
    rated = [question for question in questionnaire.questions() if question.kind == "rating"]
    return next((question for question in rated if question.key == OVERALL_KEY), rated[-1] if rated else None)


def overall_words(questionnaire: Questionnaire, answers: Answers) -> str:
    """The grade of the whole case in a set of answers, in words; empty when there is none.

    >>> overall_words(Questionnaire("Empty"), {})
    ''
    """
    question = overall_question(questionnaire)
    return question.how.show(answers.get(question.key)) if question is not None else ""
