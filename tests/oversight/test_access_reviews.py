"""Does an administrator see who has access and whose wants looking at, and is each look kept with its outcome?"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from models.accounts.passkeys import Passkey
from models.accounts.second_factors import SecondFactor
from models.accounts.sign_in_attempts import Outcome, SignInAttempt
from models.core.access import Role
from models.core.clock import now, today
from models.core.db import act_as
from models.core.errors import RuleBroken
from models.documents.exports import ExportRecord
from models.oversight.access_reviews import (
    DUE_AFTER,
    OF_NO_AGENCY,
    AccessOutcome,
    AccessReview,
    record_review,
    standings,
)
from models.partnership.people import Person
from tests import make
from tests.web import Browser, member, words_of

Open = Callable[..., Browser]
LIST, REVIEWS = "/access/", "/access-reviews/"


def rows(page: BeautifulSoup) -> dict[str, str]:
    """Each person's line of the list, by name."""
    lines = {}
    for line in page.select("main tbody tr"):
        words = " ".join(line.get_text(" ").split())
        name = line.select_one("a")
        lines[name.get_text() if name else words] = words
    return lines


def signs_in(session: Session, person: Person, days_ago: int) -> None:
    when = now() - timedelta(days=days_ago)
    attempt = SignInAttempt(attempted_at=when, email=person.email, person_id=person.id, outcome=Outcome.SIGNED_IN)
    session.add(attempt)


def look(session: Session, agency_id: int | None, on: date, by: Person) -> AccessReview:
    said = AccessReview(agency_id=agency_id, outcome=AccessOutcome.AS_IT_SHOULD_BE)
    return record_review(session, said, by, on=on)


def test_list_says_whose_access_wants_looking_at_and_why(browser: Open, session: Session) -> None:
    agency, hub = make.agency(session), make.hub(session)
    used, idle, left, ended, invited = (
        member(session, Role.MANAGER, agency=agency, name=name, accepted_at=now() - timedelta(days=400))
        for name in ("Una Used", "Ida Idle", "Leo Left", "Edda Ended", "Ivo Invited")
    )
    signs_in(session, used, 3)
    signs_in(session, idle, 91)
    signs_in(session, ended, 1)
    left.is_active = False
    invited.password_hash = invited.accepted_at = None
    make.membership(session, hub, ended).ends_on = today() - timedelta(days=1)
    session.add(SecondFactor(person_id=used.id, sealed_key=b"sealed", confirmed_at=now()))
    kept = {"credential_id": b"id", "public_key": b"key", "user_handle": b"handle", "sign_count": 0}
    session.add(Passkey(person_id=used.id, name="Phone", **kept))
    session.commit()
    lines = rows(browser(Role.ADMINISTRATOR).get(f"{LIST}?agency_id={agency.id}"))
    states = {name: line for name, line in lines.items()}
    assert "In use" in states["Una Used"]
    assert "App and passkey" in states["Una Used"]
    assert "Own agency's rows" in states["Una Used"]
    assert "Not signed in for 90 days" in states["Ida Idle"]
    assert "May not sign in" in states["Leo Left"]
    assert "Seats ended, may still sign in" in states["Edda Ended"]
    assert "Never accepted" in states["Ivo Invited"]
    narrowed = rows(browser(Role.ADMINISTRATOR).get(f"{LIST}?state=seats_ended"))
    assert list(narrowed) == ["Edda Ended"]
    assert list(rows(browser(Role.ADMINISTRATOR).get(f"{LIST}?factor=app_and_passkey"))) == ["Una Used"]


def test_list_says_seats_and_sponsored_reviews_and_leads_to_the_person(browser: Open, session: Session) -> None:
    agency = make.agency(session)
    hub = make.hub(session)
    seated = member(session, Role.AGENCY_MEMBER, agency=agency, name="Sam Seated")
    membership = make.membership(session, hub, seated)
    review = make.review(session)
    session.commit()
    page = browser(Role.ADMINISTRATOR).get(LIST)
    assert f"{hub.name} ({membership.seat.label})" in rows(page)["Sam Seated"]
    sponsor = session.get_one(Person, review.sponsor_id) if review.sponsor_id else None
    assert sponsor is None or review.reference in rows(page)[sponsor.name]
    link = page.find("a", string="Sam Seated")
    assert link is not None
    assert link["href"] == f"/people/{seated.id}/"


def test_list_leaves_as_a_file_in_words_and_that_is_on_record(browser: Open, session: Session) -> None:
    member(session, Role.OFFICER, name="Ann Officer")
    administrator = browser(Role.ADMINISTRATOR)
    answer = administrator.client.get(f"{LIST}export/csv/?role=officer")
    lines = list(csv.DictReader(answer.get_data(as_text=True).removeprefix("\ufeff").splitlines()))
    assert [(line["Name"], line["Access"], line["Second factor"]) for line in lines] == [
        ("Ann Officer", "In use", "None")
    ]
    with administrator.client.get(f"{LIST}export/xlsx/") as workbook:
        assert workbook.status_code == 200
    assert session.scalars(select(ExportRecord.list_name)).all() == ["Who has access"] * 2


def test_nobody_but_administrators_sees_everybodys_access(browser: Open, session: Session) -> None:
    agency = make.agency(session)
    for role in Role:
        if role is not Role.ADMINISTRATOR:
            other = browser(role, agency=agency if role in (Role.MANAGER, Role.AGENCY_MEMBER) else None)
            for path in (LIST, f"{LIST}export/csv/", f"{REVIEWS}agencies/"):
                other.get(path, 403)


def test_agencies_nobody_has_looked_at_for_half_a_year_stand_first(browser: Open, session: Session) -> None:
    administrator = member(session, Role.ADMINISTRATOR, name="Ada")
    never, long_ago, lately, empty = (make.agency(session, name=name) for name in ("Zeta", "Beta", "Alpha", "Empty"))
    for agency in (never, long_ago, lately):
        member(session, Role.MANAGER, agency=agency, name=f"Manager of {agency.name}")
    look(session, long_ago.id, today() - DUE_AFTER, administrator)
    look(session, lately.id, today() - DUE_AFTER + timedelta(days=1), administrator)
    look(session, lately.id, today(), administrator)
    session.commit()
    told = standings(session, today())
    assert [standing.name for standing in told] == [OF_NO_AGENCY, "Zeta", "Beta", "Empty", "Alpha"]
    assert [standing.is_due(today()) for standing in told] == [True, True, True, False, False]
    assert told[-1].review is not None
    assert told[-1].review.reviewed_on == today(), "the latest of several"
    assert empty.name == "Empty"
    page = browser(Role.ADMINISTRATOR).get(f"{REVIEWS}agencies/")
    assert page.get_text().index("Zeta") < page.get_text().index("Alpha")


def test_administrator_records_a_review_with_the_changes_asked_for_and_it_stays(
    browser: Open, session: Session
) -> None:
    agency = make.agency(session, name="Health")
    member(session, Role.MANAGER, agency=agency, name="Mo Manager")
    administrator = browser(Role.ADMINISTRATOR, name="Ada")
    path = f"{REVIEWS}agencies/{agency.id}/review/"
    assert "Mo Manager" in administrator.get(path).get_text()
    assert administrator.send(path).status_code == 422
    unnamed = administrator.send(path, outcome="changes_asked", changes=" ")
    assert (unnamed.status_code, "Name the changes" in words_of(unnamed)) == (422, True)
    sent = administrator.send(path, outcome="changes_asked", changes="Mo has left in May.")
    assert sent.location == f"{REVIEWS}agencies/"
    administrator.send(path, outcome="as_it_should_be")
    history = " ".join(administrator.get(REVIEWS).get_text(" ").split())
    assert "Mo has left in May." in history
    assert "All as it should be" in history
    kept = session.scalars(select(AccessReview).order_by(AccessReview.id)).all()
    assert [(review.people_count, review.reviewed_on) for review in kept] == [(1, today())] * 2
    own = f"{REVIEWS}agencies/0/review/"
    assert administrator.send(own, outcome="as_it_should_be").status_code == 302
    assert administrator.client.get(f"{REVIEWS}agencies/9999/review/").status_code == 404


def test_manager_reviews_the_own_agency_and_no_other(browser: Open, session: Session) -> None:
    mine, theirs = make.agency(session, name="Ours"), make.agency(session, name="Theirs")
    member(session, Role.AGENCY_MEMBER, agency=mine, name="Own Colleague", accepted_at=now() - timedelta(days=400))
    member(session, Role.AGENCY_MEMBER, agency=theirs, name="Somebody Else")
    manager = browser(Role.MANAGER, agency=mine)
    assert "Review your agency's access" in manager.get(REVIEWS).get_text()
    page = manager.get(f"{REVIEWS}agencies/{mine.id}/review/").get_text()
    assert "Own Colleague" in page
    assert "Somebody Else" not in page
    assert "90 days" not in page, "managers are not told when others were here, so nobody is called idle"
    sent = manager.send(f"{REVIEWS}agencies/{mine.id}/review/", outcome="as_it_should_be")
    assert sent.location == REVIEWS
    for agency_id in (theirs.id, 0):
        manager.get(f"{REVIEWS}agencies/{agency_id}/review/", 404)
    browser(Role.MANAGER, name="Partnership Manager").get(f"{REVIEWS}agencies/{mine.id}/review/", 403)
    look(session, theirs.id, today(), member(session, Role.ADMINISTRATOR))
    session.commit()
    assert "Theirs" not in manager.get(REVIEWS).get_text()


def test_database_keeps_a_manager_from_another_agencys_review(session: Session) -> None:
    mine, theirs = make.agency(session, "Ours"), make.agency(session, "Theirs")
    manager = member(session, Role.MANAGER, agency=mine)
    with pytest.raises(RuleBroken, match="own agency only"):
        look(session, theirs.id, today(), manager)
    act_as(session, manager.actor())
    assert look(session, mine.id, today(), manager).people_count == 1


def test_pages_of_access_ask_few_statements(browser: Open, session: Session, engine: Engine) -> None:
    agency = make.agency(session)
    for number in range(60):
        make.person(session, Role.AGENCY_MEMBER, agency=agency, name=f"Member {number}")
    administrator = browser(Role.ADMINISTRATOR)
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")) and "set_config" not in statement:
            asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    for path in (LIST, f"{REVIEWS}agencies/", f"{REVIEWS}agencies/{agency.id}/review/"):
        asked.clear()
        administrator.get(path)
        assert len(asked) <= 5, (path, asked)
    event.remove(engine, "before_cursor_execute", note)
