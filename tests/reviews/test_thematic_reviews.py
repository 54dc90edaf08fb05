"""Do reviews keep to the framework's number, to their own officers, and to the order of their stages?"""

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
from models.partnership.hubs import HubKind
from models.reviews.review_stages import ReviewStage, move_to_stage
from models.reviews.thematic_reviews import Stage, ThematicReview, next_stage
from tests import make
from tests.web import Browser, member, words_of

Open = Callable[..., Browser]
DAY = timedelta(days=1)


@pytest.fixture
def own_review(session: Session) -> ThematicReview:
    """A review of the children's hub, which the officer of the cast runs."""
    sponsor = make.person(session, Role.SPONSOR, name="Sponsor of the hub")
    review = make.review(session, focus="Whether neglect is seen early.", sponsor_id=sponsor.id)
    make.hub(session).officer_id = member(session, Role.OFFICER).id
    session.commit()
    return review


def form_of(session: Session, kind: HubKind = HubKind.CHILDREN, **values: Any) -> dict[str, Any]:
    hub, priority = make.hub(session, kind), make.priority(session)
    session.commit()
    return {
        "title": "One more review", "kind": kind.value, "year": 2026, "hub_id": hub.id, "priority_id": priority.id,
        **values,
    }  # fmt: skip


def test_officer_makes_a_review_of_their_own_hub(browser: Open, session: Session, own_review: ThematicReview) -> None:
    officer = browser(Role.OFFICER)
    response = officer.send("/thematic-reviews/new/", **form_of(session, focus="Whether help comes early."))
    assert response.status_code == 302
    page = officer.get(response.headers["Location"])
    assert "TR-2026-02" in page.get_text()
    assert "Whether help comes early." in page.get_text()
    assert "Proposed" in page.get_text()


def test_officer_cannot_run_the_reviews_of_another_hub(browser: Open, session: Session, own_review: Any) -> None:
    theirs = make.review(session, kind=HubKind.ADULTS)
    stage = ReviewStage(review_id=theirs.id, stage=Stage.SCOPING, planned_on=today())
    session.add(stage)
    session.commit()
    officer = browser(Role.OFFICER)
    refused = officer.send("/thematic-reviews/new/", **form_of(session, HubKind.ADULTS))
    assert refused.status_code == 422
    assert "Choose one of the offered records for hub." in words_of(refused)
    for path in (f"thematic-reviews/{theirs.id}/edit/", f"review-stages/{stage.id}/edit/"):
        officer.get(f"/{path}", 403)
    assert officer.client.get(f"/review-stages/{stage.id}/delete/").status_code == 403
    planned = officer.send(f"/review-stages/review/{theirs.id}/", "/account/", evidence="2026-09-01")
    assert planned.status_code == 403
    officer.send(f"/thematic-reviews/{theirs.id}/advance/", confirmed="yes")
    assert "You run the reviews of your own hubs only." in officer.get(f"/thematic-reviews/{theirs.id}/").get_text()
    session.expire_all()
    assert theirs.stage is Stage.PROPOSED


def test_officer_cannot_hand_a_review_to_another_hub(browser: Open, session: Session, own_review: Any) -> None:
    other = make.hub(session, HubKind.COMBINED)
    session.commit()
    officer = browser(Role.OFFICER)
    sent = officer.filled(f"/thematic-reviews/{own_review.id}/edit/", hub_id=other.id)
    assert officer.client.post(f"/thematic-reviews/{own_review.id}/edit/", data=sent).status_code == 422


def test_third_review_for_children_needs_the_boards_reason_and_date(browser: Open, session: Session) -> None:
    for _ in range(2):
        make.review(session)
    administrator = browser(Role.ADMINISTRATOR)
    values = form_of(session)
    cases = (
        ({}, "2026 already has its two children reviews; another one needs the Board's reason."),
        ({"quota_override_reason": "A joint inspection."}, "needs both its date and its reason"),
        ({"quota_override_on": "2026-05-01"}, "needs both its date and its reason"),
    )
    for given, sentence in cases:
        refused = administrator.send("/thematic-reviews/new/", **values, **given)
        assert refused.status_code == 422
        assert sentence in words_of(refused)
    agreed = {"quota_override_reason": "A joint inspection.", "quota_override_on": "2026-05-01"}
    response = administrator.send("/thematic-reviews/new/", **values, **agreed)
    assert response.status_code == 302
    page = administrator.get(response.headers["Location"]).get_text()
    assert "A joint inspection." in page
    assert "1 May 2026" in page


def test_review_cannot_slip_into_a_full_year_by_an_edit(browser: Open, session: Session) -> None:
    for _ in range(2):
        make.review(session)
    late = make.review(session, year=2027)
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    sent = administrator.filled(f"/thematic-reviews/{late.id}/edit/", year="2026")
    refused = administrator.client.post(f"/thematic-reviews/{late.id}/edit/", data=sent)
    assert refused.status_code == 422
    assert "another one needs the Board's reason" in words_of(refused)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"year": "1999"}, "Give a year such as 2026."),
        ({"year": "soon"}, "Year must be a whole number."),
        ({"period_starts_on": "2026-02-01", "period_ends_on": "2026-01-31"}, "cannot end before it starts"),
        ({"kind": "adults"}, "works on children, not on adults"),
        ({"title": ""}, "Give the title."),
        ({"sponsor_id": "999999"}, "Choose one of the offered records for lead sponsor."),
    ],
)
def test_review_that_makes_no_sense_is_refused(
    browser: Open, session: Session, changes: dict[str, str], sentence: str
) -> None:
    answer = browser(Role.ADMINISTRATOR).send("/thematic-reviews/new/", **{**form_of(session), **changes})
    assert answer.status_code == 422
    assert sentence in words_of(answer)
    assert session.scalar(select(ThematicReview.id)) is None


def test_only_a_sponsor_sponsors_a_review(browser: Open, session: Session) -> None:
    manager = make.person(session, Role.MANAGER)
    answer = browser(Role.ADMINISTRATOR).send("/thematic-reviews/new/", **form_of(session, sponsor_id=manager.id))
    assert answer.status_code == 422
    review = ThematicReview(**{**form_of(session), "sponsor_id": manager.id, "kind": HubKind.CHILDREN})
    with pytest.raises(RuleBroken, match="is not a member of the Board"):
        review.check(session)


def test_officer_moves_a_review_on_after_a_question(browser: Open, session: Session, own_review: Any) -> None:
    planned = ReviewStage(review_id=own_review.id, stage=Stage.SCOPING, planned_on=today() - 9 * DAY)
    session.add(planned)
    session.commit()
    officer, path = browser(Role.OFFICER), f"/thematic-reviews/{own_review.id}/"
    stepper = officer.get(path).select_one("nav.stepper .late")
    assert stepper is not None
    assert "Move this review to its next stage?" in officer.get(f"{path}advance/").get_text()
    session.expire_all()
    assert own_review.stage is Stage.PROPOSED
    assert officer.send(f"{path}advance/", confirmed="yes").status_code == 302
    assert "is now at the stage scoping." in officer.get(path).get_text()
    session.expire_all()
    assert (own_review.stage, planned.reached_on) == (Stage.SCOPING, today())


def test_confirmation_sent_twice_moves_one_stage_only(browser: Open, session: Session, own_review: Any) -> None:
    officer, path = browser(Role.OFFICER), f"/thematic-reviews/{own_review.id}/advance/"
    sent = {**officer.tokens(path), "confirmed": "yes"}
    for _ in range(2):
        assert officer.client.post(path, data=sent).status_code == 302
    session.expire_all()
    assert own_review.stage is Stage.SCOPING


def test_stage_reached_unplanned_is_noted_in_the_timetable(session: Session) -> None:
    review = make.review(session)
    move_to_stage(session, review, Stage.EVIDENCE, on=date(2026, 3, 1))
    (noted,) = session.scalars(select(ReviewStage).where(ReviewStage.review_id == review.id))
    assert (noted.stage, noted.planned_on, noted.reached_on) == (Stage.EVIDENCE, date(2026, 3, 1), date(2026, 3, 1))
    with pytest.raises(RuleBroken, match="already"):
        move_to_stage(session, review, Stage.EVIDENCE, on=date(2026, 3, 2))


def test_day_a_stage_was_first_reached_is_kept(session: Session) -> None:
    review = make.review(session)
    for stage, day in ((Stage.SCOPING, 1), (Stage.EVIDENCE, 2), (Stage.SCOPING, 3)):
        move_to_stage(session, review, stage, on=date(2026, 3, day))
    reached = session.scalars(select(ReviewStage.reached_on).where(ReviewStage.stage == Stage.SCOPING)).all()
    assert reached == [date(2026, 3, 1)]


def test_closed_review_goes_no_further(browser: Open, session: Session) -> None:
    review = make.review(session, stage=Stage.CLOSED)
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    assert next_stage(review.stage) is None
    assert administrator.get(f"/thematic-reviews/{review.id}/").find("a", string="Move to next stage") is None
    administrator.send(f"/thematic-reviews/{review.id}/advance/", "/account/", confirmed="yes")
    assert "The review is closed." in administrator.get("/thematic-reviews/").get_text()


def test_review_leads_to_its_plans_frames_and_samples(browser: Open, session: Session, own_review: Any) -> None:
    plan = make.plan(session, own_review)
    session.commit()
    sponsor, path = browser(Role.SPONSOR), f"/thematic-reviews/{own_review.id}/"
    parts = {part: sponsor.get(f"{path}{part}/") for part in ("scope", "cases", "plan")}
    headings = {part: {heading.get_text() for heading in page.select(".panel h2")} for part, page in parts.items()}
    assert "Timetable" in headings["scope"]
    assert {"Case frames", "Audit samples"} <= headings["cases"]
    assert "Improvement plans" in headings["plan"]
    assert parts["plan"].select_one(f'a[href="/action-plans/{plan.id}/"]') is not None
    assert parts["scope"].find("a", string="Edit the timetable") is None


def test_agency_sees_a_review_only_by_its_own_actions(browser: Open, session: Session, own_review: Any) -> None:
    ours = make.agency(session, "Ours")
    hidden = make.review(session, title="Hidden from agencies")
    make.action(session, make.plan(session, own_review), ours)
    session.commit()
    ours_manager = browser(Role.MANAGER, agency=ours)
    listed = [cell.get_text() for cell in ours_manager.get("/thematic-reviews/").select("table.list tbody th")]
    assert listed == [f"{own_review.title} {own_review.reference}"]
    ours_manager.get(f"/thematic-reviews/{hidden.id}/", 404)
    page = ours_manager.get(f"/thematic-reviews/{own_review.id}/").get_text()
    assert "Timetable" not in page
    assert "Audit samples" not in page
    ours_manager.get("/review-stages/", 403)


@pytest.mark.parametrize("role", [Role.SPONSOR, Role.MANAGER, Role.BOARD_VIEWER])
def test_readers_cannot_change_a_review(browser: Open, own_review: ThematicReview, role: Role) -> None:
    reader, path = browser(role), f"/thematic-reviews/{own_review.id}/"
    reader.get(path)
    for page in ("/thematic-reviews/new/", f"{path}edit/", f"{path}advance/", f"{path}delete/"):
        reader.get(page, 403)


def test_officer_cannot_delete_a_review(browser: Open, own_review: ThematicReview) -> None:
    browser(Role.OFFICER).get(f"/thematic-reviews/{own_review.id}/delete/", 403)


def test_review_with_a_plan_is_not_deleted_but_an_empty_one_is(browser: Open, session: Session) -> None:
    full, empty = make.review(session), make.review(session)
    make.plan(session, full)
    session.add(ReviewStage(review_id=empty.id, stage=Stage.SCOPING, planned_on=today()))
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    administrator.send(f"/thematic-reviews/{full.id}/delete/", "/thematic-reviews/new/")
    assert "because another record needs it" in administrator.get(f"/thematic-reviews/{full.id}/").get_text()
    administrator.send(f"/thematic-reviews/{empty.id}/delete/")
    administrator.get(f"/thematic-reviews/{empty.id}/", 404)


def test_officer_takes_out_the_reviews_of_a_year(browser: Open, session: Session, own_review: ThematicReview) -> None:
    make.review(session, year=2027)
    session.commit()
    answer = browser(Role.OFFICER).client.get("/thematic-reviews/export/csv/?year=2027")
    lines = answer.get_data().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Reference,Title,Kind,Stage,Year")
    assert [line.split(",")[0] for line in lines[1:]] == ["TR-2027-01"]
