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
    for entry in _WAIVERS:
        review, gate = reviews[entry.place], gates[entry.gate]
        missing = gate.check(session, review)
        if missing:
            _waive(session, review, entry, missing)


def _waive(session: Session, review: ThematicReview, entry: _Waiver, missing: str) -> None:
    gate = next(each for each in GATES if each.code == entry.gate)
    waiver = ask_to_waive(
        session, review=review, gate=entry.gate, missing=missing, reason=entry.reason,
        person_id=session.get_one(Hub, review.hub_id).officer_id,
    )  # fmt: skip
    waiver.stage = gate.stage
    waiver.asked_at -= timedelta(days=entry.days_ago)
    sponsor_id = review.sponsor_id or 0
    if entry.refusal:
        refuse_waiver(session, waiver, review=review, person_id=sponsor_id, reason=entry.refusal)
    elif entry.is_decided:
        consent_to_waiver(session, waiver, review=review, person_id=sponsor_id)
        waiver.consented_at = waiver.asked_at + timedelta(days=2)
    session.flush()
