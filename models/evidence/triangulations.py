"""What do the sources of a review say about each key line, side by side, and what does the team conclude?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Integer, Select, bindparam, select, true
from sqlalchemy.orm import Session

from models.core.reading_once import ASKED_OF, Keys, asked_for_all, by_key
from models.evidence.evidence_readers import Standing, standing_of
from models.evidence.gathered_evidence import Evidence, Reviews, counted_evidence
from models.evidence.key_line_readings import KeyLineReading
from models.evidence.settled_lines import lines_read
from models.partnership.partnership_settings import Partnership
from models.partnership.reference_items import ReferenceItem
from models.reviews.thematic_reviews import ThematicReview
from models.rules.evidence.evidence_readers import LineRead
from models.rules.evidence.footings import Footing, reckoned
from models.rules.evidence.thresholds import Thresholds, thresholds_from
from models.rules.evidence.triangulation import (
    Cell,
    Item,
    Mark,
    Source,
)
from models.tools.key_lines import KeyLine

_by_content = attrgetter("source", "level", "strength", "count")


@dataclass(frozen=True)
class Row:
    """One key line with its cells, its mark, what it means and what it hangs on; and what two readers judged of it."""

    line: KeyLine
    area: str
    cells: Mapping[Source, Cell]
    mark: Mark
    sentence: str
    is_amended: bool
    footing: Footing
    read: LineRead | None = None


@dataclass(frozen=True)
class Triangulation:
    """A review's key lines set against its sources. `unplaced` is evidence along no key line.

    `is_settled`: the thresholds were kept with the review when its evidence was. `is_being_read`: two people read the
    evidence and are not both done, so that no paper shows a mark. For either of them it `is_hidden`: without rows.
    """

    rows: tuple[Row, ...]
    unplaced: int
    thresholds: Thresholds
    is_settled: bool
    line_count: int
    is_being_read: bool = False
    is_hidden: bool = False

    def count(self, mark: Mark) -> int:
        return sum(row.mark is mark for row in self.rows)


def triangulate(session: Session, review: ThematicReview) -> Triangulation:
    """Set the sources of a review beside each other, key line by key line.

    Source: framework, "The reviews": areas of interest are investigated from multiple angles.
    """
    return _triangulation(session, review.id)


@asked_for_all
def _triangulation(session: Session, review_ids: Keys) -> dict[int, Triangulation]:
    return triangulate_all(session, sorted(review_ids))


def triangulate_all(session: Session, reviews: Reviews) -> dict[int, Triangulation]:
    """The same of several reviews at once, by their ids, in as many statements as one takes."""
    items: dict[int, list[Evidence]] = {key: [] for key in reviews}
    for item in counted_evidence(session, reviews):
        items[item.review_id].append(item)
    lines = session.execute(_lines_in(), {ASKED_OF.key: reviews})
    lines_of = by_key(reviews, ((row[0].review_id, row) for row in lines))
    grounds = _grounds(session, reviews)
    over = [key for key, ground in grounds.items() if ground.reading.is_asked and not ground.reading.is_open]
    read = lines_read(session, over) if over else {}
    return {key: _shown(_matrix(lines_of[key], items[key], grounds[key]), grounds[key], read) for key in reviews}


_PERSON: Any = bindparam("person_id", type_=Integer)


@cache
def _lines_in() -> Select[*tuple[Any, ...]]:
    """The key lines of some reviews, each with its area and what the team says of it; put together once."""
    return (
        select(KeyLine, ReferenceItem.label, KeyLineReading.text)
        .join(ReferenceItem, ReferenceItem.id == KeyLine.key_area_id)
        .outerjoin(KeyLineReading, KeyLineReading.key_line_id == KeyLine.id)
        .where(KeyLine.review_id.in_(ASKED_OF))
        .order_by(ReferenceItem.rank, KeyLine.key_area_id, KeyLine.number)
    )


def thresholds_of(session: Session, review: ThematicReview) -> Thresholds:
    """What a review's matrix is marked by: what was kept with it, else what the partnership has set now."""
    return _grounds(session, (review.id,))[review.id].thresholds


@dataclass(frozen=True)
class _Ground:
    """What a review's matrix stands on: its thresholds, whether they were kept, and how far two people have read it."""

    thresholds: Thresholds
    is_settled: bool
    reading: Standing


def _grounds(session: Session, reviews: Reviews) -> dict[int, _Ground]:
    rows = session.execute(_grounds_in(), {ASKED_OF.key: reviews, _PERSON.key: session.info["actor"].person_id})
    return {
        key: _Ground(thresholds_from(kept) if kept else Thresholds(*usual), bool(kept), Standing(asked, is_open, mine))
        for key, kept, asked, is_open, mine, *usual in rows
    }


@cache
def _grounds_in() -> Select[*tuple[Any, ...]]:
    """The statement of `_grounds`, put together once."""
    now_set = [getattr(Partnership, field.name) for field in fields(Thresholds)]
    reading = standing_of(ThematicReview.id, _PERSON)
    stated = select(ThematicReview.id, ThematicReview.thresholds, *reading, *now_set).join(Partnership, true())
    return stated.where(ThematicReview.id.in_(ASKED_OF))


def _shown(matrix: Triangulation, ground: _Ground, read: dict[int, LineRead]) -> Triangulation:
    """The matrix as whoever asks may see it: without a row for who reads its evidence, else with what was judged."""
    if ground.reading.is_hidden:
        return replace(matrix, rows=(), is_being_read=True, is_hidden=True)
    rows = tuple(replace(row, read=read.get(row.line.id)) for row in matrix.rows) if read else matrix.rows
    return replace(matrix, rows=rows, is_being_read=ground.reading.is_open)


def _matrix(lines: Sequence[Any], items: Sequence[Evidence], ground: _Ground) -> Triangulation:
    along: dict[int | None, list[Item]] = {}
    for piece in items:
        along.setdefault(piece.key_line_id, []).append(piece.item)
    rows = tuple(_row(line, area, along.pop(line.id, []), amended, ground.thresholds) for line, area, amended in lines)
    unplaced = sum(item.count for pieces in along.values() for item in pieces)
    return Triangulation(rows, unplaced, ground.thresholds, ground.is_settled, len(rows))


def _row(line: KeyLine, area: str, items: Sequence[Item], amended: str | None, thresholds: Thresholds) -> Row:
    row = reckoned(tuple(sorted(items, key=_by_content)), thresholds)
    return Row(line, area, row.cells, row.mark, amended or row.meaning, amended is not None, row.footing)
