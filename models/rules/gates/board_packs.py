"""What does the Board read at a glance: programme, who is late, overdue actions, grades by level, Section 11?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.rules.core.counts import count_words
from models.rules.documents.papers import (
    BODY,
    LABEL,
    NAME,
    QUIET,
    Column,
    Occasion,
    Paper,
    Row,
    RowsOf,
    Table,
    Tile,
    Tiles,
    day,
    tag,
)
from models.rules.evidence.paper_parts import paper_of


@dataclass(frozen=True)
class QuotaFacts:
    """How many reviews of a kind the year holds, and how many the framework allows."""

    kind: str
    count: int
    allowed: int


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

    def days_over(self, on: date) -> int:
        """How many days ago it was due.

        >>> LateFacts("Police", "Self-evaluation", "SE-2026-01", date(2026, 3, 1)).days_over(date(2026, 3, 11))
        10
        """
        return (on - self.due_on).days


@dataclass(frozen=True)
class GradeFacts:
    """The moderated grades of one level of a sample: a count for each word, in the pack's own order of words."""

    sample: str
    level: str
    counts: tuple[int, ...]


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
    """The Board's pack on a day. `grades` are the words that `levels` count, in order."""

    occasion: Occasion
    year: int
    quota: tuple[QuotaFacts, ...]
    reviews: tuple[ReviewFacts, ...]
    late: tuple[LateFacts, ...]
    overdue: tuple[LateFacts, ...]
    grades: tuple[str, ...]
    levels: tuple[GradeFacts, ...]
    cycles: tuple[CycleFacts, ...]
    head: HeadFacts | None = None


def board_paper(facts: BoardFacts) -> Paper:
    """Everything the Board wants to see each quarter, on landscape pages; no case is named."""
    on = facts.occasion.made_on
    return paper_of(
        facts.occasion,
        facts,
        (("Year", str(facts.year)),),
        (
            Tiles(
                [
                    Tile(
                        f"{kind.count} of {kind.allowed}",
                        f"reviews of the year: {kind.kind.lower()}",
                        kind.count > kind.allowed,
                    )
                    for kind in facts.quota
                ]
            ),
            _programme(facts.reviews),
            _owed("Agencies that are late", facts.late, on, "No agency is late."),
            _owed("Overdue actions", facts.overdue, on, "No action is overdue."),
            _levels(facts),
            _cycles(facts.cycles),
            *_record(facts.head),
        ),
        kind="Board pack",
        reference="",
        title=f"Board pack {facts.year}",
        about="",
        is_landscape=True,
    )


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
        return Row([late.agency, late.what, late.reference, day(late.due_on), days], tone="red", name=late.reference)

    return Table(columns, RowsOf(owed, row), heading=heading, empty=empty)


def _levels(facts: BoardFacts) -> Table:
    columns = (
        Column("Sample", 1.2), Column("Level of intervention", 2.4),
        *(Column(grade, 1, is_number=True) for grade in facts.grades),
    )  # fmt: skip
    rows = RowsOf(
        facts.levels,
        lambda level: Row(
            [[(level.sample, NAME)], level.level, *(f"{count:,}" for count in level.counts)], name=level.level
        ),
    )
    return Table(columns, rows, heading="Moderated grades by level", empty="No case has been moderated yet.")


def _cycles(cycles: Sequence[CycleFacts]) -> Table:
    columns = (Column("Cycle", 1.5), Column("Due", 2), Column("Returned", 1, is_number=True),
               Column("Expected", 1, is_number=True))  # fmt: skip
    return Table(columns, RowsOf(cycles, _cycle), heading="Section 11", empty="No Section 11 cycle is open.")


def _cycle(cycle: CycleFacts) -> Row:
    missing = [("Not returned yet", LABEL), ("; ".join(cycle.missing), BODY)] if cycle.missing else ()
    counts = (f"{cycle.returned:,}", f"{cycle.expected:,}")
    return Row([cycle.title, day(cycle.due_on), *counts], note=missing, name=cycle.title)


def _record(head: HeadFacts | None) -> tuple[Table, ...]:
    """The seal of the change log, on paper where nobody can change it; nothing before the first is published."""
    if head is None:
        return ()
    columns = (Column("Day", 1), Column("Seal of its last change", 5))
    rows = RowsOf([head], lambda known: Row([day(known.published_on), known.seal], name=day(known.published_on)))
    return (Table(columns, rows, heading="The portal’s change log"),)
