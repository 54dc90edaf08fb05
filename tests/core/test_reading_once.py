"""Are several facts told in one statement, each of its own records, and only what the person who asks may read?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import time_machine
from sqlalchemy import ColumnElement, Engine, exists, select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.core.reading_once import ASKED_ON, Fact, Key, remembering, rows_of, tell_at_once, values_of
from models.returns.self_evaluations import SelfEvaluation
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import Stage, ThematicReview
from tests import make, make_tools
from tests.kit.test_screens import statements


@Fact
def title(review_id: Key) -> ColumnElement[str]:
    return select(ThematicReview.title).where(ThematicReview.id == review_id).scalar_subquery()


@Fact
def stages(review_id: Key) -> ColumnElement[list[str]]:
    return values_of(
        select(ReviewStage.stage).where(ReviewStage.review_id == review_id).order_by(ReviewStage.planned_on.desc())
    )


@Fact
def days(review_id: Key) -> ColumnElement[list[list[Any]]]:
    planned = select(ReviewStage.stage, ReviewStage.planned_on).where(ReviewStage.review_id == review_id)
    return rows_of(planned.order_by(ReviewStage.planned_on))


@Fact
def is_due(review_id: Key) -> ColumnElement[bool]:
    return exists().where(ReviewStage.review_id == review_id, ReviewStage.planned_on <= ASKED_ON)


@Fact
def asked(review_id: Key) -> ColumnElement[list[int]]:
    return values_of(select(SelfEvaluation.agency_id).where(SelfEvaluation.review_id == review_id))


def _planned(session: Session, review: ThematicReview, *planned: tuple[Stage, date]) -> None:
    session.add_all([ReviewStage(review_id=review.id, stage=stage, planned_on=day) for stage, day in planned])
    session.flush()


def test_fact_is_told_as_a_value_a_list_or_rows_in_order(session: Session) -> None:
    review, other = make.review(session, title="Neglect"), make.review(session)
    _planned(session, review, (Stage.SCOPING, date(2026, 3, 1)), (Stage.PROPOSED, date(2026, 1, 2)))
    assert title(session, review.id) == "Neglect"
    assert stages(session, review.id) == ["scoping", "proposed"]
    assert days(session, review.id) == [["proposed", "2026-01-02"], ["scoping", "2026-03-01"]]
    assert (stages(session, other.id), days(session, other.id)) == ([], [])


def test_several_facts_are_told_in_one_statement_and_not_asked_again(session: Session, engine: Engine) -> None:
    first, second = make.review(session, title="One"), make.review(session, title="Two")
    _planned(session, first, (Stage.SCOPING, date(2026, 3, 1)))
    session.info.update(remembering())
    with statements(engine) as seen:
        tell_at_once(session, {title: [first.id, second.id], stages: [first.id]})
        assert (title(session, first.id), title(session, second.id)) == ("One", "Two")
        assert stages(session, first.id) == ["scoping"]
        tell_at_once(session, {title: [first.id, second.id], stages: [first.id]})
    assert len(seen) == 1
    with statements(engine) as seen:
        assert stages(session, second.id) == [], "it was not told of this one"
    assert len(seen) == 1


def test_nothing_is_asked_ahead_where_the_session_keeps_no_answers(session: Session, engine: Engine) -> None:
    review = make.review(session)
    with statements(engine) as seen:
        tell_at_once(session, {title: [review.id]})
        tell_at_once(session, {})
    assert seen == []


def test_day_is_that_of_the_asking(session: Session) -> None:
    review = make.review(session)
    _planned(session, review, (Stage.SCOPING, today() + timedelta(days=3)))
    assert not is_due(session, review.id)
    with time_machine.travel(today() + timedelta(days=4)):
        assert is_due(session, review.id)


def test_fact_holds_what_the_person_may_read(session: PortalSession) -> None:
    review, ours, theirs = make.review(session), make.agency(session, "Ours"), make.agency(session, "Theirs")
    tool = make_tools.tool(session)
    of_review = {"review_id": review.id, "family_id": tool.id, "due_on": today()}
    for agency in (ours, theirs):
        sheet = make_tools.sheet(session, agency, tool)
        session.add(SelfEvaluation(agency_id=agency.id, sheet_id=sheet.id, **of_review))
    session.flush()
    assert sorted(asked(session, review.id)) == sorted([ours.id, theirs.id])
    with make.acting(session, Role.AGENCY_MEMBER, ours):
        assert asked(session, review.id) == [ours.id]
