"""Does the name of a record lead everywhere, with its reference beneath it?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import Tag
from sqlalchemy.orm import Session

from admin_views.kit.registry import load_screens
from models.core.access import Role
from tests import make
from tests.web import Browser

Open = Callable[..., Browser]


def first_cell(browser: Browser, path: str) -> Tag:
    """The link that leads from the first row of a list to its record."""
    link = browser.get(path).select_one("table.list tbody th a")
    assert link is not None
    return link


def lines_of(link: Tag) -> tuple[str, str]:
    """The words of such a link, and the reference beneath them."""
    beneath = link.select_one("small")
    assert beneath is not None
    reference = beneath.get_text()
    return link.get_text().removesuffix(reference).strip(), reference


def test_review_and_plan_and_action_are_listed_by_name_with_the_reference_beneath(
    browser: Open, session: Session
) -> None:
    review = make.review(session, title="Neglect of children under five")
    plan = make.plan(session, review, title="What we will do")
    action = make.action(session, plan, make.agency(session), text="Train all staff.")
    session.commit()
    officer = browser(Role.OFFICER)
    listed = {
        "/thematic-reviews/": (review.title, review.reference),
        "/action-plans/": (plan.title, plan.reference),
        "/actions/": (action.text, action.reference),
    }
    assert {path: lines_of(first_cell(officer, path)) for path in listed} == listed
    headings = officer.get("/thematic-reviews/").select("table.list thead th")
    assert [heading.get_text() for heading in headings][:2] == ["Title", "Kind"]


def test_no_list_of_a_screen_begins_with_a_reference() -> None:
    """A case has no name but its reference, and an escalation is told by its number in letters."""
    begin = {known.endpoint_of() for known in load_screens() if known.column_list[0] == "reference"}
    assert begin == {"sample_cases", "escalations"}


@pytest.mark.parametrize("page", ["", "edit/"])
def test_heading_and_window_title_begin_with_the_name(browser: Open, session: Session, page: str) -> None:
    plan = make.plan(session, title="What we will do")
    action = make.action(session, plan, make.agency(session), text="Train all staff of the county. " * 9)
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    for path, name in ((f"/action-plans/{plan.id}/", plan.title), (f"/actions/{action.id}/", "Train all staff of")):
        shown = administrator.get(f"{path}{page}")
        assert shown.title is not None
        assert shown.title.get_text().removeprefix("Edit ").startswith(name)
        assert name in shown.select_one("h1").get_text()  # type: ignore[union-attr]
        assert len(shown.title.get_text()) < 190


def test_challenge_is_headed_by_its_question_and_says_when_beneath(browser: Open, session: Session) -> None:
    officer = browser(Role.OFFICER)
    review, police = make.review(session), make.agency(session, "Police")
    session.commit()
    sent = {
        "review_id": review.id, "challenger": "Chair", "agency_id": police.id, "question": "Why are files late?",
        "challenged_on": "2026-05-03",
    }  # fmt: skip
    path = str(officer.send("/challenges/new/", **sent).headers["Location"])
    page = officer.get(path)
    assert page.select_one("h1").get_text() == "Why are files late?"  # type: ignore[union-attr]
    assert page.select_one("main .caption").get_text() == "Challenge of 3 May 2026"  # type: ignore[union-attr]
    assert first_cell(officer, "/challenges/").get_text() == "Why are files late?"


def test_what_is_asked_before_a_deed_names_the_record_and_its_reference(browser: Open, session: Session) -> None:
    plan = make.plan(session, title="What we will do")
    session.commit()
    page = browser(Role.ADMINISTRATOR).get(f"/action-plans/{plan.id}/delete/")
    assert page.select_one("h1").get_text() == "Delete What we will do?"  # type: ignore[union-attr]
    assert page.select_one("main .caption").get_text() == plan.reference  # type: ignore[union-attr]


def test_list_is_still_put_in_order_and_taken_out_by_reference(browser: Open, session: Session) -> None:
    for title in ("Beta", "Alpha"):
        make.review(session, title=title, year=2026)
    session.commit()
    officer = browser(Role.OFFICER)
    assert lines_of(first_cell(officer, "/thematic-reviews/?sort=reference"))[0] == "Beta"
    assert lines_of(first_cell(officer, "/thematic-reviews/?sort=title"))[0] == "Alpha"
    with officer.client.get("/thematic-reviews/export/csv/") as file:
        assert file.get_data(as_text=True).partition("\n")[0].startswith("\ufeffReference,Title")
