"""What does the picture of agencies and Section 11 standards say?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.rules.core.counts import count_words, is_or_are, list_words
from models.rules.documents.pictures import Grid, GridRow, Key, Picture, Square
from models.rules.returns.section_11 import told_apart

MEANINGS = ("Not met", "Partly", "Mostly", "Fully")
"""What a score from 0 to 3 means."""
_TONES = ("bad", "h1", "h2", "h3")
MOST_COLUMNS = 8
"""So many agencies stand side by side; more stand beneath one another."""


@dataclass(frozen=True)
class ModeratedScore:
    """The moderated score, 0 to 3, that an agency was given for a standard."""

    agency: str
    key: str
    score: int


def standards_picture(
    title: str,
    before: str,
    asked: Sequence[tuple[str, str]],
    scores: Sequence[ModeratedScore],
    earlier: Sequence[ModeratedScore],
    href: str,
) -> Picture:
    """Agencies by standard in the round of that title, with what changed since the round `before`.

    >>> asked = [("s1", "Staff are trained."), ("s2", "Information is shared.")]
    >>> now = [ModeratedScore("Police", "s1", 3), ModeratedScore("Police", "s2", 1)]
    >>> picture = standards_picture("2026", "2024", asked, now, [ModeratedScore("Police", "s2", 2)], "/")
    >>> picture.says
    'Of 2 scores, 1 is fully met and 0 are not met. Since 2024, 0 rose and 1 fell.'
    >>> picture.table
    (('1. Staff are trained.', 'Fully'), ('2. Information is shared.', 'Partly, worse'))
    """
    name, heading = "standards", "Section 11: agencies by standard"
    if not scores:
        says = "No return of Section 11 has been moderated yet; the scores will stand here."
        return Picture(name, heading, says, None, (), (), is_wide=True, shape="Table")
    agencies = tuple(dict.fromkeys(score.agency for score in scores))
    cells = _cells(scores, earlier)
    keys, texts = [key for key, _ in asked], [text for _, text in asked]
    rows = tuple(
        GridRow(f"{number}. {text}", tuple(cells.get((agency, key), Square("–")) for agency in agencies))
        for number, (key, text) in enumerate(zip(keys, told_apart(texts), strict=True), start=1)
    )
    table = tuple((row.label, *map(_told, row.cells)) for row in rows)
    base = f"Moderated scores of {count_words(len(agencies), 'agency', 'agencies')}, {title}. "
    base += f"▲ better, ▼ worse than {before}. " if before else ""
    return Picture(
        name, heading, _sentence(scores, earlier, before), _turned(Grid("Standard", agencies, rows)),
        ("Standard", *agencies), table,
        f"{base}A score is a judgement, not a measurement. – is not moderated yet, or does not apply.",
        href, "Open the returns", is_wide=True, shape="Table",
    )  # fmt: skip


def _cells(scores: Iterable[ModeratedScore], earlier: Iterable[ModeratedScore]) -> dict[tuple[str, str], Square]:
    was = {(score.agency, score.key): score.score for score in earlier}
    cells = {}
    for score in scores:
        change = score.score - was.get((score.agency, score.key), score.score)
        sign, told = ("▲", "better") if change > 0 else ("▼", "worse") if change < 0 else ("", "")
        cells[score.agency, score.key] = Square(MEANINGS[score.score], _TONES[score.score], sign, told)
    return cells


def _sentence(scores: Sequence[ModeratedScore], earlier: Iterable[ModeratedScore], before: str) -> str:
    full, unmet = (sum(score.score == wanted for score in scores) for wanted in (3, 0))
    says = f"Of {count_words(len(scores), 'score')}, {full:,} {is_or_are(full)} fully met "
    says += f"and {unmet:,} {is_or_are(unmet)} not met."
    if not before:
        return says
    was = {(score.agency, score.key): score.score for score in earlier}
    changes = [score.score - was.get((score.agency, score.key), score.score) for score in scores]
    rose, fell = sum(change > 0 for change in changes), sum(change < 0 for change in changes)
    return f"{says} Since {before}, {list_words([f'{rose:,} rose', f'{fell:,} fell'])}."


def _told(cell: Square) -> str:
    return f"{cell.words}, {cell.told}" if cell.told else cell.words


def _turned(grid: Grid) -> Grid:
    """The grid as it is, or agencies beneath one another and standards by their numbers where they are many."""
    if len(grid.columns) <= MOST_COLUMNS:
        return grid
    rows = tuple(GridRow(agency, tuple(row.cells[at] for row in grid.rows)) for at, agency in enumerate(grid.columns))
    numbers = tuple(row.label.partition(".")[0] for row in grid.rows)
    return Grid("Agency", numbers, rows, tuple(Key(row.label, "white") for row in grid.rows))
