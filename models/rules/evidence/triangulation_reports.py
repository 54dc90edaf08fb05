"""How is a review's triangulation written down: key lines down, sources across, and what each row means?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from models.rules.core.counts import count_words, noun_of
from models.rules.documents.papers import (
    LABEL,
    QUIET,
    Cell,
    Column,
    Occasion,
    Paper,
    Paragraph,
    Row,
    RowsOf,
    Table,
    Tile,
    Tiles,
    tag,
)
from models.rules.evidence.paper_parts import MARK_TONES, VERDICT_TONES, paper_of
from models.rules.evidence.triangulation import Mark, Source, Verdict

RULE: Final = (
    "Each key line of enquiry is seen from up to five angles. A row agrees when its sources say the same, is in "
    "conflict when one speaks of strength and another of concern, and is silent while fewer than two sources speak."
)
_WORDS: Final = {Mark.AGREE: "agree", Mark.CONFLICT: "in conflict", Mark.SILENT: "silent"}


@dataclass(frozen=True)
class Said:
    """What one source says about a key line; no verdict when it is silent."""

    verdict: Verdict | None
    count: int = 0
    weight: int = 0


@dataclass(frozen=True)
class MatrixRow:
    """One key line; `said` has a place for each source, in order."""

    number: int
    text: str
    area: str
    said: tuple[Said, ...]
    mark: Mark
    meaning: str
    is_amended: bool = False


@dataclass(frozen=True)
class MatrixFacts:
    """A review's triangulation on a day. `unplaced` counts evidence along no key line."""

    occasion: Occasion
    about: str
    reference: str
    title: str
    sponsor: str
    rows: tuple[MatrixRow, ...]
    unplaced: int


def matrix_paper(facts: MatrixFacts) -> Paper:
    """Every key line once, by key area, on landscape pages."""
    pairs = (("Lead sponsor", facts.sponsor),)
    return paper_of(
        facts.occasion, facts, pairs,
        (Paragraph(RULE), Tiles([*mark_tiles(facts.rows).tiles, *_loose(facts)]), *matrix_tables(facts.rows)),
        kind="Triangulation matrix", reference=facts.reference, title=facts.title, about=facts.about, is_landscape=True,
    )  # fmt: skip


def mark_tiles(rows: Sequence[MatrixRow]) -> Tiles:
    """How many key lines agree, conflict and are silent.

    >>> [f"{tile.figure} {tile.words}" for tile in mark_tiles([]).tiles]
    ['0 agree', '0 in conflict', '0 silent']
    """
    counts = {mark: sum(row.mark is mark for row in rows) for mark in Mark}
    return Tiles([Tile(f"{counts[mark]:,}", _WORDS[mark], mark is Mark.CONFLICT and counts[mark] > 0) for mark in Mark])


def matrix_tables(rows: Sequence[MatrixRow], level: int = 2) -> Iterator[Table]:
    """A table for each run of rows of one key area; one sentence when there is no key line."""
    empty = "The review has no key lines of enquiry yet, so there is nothing to set side by side."
    columns = (
        Column("Key line of enquiry", 3),
        *(Column(source.label, 1.15) for source in Source),
        Column("Together", 1),
    )
    if not rows:
        yield Table(columns, (), heading="Key lines", level=level, empty=empty)
    for area, lines in groupby(rows, key=lambda row: row.area):
        yield Table(columns, RowsOf(tuple(lines), _row), heading=area, level=level)


def _row(row: MatrixRow) -> Row:
    words = "The team's own words" if row.is_amended else "What it means"
    return Row(
        [f"{row.number}. {row.text}", *map(_said, row.said), [(row.mark.label, tag(MARK_TONES[row.mark]))]],
        note=[(words, LABEL), (row.meaning, "body")],
        tone=MARK_TONES[row.mark],
        name=f"Key line {row.number}",
    )


def _said(cell: Said) -> Cell:
    if cell.verdict is None:
        return [("Silent", QUIET)]
    items = f"{count_words(cell.count, 'item', 'items')}, weight {cell.weight}"
    return [(cell.verdict.label, tag(VERDICT_TONES[cell.verdict])), (items, QUIET)]


def _loose(facts: MatrixFacts) -> Iterator[Tile]:
    if facts.unplaced:
        words = noun_of(facts.unplaced, "piece of evidence", "pieces of evidence")
        yield Tile(f"{facts.unplaced:,}", f"{words} along no key line yet")
