"""What does the letter say that goes to an agency when a late return climbs a step?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from models.rules.core.due_dates import in_words
from models.rules.documents.fingerprints import check_line
from models.rules.documents.papers import (
    OFFICIAL,
    Block,
    Column,
    Paper,
    Paragraph,
    Row,
    RowsOf,
    Signatures,
    Table,
    day,
    fingerprint_of,
)


@dataclass(frozen=True)
class LetterStep:
    """One step taken before this letter."""

    label: str
    on: date
    said: str
    outcome: str


@dataclass(frozen=True)
class LetterFacts:
    """Everything the letter says, for the page and for paper.

    The addressee is an office of the agency; `contact` is the name of the person whom the agency has named to be
    written to, where the portal knows it, and `email` the address it has given. `sender_role` stands under the sender's
    name.
    """

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
    contact: str = ""
    email: str = ""


def letter_paper(facts: LetterFacts) -> Paper:
    """The letter, dated the day its step was taken, with the steps before it under the signature.

    >>> facts = LetterFacts("NE-1", "P", date(2026, 1, 5), "Lead", "Police", "Late", (), (), "M", "Officer")
    >>> letter_paper(facts).edition, letter_paper(facts).opening[-1].text
    ('NE-1 · 5 Jan 2026', 'Dear colleague,')
    """
    fingerprint = fingerprint_of(facts)
    return Paper(
        partnership=facts.partnership, kind="Letter", reference=facts.reference, title=facts.subject,
        made_on=facts.written_on, fingerprint=fingerprint, opening=tuple(_opening(facts)),
        blocks=(*_blocks(facts), check_line(fingerprint)), classification=OFFICIAL, about=facts.about,
    )  # fmt: skip


def _opening(facts: LetterFacts) -> Iterator[Block]:
    """To whom, when, under which reference, and how they are greeted."""
    yield Paragraph("\n".join(part for part in (facts.contact, facts.addressee, facts.agency, facts.email) if part))
    yield Paragraph(f"{in_words(facts.written_on)}\nOur reference: {facts.reference}")
    yield Paragraph(f"Dear {facts.contact or 'colleague'},")


def _blocks(facts: LetterFacts) -> Iterator[Block]:
    yield from (Paragraph(text) for text in facts.paragraphs)
    yield Signatures(((facts.sender_role, facts.sender),), closing="Yours sincerely,", behalf=facts.partnership)
    if facts.steps:
        columns = (Column("Step", 2), Column("On", 1.3), Column("What was said", 3), Column("What came of it", 3))
        yield Table(columns, RowsOf(facts.steps, _step), heading="Steps taken before this letter")


def _step(step: LetterStep) -> Row:
    return Row([step.label, day(step.on), step.said, step.outcome or "–"])
