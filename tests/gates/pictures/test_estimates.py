"""Does the Board see what each draw of the year says of all cases, what has changed, and which draws say nothing?"""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models.core.clock import today
from models.gates.board_packs import board_facts
from models.gates.pictures.estimates import estimates_of_year
from models.gates.pictures.scopes import BoardScope
from models.partnership.hubs import HubKind
from models.plans.impact_analyses import open_impact_analysis
from models.rules.documents.papers import Occasion
from models.rules.documents.pictures import Picture, Rows
from models.rules.gates.board_packs import board_paper
from models.sampling.audit_samples import DrawKind, SampleStatus
from tests import make, make_audits
from tests.kit.test_screens import statements
from tests.make_audits import Scene

GRADES = ("good", "good", "inadequate", "good", "outstanding", "good")


@pytest.fixture
def scene(session: Session) -> Scene:
    """Six cases drawn before witnesses and audited."""
    return make_audits.witnessed(session)


def picture_of(session: Session, scene: Scene, **scope: object) -> Picture:
    return estimates_of_year(session, BoardScope(**{"year": scene.review.year, **scope}))  # type: ignore[arg-type]


def test_a_draw_before_witnesses_is_told_in_one_sentence_and_a_picture(session: Session, scene: Scene) -> None:
    assert picture_of(session, scene).says == "1 draw has fewer than five graded cases yet."
    make_audits.moderated(session, scene, GRADES)
    picture = picture_of(session, scene)
    said = "5 of 6 audited cases were good or better. Had all 12 been audited, between 5 and 11 of them"
    assert picture.says.startswith(f"“{scene.sample.title}”: {said}")
    assert isinstance(picture.plot, Rows)
    assert [line.value for line in picture.plot.lines] == ["5 of 6"]
    assert picture.table == ((scene.sample.title, "12", "6", "5", "5 to 11"),)


@pytest.mark.parametrize(
    ("kind", "status", "why"),
    [
        (DrawKind.QUICK, SampleStatus.DRAWN, "was a quick draw"),
        (DrawKind.TYPED, SampleStatus.DRAWN, "has a seed that one person typed"),
        (DrawKind.CEREMONY, SampleStatus.VOID, "was voided"),
    ],
)
def test_a_draw_that_allows_no_statement_says_why_and_shows_no_number(
    session: Session, scene: Scene, kind: DrawKind, status: SampleStatus, why: str
) -> None:
    make_audits.moderated(session, scene, GRADES)
    scene.sample.kind, scene.sample.status = kind, status
    if status is SampleStatus.VOID:
        scene.sample.voided_at = scene.sample.drawn_at
    session.flush()
    picture = picture_of(session, scene)
    assert picture.says.startswith(f"Nothing can be said of all cases: “{scene.sample.title}” {why}")
    assert (picture.plot, picture.table) == (None, ())


def test_a_second_draw_is_told_with_the_change_in_the_year_of_its_impact(session: Session, scene: Scene) -> None:
    make_audits.moderated(session, scene, GRADES)
    second = make_audits.drawn(session, make_audits.frame(session, scene.review, 3), seed="2", size=3)
    analysis = open_impact_analysis(session, scene.review, completed_on=date(scene.review.year + 1, 3, 1))
    second.kind, second.title, analysis.sample_id = DrawKind.CEREMONY, "A year on", second.id
    session.flush()
    later = BoardScope(analysis.due_on.year)
    assert later.year == scene.review.year + 2
    assert "1 draw has fewer than five graded cases yet." in estimates_of_year(session, later).base
    again = Scene(scene.review, scene.frame, second, scene.police, scene.health)
    for audit in make_audits.opened(session, again):
        make_audits.submitted(session, audit)
    make_audits.moderated(session, again, [*GRADES, *["good"] * 6])
    picture = estimates_of_year(session, later)
    assert [row[0] for row in picture.table] == [scene.sample.title, "A year on"]
    assert picture.says.startswith("“A year on”: 6 of 6 audited cases were good or better.")
    assert "Good or better among all cases: 83% then, 100% now, a change of +17 points" in picture.says
    assert estimates_of_year(session, BoardScope(scene.review.year + 1)).table == ()


def test_two_statements_for_all_draws_and_only_reviews_of_the_scope(
    session: Session, scene: Scene, engine: Engine
) -> None:
    make_audits.moderated(session, scene, GRADES)
    make_audits.drawn(session, make_audits.frame(session, scene.review, 3), seed="2", size=3)
    with statements(engine) as seen:
        assert len(picture_of(session, scene).table) == 2
    assert len(seen) == 2
    assert picture_of(session, scene, agency_id=scene.police.id).table
    assert not picture_of(session, scene, kind=HubKind.ADULTS).table
    assert not picture_of(session, scene, agency_id=make.agency(session, "Elsewhere").id).table


def test_the_pack_of_a_meeting_carries_the_estimate_with_its_sentence(session: Session, scene: Scene) -> None:
    make_audits.moderated(session, scene, GRADES)
    meets_on = f"{scene.review.year}-12-01"
    facts = board_facts(session, Occasion(today(), "Arden"), body="board", meets_on=meets_on)
    assert "“Audit”: 5 of 6 audited cases were good or better." in str(board_paper(facts).blocks)
