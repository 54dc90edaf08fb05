"""What does the letter say that goes to an agency when a late return climbs a step?"""

from dataclasses import dataclass
from datetime import date

from models.rules.documents.papers import (
    OFFICIAL,
    Block,
    Column,
    Facts,
    Heading,
    Paper,
    Paragraph,
    Row,
    RowsOf,
    Signatures,
    Table,
    day,
    fingerprint_of,
)
from models.rules.evidence.paper_parts import in_groups


@dataclass(frozen=True)
class LetterStep:
    """One step taken before this letter."""

    label: str
    on: date
    said: str
    outcome: str


@dataclass(frozen=True)
class LetterFacts:
    """Everything the letter says, for the page and for paper. `sender_role` stands under the sender's name."""

    reference: str
    partnership: str
    written_on: date
    addressee: str
    agency: str
    subject: str
    paragraphs: tuple[str, ...]
    steps: tuple[LetterStep, ...]
    sender: str
    sender_role: str
    about: str = ""


def letter_paper(facts: LetterFacts) -> Paper:
    """The letter, dated the day its step was taken, with the steps before it.

    >>> facts = LetterFacts("NE-1", "P", date(2026, 1, 5), "Lead", "Police", "Late", (), (), "M", "Officer")
    >>> letter_paper(facts).edition
    'NE-1 · 5 Jan 2026'
    """
    fingerprint = fingerprint_of(facts)
    columns = (Column("Step", 2), Column("On", 1.3), Column("What was said", 3), Column("What came of it", 3))
    blocks: tuple[Block, ...] = (
        Facts(
            (
                *(("To", facts.addressee), ("Agency", facts.agency), ("Date", day(facts.written_on))),
                *(("From", facts.sender), ("Role", facts.sender_role), ("Fingerprint", in_groups(fingerprint))),
            )
        ),
        *(Paragraph(text) for text in facts.paragraphs),
        Table(columns, RowsOf(facts.steps, _step), heading="Steps taken before", empty="This is the first step."),
        Heading("Signed"),
        Signatures(((facts.sender_role or "For the partnership", facts.sender),)),
    )
    return Paper(
        partnership=facts.partnership, kind="Letter", reference=facts.reference, title=facts.subject,
        made_on=facts.written_on, fingerprint=fingerprint, blocks=blocks, classification=OFFICIAL,
        about=facts.about,
    )  # fmt: skip


def _step(step: LetterStep) -> Row:
    return Row([step.label, day(step.on), step.said, step.outcome or "–"])
