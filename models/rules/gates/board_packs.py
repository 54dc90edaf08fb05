"""What does a meeting of the Board read: what changed, the year in pictures, who is late, what is overdue?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.rules.core.counts import count_words
from models.rules.documents.papers import (
    BODY,
    LABEL,
    NAME,
    QUIET,
    Block,
    Column,
    Figure,
    Heading,
    Items,
    Occasion,
    PageBreak,
    Paper,
    Paragraph,
    Row,
    RowsOf,
    Table,
    Together,
    day,
    tag,
)
from models.rules.documents.pictures import Picture
from models.rules.evidence.paper_parts import paper_of

MOST_NAMED = 8
"""So many partners that have not returned are named; more are counted."""


@dataclass(frozen=True)
class ReviewFacts:
    """One review of the year as the programme has it."""

    reference: str
    title: str
    kind: str
    stage: str
    days_in_stage: int | None
    planned_on: date | None
    is_late: bool
    missing: int
    acts_next: str


@dataclass(frozen=True)
class LateFacts:
    """Something an agency, or an action's owner, owes: what, since when."""

    agency: str
    what: str
    reference: str
    due_on: date
    review: str = ""

    def days_over(self, on: date) -> int:
        """How many days ago it was due.

        >>> LateFacts("Police", "Self-evaluation", "SE-2026-01", date(2026, 3, 1)).days_over(date(2026, 3, 11))
        10
        """
        return (on - self.due_on).days


@dataclass(frozen=True)
class CycleFacts:
    """A Section 11 cycle: how many have returned, and which partners have not."""

    title: str
    due_on: date
    returned: int
    expected: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class HeadFacts:
    """Where the change log ended on a day: the number and seal of its last change, `1234:ab…`."""

    published_on: date
    seal: str


@dataclass(frozen=True)
class BoardFacts:
    """The pack of a meeting. `since` is the day of the last one of the same body; None where none is on record."""

    occasion: Occasion
    body: str
    meets_on: date
    since: date | None
    changes: tuple[str, ...]
    pictures: tuple[Picture, ...]
    reviews: tuple[ReviewFacts, ...]
    late: tuple[LateFacts, ...]
    overdue: tuple[LateFacts, ...]
    cycles: tuple[CycleFacts, ...]
    head: HeadFacts | None = None


def board_paper(facts: BoardFacts) -> Paper:
    """What changed since the last meeting, the pictures, and the tables behind them; no case is named."""
    on = facts.occasion.made_on
    return paper_of(
        facts.occasion,
        facts,
        (),
        (
            *_changes(facts),
            *(block for picture in facts.pictures for block in picture_blocks(picture)),
            PageBreak("landscape"),
            _programme(facts.reviews),
            _owed("Agencies that are late", facts.late, on, "No agency is late."),
            _owed("Overdue actions", facts.overdue, on, "No action is overdue."),
            _cycles(facts.cycles),
            *_record(facts.head),
            *_figures(facts.pictures),
        ),
        kind="Board pack",
        reference="",
        title=f"{facts.body}, {day(facts.meets_on)}",
        about="",
    )


def _changes(facts: BoardFacts) -> Iterator[Block]:
    if facts.since is None:
        yield Heading(f"What happened in {facts.meets_on.year}")
        yield Paragraph("No earlier meeting of this body is on record, so this is told from 1 January on.", QUIET)
    else:
        yield Heading(f"What changed since the last meeting on {day(facts.since)}")
    yield Items(facts.changes) if facts.changes else Paragraph("Nothing changed.")


def picture_blocks(picture: Picture) -> tuple[Block, ...]:
    """A picture on paper: its sentence, its marks, and what it is counted from. Its table stands at the end."""
    heading, says = Heading(picture.title), Paragraph(picture.says)
    if picture.plot is None:
        return heading, says
    drawn = picture if picture.plot.kind == "grid" else replace(picture, table=())
    return (Together((heading, says, Figure(drawn), Paragraph(picture.base, QUIET))),)


def _figures(pictures: Sequence[Picture]) -> Iterator[Block]:
    """The tables of the pictures, for whoever wants every number; those that are tables themselves have said it."""
    drawn = [picture for picture in pictures if picture.plot is not None and picture.plot.kind != "grid"]
    if drawn:
        yield PageBreak("portrait")
        yield Heading("The figures behind the pictures")
    for picture in drawn:
        yield Table(_columns(picture), [Row(list(row)) for row in picture.table], heading=picture.title, level=3)


def _columns(picture: Picture) -> list[Column]:
    return [Column(title or "–", 2.4 if not at else 1, is_number=at > 0) for at, title in enumerate(picture.headings)]


def _programme(reviews: Sequence[ReviewFacts]) -> Table:
    columns = (
        Column("Review", 1.3), Column("Title", 2.8), Column("Kind", 1.2), Column("Stage", 1.5),
        Column("Days in stage", 0.9, is_number=True), Column("Next stage planned", 1.4), Column("Acts next", 2.2),
    )  # fmt: skip
    return Table(columns, RowsOf(reviews, _review), heading="Programme", empty="No reviews are planned for this year.")


def _review(review: ReviewFacts) -> Row:
    planned = [
        (day(review.planned_on) if review.planned_on else "–", "body"),
        ("Late" if review.is_late else "", tag("red")),
    ]
    acts = [
        (review.acts_next, "body"),
        (f"{count_words(review.missing, 'thing is', 'things are')} missing" if review.missing else "", QUIET),
    ]
    days = "–" if review.days_in_stage is None else f"{review.days_in_stage:,}"
    return Row(
        [[(review.reference, NAME)], review.title, review.kind, review.stage, days, planned, acts],
        name=review.reference,
    )


def _owed(heading: str, owed: Sequence[LateFacts], on: date, empty: str) -> Table:
    columns = (Column("Agency", 2), Column("What", 4), Column("Reference", 1.4), Column("Due", 1.2),
               Column("Days over", 0.8, is_number=True))  # fmt: skip

    def row(late: LateFacts) -> Row:
        days = f"{late.days_over(on):,}"
        what = [(late.what, BODY), (late.review, QUIET)]
        return Row([late.agency, what, late.reference, day(late.due_on), days], tone="red", name=late.reference)

    return Table(columns, RowsOf(owed, row), heading=heading, empty=empty)


def _cycles(cycles: Sequence[CycleFacts]) -> Table:
    columns = (Column("Cycle", 1.5), Column("Due", 2), Column("Returned", 1, is_number=True),
               Column("Expected", 1, is_number=True))  # fmt: skip
    return Table(columns, RowsOf(cycles, _cycle), heading="Section 11", empty="No Section 11 cycle is open.")


def _cycle(cycle: CycleFacts) -> Row:
    missing = "; ".join(cycle.missing)
    if len(cycle.missing) > MOST_NAMED:
        missing = f"{count_words(len(cycle.missing), 'partner')}; the page of the cycle names each."
    note = [("Not returned yet", LABEL), (missing, BODY)] if cycle.missing else ()
    counts = (f"{cycle.returned:,}", f"{cycle.expected:,}")
    return Row([cycle.title, day(cycle.due_on), *counts], note=note, name=cycle.title)


def _record(head: HeadFacts | None) -> tuple[Table, ...]:
    """The seal of the change log, on paper where nobody can change it; nothing before the first is published."""
    if head is None:
        return ()
    columns = (Column("Day", 1), Column("Seal of its last change", 5))
    rows = RowsOf([head], lambda known: Row([day(known.published_on), known.seal], name=day(known.published_on)))
    return (Table(columns, rows, heading="The portal’s change log"),)
