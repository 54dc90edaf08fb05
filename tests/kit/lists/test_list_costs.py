"""Does a list cost little beside a bare page, and is what it keeps between pages the same for everybody?"""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Callable

from flask import Flask, url_for
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from admin_views.kit.lists.pages import PAGE_SIZE
from admin_views.kit.lists.places import address_with
from models.core.access import Role
from tests import make
from tests.kit.test_screens import many_agencies, names, statements
from tests.web import Browser

Open = Callable[..., Browser]

MOST_CALLS = 5_500
"""Python calls of a list of fifty rows beyond those of the sign-in page; some 4,600, and 9,100 once."""


def calls_of(browser: Browser, path: str) -> int:
    """How many functions are called while a page is answered that was answered before."""
    for _ in range(2):
        browser.get(path)
    watched = cProfile.Profile()
    watched.enable()
    browser.client.get(path)
    watched.disable()
    return int(pstats.Stats(watched).total_calls)  # type: ignore[attr-defined]


def test_fifty_rows_cost_little_more_than_a_page_without_any(browser: Open, session: Session) -> None:
    many_agencies(session, PAGE_SIZE + 5)
    officer = browser(Role.OFFICER)
    assert calls_of(officer, "/agencies/") - calls_of(officer, "/sign-in/") < MOST_CALLS


def test_rows_with_and_without_a_value_are_one_statement(browser: Open, session: Session, engine: Engine) -> None:
    for name, agency in (("Ann", None), ("Bo", "North"), ("Cas", None), ("Di", "South")):
        make.person(session, Role.MANAGER, agency=make.agency(session, agency) if agency else None, name=name)
    session.commit()
    officer = browser(Role.OFFICER, name="Zed")
    orders = {"agency_id": ["Bo", "Di", "Ann", "Cas", "Zed"], "-agency_id": ["Di", "Bo", "Zed", "Cas", "Ann"]}
    officer.get("/people/")
    for sort, expected in orders.items():
        with statements(engine) as seen:
            assert names(officer, f"/people/?sort={sort}") == expected
        assert len(seen) == 3, seen


def test_what_is_kept_of_a_list_shows_nobody_the_rows_of_others(browser: Open, session: Session, portal: Flask) -> None:
    plan = make.plan(session)
    agencies = [make.agency(session, name) for name in ("North", "South")]
    for agency in agencies:
        make.action(session, plan, agency, text=f"Done by {agency.name}")
    session.commit()
    readers = [browser(Role.MANAGER, agency=agency, name=f"Reader of {agency.name}") for agency in agencies]
    kept = next(view for view in portal.extensions["admin"][0]._views if view.endpoint == "actions").listing.stated
    for path in ("/actions/", f"/actions/?review_id={plan.review_id}", f"/actions/?plan_id={plan.id}"):
        browser(Role.OFFICER).get(path)
        questions = dict(kept._firsts), dict(kept._unions)
        shown = [reader.get(path).select_one("table.list").get_text() for reader in readers]  # type: ignore[union-attr]
        assert ["Done by South" in text for text in shown] == [False, True]
        assert ["Done by North" in text for text in shown] == [True, False]
        assert (kept._firsts, kept._unions) == questions


def test_kept_questions_hold_no_value_of_an_address(browser: Open, session: Session, portal: Flask) -> None:
    plan = make.plan(session)
    session.commit()
    kept = next(view for view in portal.extensions["admin"][0]._views if view.endpoint == "actions").listing.stated
    browser(Role.OFFICER).get(f"/actions/?review_id={plan.review_id}&plan_id={plan.id}")
    stated = kept._firsts[None, False, ("plan_id", "review_id")].compile()
    assert {stated.params["list_of_review"], stated.params["asked_plan_id"], stated.params["wanted_rows"]} == {None}


def test_addresses_of_a_list_are_as_flask_writes_them(portal: Flask) -> None:
    asked = {
        "q": "ann & bo +1%",
        "sort": "-name",
        "columns": "name,role",
        "view": 12,
        "after": None,
        "who": "a/b:c@d é",
    }
    with portal.test_request_context("/people/"):
        assert address_with("/people/", asked) == url_for("people.index_view", **asked)
        assert address_with("/people/", {}) == url_for("people.index_view")
