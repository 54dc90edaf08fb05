"""Which gates did the demo's reviews pass without, why, and what did the sponsors say?"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from models.gates.gate_checks import GATES
from models.gates.gate_waivers import ask_to_waive, consent_to_waiver, refuse_waiver
from models.partnership.hubs import Hub
from models.reviews.thematic_reviews import ThematicReview

_ON_PAPER = "The case audits of this review were done and moderated on paper; their findings are entered here."
_SENT_BY_MAIL = "The agencies evaluated themselves by mail before the portal was there; what they said is entered here."
_NEVER_CAME = "One agency has not answered in spite of three steps on record; the others' returns are complete."
_LATE = "The last audits came in after the meeting. What they say is told to the team; the findings stand without."


class _Waiver(NamedTuple):
    place: int
    gate: str
    reason: str
    days_ago: int
    refusal: str = ""
    is_decided: bool = True


_WAIVERS = (
    _Waiver(0, "case_audits", _LATE, 160),
    _Waiver(0, "presented", "The Adults Group meets once more this year; learning should not wait for it.", 75),
    _Waiver(1, "case_audits", _LATE, 70),
    _Waiver(1, "sources", "Nobody asked about culture and language in time; the plan has an action to find out.", 68),
    _Waiver(
        2, "case_audits", "The draw waits for the list of children, which comes late.", 9,
        "A review of exploitation without reading a single file is not one I can sign. Please wait for the list.",
    ),
    _Waiver(1, "self_evaluations", _NEVER_CAME, 69),
    *(_Waiver(place, "self_evaluations", _SENT_BY_MAIL, 102 + 60 * place) for place in (5, 6, 7, 8)),
    *(_Waiver(place, "case_audits", _ON_PAPER, 100 + 60 * place) for place in (5, 6, 7, 8)),
    _Waiver(
        5, "presented", "Both groups have changed their dates; the sharing of learning is booked for next month.", 3,
        is_decided=False,
    ),
)  # fmt: skip
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
