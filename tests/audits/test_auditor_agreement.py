"""Do the pictures of the auditors' agreement say what was answered, and nothing while too few cases are moderated?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from models.audits.auditor_agreement import auditor_agreement
from models.audits.case_audits import CaseAudit
from models.core.access import Role
from models.tools.answer_sheets import SheetAnswer
from tests import make_audits, make_tools
from tests.kit.test_screens import statements
from tests.make_audits import Scene
from tests.web import Browser

Open = Callable[..., Browser]
GRADES = ("Outstanding", "Good", "Requires improvement", "Not met")


@pytest.fixture
def scene(session: Session) -> Scene:
    """Six drawn cases, of each of which both agencies have handed in an audit that asks for a grade in its words."""
    make_tools.scale(session, points=GRADES)
    scene = make_audits.scene(session, size=3)
    for audit in make_audits.opened(session, scene):
        make_audits.submitted(session, audit, met="Good")
    session.commit()
    return scene


def answered(session: Session, scene: Scene, agency_id: int, *values: str) -> None:
    """The agency's own grades of the cases, in order."""
    audits = select(CaseAudit.sheet_id).where(CaseAudit.agency_id == agency_id).order_by(CaseAudit.sample_case_id)
    for sheet_id, value in zip(session.scalars(audits).all(), values, strict=False):
        of_sheet = SheetAnswer.sheet_id == sheet_id, SheetAnswer.question_key == "met"
        session.execute(update(SheetAnswer).where(*of_sheet).values(value=value))
    session.commit()


def test_nothing_is_shown_while_fewer_than_five_cases_are_moderated(session: Session, scene: Scene) -> None:
    make_audits.moderated(session, scene, ["good"] * 4)
    assert auditor_agreement(session, scene.review.id) == []


def test_an_agency_that_grades_higher_and_how_far_both_agree_stand_on_the_cases_page(
    browser: Open, session: Session, scene: Scene
) -> None:
    answered(session, scene, scene.police.id, *["Outstanding"] * 5, "Good")
    answered(session, scene, scene.health.id, *["Good"] * 6)
    make_audits.moderated(session, scene, ["good"] * 6)
    agreed, differences = auditor_agreement(session, scene.review.id)
    assert agreed.table[0][1:3] == ("6", "17%")
    assert differences.says == "Northfield Police grades higher than what is moderated."
    assert [row[1:] for row in differences.table] == [
        ("6", "+0.8 steps (+0.4 to +1.3)", "Grades higher"),
        ("6", "The same grade in every case", "No difference"),
    ]
    page = browser(Role.OFFICER).get(f"/case-audits/review/{scene.review.id}/")
    assert page.select_one("section[aria-labelledby=p-differences] svg circle") is not None
    assert page.select_one("section[aria-labelledby=p-agreement] svg circle") is not None


def test_two_statements_however_many_answers_there_are(session: Session, scene: Scene, engine: Engine) -> None:
    make_audits.moderated(session, scene, ["good"] * 6)
    session.refresh(scene.review)
    with statements(engine) as seen:
        auditor_agreement(session, scene.review.id)
    assert len(seen) == 2
