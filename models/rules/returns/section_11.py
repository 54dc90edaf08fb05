"""Which standards does a Section 11 audit score, and how do an agency's own score and the moderated one compare?

A standard is a rating question whose points are numbers, 3 the best (Greater Manchester's and others' forms: self score
0 to 3 beside a moderated score 0 to 3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.rules.core.counts import upper_first
from models.rules.tools.questionnaires import Question, Questionnaire

HIGHEST = 3


@dataclass(frozen=True)
class ScoredStandard:
    """One standard with an agency's own score and the moderated one; None while there is none."""

    key: str
    text: str
    own: int | None
    moderated: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class StandardSummary:
    """A standard over all agencies: how many scored it, both averages, and on how many returns they agree.

    `standing` is how many returns stand at each score: the moderated one, the agency's own where there is none.
    """

    text: str
    count: int
    own_average: float | None
    moderated_average: float | None
    moderated_count: int
    agreed_count: int
    standing: Mapping[int, int]


def standards(questionnaire: Questionnaire) -> list[Question]:
    """The questions that are standards.

    >>> from models.rules.tools.questionnaires import Option, Section
    >>> scale = tuple(map(Option, ("3", "2", "1", "0", "Not applicable")))
    >>> asked = (Question("s1", "rating", "Staff are trained.", options=scale), Question("why", "text", "Why?"))
    >>> tool = Questionnaire("Section 11", sections=(Section("One", questions=asked),))
    >>> [standard.key for standard in standards(tool)]
    ['s1']
    """
    return [
        question
        for question in questionnaire.questions()
        if any(_score(label) is not None for label in question.labels)
    ]


def told_apart(texts: Sequence[str]) -> list[str]:
    """The questions without the words, up to a colon, that all of several begin with: in a picture they say nothing.

    >>> told_apart(["Your own score: staff are trained.", "Your own score: records are kept."])
    ['Staff are trained.', 'Records are kept.']
    >>> told_apart(["Your own score: staff are trained."])
    ['Your own score: staff are trained.']
    """
    start = "".join(texts[0].partition(": ")[:2]) if len(texts) > 1 else ""
    if not start.endswith(": ") or not all(text.startswith(start) for text in texts):
        return list(texts)
    return [upper_first(text.removeprefix(start)) for text in texts]


def scored(questionnaire: Questionnaire, values: Mapping[str, Any]) -> list[ScoredStandard]:
    """Each standard with the agency's own score from its answers."""
    return [
        ScoredStandard(standard.key, standard.text, _score(values.get(standard.key)))
        for standard in standards(questionnaire)
    ]


def _score(label: Any) -> int | None:
    return int(label) if isinstance(label, str) and label in {"0", "1", "2", "3"} else None


def score_words(score: int | None) -> str:
    """A score as people read it; a dash for none.

    >>> score_words(0), score_words(None)
    ('0', '–')
    """
    return "–" if score is None else str(score)


def summarise(returns: Iterable[Iterable[ScoredStandard]]) -> list[StandardSummary]:
    """The standards over several returns, in their order.

    >>> trained = [ScoredStandard("s1", "Staff are trained.", 3, 2)]
    >>> other = [ScoredStandard("s1", "Staff are trained.", 2, 2)]
    >>> summary = summarise([trained, other])[0]
    >>> (summary.count, summary.own_average, summary.moderated_average, summary.agreed_count, dict(summary.standing))
    (2, 2.5, 2.0, 1, {2: 2})
    """
    gathered: dict[str, list[ScoredStandard]] = {}
    for scores in returns:
        for score in scores:
            gathered.setdefault(score.key, []).append(score)
    return [_summary(group) for group in gathered.values()]


def _summary(group: list[ScoredStandard]) -> StandardSummary:
    own = [score.own for score in group if score.own is not None]
    moderated = [score.moderated for score in group if score.moderated is not None]
    agreed = [score for score in group if score.moderated is not None and score.moderated == score.own]
    scores = (score.own if score.moderated is None else score.moderated for score in group)
    standing = Counter(score for score in scores if score is not None)
    averages = _average(own), _average(moderated)
    return StandardSummary(group[0].text, len(own), *averages, len(moderated), len(agreed), standing)


def _average(numbers: list[int]) -> float | None:
    return round(sum(numbers) / len(numbers), 2) if numbers else None
