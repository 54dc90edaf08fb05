"""Is what belongs to a review changed by the officers of its hub alone, whichever screen or verb it is changed by?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import schema
from models.audits.case_audits import CaseAudit
from models.case_lists.case_frames import CaseFrame
from models.core.access import Actor, Role
from models.core.clock import now
from models.core.db import Base, PortalSession, act_as
from models.core.errors import RuleBroken
from models.evidence.findings import Finding
from models.feedback.feedback_activities import Audience, Engagement, FeedbackActivity, Technique, engage_group
from models.feedback.feedback_groups import FeedbackGroup, FoundThrough, GroupKind
from models.partnership.hubs import HubKind
from models.partnership.memberships import Seat
from models.partnership.people import Person
from models.plans.actions import Action
from models.plans.recommendations import Recommendation
from models.reviews.review_writes import NOT_YOURS, runs_review_of, way_of
from models.reviews.thematic_reviews import ThematicReview
from models.rules.evidence.triangulation import Source, Verdict
from models.sampling.audit_samples import AuditSample
from models.sampling.sample_cases import SampleCase
from tests import make
from tests.make_audits import opened, scene
from tests.web import Browser, words_of

Open = Callable[..., Browser]


@pytest.fixture
def audit(session: PortalSession) -> CaseAudit:
    """An agency's audit of a drawn case, of a review whose hub the default officer runs."""
    whole = scene(session)
    whole.sample.review_id = whole.review.id
    first = opened(session, whole)[0]
    session.commit()
    return first


@pytest.fixture
def sample(session: Session, audit: CaseAudit) -> AuditSample:
    return session.get_one(AuditSample, session.get_one(SampleCase, audit.sample_case_id).sample_id)


@pytest.fixture
def stranger(browser: Open) -> Browser:
    """An officer who runs no hub."""
    return browser(Role.OFFICER, name="Officer elsewhere")


def test_officer_of_no_hub_changes_neither_a_sample_nor_its_cases(
    browser: Open, session: PortalSession, sample: AuditSample, audit: CaseAudit, stranger: Browser
) -> None:
    page, case = f"/audit-samples/{sample.id}/", f"/sample-cases/{audit.sample_case_id}/"
    officer = browser(Role.OFFICER)
    typed = officer.filled(f"{page}edit/", title="Another title", audits_due_on="2027-01-01")
    assert stranger.client.post(f"{page}edit/", data={**typed, **stranger.tokens("/account/")}).status_code == 403
    assert {"Edit", "Ask to void"} & _buttons(stranger, page) == set()
    assert _buttons(stranger, case) == {"Audits side by side"}
    assert {"Edit", "Ask to void"} <= _buttons(officer, page)
    assert "Propose to eliminate" in _buttons(officer, case)
    asked = stranger.send(f"{page}ask-void/", reason="I would rather have others.")
    assert (asked.status_code, NOT_YOURS in words_of(asked)) == (422, True)
    ticked = {**stranger.tokens("/account/"), "rowid": str(audit.sample_case_id)}
    stranger.client.post("/sample-cases/bulk/mark-audited/", data={**ticked, "confirmed": "yes"})
    session.expire_all()
    assert (sample.title, sample.void_reason) == ("Audit", "")
    assert session.get_one(SampleCase, audit.sample_case_id).audited_on is None
    assert officer.client.post(f"{page}edit/", data=typed).status_code == 302


def test_officer_of_no_hub_notes_nobody_as_told(browser: Open, session: PortalSession, stranger: Browser) -> None:
    activity = FeedbackActivity(
        review_id=make.review(session).id, title="Focus group", audience=Audience.SERVICE_USERS,
        technique=Technique.FOCUS_GROUP, sensitivities="Grief.", agreed_on=date(2026, 3, 1),
        held_on=date(2026, 3, 2),
    )  # fmt: skip
    group = FeedbackGroup(name="Carers", kind=GroupKind.CARERS, found_through=FoundThrough.COMMUNITY_GROUP)
    session.add_all([activity, group])
    session.flush()
    engaged = engage_group(session, activity, group, people_count=5)
    session.commit()
    page = f"/feedback/{activity.id}/told/{engaged.id}/"
    told = {"told_on": "2026-04-01", "words": "By letter."}
    refused = stranger.send(page, **told)
    assert (refused.status_code, NOT_YOURS in words_of(refused)) == (422, True)
    assert session.scalar(select(Engagement.outcome_told_on)) is None
    assert browser(Role.OFFICER).send(page, **told).status_code == 302


def test_every_step_from_a_record_to_its_review_is_followed(session: PortalSession) -> None:
    plan = make.plan(session)
    recommendation = make.recommendation(session, plan)
    action = make.action(session, plan, make.agency(session))
    finding = Finding(review_id=plan.review_id, text="Late.", source=Source.CASE_AUDIT, verdict=Verdict.CONCERN)
    session.add(finding)
    session.flush()
    officer = make.person(session, Role.OFFICER, name="Officer elsewhere")
    for record in (plan, recommendation, action, finding, session.get_one(ThematicReview, plan.review_id)):
        _acts(session, officer)
        assert not runs_review_of(session, record), record
        _refuses(session, record, "text" if hasattr(record, "text") else "title", "Changed by somebody else.")
    make.membership(session, make.hub(session), officer, Seat.OFFICER)
    _acts(session, officer)
    session.get_one(Action, action.id).text = "Changed by their own officer."
    session.get_one(Recommendation, recommendation.id).text = "Changed as well."
    session.flush()


def test_nothing_moves_into_or_out_of_a_review_of_another_hub(session: PortalSession) -> None:
    officer = make.person(session, Role.OFFICER)
    mine, theirs = make.review(session), make.review(session, kind=HubKind.ADULTS)
    frames = [
        CaseFrame(title="F", review_id=review.id, file_name="f.csv", frozen_at=now()) for review in (mine, theirs)
    ]
    session.add_all(frames)
    session.flush()
    _acts(session, officer)
    for frame, review in zip(frames, (theirs, mine), strict=True):
        _refuses(session, frame, "review_id", review.id)
    _refuses(session, mine, "hub_id", theirs.hub_id)


def test_what_belongs_to_no_review_is_every_officers(session: PortalSession) -> None:
    frame = CaseFrame(title="F", file_name="f.csv", frozen_at=now())
    session.add(frame)
    session.flush()
    _acts(session, make.person(session, Role.OFFICER, name="Officer elsewhere"))
    frame.title = "Open cases"
    session.flush()
    assert runs_review_of(session, frame)


def test_tables_that_lead_to_no_review_are_known_by_name() -> None:
    schema.all_policies()
    ways = {name: way_of(table) for name, table in Base.metadata.tables.items()}
    named = {name for name, table in Base.metadata.tables.items() if "review_id" in table.columns}
    assert {name for name in named if not ways[name]} == {"evidence_readers"}, "who is asked hands in, of any hub"
    assert {name for name, way in ways.items() if way and name not in named} == PARTS


PARTS = {
    *(
        "action_drafts",
        "action_update_files",
        "action_updates",
        "actions",
        "impact_checks",
        "recommendations",
        "recommendation_findings",
    ),
    *("sample_cases", "audit_involvements", "case_list_pieces", "key_line_readings", "settled_lines"),
    *("engagements", "surveys", "survey_responses"),
    *("tool_questions", "tool_sections", "tool_versions"),
}
"""Tables whose rows are part of what belongs to a review."""


def _refuses(session: PortalSession, record: Any, name: str, value: object) -> None:
    """Whoever acts is refused that change; the record is as before afterwards."""
    before = getattr(record, name)
    setattr(record, name, value)
    with pytest.raises(RuleBroken, match=NOT_YOURS):
        session.flush()
    setattr(record, name, before)


def _acts(session: PortalSession, officer: Person) -> None:
    act_as(session, Actor.person(officer.id, Role.OFFICER, None))


def _buttons(browser: Browser, page: str) -> set[str]:
    return {button.get_text(strip=True) for button in browser.get(page).select(".head .buttons a, .head button")}
