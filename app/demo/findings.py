"""What was found in the demo's reviews, from which source, and on what do its recommendations rest? All made up."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.action_plans import ActionPlan
from models.findings import Finding, take_finding
from models.gate_waivers import ask_to_waive, consent_to_waiver
from models.hubs import Hub
from models.key_lines import key_lines_of
from models.recommendation_findings import cite_findings
from models.recommendations import Change, Recommendation
from models.rules.triangulation import Source, Strength, Verdict
from models.thematic_reviews import ThematicReview
from models.triangulations import amend_reading

_S, _M, _C = Verdict.STRENGTH, Verdict.MIXED, Verdict.CONCERN
_NEGLECT = (
    (0, Source.PRACTITIONERS, _S, Strength.MODERATE, "Managers know where practice is weak and say so."),
    (
        3,
        Source.CASE_AUDIT,
        _C,
        Strength.STRONG,
        "In 11 of 20 files the first signs were seen, not named neglect.",
    ),
    (
        3,
        Source.SERVICE_USERS,
        _C,
        Strength.MODERATE,
        "Parents said that help came after the third worry.",
    ),
    (4, Source.CASE_AUDIT, _C, Strength.STRONG, "Histories stop at the last referral in 9 of 20 files."),
    (5, Source.SERVICE_USERS, _C, Strength.MODERATE, "Families had not seen their plan written down."),
    (5, Source.PRACTITIONERS, _M, Strength.MODERATE, "Plans are made in meetings; who carries them out is left open."),
    (7, Source.PRACTITIONERS, _S, Strength.MODERATE, "Practitioners know the signs and the procedure."),
    (8, Source.PRACTITIONERS, _C, Strength.STRONG, "Supervision is put off when caseloads rise."),
    (9, Source.SERVICE_USERS, _C, Strength.STRONG, "Nobody had asked the children what a good day looks like."),
    (9, Source.CASE_AUDIT, _C, Strength.STRONG, "The child's day is described in 6 of 20 files."),
    (10, Source.SERVICE_USERS, _S, Strength.MODERATE, "Where one person came back, families felt safer."),
    (11, Source.SERVICE_USERS, _M, Strength.WEAK, "Letters in plain words helped; interpreters came late."),
    (12, Source.SERVICE_USERS, _C, Strength.MODERATE, "Missed appointments were written down, not followed up."),
)
_SELF_NEGLECT = (
    (3, Source.SERVICE_USERS, _M, Strength.MODERATE, "People let in the visitor who had been before."),
    (5, Source.PRACTITIONERS, _C, Strength.MODERATE, "Nobody holds the one plan when an adult declines help."),
    (6, Source.PRACTITIONERS, _C, Strength.STRONG, "Police refer and rarely hear back."),
    (7, Source.PRACTITIONERS, _C, Strength.MODERATE, "Housing officers do not know the pathway."),
    (9, Source.SERVICE_USERS, _C, Strength.MODERATE, "Help came with conditions that nobody had explained."),
    (12, Source.PRACTITIONERS, _M, Strength.WEAK, "Teams differ in what they know of the law."),
)
_CHANGES = (Change.PRACTICE, Change.PROCEDURE, Change.POLICY, Change.PRACTICE, Change.PROCEDURE)


def load_findings(session: Session, reviews: list[ThematicReview]) -> None:
    """Findings of two reviews from all sources; recommendations that cite them; one waiver given, one waiting."""
    first, second, third, *_ = reviews
    made = [_found(session, first, entry) for entry in _NEGLECT]
    for entry in _SELF_NEGLECT:
        _found(session, second, entry)
    _cite(session, first, made)
    lines = key_lines_of(session, first.id)
    words = (
        "Agencies believe that they see neglect early; the files and the families say otherwise. We trust the files."
    )
    amend_reading(session, lines[3], text=words, person_id=_officer(session, first))
    _waive(session, second, "sources", "2 key lines are silent: fewer than two sources speak.", is_given=True)
    _waive(
        session, third, "practitioners", "Practitioners have not been heard yet, or what they said is not summed up."
    )


def _found(session: Session, review: ThematicReview, entry: tuple[int, Source, Verdict, Strength, str]) -> Finding:
    place, source, verdict, strength, text = entry
    line = key_lines_of(session, review.id)[place]
    return take_finding(
        session, review_id=review.id, source=source, verdict=verdict, strength=strength, text=text,
        key_line_id=line.id, person_id=_officer(session, review),
    )  # fmt: skip


def _cite(session: Session, review: ThematicReview, findings: list[Finding]) -> None:
    """Each recommendation rests on three findings, but the last on one: it is flagged."""
    statement = (
        select(Recommendation)
        .join(ActionPlan, ActionPlan.id == Recommendation.plan_id)
        .where(ActionPlan.review_id == review.id)
        .order_by(Recommendation.number)
    )
    for place, one in enumerate(session.scalars(statement).all()):
        one.changes = _CHANGES[place % len(_CHANGES)]
        few = findings[place * 2 : place * 2 + 3] if place < len(_CHANGES) - 1 else findings[-1:]
        cite_findings(session, one, [each.id for each in few])


def _waive(session: Session, review: ThematicReview, gate: str, missing: str, *, is_given: bool = False) -> None:
    reason = "The people concerned could not be reached in time; the next review asks them first."
    waiver = ask_to_waive(
        session, review=review, gate=gate, missing=missing, reason=reason, person_id=_officer(session, review)
    )
    if is_given and review.sponsor_id is not None:
        consent_to_waiver(session, waiver, review=review, person_id=review.sponsor_id)


def _officer(session: Session, review: ThematicReview) -> int | None:
    return session.get_one(Hub, review.hub_id).officer_id
