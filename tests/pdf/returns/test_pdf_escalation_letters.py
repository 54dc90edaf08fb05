"""Is the letter to an agency that does not engage as sound on paper as the other documents?"""

from __future__ import annotations

from datetime import timedelta

from jobs.pdf.paper.drawing import draw
from models.rules.returns.escalation_letters import LetterFacts, LetterStep, letter_paper
from tests.pdf.pdf_facts import TODAY, words
from tests.pdf.pdf_kit import Kit, SoundDocument
from tests.pdf.pdf_structure import text_of


def letter(count: int) -> LetterFacts:
    """A letter after that many steps."""
    steps = tuple(
        LetterStep(f"Step {number}", TODAY - timedelta(days=number), words(number), words(number + 1))
        for number in range(1, count + 1)
    )
    said = ("Arden Police was asked to hand in its self-evaluation by 1 November 2026.", words(2, 2), words(3))
    return LetterFacts(
        "NE-2026-01", "Arden Partnership", TODAY, "Safeguarding lead", "Arden Police", "Self-evaluation: reminder",
        said, steps, "Siân Llewellyn", "Lead sponsor", "escalations:1",
    )  # fmt: skip


SHORT = ("subject", "partnership", "reference")


class TestLetter(SoundDocument):
    """The letter."""

    kit = Kit(letter, letter_paper, lambda facts: draw(letter_paper(facts)), fixed=("about",), short=SHORT)


def test_letter_is_dated_the_day_of_its_step_and_signed() -> None:
    text = text_of(draw(letter_paper(letter(0))))
    assert "22 Nov 2026" in text
    assert "This is the first step." in text
    assert "Siân Llewellyn" in text
