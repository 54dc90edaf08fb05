"""Is a case whose elimination is pending left out of the audits until somebody else has decided, and marked so?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audits.audit_openings import open_case_audits
from models.audits.case_audits import CaseAudit, audits_of_case
from models.core.access import Role
from models.core.clock import today
from models.core.errors import RuleBroken
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.sampling.sample_cases import SampleCase, approve_elimination, propose_elimination, refuse_elimination
from tests import make, make_audits
from tests.make_audits import Scene
from tests.web import Browser, member

Open = Callable[..., Browser]


@pytest.fixture
def scene(session: Session) -> Scene:
    scene = make_audits.scene(session)
    member(session, Role.OFFICER)
    return scene


def _proposed(session: Session, scene: Scene) -> tuple[SampleCase, Person]:
    """The first drawn case, which somebody proposes to eliminate."""
    case, proposer = make_audits.cases(session, scene.sample)[0], make.person(session, Role.OFFICER)
    reasons = select(ReferenceItem).where(ReferenceItem.list_name == ReferenceList.ELIMINATION_REASON)
    reason = session.scalars(reasons).first()
    assert reason is not None
    propose_elimination(session, case, reason=reason, note="Moved away.", person=proposer)
    return case, proposer


def test_no_audit_is_opened_of_a_case_whose_elimination_is_pending(session: Session, scene: Scene) -> None:
    case, _proposer = _proposed(session, scene)
    opening = open_case_audits(session, scene.sample)
    assert len(opening.audits) == 2
    assert case.id not in {audit.sample_case_id for audit in opening.audits}
    assert f"No audits for {case.reference} yet: a second person has to decide" in opening.sentence
    with pytest.raises(RuleBroken, match=f"Every agency has its audits already. No audits for {case.reference} yet"):
        open_case_audits(session, scene.sample)


def test_case_that_is_kept_after_all_gets_its_audits_when_they_are_opened_again(session: Session, scene: Scene) -> None:
    case, _proposer = _proposed(session, scene)
    open_case_audits(session, scene.sample)
    refuse_elimination(session, case, person=make.person(session, Role.ADMINISTRATOR))
    assert {audit.sample_case_id for audit in open_case_audits(session, scene.sample).audits} == {case.id}


def test_reserve_that_steps_in_for_a_case_without_audits_is_audited_as_the_rest_is(
    session: Session, scene: Scene
) -> None:
    case, _proposer = _proposed(session, scene)
    open_case_audits(session, scene.sample)
    successor = approve_elimination(session, case, person=make.person(session, Role.ADMINISTRATOR))
    assert successor is not None
    agencies = {audit.agency_id for audit in audits_of_case(session, successor.id)}
    assert agencies == {scene.police.id, scene.health.id}
    assert audits_of_case(session, case.id) == []


def test_reserve_gets_no_audits_before_any_of_its_sample_are_open(session: Session, scene: Scene) -> None:
    case, _proposer = _proposed(session, scene)
    approve_elimination(session, case, person=make.person(session, Role.ADMINISTRATOR))
    assert session.scalars(select(CaseAudit)).all() == []


def test_matrix_and_opening_page_mark_a_case_whose_elimination_is_pending(
    browser: Open, session: Session, scene: Scene
) -> None:
    case, _proposer = _proposed(session, scene)
    session.commit()
    officer, path = browser(Role.OFFICER), f"/case-audits/sample/{scene.sample.id}/"
    assert f"No audits for {case.reference} yet" in officer.get(f"{path}open/").get_text()
    assert officer.send(f"{path}open/", due_on=(today() + timedelta(days=9)).isoformat()).status_code == 302
    page = officer.get(f"/case-audits/review/{scene.review.id}/")
    rows = [row for row in page.select("table.cells tbody tr") if row.select("a.ref")]
    marked = [row for row in rows if "Elimination proposed" in row.get_text(" ")]
    assert len(rows) == 2
    assert [row.select_one("a.ref").get_text() for row in marked] == [case.reference]  # type: ignore[union-attr]
    assert [cell.get_text(strip=True) for cell in marked[0].select("td")[:2]] == ["On hold"] * 2
    assert marked[0].select("input") == []
    assert f"No audits for {case.reference} yet" in page.get_text()


def test_auditor_reads_that_the_case_in_hand_may_leave_the_sample(
    browser: Open, session: Session, scene: Scene
) -> None:
    audit = make_audits.opened(session, scene)[0]
    _proposed(session, scene)
    session.commit()
    member_of_police = browser(Role.AGENCY_MEMBER, agency=scene.police, name="Police member")
    assert "may leave the sample" in member_of_police.get(f"/case-audits/{audit.id}/").get_text()
