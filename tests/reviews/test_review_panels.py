"""Does a part of a review show what each noun adds, in order and to the right people?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from admin_views.kit.parts import Panel
from admin_views.kit.places import Part
from admin_views.kit.registry import load_screens
from admin_views.kit.workspace import panels as review_panels
from admin_views.kit.workspace.panels import review_panel
from models.core.access import Role
from models.reviews.thematic_reviews import ThematicReview
from tests import make
from tests.web import Browser

Open = Callable[..., Browser]


@pytest.fixture
def own_panels(monkeypatch: pytest.MonkeyPatch) -> None:
    """No panels but those of the test."""
    load_screens()  # what the nouns register at their first import is theirs, and is not lost with this test
    monkeypatch.setattr(review_panels, "_panels", [])

    @review_panel(Part.LEARNING, order=2, is_for_agencies=True)
    def second(session: Session, review: ThematicReview) -> Panel:
        return Panel(f"Second of {review.reference}", ("What",), [("<b>words</b>",)])

    @review_panel(Part.LEARNING, order=1, roles={Role.OFFICER, Role.AGENCY_MEMBER})
    def first(session: Session, review: ThematicReview) -> Panel:
        return Panel("First", ("What",), [])

    @review_panel(Part.LEARNING, order=3)
    def nothing(session: Session, review: ThematicReview) -> None:
        return None


def _titles(browser: Browser, review: ThematicReview) -> list[str]:
    page = browser.get(f"/thematic-reviews/{review.id}/learning/")
    return [heading.get_text() for heading in page.select(".panel h2")]


@pytest.mark.usefixtures("own_panels")
def test_officer_sees_the_panels_of_all_nouns_in_order(browser: Open, session: Session) -> None:
    review = make.review(session)
    officer = browser(Role.OFFICER)
    assert _titles(officer, review) == ["First", f"Second of {review.reference}"]
    assert "<b>words</b>" in officer.get(f"/thematic-reviews/{review.id}/learning/").get_text()


@pytest.mark.usefixtures("own_panels")
def test_panel_stays_hidden_from_roles_it_does_not_name(browser: Open, session: Session) -> None:
    review = make.review(session)
    assert _titles(browser(Role.BOARD_VIEWER), review) == [f"Second of {review.reference}"]


@pytest.mark.usefixtures("own_panels")
def test_agency_member_sees_only_panels_said_to_be_for_agencies(browser: Open, session: Session) -> None:
    police = make.agency(session)
    plan = make.plan(session)
    make.action(session, plan, police)
    review = session.get_one(ThematicReview, plan.review_id)
    member = browser(Role.AGENCY_MEMBER, agency=police)
    assert _titles(member, review) == [f"Second of {review.reference}"]
