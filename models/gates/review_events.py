"""What happened last in a review, for the people of the partnership who follow it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Integer, Select, Text, bindparam, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from models.audits.case_audits import CaseAudit
from models.audits.moderations import Moderation
from models.core.clock import LONDON
from models.feedback.feedback_activities import FeedbackActivity
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.returns.self_evaluations import SelfEvaluation
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.signatures.sign_offs import SignOff


@dataclass(frozen=True)
class ReviewEvent:
    """One thing that happened: the day, in London; who, what they did, and to what; where that is read."""

    on: date
    who: str
    did: str
    what: str
    name: str
    """The record behind it, as `table:key`."""


def events_of(session: Session, review: ThematicReview, most: int = 5) -> list[ReviewEvent]:
    """The last things that happened in a review, latest first. One statement; for roles that read all of it.

    No case is named, so that the page which shows them is no look at a case.
    """
    rows = session.execute(_statement(), {"review": review.id, "most": most})
    return [_event(row) for row in rows]


@cache
def _statement() -> Select[*tuple[Any, ...]]:
    happened = union_all(*_parts(bindparam("review", type_=Integer))).subquery()
    latest = select(happened).order_by(happened.c.at.desc(), happened.c.key.desc())
    return latest.limit(bindparam("most", type_=Integer))


def _event(row: Any) -> ReviewEvent:
    what = Stage(row.what).label if row.of == ReviewStage.__tablename__ else row.what
    moment: datetime = row.at
    return ReviewEvent(moment.astimezone(LONDON).date(), row.who, row.did, what, f"{row.of}:{row.key}")


def _parts(review_id: ColumnElement[int]) -> list[Select[Any]]:
    agency, signer = Agency.name, Person.name
    handed_in = _part(SelfEvaluation, SelfEvaluation.submitted_at, agency, "handed in its self-evaluation", literal(""))
    audited = _part(CaseAudit, CaseAudit.submitted_at, agency, "handed in a case audit", literal(""))
    moderated = _part(Moderation, Moderation.moderated_at, signer, "moderated a case", literal(""))
    signed = _part(SignOff, SignOff.signed_at, signer, "signed", SignOff.title)
    heard = _part(FeedbackActivity, _midnight(FeedbackActivity.held_on), literal(""), "Held:", FeedbackActivity.title)
    reached = _part(ReviewStage, _midnight(ReviewStage.reached_on), literal(""), "Stage reached:", ReviewStage.stage)
    return [
        handed_in.join(Agency, Agency.id == SelfEvaluation.agency_id).where(SelfEvaluation.review_id == review_id),
        audited.join(Agency, Agency.id == CaseAudit.agency_id).where(CaseAudit.review_id == review_id),
        moderated.outerjoin(Person, Person.id == Moderation.moderated_by_id).where(Moderation.review_id == review_id),
        signed.join(Person, Person.id == SignOff.signed_by_id).where(SignOff.review_id == review_id),
        heard.where(FeedbackActivity.review_id == review_id),
        reached.where(ReviewStage.review_id == review_id),
    ]


def _part(table: Any, at: Any, who: Any, did: str, what: Any) -> Select[Any]:
    """The rows of a table that say when something happened, in the columns that all parts share."""
    return (
        select(
            cast(at, DateTime(timezone=True)).label("at"),
            func.coalesce(cast(who, Text), "").label("who"),
            literal(did).label("did"),
            cast(what, Text).label("what"),
            literal(table.__tablename__).label("of"),
            cast(table.id, Integer).label("key"),
        )
        .select_from(table)
        .where(at.is_not(None))
    )


def _midnight(day: Any) -> Any:
    """The beginning of a day in London."""
    return func.timezone(LONDON.key, cast(day, DateTime(timezone=False)))
