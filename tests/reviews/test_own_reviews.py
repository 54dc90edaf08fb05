"""Are a person's own reviews those that they run or sponsor, and nobody else's?"""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Actor, Role
from models.core.clock import today
from models.partnership.hubs import HubKind
from models.reviews.followed_reviews import reviews_of
from models.reviews.own_reviews import of_followed_review, of_run_review
from models.reviews.thematic_reviews import Stage, ThematicReview
from tests import make


def run_by(session: Session, actor: Actor) -> set[int]:
    return set(session.scalars(select(ThematicReview.id).where(of_run_review(ThematicReview.id, actor, today()))))


def followed_by(session: Session, actor: Actor) -> set[int]:
    return set(session.scalars(select(ThematicReview.id).where(of_followed_review(ThematicReview.id, actor, today()))))


def test_officer_runs_the_reviews_of_their_hubs_and_an_administrator_all(session: Session) -> None:
    officer = make.person(session, Role.OFFICER)
    mine, theirs = make.review(session), make.review(session, kind=HubKind.ADULTS)
    make.hub(session, HubKind.CHILDREN).officer_id = officer.id
    session.flush()
    assert run_by(session, officer.actor()) == followed_by(session, officer.actor()) == {mine.id}
    assert run_by(session, make.person(session, Role.ADMINISTRATOR).actor()) == {mine.id, theirs.id}


@pytest.mark.parametrize("role", [Role.SPONSOR, Role.MANAGER, Role.BOARD_VIEWER, Role.AGENCY_MEMBER])
def test_nobody_else_runs_a_review(session: Session, role: Role) -> None:
    agency = make.agency(session) if role is Role.AGENCY_MEMBER else None
    person = make.person(session, role, agency=agency)
    make.review(session, sponsor_id=person.id if role is Role.SPONSOR else None)
    assert run_by(session, person.actor()) == set()


def test_home_page_lists_the_open_reviews_that_an_officer_runs_and_no_other(session: Session) -> None:
    officer = make.person(session, Role.OFFICER)
    mine, _ = make.review(session), make.review(session, kind=HubKind.ADULTS)
    make.review(session, stage=Stage.CLOSED)
    make.hub(session, HubKind.CHILDREN).officer_id = officer.id
    session.flush()
    assert [followed.review for followed in reviews_of(session, officer.actor(), today())] == [mine]


def test_sponsor_follows_the_reviews_that_they_lead_and_no_other(session: Session) -> None:
    sponsor, other = make.person(session, Role.SPONSOR), make.person(session, Role.SPONSOR, name="Other")
    mine = make.review(session, sponsor_id=sponsor.id)
    make.review(session, sponsor_id=other.id)
    assert followed_by(session, sponsor.actor()) == {mine.id}
