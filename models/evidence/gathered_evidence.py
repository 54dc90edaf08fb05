"""What evidence is there of a review, piece by piece or counted, from whichever noun has some?

Each such noun registers a function with `@evidence` and says of which source, along which key line, how things stand
(0 to 1), and where it can be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from models.core.reading_once import ASKED_OF
from models.evidence.findings import OF_ANSWERS, Finding
from models.partnership.agencies import Agency
from models.rules.evidence.thresholds import Thresholds
from models.rules.evidence.triangulation import Item, Source, Strength, verdict_of
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


Reviews = Sequence[int]
"""The ids of the reviews whose evidence is gathered."""
Along = Callable[[int | None], bool]
"""Whether evidence along that key line (by its id; none for evidence without one) is wanted."""
Gather = Callable[[Session, Reviews, Along], Iterable[Evidence]]
Count = Callable[[Session, Reviews], Iterable[Evidence]]
_gatherers: list[Gather] = []
_counted: dict[Gather, Count] = {}


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


def evidence_along(session: Session, review_id: int, key_line_id: int) -> list[Evidence]:
    """The evidence of a review that stands along one of its key lines."""
    return evidence_of(session, review_id, lambda line_id: line_id == key_line_id)


def unplaced_evidence(session: Session, review_id: int) -> list[Evidence]:
    """The evidence of a review that stands along none of its key lines."""
    lines = set(session.scalars(select(KeyLine.id).where(KeyLine.review_id == review_id)))
    return evidence_of(session, review_id, lambda line_id: line_id not in lines)


def counted_evidence(session: Session, reviews: Reviews) -> list[Evidence]:
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


@cache
def _levels_in() -> Select[*tuple[Any, ...]]:
    """The statement of `finding_levels`, put together once."""
    made_of = case((Finding.origin.startswith(OF_ANSWERS), ""), else_=Finding.origin).label("made_of")
    said = Finding.review_id, Finding.source, Finding.key_line_id, Finding.verdict, Finding.strength
    counts = select(*said, made_of, func.count()).where(Finding.review_id.in_(ASKED_OF))
    return counts.group_by(*said, "made_of")
