"""Is the letter to an agency that does not engage as sound on paper as the other documents?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from jobs.pdf.paper.drawing import draw
from models.rules.returns.escalation_letters import LetterFacts, LetterStep, letter_paper
from tests.pdf.pdf_facts import TODAY, words
from tests.pdf.pdf_kit import Kit, SoundDocument, as_page
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
        said, steps, "Siân Llewellyn", "Lead sponsor", "escalations:1", "Ann Bee", "safeguarding@arden.example",
    )  # fmt: skip


SHORT = (
    *("subject", "partnership", "reference", "contact", "addressee", "agency", "email"),
    *("sender", "sender_role"),
)


class TestLetter(SoundDocument):
    """The letter."""

    kit = Kit(letter, letter_paper, lambda facts: draw(letter_paper(facts)), fixed=("about",), short=SHORT)


def test_letter_opens_with_whom_it_goes_to_and_closes_with_who_signs_it() -> None:
    text = " ".join(text_of(draw(letter_paper(letter(0)))).split())
    wanted = (
        "Ann Bee Safeguarding lead Arden Police safeguarding@arden.example",
        "22 November 2026 Our reference: NE-2026-01",
        "Dear Ann Bee, Self-evaluation: reminder Arden Police was asked",
        "Yours sincerely, Siân Llewellyn Lead sponsor Arden Partnership",
    )
    assert [words for words in wanted if words not in text] == []
    assert text.count("Self-evaluation: reminder") == 1
    assert "Steps taken before" not in text


def test_letter_to_nobody_by_name_greets_a_colleague_and_invents_nothing() -> None:
    facts = replace(letter(1), contact="", email="", sender="")
    text = " ".join(text_of(draw(letter_paper(facts))).split())
    assert "Safeguarding lead Arden Police 22 November 2026" in text
    assert "Dear colleague," in text
    assert "Yours sincerely, Lead sponsor Arden Partnership" in text
    assert "Steps taken before this letter" in text


def test_letter_says_the_same_on_its_page() -> None:
    page = as_page(letter_paper(letter(1)))
    wanted = ("Ann Bee", "Our reference: NE-2026-01", "Dear Ann Bee,", "<h1>Self-evaluation: reminder</h1>")
    assert [words for words in (*wanted, "Yours sincerely,", "Check this document") if words not in page] == []
    assert page.index("Dear Ann Bee,") < page.index("<h1>") < page.index("Yours sincerely,")
