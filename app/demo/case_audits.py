"""Which audits of its drawn cases does the demo partnership have, in which states, and how were they moderated?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import cycle
from typing import Any, NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.demo import agencies as named
from app.demo.words import words_of
from models.audits.audit_assignments import assign_auditor, declare_involvement
from models.audits.audit_openings import open_case_audits
from models.audits.audit_outcomes import return_audit, state_not_known, state_record, take_record_finding
from models.audits.case_audits import AuditStatus, CaseAudit, RecordState, begin_audit, settle_case, submit_audit
from models.audits.moderations import moderate_case, suggested_verdict, take_moderation_finding
from models.core.clock import LONDON
from models.core.clock import today as day_of_now
from models.evidence.findings import Judgement
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.reviews.invitations import Invitation, ReviewPart
from models.reviews.thematic_reviews import ThematicReview
from models.rules.evidence.triangulation import Source, Strength
from models.rules.tools.questionnaires import Question, asked_questions
from models.sampling.audit_samples import AuditSample, SampleStatus
from models.sampling.sample_cases import SampleCase
from models.signatures.sign_offs import SignOffSubject, sign
from models.signatures.signables import put_before_sponsor, stands_signed
from models.tools.answer_sheets import AnswerSheet, SheetAnswer, version_of

_SUBMITTED, _MODERATED, _RETURNED = AuditStatus.SUBMITTED, AuditStatus.MODERATED, AuditStatus.RETURNED
_TO_ASSIGN, _ASSIGNED, _IN_PROGRESS = AuditStatus.TO_ASSIGN, AuditStatus.ASSIGNED, AuditStatus.IN_PROGRESS
_NOT_KNOWN = AuditStatus.NOT_KNOWN

_STATES = (
    (_MODERATED, _MODERATED, _MODERATED),
    (_MODERATED, _MODERATED, _MODERATED),
    (_MODERATED, _NOT_KNOWN, _MODERATED),
    (_MODERATED, _MODERATED, _MODERATED),
    (_SUBMITTED, _SUBMITTED, _SUBMITTED),
    (_SUBMITTED, _IN_PROGRESS, _ASSIGNED),
    (_RETURNED, _TO_ASSIGN, _SUBMITTED),
    (_TO_ASSIGN, _ASSIGNED, _NOT_KNOWN),
    (_MODERATED, _MODERATED, _MODERATED),
    (_MODERATED, _MODERATED, _NOT_KNOWN),
)
"""Where each case's three audits stand, case by case, and over again for a larger sample."""

_QUALITY = (1, 2, 0, 3, 2, 1, 2, 1, 1, 2)
"""How well each case went: 0 the best, 3 the worst."""

_GRADES = ("outstanding", "good", "requires_improvement", "inadequate")
_WORDS = words_of("case_audits", "words", dict[str, str])
_REASONS = words_of("case_audits", "reasons", tuple[str, ...])


class _Panel(NamedTuple):
    """The three agencies that audit a review's cases, each with its auditor and the team whose cases they are."""

    agencies: tuple[str, str, str]
    auditors: tuple[str, str, str]
    teams: tuple[str, str, str]


_CHILDREN = _Panel(
    (named.CHILDRENS_SOCIAL_CARE, named.POLICE, named.ACUTE_TRUST),
    ("member3", "member4", "member"),
    ("Family support, south", "Neighbourhood policing, north", "Children's ward"),
)
_ADULTS = _Panel(
    (named.ADULT_SOCIAL_CARE, named.POLICE, named.ACUTE_TRUST),
    ("member5", "member4", "member"),
    ("Locality team, east", "Neighbourhood policing, south", "Discharge team"),
)


def load_case_audits(
    session: Session, reviews: list[ThematicReview], agencies: dict[str, Agency], people: dict[str, Person], today: date
) -> None:
    """The audits of both drawn samples: the children's due soon, the adults' due some days ago, so some are late."""
    under_five, self_neglect = reviews[:2]
    _load(session, under_five, _CHILDREN, agencies, people, today + timedelta(days=9))
    _load(session, self_neglect, _ADULTS, agencies, people, today - timedelta(days=4))


def _load(
    session: Session, review: ThematicReview, panel: _Panel, agencies: dict[str, Agency], people: dict[str, Person],
    due_on: date,
) -> None:  # fmt: skip
    drawn = (AuditSample.review_id == review.id, AuditSample.status == SampleStatus.DRAWN)
    sample = session.scalars(select(AuditSample).where(*drawn)).first()
    if sample is None:
        return
    _agree(session, review, [agencies[name] for name in panel.agencies], agencies[named.HOUSING])
    for number, (case, audits) in enumerate(_opened(session, sample, panel, agencies, due_on)):
        _carry(session, case, audits, number, panel, people)


def audit_whole_sample(
    session: Session, review: ThematicReview, sample: AuditSample, agencies: dict[str, Agency],
    people: dict[str, Person], due_on: date, qualities: Sequence[int],
) -> None:  # fmt: skip
    """Every audit of a children's sample handed in and moderated; `qualities` says how well each case went, 0 best."""
    _agree(session, review, [agencies[name] for name in _CHILDREN.agencies], agencies[named.HOUSING])
    opened = _opened(session, sample, _CHILDREN, agencies, due_on)
    for (case, audits), quality in zip(opened, cycle(qualities), strict=False):
        for place, audit in enumerate(audits):
            auditor, team = people[_CHILDREN.auditors[place]], _CHILDREN.teams[place]
            _bring(session, audit, _SUBMITTED, auditor, team, quality)
        _moderate(session, case, quality, people["officer"], is_finding=False)


def _opened(
    session: Session, sample: AuditSample, panel: _Panel, agencies: dict[str, Agency], due_on: date
) -> list[tuple[SampleCase, list[CaseAudit]]]:
    """The audits of each case of a sample, open and due on a day, in the order of the panel's agencies."""
    opening = open_case_audits(session, sample, due_on=due_on + timedelta(days=max(30, (day_of_now() - due_on).days)))
    order = {agencies[name].id: number for number, name in enumerate(panel.agencies)}
    by_case: dict[int, list[CaseAudit]] = {}
    for audit in sorted(opening.audits, key=lambda opened: (opened.sample_case_id, order[opened.agency_id])):
        audit.due_on = due_on
        by_case.setdefault(audit.sample_case_id, []).append(audit)
    session.flush()
    return [(session.get_one(SampleCase, key), audits) for key, audits in by_case.items()]


def _agree(session: Session, review: ThematicReview, agencies: list[Agency], without: Agency) -> None:
    """Invite just these agencies to the case audits, and have the sponsor sign the list as it stands then.

    `without` is invited too: it has no agreement in date, so the portal keeps the cases from it.
    """
    part = (Invitation.review_id == review.id, Invitation.part == ReviewPart.CASE_AUDIT)
    session.execute(delete(Invitation).where(*part))
    session.add_all(
        Invitation(review_id=review.id, part=ReviewPart.CASE_AUDIT, agency_id=invited.id)
        for invited in (*agencies, without)
    )
    session.flush()
    if not stands_signed(session, review, SignOffSubject.INVITATIONS) and review.sponsor_id is not None:
        asked = put_before_sponsor(session, review, SignOffSubject.INVITATIONS, person_id=None)
        sign(session, asked, review=review, person_id=review.sponsor_id)


def _carry(
    session: Session, case: SampleCase, audits: list[CaseAudit], number: int, panel: _Panel, people: dict[str, Person]
) -> None:
    """Bring a case's audits to where they stand, and moderate it where all are to be moderated."""
    wanted = _STATES[number % len(_STATES)]
    quality = _QUALITY[number % len(_QUALITY)]
    for place, (audit, status) in enumerate(zip(audits, wanted, strict=False)):
        lower = place == 1 and number % 3 == 1
        auditor, team = people[panel.auditors[place]], panel.teams[place]
        _bring(session, audit, status, auditor, team, min(3, quality + lower))
    if number == 3:
        state_record(session, audits[0], state=RecordState.POOR, note="The last two visits are not written up.")
        take_record_finding(session, audits[0], person_id=audits[0].auditor_id)
    settle_case(session, case)
    if _MODERATED in wanted:
        _moderate(session, case, quality, people["officer"])


def _bring(session: Session, audit: CaseAudit, status: AuditStatus, auditor: Person, team: str, quality: int) -> None:
    if status is _NOT_KNOWN:
        state_not_known(session, audit, note="There is no record under this reference.")
        return
    if status is _TO_ASSIGN:
        declare_involvement(session, audit, person=auditor, note="Supervised the work.", declared_by_id=auditor.id)
        return
    assign_auditor(session, audit, auditor=auditor, case_team=team)
    if status is _ASSIGNED:
        return
    begin_audit(session, audit)
    _answer(session, audit, auditor, quality, only_half=status is _IN_PROGRESS)
    if status is _IN_PROGRESS:
        return
    submit_audit(session, audit, person_id=auditor.id)
    audit.submitted_at = datetime.combine(audit.due_on - timedelta(days=12), time(15, 20), LONDON)
    if status is _RETURNED:
        due_on = audit.due_on
        return_audit(session, audit, reason="Say what the grade for impact rests on.", due_on=date.max)
        audit.due_on = due_on
    session.flush()


def _answer(session: Session, audit: CaseAudit, auditor: Person, quality: int, *, only_half: bool) -> None:
    """Answer what the tool asks, in the order it asks; half of it where the audit is still in progress."""
    sheet = session.get_one(AnswerSheet, audit.sheet_id)
    asked = version_of(session, sheet).questionnaire
    values: dict[str, Any] = {}
    for _ in range(3):  # an answer may bring up a question, and that another
        for question in asked_questions(asked, values):
            if question.how.widget != "files":
                values.setdefault(question.key, _value(question, quality, audit))
    values_given = list(_given(values))
    for key, value in values_given[: len(values_given) // 2] if only_half else values_given:
        session.add(SheetAnswer(sheet_id=sheet.id, question_key=key, value=value, note="", answered_by_id=auditor.id))
    session.flush()


def _given(values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((key, value) for key, value in values.items() if value is not None)


def _value(question: Question, quality: int, audit: CaseAudit) -> Any:
    """One plausible answer: facts of the case as they are, judgements the worse the higher `quality` is (0 to 3)."""
    kind, case = question.how, audit.sample_case_id
    if kind.widget == "textarea":
        return next((text for word, text in _WORDS.items() if question.key.endswith(word)), _WORDS["why"])
    if kind.widget == "number":
        return case % 4
    if kind.widget == "date":
        return (audit.due_on - timedelta(days=15)).isoformat()
    if kind.widget == "checkboxes":
        return list(question.labels[: 2 + case % 3])
    counted = [option.label for option in question.options if option.weight is not None]
    if not counted:
        return _fact(question, case, is_of_children=audit.case_team in _CHILDREN.teams)
    shifted = min(3, quality + ((len(question.key) + audit.agency_id) % 5 == 0))  # agencies see some things differently
    return counted[min(shifted * len(counted) // 4, len(counted) - 1)]


def _fact(question: Question, case: int, *, is_of_children: bool) -> str | None:
    """What every agency says alike of one case."""
    known = {"service": ("A child", "An adult"), "age_band": ("1 to 4", "75 to 84")}.get(question.key)
    if known is not None and set(known) <= set(question.labels):
        return known[0 if is_of_children else 1]
    return question.labels[case % len(question.labels)] if question.labels else None


def _moderate(session: Session, case: SampleCase, quality: int, officer: Person, *, is_finding: bool = True) -> None:
    named_so = (ReferenceItem.list_name == ReferenceList.GRADE, ReferenceItem.code == _GRADES[quality])
    grade = session.scalars(select(ReferenceItem).where(*named_so)).one()
    discussion = "Talked through in the moderation meeting; no agency asked for a second look."
    moderation = moderate_case(
        session, case, grade_id=grade.id, reason=_REASONS[quality], discussion=discussion, person_id=officer.id
    )
    if is_finding and quality in (1, 3):
        take_moderation_finding(
            session,
            moderation,
            judgement=Judgement(
                source=Source.CASE_AUDIT,
                text=_REASONS[quality],
                verdict=suggested_verdict(grade),
                strength=Strength.STRONG,
                key_line_id=None,
            ),
            person_id=officer.id,
        )
