"""Is the moderated result of a case sound on paper, with every agency's answers, however many agencies there are?"""

from __future__ import annotations

from dataclasses import replace

from jobs.pdf.paper.drawing import draw
from models.rules.audits.agreement import Agreement
from models.rules.audits.moderation_reports import moderation_paper
from models.rules.audits.moderations import AgencyAudit, ModeratedFacts, ModerationFacts, SideCell, SideRow, SideSection
from models.rules.documents.papers import SENSITIVE
from tests.pdf.pdf_facts import AGENCIES, TODAY, words
from tests.pdf.pdf_kit import Kit, SoundDocument, as_page, says
from tests.pdf.pdf_review_facts import OCCASION

PLACES = (("Level of intervention", "Child protection plan"), ("Theme", "Neglect"))


def moderation(rows: int, agencies: int = 2) -> ModerationFacts:
    """A case with so many questions, each answered by so many agencies, a few not at all."""
    grades, record = ("Good", "", "Inadequate"), "Missing: no chronology"
    columns = tuple(
        AgencyAudit(
            f"CA-2026-{number:02d}", f"{AGENCIES[number % 5]} {number}", f"Auditor {number}", grades[number % 3],
            record if number == 1 else "",
        )
        for number in range(agencies)
    )  # fmt: skip
    questions = tuple(
        SideRow(
            f"{number}. {words(number)}", "Is the child heard?" if number % 2 else "",
            tuple(_cell(number + place) for place in range(agencies)), Agreement(1, 3) if number % 3 else None,
        )
        for number in range(1, rows + 1)
    )  # fmt: skip
    return ModerationFacts(
        occasion=OCCASION, about="sample_cases:1", case_reference="C-0017", places=PLACES,
        sample="AS-2026-01 Front door", review="TR-2026-01 The front door", columns=columns,
        silent=(("Probation", "Case not known"),), sections=(SideSection("Practice", questions),) if questions else (),
        moderated=ModeratedFacts("Requires improvement", words(1, 2), words(2, 2), "Morgan Reed", TODAY),
    )  # fmt: skip


def _cell(number: int) -> SideCell:
    return SideCell(words(number) if number % 4 else "", words(number + 1) if number % 5 == 0 else "")


class TestModeratedResult(SoundDocument):
    """The moderated result."""

    kit = Kit(
        facts=moderation,
        paper=moderation_paper,
        build=lambda facts: draw(moderation_paper(facts)),
        fixed=("about",),
        short=("title", "partnership", "case_reference", "sample", "agency", "grade"),
    )


def test_result_is_sensitive_and_says_as_long_as_nothing_is_moderated() -> None:
    moderation_facts = moderation(1)
    assert moderation_paper(moderation_facts).classification == SENSITIVE
    assert moderation_paper(moderation_facts).kind == "Moderated result"
    before = moderation_paper(replace(moderation_facts, moderated=None))
    assert before.kind == "Case audits side by side"
    assert "Not moderated yet" in as_page(before)
    nobody = replace(moderation_facts, moderated=None, columns=(), silent=(), sections=())
    assert "No agency has handed in an audit of this case yet." in as_page(moderation_paper(nobody))


def test_answers_of_twelve_agencies_stand_in_tables_of_five() -> None:
    facts = moderation(2, agencies=12)
    pdf_bytes = draw(moderation_paper(facts))
    wanted = (
        "Practice (agencies 1 to 5 of 12)",
        "Practice (agencies 11 to 12 of 12)",
        "Adult Social Care 8",
        "Adult Social Care 3",
    )
    assert all(says(pdf_bytes, words) for words in wanted)
