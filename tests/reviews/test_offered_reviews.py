"""Does an officer name in forms, look-ups and spreadsheets only the reviews of hubs that they run?"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.partnership.hubs import HubKind
from models.partnership.reference_items import ReferenceList
from models.plans.action_plans import ActionPlan
from models.plans.presentations import Body, Presentation
from models.reviews.thematic_reviews import ThematicReview
from models.sampling.audit_samples import AuditSample
from models.tools.key_lines import KeyLine
from models.tools.starting_words import give_starting_words
from tests import make, make_audits
from tests.spreadsheets.bringing import Bringer, counts, csv_of, refusals
from tests.web import Browser, member, words_of

Open = Callable[..., Browser]


@pytest.fixture
def own(session: Session) -> ThematicReview:
    """A review of the children's hub, which the officer of the cast runs."""
    give_starting_words(session)
    make.hub(session).officer_id = member(session, Role.OFFICER).id
    review = make.review(session, title="Of the own hub")
    session.commit()
    return review


@pytest.fixture
def other(session: Session) -> ThematicReview:
    """A review of the adults' hub, which somebody else runs."""
    colleague = member(session, Role.OFFICER, name="A colleague")
    make.hub(session, HubKind.ADULTS).officer_id = colleague.id
    review = make.review(session, kind=HubKind.ADULTS, title="Of another hub")
    session.commit()
    return review


def itself(session: Session, review: ThematicReview) -> int:
    return review.id


def plan_of(session: Session, review: ThematicReview) -> int:
    return make.plan(session, review).id


def recommendation_of(session: Session, review: ThematicReview) -> int:
    return make.recommendation(session, make.plan(session, review)).id


def meeting_of(session: Session, review: ThematicReview) -> int:
    return kept(session, Presentation(review_id=review.id, body=Body.BOARD, meets_on=today()))


def line_of(session: Session, review: ThematicReview) -> int:
    area = make.word(session, ReferenceList.KEY_AREA, "early_help")
    line = KeyLine(review_id=review.id, number=1, text="Is neglect seen?", is_additional=True, key_area_id=area.id)
    return kept(session, line)


def frame_of(session: Session, review: ThematicReview) -> int:
    return make_audits.frame(session, review).id


def kept(session: Session, record: Any) -> int:
    session.add(record)
    session.flush()
    return int(record.id)


FIELDS = [
    ("/action-plans/new/", "review_id", itself),
    ("/feedback/new/", "review_id", itself),
    ("/findings/new/", "review_id", itself),
    ("/findings/new/", "key_line_id", line_of),
    ("/challenges/new/", "review_id", itself),
    ("/challenges/new/", "presentation_id", meeting_of),
    ("/recommendations/new/", "plan_id", plan_of),
    ("/actions/new/", "plan_id", plan_of),
    ("/actions/new/", "recommendation_id", recommendation_of),
    ("/case-lists/upload/", "review_id", itself),
    ("/audit-samples/plan/", "frame_id", frame_of),
]


@pytest.mark.parametrize(("path", "field", "record"), FIELDS, ids=lambda value: str(getattr(value, "__name__", value)))
def test_officer_is_offered_what_hangs_on_their_own_reviews_and_nothing_else_is_taken(
    browser: Open,
    session: Session,
    own: ThematicReview,
    other: ThematicReview,
    path: str,
    field: str,
    record: Callable[[Session, ThematicReview], int],
) -> None:
    mine, theirs = record(session, own), record(session, other)
    session.commit()
    officer, administrator = browser(Role.OFFICER), browser(Role.ADMINISTRATOR)
    assert offered(officer.get(path), field) == {mine}
    assert offered(administrator.get(path), field) == {mine, theirs}
    values = officer.filled(path, **{field: str(theirs)})
    files = {"file": (io.BytesIO(b"Case reference,Level\nC1,Child in need\n"), "list.csv")}
    answer = officer.client.post(path, data={**values, **(files if "upload" in path else {})})
    assert answer.status_code == 422
    assert asks_again(answer)
    assert str(theirs) not in {str(value) for value in offered(officer.get(f"{path}?{field}={theirs}"), field)}


def asks_again(answer: Any) -> bool:
    """Whether a form says that what was sent is none of its choices, or which of these is meant."""
    said = ("from the list", "Choose one of the offered records", "Which one do you mean by")
    return any(words in words_of(answer) for words in said)


def offered(page: Any, field: str) -> set[int]:
    return {int(option["value"]) for option in page.select(f"select[name={field}] option") if option["value"]}


def test_record_of_another_hub_is_not_edited_and_no_own_one_is_moved_there(
    browser: Open, session: Session, own: ThematicReview, other: ThematicReview
) -> None:
    mine, theirs = make.plan(session, own), make.plan(session, other)
    session.commit()
    officer = browser(Role.OFFICER)
    officer.get(f"/action-plans/{theirs.id}/edit/", status=403)
    path = f"/action-plans/{mine.id}/edit/"
    answers = [officer.client.post(path, data=officer.filled(path, review_id=key)) for key in (other.id, own.id)]
    assert [answer.status_code for answer in answers] == [422, 302]
    session.expire_all()
    plans = session.scalars(select(ActionPlan).order_by(ActionPlan.id))
    assert [plan.review_id for plan in plans] == [own.id, other.id]


def test_sample_is_planned_from_frames_of_own_reviews_for_own_reviews(
    browser: Open, session: PortalSession, own: ThematicReview, other: ThematicReview
) -> None:
    mine, theirs = make_audits.frame(session, own), make_audits.frame(session, other)
    session.commit()
    officer = browser(Role.OFFICER)
    buttons = [officer.get(f"/case-frames/{frame.id}/").find("a", string="Plan a sample") for frame in (mine, theirs)]
    assert [button is not None for button in buttons] == [True, False]
    assert officer.get(f"/audit-samples/plan/?frame_id={theirs.id}").select("select[name=frame_id]")
    path = f"/audit-samples/plan/?frame_id={mine.id}"
    values = officer.filled(path, rule="any", strata="level", method="equal", size="1", review_id=str(other.id))
    refused = officer.client.post(path, data=values)
    assert (refused.status_code, asks_again(refused)) == (422, True)
    assert session.scalars(select(AuditSample)).all() == []


def test_look_up_offers_what_the_form_offers(
    browser: Open, session: Session, own: ThematicReview, other: ThematicReview
) -> None:
    officer, administrator = browser(Role.OFFICER), browser(Role.ADMINISTRATOR)
    for address in ("/review-stages/lookup/review_id/?q=hub", "/action-plans/lookup/review_id/?q=hub&offset=1&limit=9"):
        assert [choice["id"] for choice in officer.client.get(address).json] == [own.id]  # type: ignore[union-attr]
        everything = [choice["id"] for choice in administrator.client.get(address).json]  # type: ignore[union-attr]
        assert sorted(everything) == [own.id, other.id]


def test_officer_marks_no_case_of_another_hub_as_audited(
    browser: Open, session: PortalSession, own: ThematicReview, other: ThematicReview
) -> None:
    mine, theirs = (
        make_audits.cases(session, make_audits.drawn(session, make_audits.frame(session, review)))[0]
        for review in (own, other)
    )
    session.commit()
    officer, path = browser(Role.OFFICER), "/sample-cases/bulk/mark-audited/"
    for ticked in ([mine.id, theirs.id], [mine.id]):
        officer.send(path, page="/account/", rowid=[str(key) for key in ticked], confirmed="yes")
        session.expire_all()
        assert theirs.audited_on is None
        assert mine.audited_on == (None if len(ticked) > 1 else today())


def test_officers_spreadsheet_adds_to_the_plans_of_own_reviews_only(
    browser: Open,
    session: PortalSession,
    session_factory: sessionmaker[PortalSession],
    own: ThematicReview,
    other: ThematicReview,
) -> None:
    make.agency(session, "Northfield Police")
    plans = [make.plan(session, review).reference for review in (own, other)]
    session.commit()
    officer = Bringer(browser(Role.OFFICER), session, session_factory)
    actions = [(plan, "Ask every child.", "Northfield Police", date(2031, 2, 3)) for plan in plans]
    lists = {
        "recommendations": csv_of(("Plan", "Recommendation"), *((plan, "Hear the child.") for plan in plans)),
        "actions": csv_of(("Plan", "Action", "Lead agency", "Due"), *actions),
    }
    for name, file in lists.items():
        brought = officer.bring(file, name)
        assert counts(brought) == (1, 0, 0, 1)
        assert refusals(brought) == {3: "You write into the plans of your own hubs' reviews only."}
