"""Does a manager give out audits of their own agency together, all of them or none, and never those of another?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audits.audit_assignments import declare_involvement
from models.audits.case_audits import AuditStatus, CaseAudit
from models.core.access import Role
from models.documents.job_requests import JobRequest
from models.partnership.people import Person
from models.sampling.sample_cases import SampleCase
from tests import make_audits
from tests.make_audits import Scene
from tests.web import Browser, words_of

Open = Callable[..., Browser]
PAGE = "/case-audits/own/assign/"


@pytest.fixture
def scene(session: Session) -> Scene:
    return make_audits.scene(session)


@pytest.fixture
def auditor(session: Session, scene: Scene) -> Person:
    """The only auditor of the police, of the team South."""
    return make_audits.auditor(session, scene.police)


@pytest.fixture
def audits(session: Session, scene: Scene, auditor: Person) -> list[CaseAudit]:
    """All audits of the two agencies, none of them assigned; those of the police."""
    opened = make_audits.opened(session, scene)
    session.commit()
    return [audit for audit in opened if audit.agency_id == scene.police.id]


def test_manager_assigns_several_audits_of_their_agency_with_one_press(
    browser: Open, session: Session, scene: Scene, audits: list[CaseAudit], auditor: Person
) -> None:
    manager = browser(Role.MANAGER, agency=scene.police)
    assert "Assign several" in [link.get_text() for link in manager.get("/case-audits/").select("main a.button")]
    page = manager.get(PAGE)
    boxes = [str(box["name"]) for box in page.select("input[type=checkbox]")]
    assert sorted(boxes) == sorted(f"audit_{audit.id}" for audit in audits)
    assert page.select("input[type=checkbox][checked]") == []
    assert len(manager.get(f"{PAGE}?tick=all").select("input[type=checkbox][checked]")) == len(audits)
    ticks = dict.fromkeys(boxes, "y")
    before = [audit.due_on for audit in audits]
    answer = manager.send(PAGE, **ticks, auditor=auditor.id, team="North")
    assert (answer.status_code, answer.location) == (302, "/case-audits/")
    assert f"{len(audits)} audits are assigned to {auditor.name}." in manager.get("/case-audits/").get_text()
    session.expire_all()
    assert {(audit.status, audit.auditor_id, audit.case_team) for audit in audits} == {
        (AuditStatus.ASSIGNED, auditor.id, "North")
    }
    assert [audit.due_on for audit in audits] == before
    told = session.scalar(select(func.count()).select_from(JobRequest).where(JobRequest.name == "tell_auditor"))
    assert told == len(audits)
    session.commit()
    assert "Every audit of your agency has its auditor" in manager.get(PAGE).get_text()


def test_nothing_is_assigned_where_one_of_them_breaks_a_rule(
    browser: Open, session: Session, scene: Scene, audits: list[CaseAudit], auditor: Person
) -> None:
    declare_involvement(session, audits[0], person=auditor, note="", declared_by_id=None)
    case = session.get_one(SampleCase, audits[0].sample_case_id)
    session.commit()
    manager = browser(Role.MANAGER, agency=scene.police)
    ticks = {f"audit_{audit.id}": "y" for audit in audits}
    refused = manager.send(PAGE, **ticks, auditor=auditor.id, team="North")
    assert refused.status_code == 422
    assert f"{case.reference}: {auditor.name} has been involved in this case" in words_of(refused)
    assert 'href="#auditor"' in refused.text
    assert refused.text.count("checked") == len(audits)
    unticked = manager.send(PAGE, auditor=auditor.id, team="North")
    assert "Tick the audits that are to be assigned first." in words_of(unticked)
    assert "Say which team works with this case" in words_of(manager.send(PAGE, **ticks, auditor=auditor.id))
    session.expire_all()
    assert {audit.status for audit in audits} == {AuditStatus.TO_ASSIGN}


def test_audits_and_people_of_another_agency_are_neither_shown_nor_taken(
    browser: Open, session: Session, scene: Scene, audits: list[CaseAudit], auditor: Person
) -> None:
    stranger = make_audits.auditor(session, scene.health)
    session.commit()
    manager = browser(Role.MANAGER, agency=scene.police)
    theirs = session.scalars(select(CaseAudit).where(CaseAudit.agency_id == scene.health.id)).all()
    ticks = {f"audit_{audit.id}": "y" for audit in theirs}
    session.commit()
    page = manager.get(PAGE).get_text()
    assert not any(audit.reference in page for audit in theirs)
    assert "Tick the audits" in words_of(manager.send(PAGE, **ticks, auditor=auditor.id, team="North"))
    own = {f"audit_{audits[0].id}": "y"}
    assert manager.send(PAGE, **own, auditor=stranger.id, team="North").status_code == 422
    session.expire_all()
    assert {audit.status for audit in (*audits, *theirs)} == {AuditStatus.TO_ASSIGN}


def test_page_is_for_managers_of_an_agency_only(browser: Open, session: Session, scene: Scene) -> None:
    for role in (Role.OFFICER, Role.SPONSOR, Role.MANAGER):
        browser(role).get(PAGE, 403)
    browser(Role.AGENCY_MEMBER, agency=scene.police).get(PAGE, 403)
