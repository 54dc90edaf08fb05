"""Does each report, on paper and on a page, hold what it is about and nothing that its reader may not see?"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.documents.documents import Document
from models.documents.job_requests import JobRequest
from models.partnership.agencies import Agency
from models.plans.action_plans import ActionPlan
from models.plans.actions import Action
from models.rules.documents.letterheads import UNNAMED
from models.tools.starting_words import give_starting_words
from tests import make
from tests.web import Browser
from tests.work import do_requests, done

PARTNERSHIP = UNNAMED
Open = Callable[..., Browser]
TEXTS = {
    "first/police": "Audit ten files of the desk.",
    "first/health": "Train the school nurses.",
    "second/police": "Brief every sergeant.",
    "other/health": "Write to the clinics.",
}


@pytest.fixture
def actions(session: PortalSession) -> dict[str, Action]:
    """Two plans of one review and a plan of another; the first police action is overdue."""
    give_starting_words(session)
    review, other = make.review(session, title="Neglect"), make.review(session, title="Exploitation")
    plans = {
        "first": make.plan(session, review, title="First plan"),
        "second": make.plan(session, review, title="Second plan"),
        "other": make.plan(session, other, title="Other plan"),
    }
    agencies = {"police": make.agency(session, "Northfield Police"), "health": make.agency(session, "Southfield NHS")}
    actions = {}
    for number, (key, text) in enumerate(TEXTS.items()):
        plan, agency = key.split("/")
        due_on = today() + timedelta(days=30 * number - 5)
        actions[key] = make.action(session, plans[plan], agencies[agency], text=text, due_on=due_on)
    session.commit()
    return actions


@pytest.fixture
def print_it(
    session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> Callable[[Browser, str, str], str]:
    """Press the button behind an address on a page, have the job done, fetch the PDF, and read it."""

    def printed(browser: Browser, address: str, page: str) -> str:
        answer = browser.send(address, page=page)
        assert answer.status_code == 302, answer.text
        done(do_requests(session, session_factory, partnership=PARTNERSHIP))
        document = session.scalars(select(Document).order_by(Document.id.desc())).first()
        assert document is not None
        fetched = browser.client.get(f"/documents/{document.id}/download/")
        assert fetched.mimetype == "application/pdf"
        session.commit()  # the next transaction is the portal's own again
        return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(fetched.data)).pages).split())

    return printed


Print = Callable[[Browser, str, str], str]


def told(words: str) -> set[str]:
    """Which of the actions some words tell of."""
    return {key for key, text in TEXTS.items() if text in words}


def of_plan(action: Action) -> str:
    return f"/action-plans/{action.plan_id}/"


def test_report_of_a_review_holds_all_its_plans_and_no_other(
    browser: Open, session: PortalSession, actions: dict[str, Action], print_it: Print
) -> None:
    officer = browser(Role.OFFICER)
    review_id = session.get_one(ActionPlan, actions["first/police"].plan_id).review_id
    expected = {"first/police", "first/health", "second/police"}
    page = officer.get(f"/action-plans/review/{review_id}/report/").get_text(" ")
    assert told(page) == expected
    paper = print_it(officer, f"/action-plans/review/{review_id}/pdf/", f"/thematic-reviews/{review_id}/")
    assert told(paper) == expected


def test_report_of_an_agency_holds_its_actions_of_every_plan(
    browser: Open, actions: dict[str, Action], print_it: Print
) -> None:
    officer, agency_id = browser(Role.OFFICER), actions["first/police"].lead_agency_id
    expected = {"first/police", "second/police"}
    assert told(officer.get(f"/action-plans/agency/{agency_id}/report/").get_text(" ")) == expected
    paper = print_it(officer, f"/action-plans/agency/{agency_id}/pdf/", f"/agencies/{agency_id}/")
    assert told(paper) == expected
    assert "Northfield Police" in paper


def test_report_of_a_filtered_list_holds_what_the_filters_leave_also_beyond_the_page(
    browser: Open, session: PortalSession, actions: dict[str, Action], print_it: Print
) -> None:
    officer = browser(Role.OFFICER)
    agency_id = actions["first/health"].lead_agency_id
    for query, expected in (
        ("late=yes", {"first/police"}),
        (f"lead_agency_id={agency_id}", {"first/health", "other/health"}),
        ("q=sergeant", {"second/police"}),
        (f"late=no&plan_id={actions['first/police'].plan_id}", {"first/health"}),
    ):
        assert told(officer.get(f"/actions/report/?{query}").get_text(" ")) == expected, query
        assert told(print_it(officer, f"/actions/pdf/?{query}", f"/actions/?{query}")) == expected, query
    plan = session.get_one(ActionPlan, actions["other/health"].plan_id)
    agency = session.get_one(Agency, agency_id)
    for number in range(60):
        make.action(session, plan, agency, text=f"Further action {number}.", due_on=today())
    session.commit()
    paper = print_it(officer, f"/actions/pdf/?plan_id={plan.id}", f"/actions/?plan_id={plan.id}")
    assert all(f"Further action {number}." in paper for number in range(60))


def test_report_of_ticked_actions_holds_just_these(
    browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession], actions: dict[str, Action]
) -> None:
    officer = browser(Role.OFFICER)
    ticked = [str(actions[key].id) for key in ("first/health", "second/police")]
    sent = {**officer.tokens("/actions/"), "rowid": ticked, "confirmed": "1"}
    assert officer.client.post("/actions/bulk/print-chosen/", data=sent).status_code == 302
    assert done(do_requests(session, session_factory)) == ["The action plan is ready: 2 actions."]


def test_paper_and_page_of_the_same_report_carry_the_same_fingerprint(
    browser: Open, actions: dict[str, Action], print_it: Print
) -> None:
    officer = browser(Role.OFFICER)
    plan = of_plan(actions["first/police"])
    fingerprint = officer.get(f"{plan}report/").select_one(".sum")
    assert fingerprint is not None
    printed = print_it(officer, f"{plan}pdf/", plan).replace(" ", "")
    assert f"Fingerprint{fingerprint.get_text(strip=True)[:16].upper()}" in printed


def test_manager_of_an_agency_reads_the_own_actions_in_every_report(
    browser: Open, session: PortalSession, actions: dict[str, Action], print_it: Print
) -> None:
    police = session.get_one(Agency, actions["first/police"].lead_agency_id)
    review_id = session.get_one(ActionPlan, actions["first/police"].plan_id).review_id
    manager = browser(Role.MANAGER, agency=police)
    own = {"first/police", "second/police"}
    for path, expected in (
        (f"/action-plans/review/{review_id}/report/", own),
        (f"/action-plans/agency/{police.id}/report/", own),
        (f"{of_plan(actions['first/police'])}report/", {"first/police"}),
        ("/actions/report/", own),
    ):
        assert told(manager.get(path).get_text(" ")) == expected, path
    assert told(print_it(manager, "/actions/pdf/", "/actions/")) == own


def test_manager_of_an_agency_asks_for_nobody_elses_report(
    browser: Open, session: PortalSession, actions: dict[str, Action]
) -> None:
    police = session.get_one(Agency, actions["first/police"].lead_agency_id)
    stranger, theirs = browser(Role.MANAGER, agency=police), actions["other/health"]
    tokens = stranger.tokens("/actions/")
    for base in (f"/action-plans/agency/{theirs.lead_agency_id}/", of_plan(theirs)):
        stranger.get(f"{base}report/", status=404)
        assert stranger.client.post(f"{base}pdf/", data=tokens).status_code == 404
    session.commit()
    assert session.scalars(select(JobRequest.id)).all() == []


@pytest.mark.parametrize("kind", ["review", "agency"])
@pytest.mark.parametrize("number", ["0", "999999", "99999999999999999999"])
def test_a_report_of_nothing_is_not_found(browser: Open, actions: dict[str, Action], kind: str, number: str) -> None:
    officer = browser(Role.OFFICER)
    officer.get(f"/action-plans/{kind}/{number}/report/", status=404)
    tokens = officer.tokens("/actions/")
    assert officer.client.post(f"/action-plans/{kind}/{number}/pdf/", data=tokens).status_code == 404


def test_an_empty_report_is_refused_in_a_sentence_and_nothing_is_asked_for(
    browser: Open, session: PortalSession, actions: dict[str, Action]
) -> None:
    officer = browser(Role.OFFICER)
    nobody = make.agency(session, "Nobody's Agency")
    review = make.review(session, title="No plan yet")
    session.commit()
    for address, page, words in (
        ("/actions/pdf/?q=zebra", "/actions/?q=zebra", "nothing to print"),
        (f"/action-plans/agency/{nobody.id}/pdf/", f"/agencies/{nobody.id}/", "no action plan here"),
        (f"/action-plans/review/{review.id}/pdf/", f"/thematic-reviews/{review.id}/", "no action plan here"),
    ):
        answer = officer.client.post(address, data=officer.tokens("/actions/"))
        assert answer.status_code == 302, address
        assert words in officer.get(answer.headers["Location"]).get_text(" "), page
        report = officer.client.get(address.replace("/pdf/", "/report/"))
        assert report.status_code == 302, address
    assert session.scalars(select(JobRequest.id)).all() == []


def test_person_waits_for_the_paper_on_a_page_of_their_own(
    browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession], actions: dict[str, Action]
) -> None:
    officer, other = browser(Role.OFFICER), browser(Role.MANAGER)
    plan = of_plan(actions["first/police"])
    waiting = officer.send(f"{plan}pdf/", page=plan).headers["Location"]
    assert "progress" in str(officer.get(waiting).select_one("main"))
    done(do_requests(session, session_factory))
    page = officer.get(waiting)
    assert "The action plan is ready: 2 actions." in page.get_text(" ")
    document = session.scalars(select(Document)).one()
    assert page.select_one(f"main a[href='/documents/{document.id}/']") is not None
    other.get(waiting.partition("?")[0], status=404)
