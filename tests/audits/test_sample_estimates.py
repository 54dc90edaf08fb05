"""What do the pages and the report say of all cases, and when do they say that nothing may be said?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import Tag
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models.audits.sample_estimates import change_of, estimates_of, stratum_results
from models.core.access import Role
from models.core.clock import today
from models.gates.review_reports import review_facts
from models.rules.documents.papers import Occasion
from models.rules.sampling.sample_plans import parse_plan
from models.sampling.audit_samples import (
    AuditSample,
    DrawKind,
    SampleBrief,
    SampleStatus,
    lock_sample,
    plan_sample,
    reveal,
)
from models.sampling.sample_certificates import repeat_draw, write_certificate
from models.sampling.sample_draws import draw_sample
from tests import make_audits
from tests.kit.test_screens import statements
from tests.make_audits import Scene
from tests.web import Browser

Open = Callable[..., Browser]


@pytest.fixture
def scene(session: Session) -> Scene:
    """Six cases drawn before witnesses, of each of which both agencies have handed in an audit."""
    return make_audits.witnessed(session)


def test_the_cases_page_says_what_the_draw_tells_of_all_cases(browser: Open, session: Session, scene: Scene) -> None:
    make_audits.moderated(session, scene, ["good", "good", "inadequate", "good", "outstanding", "good"])
    page = browser(Role.OFFICER).get(f"/case-audits/review/{scene.review.id}/")
    part = page.select_one(f"section[aria-labelledby=p-estimate-{scene.sample.id}]")
    assert part is not None
    assert "5 of 6 audited cases were good or better. Had all 12 been audited, between 5 and 11 of them" in _text(part)
    assert len(part.select("svg circle")) == 3


def test_a_voided_a_quick_and_a_typed_draw_say_that_nothing_may_be_said(session: Session, scene: Scene) -> None:
    make_audits.moderated(session, scene, ["good"] * 6)
    said = []
    for kind, status in ((DrawKind.QUICK, SampleStatus.DRAWN), (DrawKind.TYPED, SampleStatus.DRAWN)):
        scene.sample.kind, scene.sample.status = kind, status
        (picture,) = estimates_of(session, [scene.sample]).values()
        said.append((picture.says, picture.plot, picture.table))
    assert all(plot is None and table == () for _, plot, table in said)
    assert [says.split(": ")[1][:21] for says, _, _ in said] == ["this draw was a quick", "this draw has a seed "]
    scene.sample.status = SampleStatus.VOID
    (picture,) = estimates_of(session, [scene.sample]).values()
    assert picture.says == "Nothing can be said of all cases: this draw was voided."


def test_the_page_of_a_sample_says_the_same_and_a_draw_without_grades_says_nothing(
    browser: Open, session: Session, scene: Scene
) -> None:
    pages = browser(Role.OFFICER)
    assert "Fewer than five cases are graded yet" in _text(pages.get(f"/audit-samples/{scene.sample.id}/"))
    make_audits.moderated(session, scene, ["good", "good", "inadequate", "good", "outstanding", "good"])
    assert "between 5 and 11 of them" in _text(pages.get(f"/audit-samples/{scene.sample.id}/"))


def test_the_report_tells_all_cases_together_and_not_parts_of_few(session: Session, scene: Scene) -> None:
    make_audits.moderated(session, scene, ["good", "good", "inadequate", "good", "outstanding", "good"])
    asked = Occasion(today(), "Arden")
    (picture,) = review_facts(session, asked, review_id=scene.review.id).estimates
    assert [row[0] for row in picture.table] == ["All cases"]
    assert "Parts with fewer than five graded cases are not shown" in picture.base


def test_two_statements_however_many_cases_there_are(session: Session, scene: Scene, engine: Engine) -> None:
    make_audits.moderated(session, scene, ["good"] * 6)
    session.refresh(scene.sample)
    with statements(engine) as seen:
        estimates_of(session, [scene.sample])
    assert len(seen) == 2


def test_an_eliminated_case_and_one_not_moderated_count_as_drawn_without_a_grade(
    session: Session, scene: Scene
) -> None:
    make_audits.moderated(session, scene, ["good"] * 5)
    (results,) = stratum_results(session, [scene.sample.id]).values()
    assert [(each.population, each.good, each.other, each.unknown) for each in results] == [(6, 3, 0, 0), (6, 2, 0, 1)]


def test_a_change_is_refused_where_one_draw_allows_no_statement_and_told_where_both_do(
    session: Session, scene: Scene
) -> None:
    make_audits.moderated(session, scene, ["good"] * 6)
    said = change_of(session, scene.sample, scene.sample).says
    assert said.endswith("There is no evidence of a change: none at all would fit as well.")
    scene.sample.kind = DrawKind.QUICK
    refused = change_of(session, scene.sample, scene.sample)
    assert (refused.plot, refused.table) == (None, ())
    assert refused.says.startswith("Nothing can be said of a change among all cases: one of the draws was a quick draw")


def test_the_preview_says_what_a_size_can_tell_and_how_else_it_may_be_divided(
    browser: Open, session: Session, scene: Scene
) -> None:
    make_audits.moderated(session, scene, ["good", "inadequate", "good", "good", "good", "good"])
    plan = parse_plan({**make_audits.PLAN, "allocation": {"method": "fixed", "size": 2}})
    brief = SampleBrief(title="Again", review_id=scene.review.id)
    scene.sample.review_id = scene.review.id
    again = plan_sample(session, frame=scene.frame, plan=plan, brief=brief)
    session.commit()
    page = browser(Role.OFFICER).get(f"/audit-samples/{again.id}/preview/")
    assert "4 of 12 cases: give or take 44 points at 95%. 11 cases would give 10" in _text(page)
    rows = [_text(row) for row in page.select("details.fold tbody tr")]
    assert [row.split(" 2")[0] for row in rows] == [
        "Equally",
        "In proportion to size",
        "By the spread of earlier grades",
    ]


def test_a_plan_is_divided_by_earlier_grades_where_they_are_known_and_repeats_from_its_certificate(
    browser: Open, session: Session, scene: Scene
) -> None:
    officer, page = browser(Role.OFFICER), f"/audit-samples/plan/?frame_id={scene.frame.id}"
    asked = {"rule": "any", "strata": "level", "method": "neyman", "size": "5", "review_id": str(scene.review.id)}
    scene.sample.review_id = scene.review.id
    session.commit()
    assert "neyman" not in _offered(officer, page), "nothing is graded"
    assert officer.client.post(page, data={**officer.filled(page), **asked}).status_code == 422
    make_audits.moderated(session, scene, ["good", "inadequate", "good", "good", "good", "good"])
    assert "neyman" in _offered(officer, page)
    refused = officer.client.post(page, data={**officer.filled(page), **asked, "strata": "theme"})
    assert "earlier grades are not known" in refused.text
    kept = {**officer.filled(page), **asked, "leaves_out_recent": ""}
    assert officer.client.post(page, data=kept).status_code == 302
    sample = session.scalars(select(AuditSample).order_by(AuditSample.id.desc())).first()
    assert sample is not None
    assert sample.plan["allocation"]["spreads"] == {"Child protection plan": 490, "Child in need": 400}
    assert officer.filled(f"/audit-samples/{sample.id}/change-plan/")["method"] == "neyman"
    shown = _text(officer.get(f"/audit-samples/{sample.id}/preview/"))
    assert "Spread of earlier grades Child in need 0.40; Child protection plan 0.49" in shown
    lock_sample(session, sample, frame=scene.frame, person_id=None)
    reveal(session, sample, public="1 2 3", witness="A Witness")
    certificate = write_certificate(session, sample, scene.frame, draw_sample(session, sample, scene.frame))
    assert repeat_draw(session, certificate) is None


def _offered(officer: Browser, page: str) -> list[object]:
    return [option["value"] for option in officer.get(page).select("select[name=method] option")]


def _text(part: Tag) -> str:
    return " ".join(part.get_text(" ").split())
