"""How are the auditors' agreement, question by question, and the agencies' own grades shown as pictures?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from models.rules.audits.grade_differences import GradeDifference, grade_differences
from models.rules.audits.moved_grades import FEWEST_CASES
from models.rules.core.chance_agreement import chance_agreement
from models.rules.core.counts import count_words, minus, noun_of, signed, spelt
from models.rules.documents.pictures import Line, Mark, Picture, Rows, Tick

MOST_QUESTIONS: Final = 12
"""So many questions are drawn, those with the least agreement; the table has all."""
_WIDEST: Final = 3
"""Steps of the scale to either side of the moderated grade."""


@dataclass(frozen=True)
class RatedQuestion:
    """A question that several agencies rated; `cases` has, for each case, how many gave each rating of the scale."""

    text: str
    cases: tuple[tuple[int, ...], ...]
    is_overall: bool = False


def agreement_picture(questions: Sequence[RatedQuestion]) -> Picture | None:
    """AC1 of each question with its interval, the least agreement first, the grade of the whole case on top; None while
    no question was rated by two agencies in five cases.

    >>> cases = ((2, 0), (2, 0), (0, 2), (2, 0), (1, 1), (2, 0))
    >>> picture = agreement_picture([RatedQuestion("Seen alone?", cases)])
    >>> picture.says, picture.table[0][1:]
    ('The auditors differ most on “Seen alone?”.', ('6', '83%', '0.73 (−0.03 to 1.00)'))
    """
    paired = [each for each in questions if sum(sum(case) > 1 for case in each.cases) >= FEWEST_CASES]
    told = [(each, agreed) for each in paired if (agreed := chance_agreement(each.cases)) is not None]
    if not told:
        return None
    told.sort(key=lambda pair: (not pair[0].is_overall, pair[1].value))
    lines = [
        Line(
            each.text,
            (_mark("line", agreed.low, agreed.high), _mark("dot", agreed.value, agreed.value)),
            minus(agreed.value, 2),
            is_strong=each.is_overall,
            text=f"interval {minus(agreed.low, 2)} to {minus(agreed.high, 2)}",
        )
        for each, agreed in told[:MOST_QUESTIONS]
    ]
    table = tuple((each.text, f"{agreed.cases:,}", f"{agreed.share:.0%}", agreed.words) for each, agreed in told)
    least = next((each.text for each, _ in told if not each.is_overall), told[0][0].text)
    return Picture(
        "agreement", "How far the auditors agree", f"The auditors differ most on “{least}”.",
        Rows(tuple(lines), ticks=(Tick(0.0, "Chance"), Tick(0.5, "0.5"), Tick(1.0, "All agree"))),
        ("Question", "Cases", "Pairs that agree", "Beyond chance (AC1, 95%)"), table, _left_out(questions, len(told)),
        is_wide=True, shape="Dot plot",
    )  # fmt: skip


def _left_out(questions: Sequence[RatedQuestion], told: int) -> str:
    """What the picture is reckoned from, and what it leaves out."""
    words = "Gwet’s AC1: 0 is what chance would give, 1 perfect agreement; line: 95%. It does not say who is right."
    drawn, few = min(told, MOST_QUESTIONS), len(questions) - told
    if drawn < told:
        words += f" Drawn are the {drawn} with the least agreement."
    if few:
        words += f" {count_words(few, 'question')} {noun_of(few, 'was', 'were')} rated by two agencies in fewer than "
        words += f"{spelt(FEWEST_CASES)} cases."
    return words


def _mark(kind: str, low: float, high: float) -> Mark:
    return Mark(max(0.0, low), max(0.0, high), "blue", kind=kind)


def differences_picture(steps: Mapping[str, Sequence[int]]) -> Picture | None:
    """How far each agency's own grades stand above or below the moderated ones; None while none has five cases.

    >>> differences_picture({"Police": [1, 0, 1, 1, 0, 1], "Housing": [0] * 5}).says
    'Police grades higher than what is moderated.'
    >>> differences_picture({"Police": [1, 0, -1, 1, 0]}).says
    'There is no evidence that an agency grades higher or lower than what is moderated.'
    >>> picture = differences_picture({"Housing": [0] * 5})
    >>> picture.plot.lines[0].value, picture.table[0][2:]
    ('0.0', ('The same grade in every case', 'No difference'))
    """
    told = grade_differences(steps, FEWEST_CASES)
    if not told:
        return None
    lines = [Line(each.agency, _marks(each), signed(each.steps, 1), text=each.verdict) for each in told]
    shown = [f"{each.agency} {each.verdict.lower()}" for each in told if each.low > 0 or each.high < 0]
    says = f"{'; '.join(shown)} than what is moderated." if shown else (
        "There is no evidence that an agency grades higher or lower than what is moderated."
    )  # fmt: skip
    ticks = (Tick(0.0, f"{_WIDEST} lower"), Tick(0.5, "As moderated"), Tick(1.0, f"{_WIDEST} higher"))
    return Picture(
        "differences", "Own grades against moderated ones, by agency", says, Rows(tuple(lines), ticks=ticks),
        ("Agency", "Cases", "Above the moderated grade (95%)", "Says"),
        tuple((each.agency, f"{each.cases:,}", each.words, each.verdict) for each in told),
        "Steps of the scale, on average over the cases that both graded; line: 95%. "
        f"Agencies with fewer than {spelt(FEWEST_CASES)} such cases are left out. It does not say which is right.",
        shape="Dot plot",
    )  # fmt: skip


def _marks(each: GradeDifference) -> tuple[Mark, Mark]:
    low, middle, high = (min(1.0, max(0.0, 0.5 + value / (2 * _WIDEST))) for value in (each.low, each.steps, each.high))
    return Mark(low, high, "blue", kind="line"), Mark(middle, middle, "blue", kind="dot")
