"""What do the papers of a review have in common, whatever they are about?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from models.rules.documents.fingerprints import check_line
from models.rules.documents.papers import (
    QUIET,
    SENSITIVE,
    Block,
    Column,
    Facts,
    Figure,
    Heading,
    Occasion,
    Paper,
    Paragraph,
    Row,
    RowsOf,
    Table,
    Together,
    day,
    fingerprint_of,
)
from models.rules.documents.pictures import Picture
from models.rules.evidence.triangulation import Mark, Verdict

VERDICT_TONES: Final = {Verdict.STRENGTH: "green", Verdict.MIXED: "amber", Verdict.CONCERN: "red"}
MARK_TONES: Final = {Mark.AGREE: "green", Mark.PARTLY: "amber", Mark.CONFLICT: "red", Mark.SILENT: "grey"}
NOBODY_NAMED: Final = "The case is called by its reference only."


def paper_of(
    occasion: Occasion, facts: Any, pairs: Sequence[tuple[str, str]], blocks: Sequence[Block], *, columns: int = 3,
    **head: Any,
) -> Paper:  # fmt: skip
    """A paper whose head shows the pairs, and when and for whom it was made, and whose last line is its fingerprint.

    It is marked OFFICIAL-SENSITIVE unless `head` says otherwise.
    """
    fingerprint = fingerprint_of(facts)
    origin = (("Made on", day(occasion.made_on)), ("Made by", occasion.made_by))
    return Paper(
        partnership=occasion.partnership,
        made_on=occasion.made_on,
        fingerprint=fingerprint,
        blocks=(Facts(told((*pairs, *origin)), columns=columns), *blocks, check_line(fingerprint)),
        **{"classification": SENSITIVE, **head},
    )


def picture_part(picture: Picture, level: int = 3) -> tuple[Block, ...]:
    """A picture with its sentence and what it is counted from, on one page, and its figures after it; only the sentence
    where there is nothing to be drawn.

    >>> [block.kind for block in picture_part(Picture("x", "Title", "Says.", None, (), ()))]
    ['heading', 'paragraph']
    """
    said = Heading(picture.title, level), Paragraph(picture.says)
    if picture.plot is None:
        return said
    drawn = Figure(replace(picture, table=()))
    return Together((*said, drawn, Paragraph(picture.base, QUIET))), _figures(picture)


def _figures(picture: Picture) -> Table:
    first, *others = picture.headings
    columns = (Column(first, 2.4), *(Column(heading, 1.4, is_number=True) for heading in others))
    return Table(columns, RowsOf(picture.table, lambda row: Row(list(row), name=row[0])))


def told(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The pairs that have something to tell.

    >>> told((("Lead sponsor", ""), ("Status", "Agreed")))
    (('Status', 'Agreed'),)
    """
    return tuple((label, value) for label, value in pairs if value.strip())
