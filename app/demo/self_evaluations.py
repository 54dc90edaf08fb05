"""Which self-evaluations does the demo show: in every state, and one that has climbed the ladder?"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo import agencies as named
from app.demo.answers import answer_sheet
from models.core.clock import LONDON
from models.evidence.answer_findings import suggest_finding, take_answer_finding
from models.evidence.findings import Judgement
from models.partnership.agencies import Agency
from models.partnership.hubs import Hub
from models.partnership.people import Person
from models.returns.agency_returns import ReturnStatus, submit_return
from models.returns.escalations import StepTaken, climb
from models.returns.self_evaluations import (
    SelfEvaluation,
    ask_for_changes,
    close_self_evaluation,
    send_self_evaluations,
)
from models.reviews.invitations import Invitation, ReviewPart
from models.reviews.thematic_reviews import ThematicReview
from models.rules.evidence.triangulation import Source
from models.signatures.sign_offs import SignOffSubject, sign
from models.signatures.signables import put_before_sponsor
from models.tools.answer_sheets import AnswerSheet, sheet_answers, version_of

_LADDER = (
    (
        "reminder",
        60,
        "The self-evaluation was due last week. Please hand it in, or tell us what keeps it.",
        "No answer.",
    ),
    ("officer_call", 55, "The officer rang the safeguarding lead.", "Promised within a week; nothing came."),
    ("sponsor", 3, "The lead sponsor is asked to speak to the agency's lead.", ""),
)
_FINDINGS_EACH = 2


class _Agency(NamedTuple):
    """One agency of one review: the state its self-evaluation is in, and how much of it is answered."""

    name: str
    state: ReturnStatus
    share: float = 1.0


_CLOSED, _ASKED = ReturnStatus.CLOSED, ReturnStatus.ASKED
_DONE = (named.POLICE, named.HEALTH_BOARD, named.ACUTE_TRUST)
_BY_REVIEW: dict[int, tuple[int, tuple[_Agency, ...]]] = {
    0: (
        230,
        tuple(
            _Agency(name, _CLOSED)
            for name in (*_DONE, named.CHILDRENS_SOCIAL_CARE, named.EDUCATION, named.PARTNERSHIP_TRUST)
        ),
    ),
    1: (
        90,
        (
            *(_Agency(name, _CLOSED) for name in (*_DONE, named.ADULT_SOCIAL_CARE)),
            _Agency(named.HOUSING, _ASKED, 0.2),
        ),
    ),
    2: (
        10,
        (
            _Agency(named.POLICE, _CLOSED),
            _Agency(named.CHILDRENS_SOCIAL_CARE, ReturnStatus.SUBMITTED),
            _Agency(named.EDUCATION, ReturnStatus.RETURNED),
            _Agency(named.ACUTE_TRUST, _ASKED, 0.3),
            _Agency(named.HEALTH_BOARD, _ASKED, 0.6),
            _Agency(named.REFUGE, _ASKED, 0.0),
        ),
    ),
}
"""By the review's place in the demo: how many days ago its self-evaluation was sent, and to whom."""


def load_self_evaluations(
    session: Session, reviews: list[ThematicReview], agencies: dict[str, Agency], today: date
) -> None:
    """Invitations of every part, signed; self-evaluations asked, handed in, returned and closed; a ladder of three."""
    for place, (days_ago, entries) in _BY_REVIEW.items():
        review = reviews[place]
        officer_id = session.get_one(Hub, review.hub_id).officer_id or 0
        _invite(session, review, [agencies[entry.name] for entry in entries], today - timedelta(days=days_ago + 5))
        evaluations = {
            evaluation.agency_id: evaluation
            for evaluation in send_self_evaluations(session, review, person_id=officer_id)
        }
        for seed, entry in enumerate(entries):
            record = evaluations[agencies[entry.name].id]
            _fill(session, record, entry, today - timedelta(days=days_ago), today, seed + 3 * place)
            _take_further(session, record, entry.state, officer_id, today)
        if place < 2:
            _find(
                session,
                [evaluation for evaluation in evaluations.values() if evaluation.status is _CLOSED],
                review,
                officer_id,
            )
        if place == 1:
            _climb(session, evaluations[agencies[named.HOUSING].id], officer_id, today)


def _invite(session: Session, review: ThematicReview, invited: list[Agency], on: date) -> None:
    """Every agency to every part but the case audits, whose own demo invites; the sponsor has signed the lists."""
    session.add_all(
        Invitation(review_id=review.id, part=part, agency_id=agency.id)
        for part in ReviewPart
        for agency in invited
        if part is not ReviewPart.CASE_AUDIT
    )
    session.flush()
    asked = put_before_sponsor(session, review, SignOffSubject.INVITATIONS, person_id=None)
    sign(session, asked, review=review, person_id=review.sponsor_id or 0)
    asked.asked_at = asked.signed_at = _moment(on)
    session.flush()


def _fill(session: Session, record: SelfEvaluation, entry: _Agency, sent_on: date, today: date, seed: int) -> None:
    record.sent_at, record.due_on = _moment(sent_on), sent_on + timedelta(days=14)
    sheet = session.get_one(AnswerSheet, record.sheet_id)
    answer_sheet(
        session, sheet, seed=seed, today=today, person_id=_member(session, record.agency_id), share=entry.share
    )


def _take_further(session: Session, record: SelfEvaluation, state: ReturnStatus, officer_id: int, today: date) -> None:
    """From asked to the state it is to be in."""
    if state is _ASKED:
        return
    submit_return(session, record, person_id=_member(session, record.agency_id) or officer_id)
    record.submitted_at = _moment(min(record.due_on - timedelta(days=4), today))
    if state is ReturnStatus.RETURNED:
        reason = "Please name the audits you rest on, and say how children were asked."
        ask_for_changes(session, record, reason=reason, due_on=today + timedelta(days=5))
    if state is _CLOSED:
        close_self_evaluation(session, record, person_id=officer_id)
    session.flush()


def _find(session: Session, records: list[SelfEvaluation], review: ThematicReview, officer_id: int) -> None:
    """A few findings of each closed self-evaluation, as its rated answers along the key lines suggest them."""
    for record in records:
        sheet = session.get_one(AnswerSheet, record.sheet_id)
        answers = sheet_answers(session, sheet.id)
        rated = [
            question
            for question in version_of(session, sheet).questionnaire.questions()
            if question.key in answers
            and question.key_line_id
            and question.level(answers[question.key].value) is not None
        ]
        for question in rated[record.id % 2 :: 2][:_FINDINGS_EACH]:
            answer = answers[question.key]
            suggestion = suggest_finding(session, question, answer, review_id=review.id, has_evidence=True)
            take_answer_finding(
                session, sheet, answer, review_id=review.id, person_id=officer_id,
                judgement=Judgement(Source.SELF_EVALUATION, **vars(suggestion)),
            )  # fmt: skip


def _climb(session: Session, record: SelfEvaluation, officer_id: int, today: date) -> None:
    """The one that never came climbs to the sponsor."""
    for code, days_ago, said, outcome in _LADDER:
        climb(
            session,
            step=StepTaken(code=code, said=said, outcome=outcome, on=today - timedelta(days=days_ago)),
            subject=f"self_evaluations:{record.id}",
            person_id=officer_id,
        )


def _member(session: Session, agency_id: int) -> int | None:
    return session.scalar(select(Person.id).where(Person.agency_id == agency_id).order_by(Person.id).limit(1))


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(10), tzinfo=LONDON)
