"""Is an auditor told once that an audit is theirs, and once that it is not, without a word of the case?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from jobs.core import queue
from models.audits.audit_outcomes import withdraw_audit
from models.audits.case_audits import CaseAudit
from models.core.access import Role
from models.core.db import PortalSession
from models.messages.messages import Message
from models.partnership.people import Person
from models.rules.core.due_dates import in_words
from models.sampling.sample_cases import SampleCase
from tests import make_audits
from tests.make_audits import Scene
from tests.web import Browser, member
from tests.work import do_requests, done

Open = Callable[..., Browser]
Tell = Callable[[], list[str]]
PORTAL = "https://portal.example"


@pytest.fixture
def scene(session: Session) -> Scene:
    return make_audits.scene(session)


@pytest.fixture
def tell(session: Session, session_factory: sessionmaker[PortalSession]) -> Tell:
    """Do what was asked for; returns what has been written so far, as "name: subject"."""

    def work() -> list[str]:
        done(do_requests(session, session_factory, address=PORTAL))
        rows = session.scalars(select(Message).order_by(Message.id))
        return [f"{message.recipient_name}: {message.subject.partition(': ')[2]}" for message in rows]

    return work


def an_audit(session: Session, scene: Scene) -> CaseAudit:
    audit = make_audits.opened(session, scene)[0]
    session.commit()
    return audit


def auditor(session: Session, scene: Scene, name: str) -> Person:
    return member(session, Role.AGENCY_MEMBER, agency=scene.police, name=name, team="South")


def test_auditor_is_told_when_a_manager_gives_the_audit_and_when_it_goes_to_another(
    browser: Open, session: Session, scene: Scene, tell: Tell
) -> None:
    audit = an_audit(session, scene)
    ann, ben = auditor(session, scene, "Ann"), auditor(session, scene, "Ben")
    manager = browser(Role.MANAGER, agency=scene.police, name="Police manager")
    page, due = f"/case-audits/{audit.id}/assign/", f"case audit due {in_words(audit.due_on)}"
    for _again in range(2):
        assert manager.send(page, auditor_id=ann.id, case_team="North").status_code == 302
        assert tell() == [f"Ann: {due}"]
    message = session.scalars(select(Message)).one()
    assert f"{PORTAL}/case-audits/{audit.id}/" in message.body
    assert session.get_one(SampleCase, audit.sample_case_id).reference not in message.subject + message.body
    session.commit()
    manager.send(page, auditor_id=ben.id, case_team="North")
    assert tell() == [f"Ann: {due}", f"Ben: {due}", "Ann: no longer yours to audit"]


def test_auditor_who_was_involved_or_whose_audit_is_withdrawn_is_told(
    session: Session, browser: Open, scene: Scene, tell: Tell
) -> None:
    audit = an_audit(session, scene)
    ann = make_audits.assigned(session, audit, auditor(session, scene, "Ann"))
    tell()
    manager = browser(Role.MANAGER, agency=scene.police, name="Police manager")
    manager.send(f"/case-audits/{audit.id}/involved/", person_id=ann.id, note="Wrote the referral.")
    assert tell()[1:] == ["Ann: no longer yours to audit"]
    make_audits.assigned(session, audit, auditor(session, scene, "Ben"))
    tell()
    withdraw_audit(session, audit, reason="The case has left the sample.")
    assert tell()[3:] == ["Ben: no longer yours to audit"]


def test_nobody_is_told_of_what_is_handed_in_or_after_they_have_left(
    session: Session, scene: Scene, tell: Tell
) -> None:
    first, second, *_ = make_audits.opened(session, scene)
    make_audits.submitted(session, first)
    make_audits.assigned(session, second).is_active = False
    assert tell() == []


def test_message_to_an_auditor_is_written_once_when_the_job_runs_twice(
    session: Session, scene: Scene, tell: Tell, session_factory: sessionmaker[PortalSession]
) -> None:
    make_audits.assigned(session, an_audit(session, scene), auditor(session, scene, "Ann"))
    requests = do_requests(session, session_factory, address=PORTAL)
    assert [request.sentence for request in requests] == ["The auditor is told."]
    queue.run(requests[0].id)
    assert len(tell()) == 1


def test_reminder_of_an_audit_goes_to_its_auditor_alone_and_names_no_case(
    session: Session, browser: Open, scene: Scene
) -> None:
    audit = an_audit(session, scene)
    ann = make_audits.assigned(session, audit, auditor(session, scene, "Ann"))
    auditor(session, scene, "Ben")
    session.commit()
    officer = browser(Role.OFFICER)
    assert officer.send(f"/case-audits/{audit.id}/remind/", said="Please think of it.").status_code == 302
    (message,) = session.scalars(select(Message))
    assert (message.recipient_id, message.subject.startswith(f"{audit.reference}: reminder, due")) == (ann.id, True)
    assert session.get_one(SampleCase, audit.sample_case_id).reference not in message.subject + message.body
