"""Are drawn cases audited by independent people of the right agencies, and by nobody else?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audits.audit_assignments import assign_auditor, declare_involvement
from models.audits.audit_openings import open_case_audits
from models.audits.audit_outcomes import (
    record_finding_of,
    return_audit,
    settle_audits,
    state_not_known,
    state_record,
    withdraw_audit,
)
from models.audits.case_audits import AuditStatus, CaseAudit, RecordState, begin_audit, settle_case, submit_audit
from models.audits.recent_audits import recently_audited
from models.core.access import Role
from models.core.clock import today
from models.core.errors import RuleBroken
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.partnership.sharing_agreements import SharingAgreement
from models.reviews.invitations import Invitation, ReviewPart
from models.rules.evidence.triangulation import Source, Verdict
from models.sampling.audit_samples import SampleStatus, ask_to_void, void_sample
from models.sampling.sample_cases import (
    CaseStatus,
    SampleCase,
    approve_elimination,
    propose_elimination,
)
from models.tools.answer_sheets import AnswerSheet
from tests import make, make_audits
from tests.make_audits import Scene


@pytest.fixture
def scene(session: Session) -> Scene:
    return make_audits.scene(session)


def _eliminate(session: Session, case: SampleCase) -> SampleCase | None:
    reason = session.scalars(
        select(ReferenceItem).where(ReferenceItem.list_name == ReferenceList.ELIMINATION_REASON)
    ).first()
    assert reason is not None
    officer, administrator = make.person(session, Role.OFFICER), make.person(session, Role.ADMINISTRATOR)
    propose_elimination(session, case, reason=reason, note="", person=officer)
    return approve_elimination(session, case, person=administrator)


# Opening


def test_each_invited_agency_gets_one_form_for_each_selected_case(session: Session, scene: Scene) -> None:
    opening = open_case_audits(session, scene.sample)
    selected = [case.id for case in make_audits.cases(session, scene.sample) if case.status is CaseStatus.SELECTED]
    pairs = {(audit.sample_case_id, audit.agency_id) for audit in opening.audits}
    assert pairs == {(case, agency.id) for case in selected for agency in (scene.police, scene.health)}
    assert {(audit.status, audit.due_on) for audit in opening.audits} == {
        (AuditStatus.TO_ASSIGN, scene.sample.audits_due_on)
    }
    assert opening.sentence == "4 case audits are open."
    with pytest.raises(RuleBroken, match="Every agency has its audits already"):
        open_case_audits(session, scene.sample)


def test_no_case_goes_to_an_agency_without_an_agreement_in_date(session: Session, scene: Scene) -> None:
    held = session.scalars(select(SharingAgreement).where(SharingAgreement.agency_id == scene.health.id)).one()
    held.valid_until_on = today() - timedelta(days=1)
    session.flush()
    opening = open_case_audits(session, scene.sample)
    assert {audit.agency_id for audit in opening.audits} == {scene.police.id}
    assert opening.sentence.endswith("No cases for Trust: no signed Information Sharing Agreement in date.")
    with pytest.raises(RuleBroken, match="No cases for Trust"):
        open_case_audits(session, scene.sample)


def test_nothing_is_opened_while_no_agency_may_be_sent_cases(session: Session, scene: Scene) -> None:
    for agreement in session.scalars(select(SharingAgreement)):
        session.delete(agreement)
    session.flush()
    with pytest.raises(RuleBroken, match="No cases for Northfield Police and Trust"):
        open_case_audits(session, scene.sample)


def test_nothing_is_opened_without_the_sponsors_signature_on_the_list_of_agencies(
    session: Session, scene: Scene
) -> None:
    other = make.agency(session, "Third")
    session.add(Invitation(review_id=scene.review.id, part=ReviewPart.CASE_AUDIT, agency_id=other.id))
    session.flush()
    with pytest.raises(RuleBroken, match="Agencies invited: the lead sponsor has not signed"):
        open_case_audits(session, scene.sample)


def test_audits_are_opened_of_a_drawn_sample_of_a_review_only(session: Session, scene: Scene) -> None:
    scene.sample.status = SampleStatus.LOCKED
    with pytest.raises(RuleBroken, match="drawn sample only"):
        open_case_audits(session, scene.sample)
    scene.sample.status, scene.sample.review_id = SampleStatus.DRAWN, None
    with pytest.raises(RuleBroken, match="belongs to no review"):
        open_case_audits(session, scene.sample)


def test_audits_need_a_day_that_is_still_to_come(session: Session, scene: Scene) -> None:
    with pytest.raises(RuleBroken, match="Give the day the audits are due"):
        open_case_audits(session, scene.sample, due_on=today() - timedelta(days=1))


# Following the draw


def test_reserve_that_steps_in_is_audited_instead_of_the_eliminated_case(session: Session, scene: Scene) -> None:
    first, _, *rest = make_audits.opened(session, scene)
    make_audits.submitted(session, first)
    case = session.get_one(SampleCase, first.sample_case_id)
    successor = _eliminate(session, case)
    assert successor is not None
    audits = session.scalars(select(CaseAudit).where(CaseAudit.sample_case_id == case.id).order_by(CaseAudit.id)).all()
    assert [audit.status for audit in audits] == [AuditStatus.SUBMITTED, AuditStatus.WITHDRAWN]
    new = session.scalars(select(CaseAudit).where(CaseAudit.sample_case_id == successor.id)).all()
    assert {audit.agency_id for audit in new} == {scene.police.id, scene.health.id}
    versions = {session.get_one(AnswerSheet, audit.sheet_id).version_id for audit in (*audits, *new)}
    assert len(versions) == 1
    assert [audit.status for audit in rest] == [AuditStatus.TO_ASSIGN] * 2


def test_elimination_before_any_audit_is_open_opens_none(session: Session, scene: Scene) -> None:
    _eliminate(session, make_audits.cases(session, scene.sample)[0])
    assert session.scalars(select(CaseAudit)).all() == []


def test_open_audits_of_a_voided_draw_are_taken_back(session: Session, scene: Scene) -> None:
    first, *others = make_audits.opened(session, scene)
    make_audits.submitted(session, first)
    ask_to_void(session, scene.sample, reason="A team was left out.", person_id=make.person(session, Role.OFFICER).id)
    sponsor_id = scene.review.sponsor_id or 0
    void_sample(session, scene.sample, person_id=sponsor_id, sponsor_id=sponsor_id)
    assert first.status is AuditStatus.SUBMITTED
    assert {audit.status for audit in others} == {AuditStatus.WITHDRAWN}


# Who audits


def test_nobody_audits_their_own_teams_case(session: Session, scene: Scene) -> None:
    audit, *_ = make_audits.opened(session, scene)
    own = make_audits.auditor(session, scene.police, team="Family Safeguarding  North")
    with pytest.raises(RuleBroken, match="nobody audits their own team's case"):
        assign_auditor(session, audit, auditor=own, case_team=" family safeguarding north ")
    assert audit.auditor_id is None
    assign_auditor(session, audit, auditor=own, case_team="Family Safeguarding South")
    assert (audit.status, audit.auditor_id) == (AuditStatus.ASSIGNED, own.id)


def test_auditor_whose_team_nobody_knows_is_refused(session: Session, scene: Scene) -> None:
    audit, *_ = make_audits.opened(session, scene)
    with pytest.raises(RuleBroken, match="team is not on record"):
        assign_auditor(session, audit, auditor=make_audits.auditor(session, scene.police, team=""), case_team="North")
    with pytest.raises(RuleBroken, match="Say which team works with this case"):
        assign_auditor(session, audit, auditor=make_audits.auditor(session, scene.police, "B"), case_team=" ")


def test_stranger_to_the_agency_cannot_audit_but_an_officer_may(session: Session, scene: Scene) -> None:
    audit, *_ = make_audits.opened(session, scene)
    boss = make.person(session, Role.MANAGER, agency=scene.police, team="South")
    for other in (make_audits.auditor(session, scene.health), boss):
        with pytest.raises(RuleBroken, match="neither a member of this agency nor an officer"):
            assign_auditor(session, audit, auditor=other, case_team="North")
    assign_auditor(session, audit, auditor=make.person(session, Role.OFFICER), case_team="North", auditor_role="Peer")
    assert (audit.status, audit.auditor_role) == (AuditStatus.ASSIGNED, "Peer")


def test_whoever_has_been_involved_in_a_case_cannot_audit_it(session: Session, scene: Scene) -> None:
    audit, other, *_ = make_audits.opened(session, scene)
    person = make_audits.assigned(session, audit)
    declare_involvement(session, audit, person=person, note="Wrote the referral.", declared_by_id=person.id)
    assert (audit.status, audit.auditor_id) == (AuditStatus.TO_ASSIGN, None)
    with pytest.raises(RuleBroken, match="has been involved in this case"):
        assign_auditor(session, audit, auditor=person, case_team="North")
    with pytest.raises(RuleBroken, match="on record as involved in this case already"):
        declare_involvement(session, audit, person=person, note="", declared_by_id=None)
    officer = make.person(session, Role.OFFICER)
    declare_involvement(session, other, person=officer, note="", declared_by_id=None)
    with pytest.raises(RuleBroken, match="has been involved in this case"):
        assign_auditor(session, audit, auditor=officer, case_team="North")


# Handing in, returning, and cases that nobody can audit


def test_only_the_assigned_auditor_or_an_officer_hands_an_audit_in(session: Session, scene: Scene) -> None:
    audit, *_ = make_audits.opened(session, scene)
    with pytest.raises(RuleBroken, match="cannot be handed in: to assign"):
        submit_audit(session, audit, person_id=1)
    person = make_audits.assigned(session, audit)
    begin_audit(session, audit)
    assert audit.status is AuditStatus.IN_PROGRESS
    stranger = make_audits.auditor(session, scene.police, "Colleague")
    with pytest.raises(RuleBroken, match="Only the assigned auditor may enter answers"):
        submit_audit(session, audit, person_id=stranger.id)
    with pytest.raises(RuleBroken, match="Not yet answered"):
        submit_audit(session, audit, person_id=person.id)


def test_audit_is_returned_with_a_reason_and_handed_in_again(session: Session, scene: Scene) -> None:
    audit, *_ = make_audits.opened(session, scene)
    make_audits.submitted(session, audit)
    later = today() + timedelta(days=7)
    with pytest.raises(RuleBroken, match="Say what should be changed"):
        return_audit(session, audit, reason=" ", due_on=later)
    with pytest.raises(RuleBroken, match="still to come"):
        return_audit(session, audit, reason="Say why.", due_on=today() - timedelta(days=1))
    return_audit(session, audit, reason="Say why.", due_on=later)
    assert (audit.status, audit.due_on) == (AuditStatus.RETURNED, later)
    with pytest.raises(RuleBroken, match="cannot be returned: returned for change"):
        return_audit(session, audit, reason="Again.", due_on=later)
    submit_audit(session, audit, person_id=audit.auditor_id or 0)
    assert audit.status is AuditStatus.SUBMITTED


def test_agency_that_does_not_know_the_case_counts_as_no_audit(session: Session, scene: Scene) -> None:
    first, second, *_ = make_audits.opened(session, scene)
    make_audits.submitted(session, first)
    case = session.get_one(SampleCase, first.sample_case_id)
    assert not settle_case(session, case)
    state_not_known(session, second, note="No record under this reference.")
    assert settle_case(session, case)
    assert case.audited_on == today()
    with pytest.raises(RuleBroken, match="open no longer: case not known"):
        state_not_known(session, second, note="")
    return_audit(session, second, reason="Look under the earlier reference.", due_on=today())
    assert second.status is AuditStatus.TO_ASSIGN


def test_audit_is_withdrawn_with_a_reason_only(session: Session, scene: Scene) -> None:
    audit, *_ = make_audits.opened(session, scene)
    with pytest.raises(RuleBroken, match="Say why the audit is withdrawn"):
        withdraw_audit(session, audit, reason=" ")
    withdraw_audit(session, audit, reason="The agency closed.")
    assert not session.get_one(AnswerSheet, audit.sheet_id).is_open


def test_missing_record_becomes_a_finding_and_the_case_stays(session: Session, scene: Scene) -> None:
    audit, *_ = make_audits.opened(session, scene)
    with pytest.raises(RuleBroken, match="Say what is missing"):
        state_record(session, audit, state=RecordState.MISSING, note="")
    state_record(session, audit, state=RecordState.MISSING, note="No assessment on file.")
    assert settle_audits(session) == (0, 1)
    assert settle_audits(session) == (0, 0)
    finding = record_finding_of(session, audit)
    assert finding is not None
    assert (finding.source, finding.verdict, finding.agency_id) == (Source.CASE_AUDIT, Verdict.CONCERN, scene.police.id)
    assert "No assessment on file." in finding.text
    assert session.get_one(SampleCase, audit.sample_case_id).status is CaseStatus.SELECTED


# The twelve months


def test_case_audited_in_the_last_twelve_months_is_kept_out_of_the_next_draw(session: Session, scene: Scene) -> None:
    for audit in make_audits.opened(session, scene):
        make_audits.submitted(session, audit)
    assert settle_audits(session) == (2, 0)
    selected = [case for case in make_audits.cases(session, scene.sample) if case.status is CaseStatus.SELECTED]
    scene.sample.drawn_at = scene.sample.drawn_at - timedelta(days=500)  # type: ignore[operator]
    session.flush()
    references = sorted(case.reference for case in selected)
    assert recently_audited(session, today()) == references
    assert recently_audited(session, today() + timedelta(days=365)) == references
    assert recently_audited(session, today() + timedelta(days=366)) == []
    scene.sample.status, scene.sample.voided_at = SampleStatus.VOID, scene.sample.drawn_at
    session.flush()
    assert recently_audited(session, today()) == references
