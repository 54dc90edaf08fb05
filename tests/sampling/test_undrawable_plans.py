"""Is a draw of nothing refused wherever somebody could ask for one, and is nothing recorded of it?"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.case_lists.case_frames import CaseFrame
from models.case_lists.case_imports import ImportChoice, import_frame, open_check
from models.core.access import Role
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.documents.job_requests import JobRequest
from models.rules.sampling.sample_plans import parse_plan
from models.sampling.audit_samples import (
    AuditSample,
    SampleBrief,
    SampleStatus,
    lock_sample,
    plan_sample,
    quick_draw,
    reveal,
)
from models.sampling.sample_previews import refuse_undrawable
from models.tools.starting_words import give_starting_words
from tests.web import Browser, words_of

Open = Callable[..., Browser]
PLAN: dict[str, Any] = {
    "time_frame": {"rule": "any"},
    "themes": None,
    "strata": "level",
    "allocation": {"method": "fixed", "size": 1},
    "reserves": 1,
}
NEVER = {"rule": "started_in", "from": "1999-01-01", "to": "1999-12-31"}
MAY = {"rule": "started_in", "from": "2025-05-01", "to": "2025-05-31"}
EMPTY = [
    ({"themes": ["Missing"]}, "The list has no theme “Missing”"),
    ({"time_frame": NEVER}, "Nothing would be drawn"),
    ({"time_frame": MAY}, "There is no case to draw for “Child protection plan”"),
    (
        {"time_frame": MAY, "strata": "theme", "themes": ["Neglect", "Bullying"],
         "allocation": {"method": "equal", "size": 2}},
        "There is no case to draw for “Bullying”. Choose other dates, or leave that theme out.",
    ),
]  # fmt: skip


@pytest.fixture
def frame(session: PortalSession) -> CaseFrame:
    """Children in need of May, and two with a protection plan of June, whose theme is another."""
    give_starting_words(session)
    lines = ["Case reference,Level,Theme,Start date"]
    lines += [f"C{number:03d},Child in need,Neglect,2025-05-{1 + number:02d}" for number in range(9)]
    lines += [f"C{number:03d},Child protection plan,Bullying,2025-06-01" for number in (90, 91)]
    source = io.BytesIO("\n".join(lines).encode())
    check = open_check(session, source, ImportChoice(), today=date(2026, 1, 1))
    return import_frame(session, check, title="Frame", file_name="f.csv")


def planned(session: Session, frame: CaseFrame, **changes: Any) -> AuditSample:
    return plan_sample(session, brief=SampleBrief(title="Audit"), frame=frame, plan=parse_plan({**PLAN, **changes}))


@pytest.mark.parametrize(("changes", "sentence"), EMPTY)
def test_plan_that_would_draw_nothing_is_neither_locked_nor_drawn(
    session: PortalSession, frame: CaseFrame, changes: dict[str, Any], sentence: str
) -> None:
    sample = planned(session, frame, **changes)
    with pytest.raises(RuleBroken, match=sentence):
        quick_draw(session, sample, seed=None, person_id=None)
    with pytest.raises(RuleBroken, match=sentence):
        lock_sample(session, sample, frame=frame, person_id=None)
    assert (sample.status, sample.seed, sample.commitment) == (SampleStatus.PLANNED, None, None)


def test_plan_locked_before_the_rule_is_not_drawn_before_witnesses_either(
    session: PortalSession, frame: CaseFrame
) -> None:
    sample = planned(session, frame)
    lock_sample(session, sample, frame=frame, person_id=None)
    sample.plan = parse_plan({**PLAN, "time_frame": NEVER}).as_json()
    with pytest.raises(RuleBroken, match="Nothing would be drawn"):
        reveal(session, sample, public="heads", witness="Witness")
    assert (sample.status, sample.seed) == (SampleStatus.LOCKED, None)


def test_level_without_a_case_is_passed_over_where_one_number_is_asked_in_all(
    session: PortalSession, frame: CaseFrame
) -> None:
    plan = parse_plan({**PLAN, "time_frame": MAY, "allocation": {"method": "equal", "size": 4}})
    seen = refuse_undrawable(session, frame, plan)
    assert [allocation.possible for allocation in seen.allocations.values()] == [0, 4]


def test_theme_of_the_plan_is_known_however_it_is_spelt(session: PortalSession, frame: CaseFrame) -> None:
    plan = parse_plan({**PLAN, "themes": ["a)  NEGLECT", "bullying"]})
    assert refuse_undrawable(session, frame, plan).population.case_count == 11


@pytest.mark.parametrize("press", ["draw-quickly", "lock"])
def test_officer_who_presses_a_draw_of_nothing_reads_why_and_nothing_is_recorded(
    browser: Open, session: PortalSession, frame: CaseFrame, press: str
) -> None:
    sample = planned(session, frame, themes=["Missing"])
    session.commit()
    officer, page = browser(Role.OFFICER), f"/audit-samples/{sample.id}/"
    preview = officer.get(f"{page}preview/").get_text(" ")
    assert "The list has no theme “Missing”" in preview
    assert "Quick draw" not in preview
    assert officer.send(f"{page}{press}/", page=f"{page}ask-void/").status_code == 302
    assert "The list has no theme “Missing”" in officer.get(page).get_text()
    session.refresh(sample)
    assert (sample.status, sample.drawn_at) == (SampleStatus.PLANNED, None)
    assert session.scalar(select(func.count()).select_from(JobRequest)) == 0


def test_plan_form_refuses_a_draw_of_nothing_and_keeps_no_sample(
    browser: Open, session: PortalSession, frame: CaseFrame
) -> None:
    session.commit()
    values = {"frame_id": frame.id, "rule": "started_in", "strata": "level", "method": "fixed", "size": "2"}
    answer = browser(Role.OFFICER).send(
        "/audit-samples/plan/", **values, starts_on="1999-01-01", ends_on="1999-12-31"
    )  # fmt: skip
    assert answer.status_code == 422
    assert "Nothing would be drawn" in words_of(answer)
    assert session.scalar(select(func.count()).select_from(AuditSample)) == 0
