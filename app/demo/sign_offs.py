"""Which project teams and lists of agencies has each sponsor of the demo signed, returned, or still before them?"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from app.demo import agencies as named
from models.core.clock import LONDON
from models.partnership.agencies import Agency
from models.partnership.hubs import Hub, HubKind
from models.reviews.invitations import Invitation, ReviewPart, invited_agencies
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.signatures.sign_offs import SignOff, SignOffSubject, return_for_change, sign
from models.signatures.signables import put_before_sponsor, stands_signed

_NO_HEALTH = "The combined team's seat for health is vacant until the new year; the designated nurse reads along."
_INVITED = (named.POLICE, named.HEALTH_BOARD, named.ACUTE_TRUST, named.EDUCATION, named.REFUGE)
_RETURNED = "Please bring in somebody from the care homes themselves, then put the team before me again."


def load_sign_offs(session: Session, reviews: list[ThematicReview], agencies: dict[str, Agency]) -> None:
    """Teams signed for every review beyond scoping, returned for the one that is there; the lists still missing."""
    for review in reviews:
        if review.stage is Stage.PROPOSED:
            continue
        if not stands_signed(session, review, SignOffSubject.PROJECT_TEAM):
            _put_team(session, review)
        if not invited_agencies(session, review.id, ReviewPart.SELF_EVALUATION):
            _invite(session, review, [agencies[name] for name in _INVITED])


def _put_team(session: Session, review: ThematicReview) -> None:
    reason = _NO_HEALTH if review.kind is HubKind.COMBINED else ""
    team = _asked(session, review, SignOffSubject.PROJECT_TEAM, 8, reason)
    if review.stage is Stage.SCOPING:
        return_for_change(session, team, review=review, person_id=review.sponsor_id or 0, note=_RETURNED)
    else:
        _signed(session, review, team)


def _invite(session: Session, review: ThematicReview, invited: list[Agency]) -> None:
    session.add_all(
        Invitation(review_id=review.id, part=part, agency_id=agency.id) for part in ReviewPart for agency in invited
    )
    session.flush()
    asked = _asked(session, review, SignOffSubject.INVITATIONS, 12)
    if review.stage is not Stage.SCOPING:
        _signed(session, review, asked)


def _asked(
    session: Session, review: ThematicReview, subject: SignOffSubject, after_days: int, reason: str = ""
) -> SignOff:
    officer_id = session.get_one(Hub, review.hub_id).officer_id
    sign_off = put_before_sponsor(session, review, subject, person_id=officer_id, reason=reason)
    if review.period_ends_on is not None:
        sign_off.asked_at = datetime.combine(review.period_ends_on + timedelta(days=after_days), time(10), LONDON)
    return sign_off


def _signed(session: Session, review: ThematicReview, asked: SignOff) -> None:
    sign(session, asked, review=review, person_id=review.sponsor_id or 0)
    asked.signed_at = asked.asked_at + timedelta(days=2)
    session.flush()
