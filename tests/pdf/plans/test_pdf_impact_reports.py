"""Is the impact analysis as sound on paper as the other documents, and does its chart hold every figure?"""

from __future__ import annotations

from jobs.pdf.paper.drawing import draw
from models.rules.plans.impact_reports import CheckedAction, GradeThenNow, ImpactFacts, impact_paper
from tests.pdf.pdf_facts import TODAY, words
from tests.pdf.pdf_kit import Kit, SoundDocument, as_page
from tests.pdf.pdf_review_facts import OCCASION

CODES = ("embedded", "partly_embedded", "not_embedded", "cannot_tell", "")


def analysis(count: int) -> ImpactFacts:
    """An analysis of that many actions; impacts go round."""
    actions = tuple(
        CheckedAction(
            f"AP-2026-01/{number:02d}", words(number), CODES[number % 5],
            CODES[number % 5].replace("_", " ").capitalize(), words(number + 1),
        )
        for number in range(1, count + 1)
    )  # fmt: skip
    grades = (GradeThenNow("Good", 3, 7), GradeThenNow("Inadequate", 5, 1))
    return ImpactFacts(
        OCCASION, "impact_analyses:1", "IA-2027-01", "TR-2026-01 The front door", TODAY, TODAY, "Morgan Reed",
        words(3, 2), actions, grades,
    )  # fmt: skip


class TestImpactAnalysis(SoundDocument):
    """The impact analysis."""

    kit = Kit(analysis, impact_paper, lambda facts: draw(impact_paper(facts)), fixed=("about", "code", "impact"))


def test_chart_counts_every_action_once() -> None:
    assert "Embedded: 5; Partly embedded: 5; Not embedded: 5; Cannot tell: 5; Not checked yet: 5" in as_page(
        impact_paper(analysis(25))
    )
