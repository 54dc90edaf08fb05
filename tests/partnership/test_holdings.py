"""Does a person who leaves stay visible as owner, and is what they hold said and handed on by the rules?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.change_log import ChangeRecord
from models.core.clock import today
from models.core.errors import RuleBroken
from models.partnership.holdings import hand_on, held_by, holding_kinds
from models.partnership.memberships import Membership, Seat
from models.partnership.people import Person
from models.plans.actions import Action
from tests import make, make_audits
from tests.web import Browser, words_of

Open = Callable[..., Browser]


def leave(session: Session, person: Person) -> Person:
    person.is_active = False
    session.commit()
    return person


@pytest.fixture
def officer(session: Session) -> Person:
    """An officer who runs a hub, sits in it, and owns an open action and a completed one."""
    officer = make.person(session, Role.OFFICER, name="Olive Leaver")
    hub, plan, agency = make.hub(session), make.plan(session), make.agency(session)
    hub.officer_id = officer.id
    session.add(Membership(hub_id=hub.id, person_id=officer.id, seat=Seat.OFFICER, starts_on=today()))
    make.action(session, plan, agency, owner_id=officer.id, owner_name=officer.name)
    done = make.action(session, plan, agency, owner_id=officer.id, owner_name=officer.name)
    done.completion_evidence, done.completed_on = "The files.", today()
    session.commit()
    return officer


def test_every_kind_of_holding_leads_to_a_list_with_exactly_what_is_counted(
    browser: Open, session: Session, officer: Person
) -> None:
    page = browser(Role.ADMINISTRATOR).get(f"/people/{officer.id}/")
    links = {link.get_text(): str(link["href"]) for link in page.select('main a[href*="held_by="]')}
    assert set(links) == {"1 open action", "1 hub to run", "1 seat in a hub"}
    for words, path in links.items():
        rows = browser(Role.SPONSOR).get(path).select("main tbody tr")
        assert len(rows) == int(words.split()[0]), path
    assert {kind.code for kind in holding_kinds()} == {"actions", "audits", "hubs", "reviews", "seats"}


def test_deactivating_says_what_is_still_held_and_leads_to_handing_it_on(
    browser: Open, session: Session, officer: Person
) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    sent = administrator.filled(f"/people/{officer.id}/edit/")
    sent.pop("is_active")
    answer = administrator.client.post(f"/people/{officer.id}/edit/", data=sent)
    assert answer.headers["Location"] == f"/people/{officer.id}/hand-on/"
    said = words_of(administrator.client.get(answer.headers["Location"]))
    assert "still holds 1 hub to run, 1 open action and 1 seat in a hub" in said


def test_everything_is_handed_on_at_once_and_stands_in_the_change_log(
    browser: Open, session: Session, officer: Person
) -> None:
    successor = make.person(session, Role.OFFICER, name="Nora Next", job_title="Officer")
    leave(session, officer)
    administrator, path = browser(Role.ADMINISTRATOR), f"/people/{officer.id}/hand-on/"
    assert administrator.send(path).status_code == 422
    answer = administrator.send(path, actions=successor.id, hubs=successor.id, seats=successor.id)
    assert answer.status_code == 302
    session.expire_all()
    assert held_by(session, officer, today()) == []
    assert {held.words for held in held_by(session, successor, today())} == {
        "1 open action", "1 hub to run", "1 seat in a hub",
    }  # fmt: skip
    open_one, done = session.scalars(select(Action).order_by(Action.number))
    assert (open_one.owner_name, open_one.owner_role) == ("Nora Next", "Officer")
    assert (done.owner_id, done.owner_name) == (officer.id, "Olive Leaver")
    changed = session.scalars(select(ChangeRecord.table_name).where(ChangeRecord.person_id.is_not(None))).all()
    assert {"actions", "hubs", "memberships"} <= set(changed)


def test_nothing_is_handed_on_where_one_part_is_refused(browser: Open, session: Session) -> None:
    scene = make_audits.scene(session)
    audit = make_audits.opened(session, scene)[0]
    leaver = make_audits.assigned(session, audit)
    make.action(session, make.plan(session), scene.police, owner_id=leaver.id, owner_name=leaver.name)
    of_the_team = make_audits.auditor(session, scene.police, name="Of the team", team="North")
    leave(session, leaver)
    administrator = browser(Role.ADMINISTRATOR)
    refused = administrator.send(f"/people/{leaver.id}/hand-on/", audits=of_the_team.id, actions=of_the_team.id)
    assert (refused.status_code, "nobody audits their own team's case" in words_of(refused)) == (422, True)
    assert {held.kind.code for held in held_by(session, leaver, today())} == {"actions", "audits"}
    session.commit()
    other = make_audits.auditor(session, scene.police, name="Of another team")
    session.commit()
    answer = administrator.send(f"/people/{leaver.id}/hand-on/", audits=other.id)
    assert answer.status_code == 302, words_of(answer)
    session.expire_all()
    assert audit.auditor_id == other.id


def test_nothing_goes_to_another_agency_another_role_or_somebody_who_has_left(
    session: Session, officer: Person
) -> None:
    elsewhere = make.person(session, Role.MANAGER, agency=make.agency(session, "Elsewhere"), name="Elsewhere")
    gone = leave(session, make.person(session, Role.OFFICER, name="Gone"))
    sponsor = make.person(session, Role.SPONSOR, name="Sponsor")
    for kind, person in (("actions", elsewhere), ("actions", gone), ("hubs", sponsor), ("hubs", officer)):
        with pytest.raises(RuleBroken, match="cannot take over"):
            hand_on(session, officer, {kind: person}, on=today())


def test_only_administrators_hand_on_and_agencies_do_not_read_what_is_held(
    browser: Open, session: Session, officer: Person
) -> None:
    browser(Role.OFFICER, name="Another").get(f"/people/{officer.id}/hand-on/", status=403)
    page = browser(Role.SPONSOR).get(f"/people/{officer.id}/")
    assert page.find("a", string="Hand on") is None
    assert "Holds" in [title.get_text() for title in page.select("h2")]
    agency = make.agency(session, "Own")
    colleague = make.person(session, Role.AGENCY_MEMBER, agency=agency, name="Colleague")
    browser(Role.MANAGER, agency=agency, name="Own manager").get(f"/people/{colleague.id}/", status=403)


def test_person_who_has_left_is_marked_wherever_they_are_the_owner(
    browser: Open, session: Session, officer: Person
) -> None:
    sponsor = make.person(session, Role.SPONSOR, name="Sue Gone")
    review = make.review(session, sponsor_id=sponsor.id)
    leave(session, officer)
    leave(session, sponsor)
    (action, _) = session.scalars(select(Action).order_by(Action.number))
    viewer = browser(Role.ADMINISTRATOR)
    for path in (f"/actions/{action.id}/", f"/hubs/{review.hub_id}/", "/hubs/", "/memberships/", "/people/?q=Olive"):
        marked = "Olive Leaver (has left)" in viewer.get(path).get_text(" ")
        assert marked is not path.startswith("/people/"), path
    assert "Sue Gone (has left)" in viewer.get(f"/thematic-reviews/{review.id}/").get_text(" ")
    report = viewer.get(f"/action-plans/{action.plan_id}/report/").get_text(" ")
    assert "Olive Leaver (has left)" in report


def test_seat_that_ends_today_is_not_held_and_one_to_come_moves_whole(session: Session, officer: Person) -> None:
    (seat,) = session.scalars(select(Membership))
    seat.ends_on = today()
    session.flush()
    assert "seats" not in {held.kind.code for held in held_by(session, officer, today())}
    seat.starts_on, seat.ends_on = today() + timedelta(days=5), None
    successor = make.person(session, Role.OFFICER, name="Nora Next")
    hand_on(session, officer, {"seats": successor}, on=today())
    (moved,) = session.scalars(select(Membership))
    assert (moved.person_id, moved.starts_on) == (successor.id, today() + timedelta(days=5))
