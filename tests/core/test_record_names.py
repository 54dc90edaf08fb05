"""Do lists of changes, documents and requests say which record they are about, at once and behind the wall?"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models.core.access import Actor, Role
from models.core.db import PortalSession, act_as
from models.core.record_names import names_of
from models.documents.job_requests import request_job
from models.messages.messages import Draft, write_message
from models.partnership.people import Person
from models.schema import all_policies
from tests import make
from tests.documents.test_documents import kept
from tests.kit.test_screens import statements
from tests.web import Browser

Open = Callable[..., Browser]


def cells(browser: Browser, path: str, label: str) -> dict[str, str]:
    """The cells under one heading of a list, in words: each with the address it leads to, or none."""
    shown = browser.get(path).select(f'table.list tbody [data-l="{label}"]')
    return {cell.get_text(): str(link["href"]) if (link := cell.find("a")) else "" for cell in shown}  # type: ignore[index]


def test_changes_name_their_record_and_lead_to_it(browser: Open, session: Session) -> None:
    agency = make.agency(session, "Ardenshire Police")
    action = make.action(session, make.plan(session), agency, text="Train all staff in the county. " * 9)
    session.commit()
    named = cells(browser(Role.OFFICER), "/change-log/?verb=insert", "Record")
    assert named["Agency Ardenshire Police"] == f"/agencies/{agency.id}/"
    (long,) = [words for words in named if words.startswith(f"Action {action.reference}: Train all staff")]
    assert named[long] == f"/actions/{action.id}/"
    assert long.endswith("…")
    assert len(long) < 130


def test_record_without_words_of_its_own_is_named_by_what_it_joins(browser: Open, session: Session) -> None:
    hub, person = make.hub(session), make.person(session, Role.OFFICER, name="Olive Officer")
    make.membership(session, hub, person)
    session.commit()
    named = cells(browser(Role.OFFICER), "/change-log/?table_name=memberships", "Record")
    assert list(named) == [f"Membership {hub.name}, Olive Officer"]


def test_deleted_record_keeps_the_name_it_went_with_and_leads_nowhere(browser: Open, session: Session) -> None:
    agency = make.agency(session, "Old Police")
    session.commit()
    agency.name = "Former <b>Police</b>"
    session.commit()
    session.delete(agency)
    session.commit()
    named = cells(browser(Role.OFFICER), "/change-log/?table_name=agencies", "Record")
    assert named == {"Agency Former <b>Police</b> (deleted)": ""}


def test_change_log_names_fifty_records_of_many_kinds_in_five_statements(
    browser: Open, session: Session, engine: Engine
) -> None:
    plan = make.plan(session)
    for number in range(20):
        make.action(session, plan, make.agency(session, f"Agency {number}"))
    session.commit()
    officer = browser(Role.OFFICER)
    for path in ("/change-log/", "/change-log/?table_name=actions", "/documents/", "/requests/"):
        officer.get(path)
        with statements(engine) as seen:
            page = officer.client.get(path)
        assert len(seen) <= 5, seen
        assert len(page.data) < 40_000


def test_document_says_what_it_is_about_and_not_to_whoever_may_not_see_that(browser: Open, session: Session) -> None:
    police, fire = make.agency(session, "Police"), make.agency(session, "Fire")
    kept(session, subject=f"agencies:{fire.id}", agency_id=police.id)
    page = "/documents/"
    assert cells(browser(Role.OFFICER), page, "About") == {"Agency Fire": f"/agencies/{fire.id}/"}
    assert cells(browser(Role.AGENCY_MEMBER, agency=police), page, "About") == {f"Agency {fire.id}": ""}


def test_document_about_nothing_says_nothing(browser: Open, session: Session) -> None:
    kept(session, subject="")
    assert cells(browser(Role.OFFICER), "/documents/", "About") == {"–": ""}


def test_requests_say_which_message_and_which_record_they_are_about(browser: Open, session: PortalSession) -> None:
    officer = browser(Role.OFFICER)
    message_id = write_message(session, Draft(None, "Ada Ball", "ada@example.org", "A form is late", "Please."))
    review = make.review(session, title="Neglect")
    request_job(session, "make_review_report", {"review_id": review.id})
    request_job(session, "make_board_pack", {"body": "board", "meets_on": "2026-12-10"})
    session.commit()
    named = cells(officer, "/requests/", "About")
    assert named["Message to Ada Ball: A form is late"] == f"/messages/{message_id}/"
    assert named[f"Review {review.reference}: Neglect"] == f"/thematic-reviews/{review.id}/"
    assert "–" in named
    (line,) = officer.get("/requests/").select(f'a[href="/messages/{message_id}/"]')
    address = line.find_parent("tr").select_one("th a")["href"]  # type: ignore[union-attr, index]
    assert "Message to Ada Ball" in officer.get(str(address)).get_text()


def test_every_role_may_ask_for_the_names_of_every_table(session: PortalSession) -> None:
    """A table without a grant for the role is left alone: asking it would break the page."""
    agency = make.agency(session)
    people = [make.person(session, role, agency=agency if role is Role.AGENCY_MEMBER else None) for role in Role]
    session.commit()
    wanted = [f"{table}:1" for table in all_policies()] + ["gone:1", "actions:", "actions:99999999999", "actions:x"]
    for actor in (*(person.actor() for person in people), Actor.system("test")):
        act_as(session, actor)
        assert "gone:1" not in names_of(session, wanted)
    act_as(session, people[0].actor())
    own = session.scalars(select(Person).where(Person.role == Role.ADMINISTRATOR)).one()
    assert names_of(session, [f"people:{own.id}"], is_deleted_too=True)[f"people:{own.id}"].words == own.name
