"""Does a review have its timetable by itself, and are its nine dates moved in one table, all of them or none?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.core.errors import RuleBroken
from models.reviews.review_stages import give_timetable, move_to_stage, plan_stages, stages_of
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.reviews.timetables import usual_days
from tests import make
from tests.web import Browser, member, words_of

Open = Callable[..., Browser]
STAGES = list(Stage)


@pytest.fixture
def review(session: Session) -> ThematicReview:
    """A review of the children's hub, proposed today with its timetable, which the officer of the cast runs."""
    review = make.review(session)
    make.hub(session).officer_id = member(session, Role.OFFICER).id
    give_timetable(session, review, on=today())
    session.commit()
    return review


def page_of(review: ThematicReview) -> str:
    return f"/review-stages/review/{review.id}/"


def planned(session: Session, review: ThematicReview) -> list[date]:
    session.expire_all()
    stages = stages_of(session, review.id)
    return [stages[stage].planned_on for stage in STAGES]


def test_new_review_has_its_timetable_from_today_on(browser: Open, session: Session) -> None:
    hub, priority = make.hub(session), make.priority(session)
    session.commit()
    values = {"title": "A new one", "kind": "children", "year": 2026, "hub_id": hub.id, "priority_id": priority.id}
    answer = browser(Role.ADMINISTRATOR).send("/thematic-reviews/new/", **values)
    assert answer.status_code == 302
    review = session.scalars(select(ThematicReview)).one()
    assert planned(session, review) == usual_days(today())
    reached = {stage: step.reached_on for stage, step in stages_of(session, review.id).items() if step.reached_on}
    assert reached == {Stage.PROPOSED: today()}


def test_officer_moves_all_dates_with_one_save(browser: Open, session: Session, review: ThematicReview) -> None:
    officer, path = browser(Role.OFFICER), page_of(review)
    days = {stage.value: f"2031-0{number}-01" for number, stage in enumerate(STAGES[1:], 1)}
    assert f'href="{path}"' in str(officer.get(f"/thematic-reviews/{review.id}/scope/"))
    assert officer.client.post(path, data=officer.filled(path, **days)).headers["Location"] == path
    assert planned(session, review)[1:] == [date(2031, number, 1) for number in range(1, 9)]
    assert "The timetable is saved, 8 dates changed." in officer.get(path).get_text()


def test_page_offers_every_stage_that_is_not_reached_and_no_other(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    move_to_stage(session, review, Stage.SCOPING, on=today())
    session.commit()
    page = browser(Role.OFFICER).get(page_of(review))
    assert [str(field["name"]) for field in page.select("input[type=date]")] == [stage.value for stage in STAGES[2:]]
    assert len(page.select("td .well")) == 2, "the stage it began at, and the one it has reached"


def test_review_without_a_timetable_is_planned_after_its_first_move(browser: Open, session: Session) -> None:
    """The stage it has just reached used to be refused as planned already."""
    bare = make.review(session)
    move_to_stage(session, bare, Stage.SCOPING, on=today())
    session.commit()
    administrator, path = browser(Role.ADMINISTRATOR), page_of(bare)
    sent = administrator.client.post(path, data=administrator.filled(path, fill="yes"))
    assert "Nothing is saved yet." in words_of(sent)
    fields = BeautifulSoup(sent.text, "html.parser").select("input[type=date]")
    days = {str(field["name"]): str(field.get("value", "")) for field in fields}
    assert days.pop("proposed", "") == "", "what lies before the stage it is at need not be planned"
    tokens = administrator.tokens(path)
    assert administrator.client.post(path, data={**tokens, **days}).status_code == 302
    assert stages_of(session, bare.id).keys() == set(STAGES[1:])
    assert stages_of(session, bare.id)[Stage.SCOPING].reached_on == today()


def test_usual_dates_are_filled_in_and_not_saved(browser: Open, session: Session, review: ThematicReview) -> None:
    before = planned(session, review)
    plan_stages(session, review, {Stage.CLOSED: before[-1] + timedelta(days=90)})
    session.commit()
    officer, path = browser(Role.OFFICER), page_of(review)
    filled = officer.client.post(path, data=officer.filled(path, fill="1"))
    assert filled.status_code == 200
    page = BeautifulSoup(filled.text, "html.parser")
    shown = [str(field["value"]) for field in page.select("input[type=date]")]
    assert shown == [day.isoformat() for day in before[1:]]
    assert planned(session, review)[-1] == before[-1] + timedelta(days=90)


@pytest.mark.parametrize(
    ("changes", "sentences"),
    [
        ({"evidence": "2031-02-01", "scoping": "2031-03-01"}, ["Evidence cannot come before scoping"]),
        ({"evidence": ""}, ["Give the planned day of evidence."]),
        ({"evidence": "soon"}, ["must be a day such as 31/12/2026."]),
        ({"evidence": "", "closed": "2026-01-01"}, ["Give the planned day of evidence.", "Closed cannot come before"]),
    ],
)
def test_wrong_dates_are_each_marked_and_nothing_is_saved(
    browser: Open, session: Session, review: ThematicReview, changes: dict[str, str], sentences: list[str]
) -> None:
    before = planned(session, review)
    officer, path = browser(Role.OFFICER), page_of(review)
    late = {stage.value: f"203{number}-05-01" for number, stage in enumerate(STAGES[1:], 1)}
    answer = officer.client.post(path, data=officer.filled(path, **{**late, **changes}))
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    for sentence in sentences:
        link = next(link for link in page.select(".problems a") if sentence in link.get_text())
        field = page.select_one(str(link["href"]))
        assert field is not None
        assert field["aria-invalid"] == "true"
        assert sentence in page.select_one(f"#{field['aria-describedby']}").get_text()  # type: ignore[union-attr]
    kept = {str(field["name"]): str(field.get("value", "")) for field in page.select("input[type=date]")}
    assert kept == {**late, **changes}, "what was typed stays"
    assert planned(session, review) == before


def test_whoever_saves_second_is_told_and_keeps_what_they_typed(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    officer, path = browser(Role.OFFICER), page_of(review)
    opened = officer.filled(path, closed="2035-01-01")
    plan_stages(session, review, {Stage.CLOSED: date(2034, 1, 1)})
    session.commit()
    answer = officer.client.post(path, data=opened)
    assert answer.status_code == 409
    assert 'value="2035-01-01"' in answer.text
    assert planned(session, review)[-1] == date(2034, 1, 1)


@pytest.mark.parametrize("role", [Role.SPONSOR, Role.BOARD_VIEWER])
def test_readers_see_the_timetable_and_change_nothing(
    browser: Open, session: Session, review: ThematicReview, role: Role
) -> None:
    reader, path = browser(role), page_of(review)
    page = reader.get(path)
    assert page.select("main input, main button") == []
    assert len(page.select("tbody tr")) == len(STAGES)
    assert reader.send(path, "/account/", closed="2040-01-01").status_code == 403


def test_day_of_a_stage_that_is_reached_stands(session: Session, review: ThematicReview) -> None:
    with pytest.raises(RuleBroken, match="Proposed is reached already"):
        plan_stages(session, review, {Stage.PROPOSED: date(2031, 1, 1)})
    before = planned(session, review)
    with pytest.raises(RuleBroken, match="Evidence cannot come before scoping"):
        plan_stages(session, review, {Stage.CLOSED: date(2040, 1, 1), Stage.EVIDENCE: today() - timedelta(days=1)})
    assert planned(session, review) == before


def test_nobody_plans_a_stage_on_a_form_of_its_own(browser: Open, review: ThematicReview) -> None:
    for role in (Role.ADMINISTRATOR, Role.OFFICER, Role.SPONSOR):
        browser(role).get("/review-stages/new/", 403)


def test_late_stage_is_said_to_be_late_and_the_picture_says_how_long_it_takes(
    browser: Open, session: Session, review: Any
) -> None:
    stages = stages_of(session, review.id)
    for stage, day in zip(STAGES, usual_days(today() - timedelta(days=30)), strict=True):
        stages[stage].planned_on = day
    stages[Stage.PROPOSED].reached_on = today() - timedelta(days=30)
    session.commit()
    page = browser(Role.OFFICER).get(page_of(review))
    assert [late.get_text() for late in page.select("td .late")] == ["23 days late"]
    days = (stages[Stage.COMPLETED].planned_on - stages[Stage.PROPOSED].planned_on).days
    assert page.select_one(".timeline h2").get_text().startswith(f"{days} days from ")  # type: ignore[union-attr]
    assert len(page.select(".timeline rect.f-track")) == 6
