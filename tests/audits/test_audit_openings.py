"""Do officers open, managers assign and auditors answer, each of their own and nothing of others?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from models.audits.audit_outcomes import state_record
from models.audits.case_audits import AuditStatus, CaseAudit, RecordState
from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.documents.job_requests import request_job
from models.evidence.findings import Finding
from models.partnership.people import Person
from models.reminders.reminder_kinds import Recipient, ReminderKind
from models.reminders.reminder_subjects import open_by_person, open_subjects
from models.rules.evidence.triangulation import Source, Verdict
from models.sampling.sample_cases import SampleCase
from models.tools.answer_sheets import AnswerSheet, Given, SheetAnswer, save_answer
from tests import make, make_audits
from tests.make_audits import Scene
from tests.web import Browser, member, words_of
from tests.work import do_requests, done

Open = Callable[..., Browser]


@pytest.fixture
def scene(session: Session) -> Scene:
    scene = make_audits.scene(session)
    member(session, Role.OFFICER)
    return scene


def _audits(session: Session, scene: Scene) -> list[CaseAudit]:
    opened = make_audits.opened(session, scene)
    session.commit()
    return opened


def _auditor(session: Session, scene: Scene, name: str = "Police auditor") -> Person:
    return member(session, Role.AGENCY_MEMBER, agency=scene.police, name=name, team="South")


def test_officer_opens_the_audits_of_a_drawn_sample(browser: Open, session: Session, scene: Scene) -> None:
    officer = browser(Role.OFFICER)
    sample = f"/audit-samples/{scene.sample.id}/"
    path, cases = f"/case-audits/sample/{scene.sample.id}/", f"/case-audits/review/{scene.review.id}/"
    assert officer.get(sample).select_one(f'main a[href="{path}open/"]') is not None
    page = officer.get(cases)
    assert "No audit of this sample is open yet." in page.get_text()
    assert [link["href"] for link in page.select("main a.button.main")] == [f"{path}open/"]
    due = today() + timedelta(days=10)
    assert officer.send(f"{path}open/", due_on=due.isoformat()).status_code == 302
    page = officer.get(cases)
    assert "4 case audits are open." in page.get_text()
    assert [cell.get_text(" ", strip=True).count("Not assigned") for cell in page.select("td label")] == [1] * 4
    again = officer.send(f"{path}open/", due_on=due.isoformat())
    assert (again.status_code, "Every agency has its audits already" in words_of(again)) == (422, True)
    assert "Case audits" in officer.get(f"/thematic-reviews/{scene.review.id}/").get_text()
    browser(Role.OFFICER, name="Officer elsewhere").get(f"{path}open/", 403)


def test_old_addresses_of_a_samples_audits_lead_on_to_the_cases_of_its_review(
    browser: Open, session: Session, scene: Scene
) -> None:
    officer, cases = browser(Role.OFFICER), f"/case-audits/review/{scene.review.id}/"
    assert officer.client.get(f"/case-audits/sample/{scene.sample.id}/").location == cases
    grades = f"{cases}#grades-{scene.sample.id}"
    assert officer.client.get(f"/moderations/sample/{scene.sample.id}/").location == grades
    offered = [str(link["href"]) for link in officer.get(f"/audit-samples/{scene.sample.id}/").select("main a[href]")]
    assert {cases, grades} <= set(offered)
    officer.get("/case-audits/sample/999999/", 404)


def test_late_audits_are_listed_and_named_on_the_home_page(browser: Open, session: Session, scene: Scene) -> None:
    first, second, *_ = _audits(session, scene)
    make_audits.submitted(session, first)
    for audit in (first, second):
        audit.due_on = today() - timedelta(days=1)
    session.commit()
    officer = browser(Role.OFFICER)
    late = officer.get("/case-audits/?late=yes").get_text()
    assert second.reference in late
    assert first.reference not in late
    assert "case audit that an agency owes is overdue by 1 day" in officer.get("/").get_text()


def test_manager_assigns_an_auditor_of_their_agency_but_not_of_the_cases_team(
    browser: Open, session: Session, scene: Scene
) -> None:
    audit, *_ = _audits(session, scene)
    person = _auditor(session, scene)
    manager = browser(Role.MANAGER, agency=scene.police, name="Police manager")
    assert "case audits without an auditor are due, the first in" in manager.get("/").get_text()
    path = f"/case-audits/{audit.id}/assign/"
    refused = manager.send(path, auditor_id=person.id, case_team="south")
    assert (refused.status_code, "nobody audits their own team's case" in words_of(refused)) == (422, True)
    assert manager.send(path, auditor_id=person.id, case_team="North").status_code == 302
    session.expire_all()
    assert (audit.auditor_id, audit.status) == (person.id, AuditStatus.ASSIGNED)
    other = make_audits.auditor(session, scene.health)
    session.commit()
    stranger = manager.send(path, auditor_id=other.id, case_team="North")
    assert (stranger.status_code, "Choose one of the offered records" in words_of(stranger)) == (422, True)


def test_agency_member_does_not_assign_but_declares_involvement(browser: Open, session: Session, scene: Scene) -> None:
    audit, *_ = _audits(session, scene)
    person = _auditor(session, scene)
    make_audits.assigned(session, audit, person)
    session.commit()
    auditor = Browser(browser().client.application).sign_in(person)
    auditor.get(f"/case-audits/{audit.id}/assign/", 403)
    path = f"/case-audits/{audit.id}/involved/"
    assert auditor.send(path, person_id=person.id, note="Wrote the referral.").status_code == 302
    session.expire_all()
    assert audit.status is AuditStatus.TO_ASSIGN
    assert "Police auditor" in auditor.get(f"/case-audits/{audit.id}/").get_text()


def test_auditor_answers_and_hands_in_while_colleagues_only_read(browser: Open, session: Session, scene: Scene) -> None:
    audit, *_ = _audits(session, scene)
    person = _auditor(session, scene)
    make_audits.assigned(session, audit, person)
    session.commit()
    auditor = Browser(browser().client.application).sign_in(person)
    assert "case audit in your hands is due in" in auditor.get("/").get_text()
    answer = f"/case-audits/{audit.id}/answer/1/"
    colleague = browser(Role.AGENCY_MEMBER, agency=scene.police, name="Colleague")
    colleague.get(answer, 403)
    colleague.get(f"/case-audits/{audit.id}/hand-in/", 403)
    assert "Case audit tool" in colleague.get(f"/case-audits/{audit.id}/read/").get_text()
    sent = auditor.filled(answer, **{"a-met": "Fully met"})
    assert auditor.client.post(answer, data=sent).status_code == 302
    session.expire_all()
    assert audit.status is AuditStatus.IN_PROGRESS
    assert auditor.send(f"/case-audits/{audit.id}/hand-in/").status_code == 302
    session.expire_all()
    assert (audit.status, audit.submitted_by_id) == (AuditStatus.SUBMITTED, person.id)
    assert "Fully met" in auditor.get(f"/case-audits/{audit.id}/paper/").get_text()
    assert session.get_one(SampleCase, audit.sample_case_id).reference in auditor.get("/case-audits/").get_text()


def test_database_itself_takes_answers_of_the_assigned_auditor_only(session: PortalSession, scene: Scene) -> None:
    audit, *_ = _audits(session, scene)
    person = _auditor(session, scene)
    make_audits.assigned(session, audit, person)
    colleague = _auditor(session, scene, "Colleague")
    session.commit()
    session.info["actor"], own = colleague.actor(), person.actor()
    sheet = session.get_one(AnswerSheet, audit.sheet_id)
    with pytest.raises(DBAPIError, match="row-level security"):
        save_answer(session, sheet, Given("met", ["Fully met"]), person_id=colleague.id)
    session.rollback()
    session.info["actor"] = own
    save_answer(session, sheet, Given("met", ["Fully met"]), person_id=own.person_id)
    session.commit()
    assert len(session.scalars(select(SheetAnswer)).all()) == 1
    session.rollback()


def test_people_of_an_agency_reach_no_audit_of_another(browser: Open, session: PortalSession, scene: Scene) -> None:
    police, health, *_ = sorted(_audits(session, scene), key=lambda audit: audit.id)
    assert (police.agency_id, health.agency_id) == (scene.police.id, scene.health.id)
    for role in (Role.AGENCY_MEMBER, Role.MANAGER):
        stranger = browser(role, agency=scene.police, name=f"Police {role}")
        page = stranger.get("/case-audits/").get_text()
        assert (police.reference in page, health.reference in page) == (True, False)
        for view in ("", "read/", "paper/", "paper/blank/", "not-known/", "involved/"):
            stranger.get(f"/case-audits/{health.id}/{view}", 404)
        for view in ("record/", "answer/1/"):  # members answer, managers read
            stranger.get(f"/case-audits/{health.id}/{view}", 404 if role is Role.AGENCY_MEMBER else 403)
        stranger.get(f"/case-audits/sample/{scene.sample.id}/", 403)
        stranger.get(f"/case-audits/review/{scene.review.id}/", 403)
        stranger.get(f"/case-audits/review/{scene.review.id}/assign/?audits={police.id}", 403)
    person = member(session, Role.MANAGER, agency=scene.police, name="Police manager")
    session.info["actor"] = person.actor()
    session.expunge_all()
    assert {audit.agency_id for audit in session.scalars(select(CaseAudit))} == {scene.police.id}
    cases = set(session.scalars(select(CaseAudit.sample_case_id)))
    assert {case.id for case in session.scalars(select(SampleCase))} == cases
    session.rollback()


def test_officer_of_another_hub_changes_nothing_of_an_audit(browser: Open, session: Session, scene: Scene) -> None:
    audit, *_ = _audits(session, scene)
    person = _auditor(session, scene)
    elsewhere = browser(Role.OFFICER, name="Officer elsewhere")
    for view in ("assign/", "involved/", "not-known/", "record/", "withdraw/", "return/", "answer/1/", "hand-in/"):
        path = f"/case-audits/{audit.id}/{view}"
        elsewhere.get(path, 403)
        sent = elsewhere.send(path, "/account/", auditor_id=person.id, case_team="North", person_id=person.id)
        assert (view, sent.status_code) == (view, 403)
    session.expire_all()
    assert (audit.status, audit.auditor_id, audit.record_state) == (AuditStatus.TO_ASSIGN, None, None)
    assert elsewhere.get(f"/case-audits/{audit.id}/").select(f'main a[href^="/case-audits/{audit.id}/assign"]') == []


def test_agency_says_that_it_does_not_know_a_case_and_officer_asks_again(
    browser: Open, session: Session, scene: Scene
) -> None:
    audit, *_ = _audits(session, scene)
    agency = browser(Role.AGENCY_MEMBER, agency=scene.police, name="Police member")
    assert agency.send(f"/case-audits/{audit.id}/not-known/", note="No such reference.").status_code == 302
    session.expire_all()
    assert audit.status is AuditStatus.NOT_KNOWN
    agency.get(f"/case-audits/{audit.id}/not-known/", 403)
    officer = browser(Role.OFFICER)
    due = today() + timedelta(days=5)
    path = f"/case-audits/{audit.id}/return/"
    assert officer.send(path, reason="Look again.", due_on=due.isoformat()).status_code == 302
    session.expire_all()
    assert (audit.status, audit.due_on) == (AuditStatus.TO_ASSIGN, due)
    assert officer.send(f"/case-audits/{audit.id}/withdraw/", reason="").status_code == 422
    assert officer.send(f"/case-audits/{audit.id}/withdraw/", reason="Left the area.").status_code == 302


def test_officer_makes_a_missing_record_a_finding_with_one_press(browser: Open, session: Session, scene: Scene) -> None:
    audit, *_ = _audits(session, scene)
    officer, path = browser(Role.OFFICER), f"/case-audits/{audit.id}/record/"
    assert officer.send(path, state="missing", note="").status_code == 422
    assert officer.send(path, state="missing", note="No chronology.").status_code == 302
    finding = session.scalars(select(Finding)).one()
    assert (finding.origin, finding.agency_id) == (f"case_audits:{audit.id}", scene.police.id)
    officer.get(path, 403)
    assert "No chronology." in officer.get(f"/case-audits/{audit.id}/").get_text()


def test_officer_makes_a_finding_of_an_audits_answer_with_one_press(
    browser: Open, session: Session, scene: Scene
) -> None:
    audit = make_audits.submitted(session, _audits(session, scene)[0], "Not met")
    session.commit()
    officer = browser(Role.OFFICER)
    page = officer.get(f"/case-audits/{audit.id}/read/")
    link = next(str(tag["href"]) for tag in page.select("main a.button") if "/finding/" in str(tag["href"]))
    assert officer.client.post(link, data=officer.filled(link)).status_code == 302
    finding = session.scalars(select(Finding)).one()
    assert (finding.source, finding.verdict, finding.agency_id) == (Source.CASE_AUDIT, Verdict.CONCERN, scene.police.id)
    assert finding.key_line_id is not None


def test_night_carries_what_agencies_did_to_the_hubs_records_once(
    session: Session, session_factory: sessionmaker[PortalSession], scene: Scene
) -> None:
    first, second, third, _ = _audits(session, scene)
    for audit in (first, second):
        make_audits.submitted(session, audit)
    state_record(session, third, state=RecordState.POOR, note="No dates.")
    request_job(session, "settle_case_audits", {})
    *_, said = done(do_requests(session, session_factory))
    assert said == "Cases marked as audited: 1; findings made of missing or poor records: 1."
    assert session.get_one(SampleCase, first.sample_case_id).audited_on == today()
    request_job(session, "settle_case_audits", {})
    assert done(do_requests(session, session_factory)) == [
        "Cases marked as audited: 0; findings made of missing or poor records: 0."
    ]
    assert len(session.scalars(select(Finding)).all()) == 1


def test_auditor_is_reminded_of_what_is_open_and_no_message_names_the_case(session: Session, scene: Scene) -> None:
    first, second, *_ = _audits(session, scene)
    person = make_audits.assigned(session, first)
    make_audits.submitted(session, second)
    told = open_subjects(session, ReminderKind.CASE_AUDIT_DUE, Recipient.AUDITOR)
    assert [(subject.id, subject.recipient_id, subject.due_on) for subject in told] == [
        (first.id, person.id, first.due_on)
    ]
    assert [subject.reference for subject in open_by_person(session)[person.id]] == [first.reference]
    case = session.get_one(SampleCase, first.sample_case_id)
    assert case.reference not in str(told)
    officers = open_subjects(session, ReminderKind.CASE_AUDIT_DUE, Recipient.OFFICER, first.id)
    assert [subject.recipient_name for subject in officers] == [make.person(session, Role.OFFICER).name]
