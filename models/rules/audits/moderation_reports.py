"""How is the moderated result of a case written down, with the agencies' audits side by side?"""

from collections.abc import Iterator, Sequence
from typing import Final

from models.rules.audits.agreement import Agreement
from models.rules.audits.answer_papers import key_line_pieces
from models.rules.audits.moderations import AgencyAudit, ModeratedFacts, ModerationFacts, SideCell, SideRow, SideSection
from models.rules.core.counts import count_words
from models.rules.documents.papers import (
    BODY,
    QUIET,
    STRONG,
    Block,
    Cell,
    Column,
    Heading,
    Notice,
    Paper,
    Paragraph,
    Row,
    Table,
    day,
    tag,
)
from models.rules.evidence.paper_parts import NOBODY_NAMED, paper_of

GRADE_TONES: Final = {
    "outstanding": "blue",
    "good": "green",
    "requires_improvement": "amber",
    "inadequate": "red",
}
"""The tone of each grade's code; a grade that a partnership has added is grey."""

HOW_FAR: Final = (
    "Agreement: of every pair of agencies, the share that gave the same rating, over all rated questions. Answers such "
    "as “Not applicable” do not count."
)
_BESIDE: Final = 5
"""Agencies that stand beside each other in one table; more than these stand in further tables."""


def moderation_paper(facts: ModerationFacts) -> Paper:
    """Grade, reason and moderator, each agency's own grade, and every answer beside the others'; it says so
    while nothing is moderated.
    """
    moderated = facts.moderated
    pairs = (
        ("Case", facts.case_reference),
        *facts.places,
        ("Sample", facts.sample),
        ("Review", facts.review),
        ("Moderated grade", moderated.grade if moderated else "Not moderated yet"),
        ("Moderated by", moderated.moderated_by if moderated else ""),
        ("Moderated on", day(moderated.moderated_on) if moderated else ""),
        ("Agreement of the agencies", facts.agreement.words),
    )
    return paper_of(
        facts.occasion, facts, pairs, tuple(_blocks(facts)),
        kind="Moderated result" if moderated else "Case audits side by side",
        reference=facts.case_reference, title=f"Audits side by side, {facts.sample}", about=facts.about,
        is_landscape=True,
    )  # fmt: skip


def grade_tone(label: str, code: str = "") -> str:
    """The tone of a grade, by its code, or by its label when that is all there is.

    >>> grade_tone("Requires improvement"), grade_tone("Fully met")
    ('amber', 'grey')
    """
    return GRADE_TONES.get(code or label.lower().replace(" ", "_"), "grey")


def _blocks(facts: ModerationFacts) -> Iterator[Block]:
    yield Notice(NOBODY_NAMED)
    if facts.moderated is not None:
        yield from _moderated(facts.moderated)
    yield _own_grades(facts)
    yield Paragraph(HOW_FAR, QUIET)
    for section in facts.sections:
        for start in range(0, len(facts.columns), _BESIDE):
            yield _section(section, facts.columns, start)
    if not facts.sections:
        yield Paragraph("No agency has handed in an audit of this case yet.")


def _moderated(moderated: ModeratedFacts) -> Iterator[Block]:
    yield Heading(f"Moderated grade: {moderated.grade}")
    yield Paragraph(moderated.reason)
    if moderated.discussion:
        yield Heading("Notes of the discussion", 3)
        yield Paragraph(moderated.discussion, BODY)


def _own_grades(facts: ModerationFacts) -> Table:
    columns = (
        Column("Agency", 2), Column("Own grade", 1.4), Column("Auditor", 1.8), Column("Audit", 1.2), Column("Record", 3)
    )  # fmt: skip
    rows = [
        Row([column.agency, _grade(column.overall), column.auditor or "–", column.reference, column.record or "–"])
        for column in facts.columns
    ]
    silent = [Row([agency, [(status, QUIET)], "–", "–", "–"], tone="grey") for agency, status in facts.silent]
    return Table(columns, [*rows, *silent], heading="Each agency's own grade", empty="No agency audits this case yet.")


def _grade(label: str) -> Cell:
    return [(label, tag(grade_tone(label)))] if label else "–"


def _section(section: SideSection, agencies: Sequence[AgencyAudit], start: int) -> Table:
    end = min(start + _BESIDE, len(agencies))
    columns = (
        Column("Question", 2.2),
        *(Column(column.agency, 2) for column in agencies[start:end]),
        Column("Agreement", 1),
    )
    which = f" (agencies {start + 1} to {end} of {len(agencies)})" if len(agencies) > _BESIDE else ""
    above = ("", *(row.key_line for row in section.rows))
    rows = [_row(start, end, row, before) for row, before in zip(section.rows, above, strict=False)]
    return Table(columns, rows, heading=f"{section.title}{which}")


def _row(start: int, end: int, row: SideRow, above: str) -> Row:
    question = [(row.question, STRONG), *key_line_pieces(row.key_line, above)]
    return Row([question, *map(_cell, row.cells[start:end]), _agreement(row.agreement)])


def _cell(cell: SideCell) -> Cell:
    return [(cell.words, STRONG), (cell.note, BODY)] if cell.words or cell.note else "–"


def _agreement(agreement: Agreement | None) -> Cell:
    if agreement is None or not agreement.pairs:
        return "–"
    tone = "green" if agreement.agreeing == agreement.pairs else "amber"
    pairs = f"{agreement.agreeing} of {count_words(agreement.pairs, 'pair', 'pairs')}"
    return [(f"{agreement.percent}%", tag(tone)), (pairs, QUIET)]
