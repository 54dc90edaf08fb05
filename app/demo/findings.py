"""What did the demo's reviews find, along which key line and from which source?"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.orm import Session

from app.demo.words import words_of
from models.evidence.findings import Judgement, take_finding
from models.evidence.triangulations import amend_reading
from models.partnership.hubs import Hub
from models.reviews.thematic_reviews import ThematicReview
from models.rules.case_lists.demo import Dice
from models.rules.evidence.triangulation import Source, Strength, Verdict
from models.tools.key_lines import KeyLine, key_lines_of

_PER_LINE = 2
_SILENT = {1: (12,), 2: (2, 3, 5, 9, 11, 12, 13)}
"""The key lines along which a review has found nothing, by the review's place in the demo."""

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


_LINES = words_of("findings", "lines", tuple[_Line, ...])
"""By the key line's number."""


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
