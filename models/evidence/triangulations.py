"""What do the sources of a review say about each key line, side by side, and what does the team conclude?

Evidence comes from every noun that has some: each registers a function with `@evidence` and says of which source,
along which key line, how things stand (0 to 1), and where it can be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Integer, Select, bindparam, case, func, select, true
from sqlalchemy.orm import Session

from models.core.reading_once import ASKED_OF, Keys, asked_for_all, by_key
from models.evidence.evidence_readers import Standing, standing_of
from models.evidence.findings import OF_ANSWERS, Finding
from models.evidence.key_line_readings import KeyLineReading
from models.evidence.settled_lines import lines_read
from models.partnership.agencies import Agency
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
    Strength,
    verdict_of,
)
from models.tools.key_lines import KeyLine


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence. `origin` names its record (`findings:7`), so that nothing counts twice: what it was
    `made_of` counts no more.

    A graded answer counts as weak evidence by itself; made into a finding it counts as strongly as the finding says.
    Where only the matrix is wanted, `count` answers that say the same are one piece, of no record.
    """

    source: Source
    key_line_id: int | None
    level: float
    text: str
    origin: str
    strength: Strength = Strength.WEAK
    said_by: str = ""
    made_of: str = ""
    count: int = 1
    review_id: int = 0

    @property
    def item(self) -> Item:
        return Item(self.source, self.level, self.strength, self.count)

    def verdict_label(self, thresholds: Thresholds) -> str:
        return verdict_of(self.level, thresholds).label


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


Reviews = Sequence[int]
"""The ids of the reviews whose evidence is gathered."""
Along = Callable[[int | None], bool]
"""Whether evidence along that key line (by its id; none for evidence without one) is wanted."""
Gather = Callable[[Session, Reviews, Along], Iterable[Evidence]]
Count = Callable[[Session, Reviews], Iterable[Evidence]]
_gatherers: list[Gather] = []
_counted: dict[Gather, Count] = {}
_by_content = attrgetter("source", "level", "strength", "count")


def evidence(gather: Gather) -> Gather:
    """Register a noun's evidence: `def graded_answers(session, reviews, is_along) -> Iterable[Evidence]`.

    It may leave out what is not along a key line that is wanted, where that saves reading it.
    """
    _gatherers.append(gather)
    return gather


def counted(gather: Gather) -> Callable[[Count], Count]:
    """Register what stands for a noun's evidence in the matrix, where it is so much that the database counts it.

    `@counted(graded_answers)` on a function that leaves out itself what findings were made of.
    """

    def register(count: Count) -> Count:
        _counted[gather] = count
        return count

    return register


def everywhere(_key_line_id: int | None) -> bool:
    """Evidence along any key line, or none."""
    return True


def evidence_of(session: Session, review_id: int, is_along: Along = everywhere) -> list[Evidence]:
    """The evidence of a review, one by one; what was made into a finding counts as the finding only.

    Of some key lines only where `is_along` says so.
    """
    gathered = [item for gather in _gatherers for item in gather(session, [review_id], is_along)]
    return [item for item in _without_sources(gathered) if is_along(item.key_line_id)]


def unplaced_evidence(session: Session, review_id: int) -> list[Evidence]:
    """The evidence of a review that stands along none of its key lines."""
    lines = set(session.scalars(select(KeyLine.id).where(KeyLine.review_id == review_id)))
    return evidence_of(session, review_id, lambda line_id: line_id not in lines)


def _counted_evidence(session: Session, reviews: Reviews) -> list[Evidence]:
    """All of several reviews, with what the database counts counted."""
    gathered: list[Evidence] = []
    for gather in _gatherers:
        count = _counted.get(gather)
        gathered += count(session, reviews) if count else gather(session, reviews, everywhere)
    return _without_sources(gathered)


def _without_sources(items: Sequence[Evidence]) -> list[Evidence]:
    taken = {item.made_of for item in items if item.made_of}
    return [item for item in items if item.origin not in taken]


@evidence
def findings(session: Session, reviews: Reviews, _is_along: Along) -> Iterable[Evidence]:
    """The reviews' findings, each as strong as it says: all of them, as each says what it was made of."""
    rows = session.execute(
        select(Finding, Agency.name)
        .outerjoin(Agency, Agency.id == Finding.agency_id)
        .where(Finding.review_id.in_(reviews))
        .order_by(Finding.id)
    )
    for finding, agency in rows:
        yield Evidence(
            finding.source,
            finding.key_line_id,
            finding.verdict.level,
            finding.text,
            f"findings:{finding.id}",
            finding.strength,
            agency or "",
            made_of=finding.origin,
            review_id=finding.review_id,
        )


@counted(findings)
def finding_levels(session: Session, reviews: Reviews) -> Iterable[Evidence]:
    """The same for the matrix, without their words: how many say the same along a key line.

    Those made of answers need not say of which: answers are counted without them.
    """
    rows = session.execute(_levels_in(), {ASKED_OF.key: reviews})
    for review_id, source, line_id, verdict, strength, made_of, count in rows:
        yield Evidence(
            source, line_id, verdict.level, "", "", strength, made_of=made_of, count=count, review_id=review_id
        )


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
    for item in _counted_evidence(session, reviews):
        items[item.review_id].append(item)
    lines = session.execute(_lines_in(), {ASKED_OF.key: reviews})
    lines_of = by_key(reviews, ((row[0].review_id, row) for row in lines))
    grounds = _grounds(session, reviews)
    over = [key for key, ground in grounds.items() if ground.reading.is_asked and not ground.reading.is_open]
    read = lines_read(session, over) if over else {}
    return {key: _shown(_matrix(lines_of[key], items[key], grounds[key]), grounds[key], read) for key in reviews}


_PERSON: Any = bindparam("person_id", type_=Integer)


@cache
def _levels_in() -> Select[*tuple[Any, ...]]:
    """The statement of `finding_levels`, put together once."""
    made_of = case((Finding.origin.startswith(OF_ANSWERS), ""), else_=Finding.origin).label("made_of")
    said = Finding.review_id, Finding.source, Finding.key_line_id, Finding.verdict, Finding.strength
    counts = select(*said, made_of, func.count()).where(Finding.review_id.in_(ASKED_OF))
    return counts.group_by(*said, "made_of")


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
