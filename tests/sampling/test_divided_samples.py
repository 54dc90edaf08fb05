"""Does a sample that is divided by theme say so everywhere, and show each case's own level as its level?"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.audits.answer_papers import case_audit_form
from models.audits.audit_openings import open_case_audits
from models.audits.audit_outcomes import state_not_known
from models.audits.case_audits import CaseAudit, audits_of_case
from models.audits.moderation_reports import moderation_facts
from models.audits.moderations import grades_by_level, grades_by_stratum, moderate_case
from models.case_lists.case_imports import ImportChoice, import_frame, open_check
from models.core.access import Role
from models.core.clock import today
from models.gates.review_reports import review_facts
from models.partnership.reference_items import ReferenceList
from models.rules.audits.moderation_reports import moderation_paper
from models.rules.documents.papers import Facts, Occasion, Table
from models.rules.gates.review_reports import review_paper
from models.rules.sampling.sample_certificate_paper import certificate_paper
from models.rules.sampling.sample_plans import parse_plan
from models.sampling.audit_samples import AuditSample, SampleBrief, plan_sample, quick_draw
from models.sampling.sample_cases import SampleCase
from models.sampling.sample_certificates import certificate_facts, write_certificate
from models.sampling.sample_draws import draw_sample
from tests import make, make_audits
from tests.make_audits import PLAN, Scene
from tests.web import Browser, member

Open = Callable[..., Browser]
OCCASION = Occasion(today(), "Partnership")
LEVEL, THEME = ("Level of intervention", "Looked after"), ("Theme", "PN2")


@pytest.fixture
def scene(session: Session) -> Scene:
    scene = make_audits.scene(session)
    member(session, Role.OFFICER)
    return scene


@pytest.fixture
def sample(session: Any, scene: Scene) -> AuditSample:
    """One looked-after child under theme PN2, and one child in need under PN4."""
    lines = [
        "Case reference,Level,Theme,Start date",
        "T1,Child in need,PN2,2026-01-01",
        "T1,Looked after,PN2,2026-01-02",
    ]
    lines += ["T2,Child in need,PN4,2026-01-03"]
    check = open_check(session, io.BytesIO("\n".join(lines).encode()), ImportChoice(), today=today())
    frame = import_frame(session, check, title="Themes", file_name="t.csv", review_id=scene.review.id)
    plan = parse_plan({**PLAN, "strata": "theme"})
    brief = SampleBrief(title="By theme", audits_due_on=scene.sample.audits_due_on)
    sample = plan_sample(session, brief=brief, frame=frame, plan=plan)
    quick_draw(session, sample, seed="1", person_id=None)
    write_certificate(session, sample, frame, draw_sample(session, sample, frame))
    return sample


def _audit(session: Session, sample: AuditSample) -> CaseAudit:
    first = make_audits.cases(session, sample)[0]
    opened = open_case_audits(session, sample, only_cases=[first.id]).audits
    session.commit()
    return opened[0]


def test_drawn_case_keeps_its_highest_level_beside_the_theme_it_was_drawn_from(
    session: Session, sample: AuditSample
) -> None:
    first, second = make_audits.cases(session, sample)
    assert (first.reference, first.places) == ("T1", (LEVEL, THEME))
    assert second.places == (("Level of intervention", "Child in need"), ("Theme", "PN4"))


def test_case_of_a_sample_by_level_has_its_level_only(session: Session, scene: Scene) -> None:
    for case in make_audits.cases(session, scene.sample):
        assert case.places == (("Level of intervention", case.stratum),)


def test_papers_of_an_audit_show_level_and_theme_each_under_its_own_word(session: Session, sample: AuditSample) -> None:
    audit = _audit(session, sample)
    facts = case_audit_form(session, OCCASION, record_id=audit.id).facts
    assert facts[1:3] == (LEVEL, THEME)
    paper = moderation_paper(moderation_facts(session, OCCASION, case_id=audit.sample_case_id))
    pairs = [pair for block in paper.blocks if isinstance(block, Facts) for pair in block.pairs]
    assert {LEVEL, THEME} <= set(pairs)


def test_agency_and_officer_read_level_and_theme_apart_on_every_page(
    browser: Open, session: Session, scene: Scene, sample: AuditSample
) -> None:
    audit = _audit(session, sample)
    agency = browser(Role.AGENCY_MEMBER, agency=scene.police, name="Police member")
    officer = browser(Role.OFFICER)
    pages = {agency: [f"/case-audits/{audit.id}/", f"/case-audits/{audit.id}/read/"]}
    pages[officer] = [*pages[agency], f"/sample-cases/{audit.sample_case_id}/"]
    for person, paths in pages.items():
        for path in paths:
            shown = {row.dt.get_text(): row.dd.get_text() for row in person.get(path).select("dl div") if row.dt}
            assert shown["Level of intervention"].strip() == "Looked after", path
    cases = officer.get(f"/case-audits/review/{scene.review.id}/").get_text(" ", strip=True)
    assert "Theme: PN2" in cases
    assert "Looked after" in cases
    assert "Theme: PN2" in officer.get(f"/audit-samples/{sample.id}/").get_text(" ")
    side = officer.get(f"/moderations/case/{audit.sample_case_id}/").get_text(" ")
    assert "Looked after" in side
    assert "PN2" in side


def test_grades_are_counted_by_level_and_by_theme_apart(browser: Open, session: Session, sample: AuditSample) -> None:
    assert grades_by_level(session, sample.id).levels == ("Looked after", "Child in need")
    assert grades_by_stratum(session, sample.id).levels == ("PN2", "PN4")
    audit = _audit(session, sample)
    state_not_known(session, audits_of_case(session, audit.sample_case_id)[1], note="")
    make_audits.submitted(session, audit)
    good = make.word(session, ReferenceList.GRADE, "good").id
    case = session.get_one(SampleCase, audit.sample_case_id)
    moderate_case(session, case, grade_id=good, reason="Kept.", person_id=None)
    session.commit()
    fold = browser(Role.OFFICER).get(f"/case-audits/review/{sample.review_id}/").select_one(f"#grades-{sample.id}")
    assert fold is not None
    titles = [heading.get_text() for heading in fold.select("summary, h3")]
    assert titles == ["Moderated grades by theme", "Moderated grades by level of intervention"]


def test_report_and_certificate_say_what_the_sample_is_divided_by(
    session: Session, scene: Scene, sample: AuditSample
) -> None:
    facts = review_facts(session, OCCASION, review_id=scene.review.id)
    assert [stratum.divided_by for stratum in facts.sample if stratum.reference == sample.reference] == ["Theme"] * 2
    tables = [block for block in review_paper(facts).blocks if isinstance(block, Table)]
    assert [column.title for column in next(table for table in tables if table.heading == "Sample").columns][:3] == [
        "Sample", "Divided by", "Stratum",
    ]  # fmt: skip
    paper = certificate_paper(certificate_facts(session, OCCASION, sample_id=sample.id))
    headings = [block.heading for block in paper.blocks if isinstance(block, Table)]
    assert "4. The cases were drawn, divided by theme" in headings
