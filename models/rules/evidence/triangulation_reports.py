"""How is a review's triangulation written down: key lines down, sources across, and what each row means?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from models.rules.core.counts import count_words, list_words, noun_of
from models.rules.documents.papers import (
    LABEL,
    QUIET,
    Block,
    Cell,
    Column,
    Heading,
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
from models.rules.evidence.evidence_readers import Judged, LineRead, readers_agreement, settled_words
from models.rules.evidence.footings import hanging_words
from models.rules.evidence.paper_parts import MARK_TONES, VERDICT_TONES, paper_of
from models.rules.evidence.thresholds import USUAL, Thresholds
from models.rules.evidence.triangulation import Mark, Source, Verdict

RULE: Final = (
    "Each key line of enquiry is seen from up to five angles. Its sources agree when all that speak say the same, and "
    "partly agree when some are mixed and none contradicts another; they are in conflict when one speaks of strength "
    "and another of concern."
)
_TERMS: Final = (
    "In the words of the triangulation protocol (Farmer and others 2006; O'Cathain and others 2010) these are "
    "agreement, partial agreement, dissonance and silence."
)
_FIRM: Final = "Each mark stays whichever one source or item is left out."


def rule_words(thresholds: Thresholds, *, is_settled: bool) -> str:
    """By which rule and numbers the marks were given.

    >>> rule_words(USUAL, is_settled=False).removeprefix(RULE).partition(". ")[0]
    ' They are silent while fewer than two sources speak'
    """
    silent = f"They are silent while fewer than {thresholds.fewest_words} sources speak."
    kept = "kept with the review when its evidence was settled" if is_settled else "as the partnership has set them"
    return f"{RULE} {silent} {thresholds.sentence} These numbers are {kept}."


@dataclass(frozen=True)
class Said:
    """What one source says about a key line; no verdict when it is silent."""

    verdict: Verdict | None
    count: int = 0
    weight: int = 0


@dataclass(frozen=True)
class MatrixRow:
    """One key line; `said` has a place for each source, in order; `footing` says what its mark hangs on.

    `read` is what two readers judged of it, where two were asked and are done.
    """

    number: int
    text: str
    area: str
    said: tuple[Said, ...]
    mark: Mark
    meaning: str
    is_amended: bool = False
    hangs_on: str = ""
    footing: str = ""
    read: LineRead | None = None


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
    thresholds: Thresholds = USUAL
    is_settled: bool = False


def matrix_paper(facts: MatrixFacts) -> Paper:
    """Every key line once, by key area, on landscape pages; then which sources are silent where, and what two people
    judged."""
    pairs = (("Lead sponsor", facts.sponsor),)
    return paper_of(
        facts.occasion, facts, pairs,
        (
            Paragraph(rule_words(facts.thresholds, is_settled=facts.is_settled)),
            Paragraph(_TERMS),
            Tiles([*mark_tiles(facts.rows).tiles, *_loose(facts)]),
            Paragraph(firmness_words(facts.rows)),
            *matrix_tables(facts.rows),
            completeness_table(facts.rows),
            *readers_blocks(facts.rows),
        ),
        kind="Triangulation matrix", reference=facts.reference, title=facts.title, about=facts.about, is_landscape=True,
    )  # fmt: skip


def mark_tiles(rows: Sequence[MatrixRow]) -> Tiles:
    """How many key lines agree, partly agree, conflict and are silent.

    >>> [f"{tile.figure} {tile.words}" for tile in mark_tiles([]).tiles]
    ['0 agree', '0 partly agree', '0 in conflict', '0 silent']
    """
    counts = {mark: sum(row.mark is mark for row in rows) for mark in Mark}
    return Tiles([Tile(f"{counts[mark]:,}", mark.counted, mark is Mark.CONFLICT and counts[mark] > 0) for mark in Mark])


def firmness_words(rows: Sequence[MatrixRow]) -> str:
    """How many marks hang on one item or one source; empty without a mark to lose.

    >>> firmness_words([])
    ''
    """
    if all(row.mark is Mark.SILENT for row in rows):
        return ""
    return hanging_words(row.hangs_on for row in rows) or _FIRM


def completeness_table(rows: Sequence[MatrixRow], level: int = 2) -> Table:
    """Of how many key lines each expected source speaks, and on which it is silent."""
    columns = (Column("Source", 2), Column("Speaks on", 1.5), Column("Silent on key lines", 4))
    cells = [_completeness(rows, place, source) for place, source in enumerate(Source)] if rows else []
    return Table(
        columns, [Row(list(each), name=each[0]) for each in cells],
        heading="Which sources are silent where", level=level, empty="There is no key line yet.",
    )  # fmt: skip


def _completeness(rows: Sequence[MatrixRow], place: int, source: Source) -> tuple[str, str, str]:
    silent = [row.number for row in rows if row.said[place].verdict is None]
    return completeness_of(source, silent, len(rows))


def completeness_of(source: Source, silent: Sequence[int], whole: int) -> tuple[str, str, str]:
    """A source, on how many key lines it speaks, and the numbers of those on which it is silent.

    >>> completeness_of(Source.CASE_AUDIT, [9, 2, 12], 13)
    ('Case audit', '10 of 13', '2, 9 and 12')
    >>> completeness_of(Source.CASE_AUDIT, [], 13), completeness_of(Source.CASE_AUDIT, [1, 2], 2)
    (('Case audit', '13 of 13', 'None'), ('Case audit', '0 of 2', 'All'))
    """
    where = list_words([str(number) for number in sorted(silent)])
    return source.label, f"{whole - len(silent)} of {whole}", "All" if len(silent) == whole else where or "None"


def readers_words(rows: Sequence[MatrixRow]) -> str:
    """How far two readers agree, and with the portal; empty where none were asked.

    >>> alike = LineRead(Judged(Mark.AGREE), Judged(Mark.AGREE))
    >>> readers_words([MatrixRow(1, "", "", (), Mark.PARTLY, "", read=alike)] * 2).partition("given. ")[2]
    "So few key lines tell little. What was agreed is the portal's mark on 0 of 2 key lines."
    >>> readers_words([])
    ''
    """
    pairs = [(row.mark, row.read) for row in rows if row.read is not None]
    agreement = readers_agreement(read for _, read in pairs)
    return f"{agreement.sentence} {settled_words(pairs)}".strip() if agreement else ""


def readers_told(rows: Sequence[MatrixRow]) -> str:
    """How far two readers agree, in a sentence for a summary; empty where none were asked."""
    agreement = readers_agreement(row.read for row in rows if row.read is not None)
    return agreement.told if agreement else ""


def readers_blocks(rows: Sequence[MatrixRow], level: int = 2) -> Iterator[Block]:
    """What two people judged of each key line, and what was agreed; nothing where none were asked."""
    read = [row for row in rows if row.read is not None]
    if not read:
        return
    yield Heading("Two readers", level)
    yield Paragraph(readers_words(rows) or "No key line was judged by both before the reading was closed.")
    columns = (
        Column("Key line", 2.4), Column("Portal", 0.9), Column("First reader", 2.2),
        Column("Second reader", 2.2), Column("Agreed", 2.3),
    )  # fmt: skip
    yield Table(columns, RowsOf(read, _read))


def _read(row: MatrixRow) -> Row:
    line = row.read or LineRead()
    return Row(
        [
            f"{row.number}. {row.text}",
            _judged(Judged(row.mark)),
            _judged(line.first),
            _judged(line.second),
            _agreed(line),
        ],
        tone=MARK_TONES[line.agreed] if line.agreed else "",
        name=f"Key line {row.number}",
    )


def _judged(judged: Judged | None) -> Cell:
    if judged is None:
        return [("Not judged", QUIET)]
    return [(judged.mark.label, tag(MARK_TONES[judged.mark])), *([(judged.reason, QUIET)] if judged.reason else [])]


def _agreed(line: LineRead) -> Cell:
    if line.settled is not None or line.agreed is None:
        return _judged(line.settled) if line.settled else [("Not settled yet", QUIET)]
    return _judged(Judged(line.agreed, "Both readers"))


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
    speak = sum(cell.verdict is not None for cell in row.said)
    together = [(row.mark.label, tag(MARK_TONES[row.mark])), (f"{speak} of {len(row.said)} speak", QUIET)]
    return Row(
        [f"{row.number}. {row.text}", *map(_said, row.said), together],
        note=[(words, LABEL), (row.meaning, "body"), *([(row.footing, QUIET)] if row.footing else [])],
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
