"""Are people heard as the project team agreed, not always the same groups, and all told the outcome?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.core.errors import RuleBroken
from models.evidence.findings import Finding
from models.feedback.feedback_activities import (
    Audience,
    Engagement,
    FeedbackActivity,
    Technique,
    agree_activity,
    engage_group,
    engaged_lately,
    feedback_owed,
    heard,
    never_heard,
    tell_outcome,
)
from models.feedback.feedback_groups import FeedbackGroup, FoundThrough, GroupKind
from models.gates.gate_waivers import GateWaiver, consent_to_waiver
from models.gates.review_gates import find_gate
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.evidence.triangulation import Source
from tests import make
from tests.web import Browser, member

Open = Callable[..., Browser]


def _group(session: Session, name: str = "Young carers' forum", kind: GroupKind = GroupKind.CARERS) -> FeedbackGroup:
    group = FeedbackGroup(name=name, kind=kind, found_through=FoundThrough.COMMUNITY_GROUP)
    session.add(group)
    session.flush()
    return group


def _activity(session: Session, review: ThematicReview, **values: Any) -> FeedbackActivity:
    given = {"title": "Focus group", "audience": Audience.SERVICE_USERS, "technique": Technique.FOCUS_GROUP,
             "sensitivities": "Grief.", "agreed_on": date(2026, 3, 1), **values}  # fmt: skip
    activity = FeedbackActivity(review_id=review.id, **given)
    session.add(activity)
    session.flush()
    return activity


@pytest.fixture
def review(session: Session) -> ThematicReview:
    review = make.review(session, stage=Stage.EVIDENCE)
    session.commit()
    return review


def test_officer_plans_an_activity_and_the_team_agrees_it(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    make.hub(session).officer_id = member(session, Role.OFFICER).id
    officer = browser(Role.OFFICER)
    values = {"review_id": review.id, "title": "Talks with families", "audience": "service_users",
              "technique": "individual_conversation", "people_count": "0"}  # fmt: skip
    response = officer.send("/feedback/new/", **values)
    assert response.status_code == 302
    path = response.headers["Location"]
    officer.send(f"{path}agree/", confirmed="yes")
    assert "Write down the sensitivities" in officer.get(path).get_text()
    edit = f"{path}edit/"
    officer.client.post(edit, data=officer.filled(edit, sensitivities="Some families are bereaved."))
    officer.send(f"{path}agree/", confirmed="yes")
    session.expire_all()
    assert session.scalars(select(FeedbackActivity)).one().agreed_on == today()


@pytest.mark.parametrize(
    ("audience", "technique"),
    [(Audience.SERVICE_USERS, Technique.ONLINE_SURVEY), (Audience.PRACTITIONERS, Technique.INDIVIDUAL_CONVERSATION)],
)
def test_techniques_belong_to_their_audience(
    session: Session, review: ThematicReview, audience: Audience, technique: Technique
) -> None:
    activity = _activity(session, review, audience=audience, technique=technique)
    with pytest.raises(RuleBroken, match="choose another technique"):
        activity.check(session)


def test_nobody_is_asked_before_the_team_has_agreed(session: Session, review: ThematicReview) -> None:
    activity = _activity(session, review, agreed_on=None)
    with pytest.raises(RuleBroken, match="agrees an activity before anybody is asked"):
        engage_group(session, activity, _group(session), people_count=6)


def test_officer_is_warned_of_a_group_that_recent_reviews_asked(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    group, other = _group(session), make.review(session, title="Another", kind=make.HubKind.ADULTS)
    engage_group(session, _activity(session, other), group, people_count=5)
    activity = _activity(session, review)
    session.commit()
    officer, path = browser(Role.OFFICER), f"/feedback/{activity.id}/groups/new/"
    assert other.reference in officer.get(path).get_text()
    assert officer.send(path, group_id=group.id, people_count="7").status_code == 302
    assert f"Mind that {other.reference} asked them, too." in officer.get(f"/feedback/{activity.id}/").get_text()
    again = officer.send(path, group_id=group.id, people_count="7")
    assert again.status_code == 422
    assert engaged_lately(session, [group.id], beside=other.id) == {group.id: [review.reference]}


def test_group_that_was_never_heard_is_listed(browser: Open, session: Session, review: ThematicReview) -> None:
    asked, silent = _group(session), _group(session, "Fathers in prison", GroupKind.FAMILIES)
    engage_group(session, _activity(session, review), asked, people_count=5)
    session.commit()
    assert never_heard(session) == [silent]
    page = browser(Role.OFFICER).get("/feedback-groups/?heard=never").get_text()
    assert "Fathers in prison" in page
    assert "Young carers" not in page


def test_practitioners_and_service_users_are_not_mixed_up(session: Session, review: ThematicReview) -> None:
    staff = _group(session, "Duty teams", GroupKind.PRACTITIONERS)
    with pytest.raises(RuleBroken, match="does not belong to this activity's audience"):
        engage_group(session, _activity(session, review), staff, people_count=3)


def test_everybody_who_took_part_is_owed_the_outcome(browser: Open, session: Session, review: ThematicReview) -> None:
    activity = _activity(session, review)
    engagement = engage_group(session, activity, _group(session), people_count=6)
    session.commit()
    (owed,) = feedback_owed(session, review.id)
    assert owed.sentence == "Young carers' forum took part in Focus group and has not been told the outcome yet."
    officer, path = browser(Role.OFFICER), f"/feedback/{activity.id}/told/{engagement.id}/"
    assert "Feedback owed" in officer.get(f"/feedback/{activity.id}/").get_text()
    late = (today() + timedelta(days=1)).isoformat()
    assert officer.send(path, told_on=late, words="By letter.").status_code == 422
    assert officer.send(path, told_on=today().isoformat(), words="By letter.").status_code == 302
    session.expire_all()
    assert feedback_owed(session, review.id) == []
    with pytest.raises(RuleBroken, match="what the group was told"):
        tell_outcome(session, engagement, on=today(), words=" ")
    other = _activity(session, review, title="Another")
    officer.get(f"/feedback/{other.id}/told/{engagement.id}/", 404)


def test_finding_is_made_of_what_people_said(browser: Open, session: Session, review: ThematicReview) -> None:
    activity = _activity(session, review, held_on=date(2026, 4, 1), summary="Nobody asked the children.")
    session.commit()
    officer = browser(Role.OFFICER)
    sent = {"text": activity.summary, "verdict": "concern", "strength": "strong", "key_line_id": ""}
    assert officer.send(f"/feedback/{activity.id}/finding/", **sent).status_code == 302
    finding = session.scalars(select(Finding)).one()
    assert (finding.source, finding.text) == (Source.SERVICE_USERS, "Nobody asked the children.")
    assert heard(session, review.id) == [activity]


def test_team_agrees_an_activity_once_only(session: Session, review: ThematicReview) -> None:
    activity = _activity(session, review)
    with pytest.raises(RuleBroken, match="agreed this already"):
        agree_activity(session, activity, on=today())


def test_agencies_see_no_feedback(browser: Open, session: Session, review: ThematicReview) -> None:
    activity = _activity(session, review)
    session.commit()
    for role in (Role.MANAGER, Role.AGENCY_MEMBER):
        person = browser(role, agency=make.agency(session))
        person.get("/feedback/", 403)
        person.get(f"/feedback/{activity.id}/", 403)
    assert session.scalars(select(Engagement)).all() == []


def test_activity_that_names_nobody_is_owed_until_the_sponsor_consents_to_why(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    activity = _activity(session, review, held_on=today(), summary="They wait too long.", people_count=20)
    review.stage = Stage.DISSEMINATION
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    page = f"/thematic-reviews/{review.id}/"
    said = administrator.get(page).get_text(" ", strip=True)
    assert f"{activity.title} took place with nobody named who could be told the outcome." in said
    assert "Say who took part" in administrator.get(f"{page}evidence/").get_text(" ", strip=True)
    assert "nobody is named who could be told" in administrator.get(f"/feedback/{activity.id}/").get_text()
    review.sponsor_id = make.person(session, Role.SPONSOR).id
    session.commit()
    asked = administrator.send(f"{page}gates/groups_named/waive/", reason="Passers-by at the market left no name.")
    assert asked.status_code == 302
    assert not find_gate(session, review, "groups_named").is_open
    waiver = session.scalars(select(GateWaiver)).one()
    consent_to_waiver(session, waiver, review=review, person_id=review.sponsor_id)
    assert find_gate(session, review, "groups_named").is_open


def test_officer_ticks_the_levels_of_staff_and_strange_ones_are_refused(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    activity = _activity(session, review, audience=Audience.PRACTITIONERS, levels=["managers"])
    session.commit()
    administrator, page = browser(Role.ADMINISTRATOR), f"/feedback/{activity.id}/edit/"
    ticked = [box["value"] for box in administrator.get(page).select("input[name=levels][checked]")]
    assert ticked == ["managers"]
    sent = administrator.filled(page, levels=["managers", "support_staff"])
    assert administrator.client.post(page, data=sent).status_code == 302
    session.expire_all()
    assert activity.levels == ["managers", "support_staff"]
    assert administrator.client.post(page, data=administrator.filled(page, levels=["everybody"])).status_code == 422
