"""Do hubs say who is in their team, who is missing, and who may change them?"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.partnership.hubs import Hub, HubKind
from models.partnership.memberships import Membership, Seat
from tests import make
from tests.web import Browser, words_of

Open = Callable[..., Browser]
DAY = timedelta(days=1)


def seated(session: Session, hub: Hub, seat: Seat, name: str, **values: object) -> Membership:
    person = make.person(session, Role.MANAGER, name=name)
    membership = Membership(hub_id=hub.id, person_id=person.id, seat=seat, **{"starts_on": today() - 9 * DAY, **values})
    session.add(membership)
    session.commit()
    return membership


def test_administrator_makes_edits_and_deletes_a_hub(browser: Open, session: Session) -> None:
    officer = make.person(session, Role.OFFICER, name="Olive Officer")
    administrator = browser(Role.ADMINISTRATOR)
    values = {"name": "Adults hub", "kind": "adults", "officer_id": officer.id, "is_active": "y"}
    response = administrator.send("/hubs/new/", **values)
    assert response.status_code == 302
    path = response.headers["Location"]
    assert "Olive Officer" in administrator.get(path).get_text()
    sent = administrator.filled(f"{path}edit/", purpose="Adults' safeguarding.")
    assert administrator.client.post(f"{path}edit/", data=sent).status_code == 302
    assert "Adults' safeguarding." in administrator.get(path).get_text()
    assert administrator.send(f"{path}delete/").status_code == 302
    administrator.get(path, 404)


def test_only_an_officer_can_be_named_as_a_hubs_officer(browser: Open, session: Session) -> None:
    manager = make.person(session, Role.MANAGER, name="Manfred Manager")
    answer = browser(Role.ADMINISTRATOR).send("/hubs/new/", name="Hub", kind="adults", officer_id=manager.id)
    assert answer.status_code == 422
    assert "Choose one of the offered records for officer." in words_of(answer)


def test_two_hubs_cannot_share_a_name(browser: Open, session: Session) -> None:
    name = make.hub(session).name
    answer = browser(Role.ADMINISTRATOR).send("/hubs/new/", name=name, kind="children")
    assert answer.status_code == 422
    assert "There is already a hub of that name." in words_of(answer)


def test_hub_says_which_core_seats_are_taken_and_which_are_missing(browser: Open, session: Session) -> None:
    hub = make.hub(session)
    officer = browser(Role.OFFICER)
    assert "Missing: police, social care and health." in officer.get(f"/hubs/{hub.id}/").get_text()
    seated(session, hub, Seat.HEALTH, "Harriet Health")
    seated(session, hub, Seat.POLICE, "Paul Police", ends_on=today() - DAY)
    page = officer.get(f"/hubs/{hub.id}/").get_text()
    assert "Present: health. Missing: police and social care." in page


def test_last_day_of_a_seat_still_counts(browser: Open, session: Session) -> None:
    hub = make.hub(session)
    for seat in (Seat.POLICE, Seat.SOCIAL_CARE, Seat.HEALTH):
        seated(session, hub, seat, f"Holder of {seat}", ends_on=today())
    page = browser(Role.OFFICER).get(f"/hubs/{hub.id}/").get_text()
    assert "Police, social care and health are present." in page


def test_agency_sees_its_own_seats_and_is_told_of_no_gaps(browser: Open, session: Session) -> None:
    hub, ours, theirs = make.hub(session), make.agency(session, "Ours"), make.agency(session, "Theirs")
    mine = make.person(session, Role.MANAGER, agency=ours, name="Ours Own")
    other = make.person(session, Role.MANAGER, agency=theirs, name="Theirs Own")
    for person, agency in ((mine, ours), (other, theirs)):
        seat = Seat.POLICE if agency is ours else Seat.HEALTH
        membership = Membership(hub_id=hub.id, person_id=person.id, agency_id=agency.id, seat=seat, starts_on=today())
        session.add(membership)
    session.commit()
    page = browser(Role.MANAGER, agency=ours, name="Ours Manager").get(f"/hubs/{hub.id}/").get_text()
    assert "Ours Own" in page
    assert "Theirs Own" not in page
    assert "Missing" not in page


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SPONSOR, Role.MANAGER, Role.BOARD_VIEWER])
def test_only_administrators_change_hubs(browser: Open, session: Session, role: Role) -> None:
    hub = make.hub(session)
    somebody = browser(role)
    for path in ("/hubs/new/", f"/hubs/{hub.id}/edit/", f"/hubs/{hub.id}/delete/"):
        somebody.get(path, 403)
    assert somebody.get(f"/hubs/{hub.id}/").select_one(".head .buttons a") is None


def test_hub_with_reviews_is_not_deleted(browser: Open, session: Session) -> None:
    hub = make.hub(session, HubKind.CHILDREN)
    make.review(session)
    administrator = browser(Role.ADMINISTRATOR)
    assert administrator.send(f"/hubs/{hub.id}/delete/", "/hubs/new/").status_code == 302
    assert "because another record needs it" in administrator.get(f"/hubs/{hub.id}/").get_text()


def test_officer_takes_out_the_hubs_of_one_kind(browser: Open, session: Session) -> None:
    make.hub(session, HubKind.CHILDREN)
    make.hub(session, HubKind.ADULTS)
    answer = browser(Role.OFFICER).client.get("/hubs/export/csv/?kind=adults")
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert rows[0][:2] == ["Name", "Kind"]
    assert [row[:2] for row in rows[1:]] == [["Adults hub", "Adults"]]
