"""Has every page of a review its head and its side menu, and do its lists, forms and counts keep to that review?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from admin_views.kit.places import Part
from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.gates.review_progress import Share, progress_of
from models.partnership.hubs import HubKind
from models.plans.actions import Action
from models.reviews.thematic_reviews import ThematicReview
from tests import make
from tests.kit.test_screens import statements
from tests.web import Browser

Open = Callable[..., Browser]
OF_A_LIST = 5
OF_THE_WORKSPACE = 2
"""What a page of a review asks beside the rest: the review, and how far it is."""


@pytest.fixture
def actions(session: Session) -> tuple[Action, Action]:
    """An action of our review, and one of another hub's."""
    police = make.agency(session)
    ours, other = make.review(session), make.review(session, kind=HubKind.ADULTS, title="Another review")
    one, another = (make.action(session, make.plan(session, review), police) for review in (ours, other))
    session.commit()
    return one, another


@pytest.fixture
def review(session: Session, actions: tuple[Action, Action]) -> ThematicReview:
    return session.query(ThematicReview).filter_by(title="Neglect in early years").one()


def side(page: BeautifulSoup) -> dict[str, str]:
    """The entries of the side menu with what stands beside each."""
    entries = [entry.get_text("|", strip=True).partition("|") for entry in page.select("nav.side li a")]
    return {name: beside for name, _, beside in entries}


def head(page: BeautifulSoup) -> str:
    """The review's name in the head of a page; empty where there is no head."""
    name = page.select_one(".review-name")
    return name.get_text() if name else ""


def test_lists_forms_and_records_of_a_review_have_its_head(browser: Open, session: Session, review: ThematicReview,
                                                           actions: tuple[Action, Action]) -> None:  # fmt: skip
    officer = browser(Role.OFFICER)
    own = f"?review_id={review.id}"
    ours, action = f"/thematic-reviews/{review.id}", f"/actions/{actions[0].id}"
    paths = [
        *(f"/actions/{own}", f"/action-plans/new/{own}", f"{action}/", f"{action}/edit/"),
        *(f"{ours}/edit/", f"{ours}/gates/", f"{ours}/triangulation/"),
    ]
    assert {path: head(officer.get(path)) for path in paths} == dict.fromkeys(paths, review.title)
    assert head(officer.get("/actions/")) == head(officer.get("/agencies/?review_id=1")) == ""


def test_list_of_a_review_has_its_own_rows_and_never_asks_for_the_review(
    browser: Open, session: Session, review: ThematicReview, actions: tuple[Action, Action]
) -> None:
    own, _ = actions
    officer = browser(Role.OFFICER)
    page = officer.get(f"/actions/?review_id={review.id}")
    links = {str(link["href"]).partition("?")[0] for link in page.select("table.list tbody th a")}
    assert links == {f"/actions/{own.id}/"}
    assert page.select_one("[name=review_id]:not([type=hidden])") is None
    assert "found" not in page.select_one(".sum").get_text()  # type: ignore[union-attr]
    listed = page.select_one("table.list tbody th a")
    assert listed is not None
    record = officer.get(str(listed["href"]))  # from elsewhere an action leads back to its plan
    assert [str(link["href"]) for link in record.select(".trail a")] == [f"/actions/?review_id={review.id}"]


def test_new_record_of_a_review_is_not_asked_for_its_review(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    officer, path = browser(Role.OFFICER), f"/findings/new/?review_id={review.id}"
    field = officer.get(path).select_one("[name=review_id]")
    assert field is not None
    assert (field["type"], field["value"]) == ("hidden", str(review.id))


def test_side_menu_counts_what_the_person_may_see(browser: Open, session: Session, review: ThematicReview) -> None:
    staff = side(browser(Role.OFFICER).get(f"/thematic-reviews/{review.id}/"))
    assert list(staff) == [part.value for part in Part]
    assert staff["Plan"] in {"0 of 1 done", "1 late"}
    stranger = browser(Role.MANAGER, agency=make.agency(session, "Another agency"))
    stranger.get(f"/thematic-reviews/{review.id}/", 404)
    ours = side(browser(Role.AGENCY_MEMBER, agency=make.agency(session)).get(f"/thematic-reviews/{review.id}/"))
    assert list(ours) == ["Overview", "Evidence", "Cases", "Plan", "Learning"]


@pytest.mark.parametrize("role", list(Role))
def test_every_entry_of_the_side_menu_opens_for_every_role(
    browser: Open, session: Session, review: ThematicReview, role: Role
) -> None:
    agency = make.agency(session) if role in {Role.MANAGER, Role.AGENCY_MEMBER} else None
    somebody = browser(role, agency=agency)
    page = somebody.get(f"/thematic-reviews/{review.id}/")
    for entry in page.select("nav.side li a"):
        answer = somebody.client.get(str(entry["href"]), follow_redirects=True)
        assert answer.status_code == 200, entry["href"]
        tabs = BeautifulSoup(answer.text, "html.parser").select("main > .tabs a")
        shown = {somebody.client.get(str(tab["href"]), follow_redirects=True).status_code for tab in tabs}
        assert shown <= {200}


def test_part_that_there_is_not_is_not_found(browser: Open, review: ThematicReview) -> None:
    officer = browser(Role.OFFICER)
    for part in ("overview", "triangulate", "xyz"):
        officer.get(f"/thematic-reviews/{review.id}/{part}/", 404)


def test_progress_counts_done_all_and_late_in_one_statement(
    session: PortalSession, engine: Engine, review: ThematicReview, actions: tuple[Action, Action]
) -> None:
    late, _ = actions
    with statements(engine) as seen:
        progress = progress_of(session, review, today())
    assert len(seen) == 1
    assert progress.actions == Share(0, 1, int(late.due_on < today()))
    assert (progress.plans, progress.self_evaluations, progress.hub) == (1, Share(), "Children hub")


def test_pages_of_a_review_ask_few_statements_more_than_others(
    browser: Open, engine: Engine, review: ThematicReview
) -> None:
    officer = browser(Role.OFFICER)
    counted = {}
    for path in ("/actions/", f"/actions/?review_id={review.id}", f"/thematic-reviews/{review.id}/"):
        officer.get(path)
        with statements(engine) as seen:
            officer.get(path)
        counted[path] = len(seen)
    everywhere, within, overview = counted.values()
    assert within <= everywhere + OF_THE_WORKSPACE
    assert overview <= OF_A_LIST + OF_THE_WORKSPACE + 6, counted  # tasks, sources, picture, events, stages, facts
