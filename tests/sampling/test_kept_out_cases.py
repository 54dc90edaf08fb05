"""Are only those cases of a frame kept out of a draw that were really audited lately, and are no others named?"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audits.recent_audits import audited_lately_in, recently_audited
from models.case_lists.case_frames import CaseFrame
from models.case_lists.case_imports import ImportChoice, import_frame, open_check
from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.rules.documents.papers import Occasion
from models.rules.sampling.sample_certificate_paper import certificate_paper
from models.rules.sampling.sample_plans import exclude, parse_plan
from models.sampling.audit_samples import AuditSample, SampleBrief, plan_sample, quick_draw
from models.sampling.sample_cases import CaseStatus
from models.sampling.sample_certificates import certificate_facts, repeat_draw, write_certificate
from models.sampling.sample_draws import draw_sample
from tests import make_audits
from tests.make_audits import PLAN, Scene
from tests.web import Browser, member

Open = Callable[..., Browser]


@pytest.fixture
def scene(session: Session) -> Scene:
    scene = make_audits.scene(session)
    member(session, Role.OFFICER)
    return scene


def _selected(session: Session, scene: Scene) -> list[str]:
    cases = make_audits.cases(session, scene.sample)
    return sorted(case.reference for case in cases if case.status is CaseStatus.SELECTED)


def _other_frame(session: PortalSession, *references: str) -> CaseFrame:
    lines = ["Case reference,Level,Start date", *(f"{reference},Child in need,2026-01-05" for reference in references)]
    check = open_check(session, io.BytesIO("\n".join(lines).encode()), ImportChoice(), today=today())
    return import_frame(session, check, title="Next list", file_name="n.csv")


def _drawn(session: Session, frame: CaseFrame, excluded: list[str]) -> AuditSample:
    kept = exclude(excluded, months=12)
    exclusions = {"months": 12, "count": kept.count, "fingerprint": kept.fingerprint}
    plan = parse_plan({**PLAN, "allocation": {"method": "equal", "size": 1}, "exclusions": exclusions})
    sample = plan_sample(session, brief=SampleBrief(title="Next"), frame=frame, plan=plan, excluded=excluded)
    quick_draw(session, sample, seed="1", person_id=None)
    write_certificate(session, sample, frame, draw_sample(session, sample, frame))
    return sample


def test_case_that_was_only_drawn_or_whose_audits_are_only_open_is_not_kept_out(session: Session, scene: Scene) -> None:
    assert recently_audited(session, today()) == []
    make_audits.opened(session, scene)
    assert recently_audited(session, today()) == []


def test_case_is_audited_once_one_agency_has_handed_in_also_when_it_was_returned(
    session: Session, scene: Scene
) -> None:
    audit = make_audits.submitted(session, make_audits.opened(session, scene)[0])
    case = next(case for case in make_audits.cases(session, scene.sample) if case.id == audit.sample_case_id)
    assert recently_audited(session, today()) == [case.reference]
    assert recently_audited(session, today() + timedelta(days=366)) == []


def test_only_cases_of_the_list_that_the_plan_would_draw_from_are_kept_out(
    session: PortalSession, scene: Scene
) -> None:
    for audit in make_audits.opened(session, scene):
        make_audits.submitted(session, audit)
    first, second = _selected(session, scene)
    next_list = _other_frame(session, first, "N1", "N2")
    plan = parse_plan({**PLAN, "allocation": {"method": "equal", "size": 1}})
    assert recently_audited(session, today()) == [first, second]
    assert audited_lately_in(session, next_list, plan, today()) == [first]
    early = parse_plan({**PLAN, "time_frame": {"rule": "started_in", "from": "2025-01-01", "to": "2025-12-31"}})
    assert audited_lately_in(session, next_list, early, today()) == []


def test_officers_plan_names_no_case_of_another_list_on_page_or_certificate(
    browser: Open, session: PortalSession, scene: Scene
) -> None:
    for audit in make_audits.opened(session, scene):
        make_audits.submitted(session, audit)
    first, second = _selected(session, scene)
    frame = _other_frame(session, first, "N1", "N2")
    session.commit()
    values = {"title": "Next", "rule": "any", "strata": "level", "method": "equal", "size": "1"}
    page = f"/audit-samples/plan/?frame_id={frame.id}"
    answer = browser(Role.OFFICER).send(page, **values, leaves_out_recent="y")
    assert answer.status_code == 302
    sample = session.scalars(select(AuditSample).where(AuditSample.frame_id == frame.id)).one()
    assert sample.excluded == [first]
    quick_draw(session, sample, seed="1", person_id=None)
    write_certificate(session, sample, frame, draw_sample(session, sample, frame))
    certificate = json.dumps(sample.certificate)
    assert (first in certificate, second in certificate) == (True, False)
    assert repeat_draw(session, json.loads(certificate)) is None


def test_older_certificate_that_names_other_lists_cases_still_verifies_but_prints_none_of_them(
    session: PortalSession, scene: Scene
) -> None:
    frame = _other_frame(session, "N1", "N2", "N3")
    sample = _drawn(session, frame, ["A172073", "A172074", "N3"])
    certificate: Any = json.loads(json.dumps(sample.certificate))
    assert repeat_draw(session, certificate) is None
    facts = certificate_facts(session, Occasion(today(), "Partnership"), sample_id=sample.id)
    assert facts.excluded == ("N3",)
    printed = str(certificate_paper(facts).blocks)
    assert "A172073" not in printed
    assert "2 more are no cases of this list" in printed
    certificate["exclusions"]["references"].remove("A172073")
    assert "not those of their fingerprint" in (repeat_draw(session, certificate) or "")
