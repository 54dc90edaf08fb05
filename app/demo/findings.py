"""What did the demo's reviews find, along which key line and from which source?"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.demo.words import words_of
from models.core.clock import today
from models.evidence.evidence_readers import EvidenceReader
from models.evidence.findings import Judgement, take_finding
from models.evidence.key_line_readings import amend_reading
from models.evidence.reader_judgements import ReaderJudgement
from models.evidence.settled_lines import SettledLine
from models.partnership.hubs import Hub
from models.partnership.people import Person
from models.reviews.thematic_reviews import ThematicReview
from models.rules.case_lists.demo import Dice
from models.rules.evidence.triangulation import Mark, Source, Strength, Verdict
from models.tools.key_lines import KeyLine, key_lines_of

_PER_LINE = 2
_SILENT = {1: (12,), 2: (2, 3, 5, 9, 11, 12, 13)}
"""The key lines along which a review has found nothing, by the review's place in the demo."""

_READERS = ("officer2", "sponsor3")

_READINGS = {
    (0, 4): "Everybody sees the signs and nobody says the word. That is one problem for all agencies, not one each.",
    (1, 10): "Adults are asked and not followed. The forms make it hard; start there.",
}


class _Finding(NamedTuple):
    source: Source
    verdict: Verdict
    strength: Strength
    text: str


class _Line(NamedTuple):
    findings: tuple[_Finding, ...]


class _Judged(NamedTuple):
    mark: Mark
    reason: str


class _Reading(NamedTuple):
    number: int
    first: _Judged
    second: _Judged
    settled: _Judged | None = None


_LINES = words_of("findings", "lines", tuple[_Line, ...])
"""By the key line's number."""
_READ_LINES = words_of("findings", "readings", tuple[_Reading, ...])


def load_findings(session: Session, reviews: list[ThematicReview]) -> None:
    """Two kinds of source along each key line, three to five where answers speak too; some lines stay silent."""
    for place in (0, 1, 2, 5, 6, 7, 8):
        review = reviews[place]
        officer_id = session.get_one(Hub, review.hub_id).officer_id
        for line in key_lines_of(session, review.id):
            if line.number not in _SILENT.get(place, ()):
                _take(session, review, line, _LINES[line.number - 1].findings, officer_id)
            if (place, line.number) in _READINGS:
                amend_reading(session, line, text=_READINGS[place, line.number], person_id=officer_id)


def _take(
    session: Session, review: ThematicReview, line: KeyLine, stated: tuple[_Finding, ...], officer_id: int | None
) -> None:
    dice = Dice(f"Triangulate demo: {review.title}")
    for source, verdict, strength, text in dice.shuffled(f"line {line.number}", stated)[:_PER_LINE]:
        take_finding(
            session,
            judgement=Judgement(
                source=source,
                verdict=verdict,
                strength=strength,
                text=text.format(**_numbers(dice, f"{line.number} {source}")),
                key_line_id=line.id,
            ),
            review_id=review.id,
            person_id=officer_id,
        )


def _numbers(dice: Dice, what: str) -> dict[str, int]:
    every = 9 + dice.number(what, 7)
    return {"few": 2 + dice.number(f"{what} few", 3), "most": every - 1 - dice.number(f"{what} most", 2), "all": every}


def load_readings(session: Session, review: ThematicReview, people: dict[str, Person]) -> None:
    """Two people who do not run the first review read its evidence before its improvement was planned."""
    officer_id = session.get_one(Hub, review.hub_id).officer_id
    asked_on = (review.period_ends_on or review.period_starts_on or today()) + timedelta(days=118)
    asked_at = datetime.combine(asked_on, time(9), UTC)
    readers = [
        EvidenceReader(
            review_id=review.id, place=place, reader_id=people[login].id, asked_by_id=officer_id, asked_at=asked_at,
            done_at=asked_at + timedelta(days=5 + 3 * place),
        )
        for place, login in enumerate(_READERS, 1)
    ]  # fmt: skip
    session.add_all(readers)
    session.flush()
    lines = {line.number: line.id for line in key_lines_of(session, review.id)}
    for read in _READ_LINES:
        line_id = lines[read.number]
        for reader, (mark, reason) in zip(readers, (read.first, read.second), strict=True):
            judged_at = asked_at + timedelta(days=4, minutes=20 * read.number)
            judgement = {"mark": mark, "reason": reason, "judged_at": judged_at}
            session.add(ReaderJudgement(evidence_reader_id=reader.id, key_line_id=line_id, **judgement))
        if read.settled is not None:
            mark, reason = read.settled
            settled = {"settled_by_id": officer_id, "settled_at": asked_at + timedelta(days=14)}
            session.add(SettledLine(key_line_id=line_id, mark=mark, reason=reason, **settled))
    session.flush()
