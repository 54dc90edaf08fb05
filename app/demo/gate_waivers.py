"""Which gates did the demo's reviews pass without, why, and what did the sponsors say?"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.demo.words import words_of
from models.gates.gate_checks import GATES
from models.gates.gate_waivers import ask_to_waive, consent_to_waiver, refuse_waiver
from models.partnership.hubs import Hub
from models.reviews.thematic_reviews import ThematicReview


class _Waiver(NamedTuple):
    place: int
    gate: str
    reason: str
    days_ago: int
    refusal: str = ""
    is_decided: bool = True


_WAIVERS = words_of("gate_waivers", "waivers", tuple[_Waiver, ...])
"""By the review's place in the demo. One is refused, one still waits."""


def load_gate_waivers(session: Session, reviews: list[ThematicReview]) -> None:
    """Ask for each waiver whose gate is shut, and have the sponsor decide it."""
    gates = {gate.code: gate for gate in GATES}
    for one in _WAIVERS:
        review, gate = reviews[one.place], gates[one.gate]
        missing = gate.check(session, review)
        if missing:
            _waive(session, review, one, missing)


def _waive(session: Session, review: ThematicReview, one: _Waiver, missing: str) -> None:
    gate = next(each for each in GATES if each.code == one.gate)
    made = ask_to_waive(
        session, review=review, gate=one.gate, missing=missing, reason=one.reason,
        person_id=session.get_one(Hub, review.hub_id).officer_id,
    )  # fmt: skip
    made.stage = gate.stage
    made.asked_at -= timedelta(days=one.days_ago)
    sponsor_id = review.sponsor_id or 0
    if one.refusal:
        refuse_waiver(session, made, review=review, person_id=sponsor_id, reason=one.refusal)
    elif one.is_decided:
        consent_to_waiver(session, made, review=review, person_id=sponsor_id)
        made.consented_at = made.asked_at + timedelta(days=2)
    session.flush()
