"""Are seats dated, held once, and looked after by the hub's own officer alone?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Actor, Role
from models.core.clock import today
from models.core.errors import RuleBroken
from models.partnership.hubs import Hub, HubKind
from models.partnership.memberships import (
    Membership,
    Seat,
    core_seats_in_words,
    end_memberships,
    hubs_run_by,
    may_run_hub,
    missing_core_seats,
)
from models.partnership.people import Person
from tests import make
from tests.web import Browser, member, words_of

Open = Callable[..., Browser]
DAY = timedelta(days=1)
START = date(2026, 1, 10)


@pytest.fixture
def own_hub(session: Session) -> Hub:
    """The children's hub, run by the officer of the cast."""
    hub = make.hub(session)
    hub.officer_id = member(session, Role.OFFICER).id
    session.commit()
    return hub


def seat(session: Session, hub: Hub, person: Person, seat: Seat = Seat.POLICE, **values: Any) -> Membership:
    membership = Membership(hub_id=hub.id, person_id=person.id, seat=seat, **{"starts_on": START, **values})
    session.add(membership)
    session.commit()
    return membership


def form_of(hub: Hub, person: Person, **values: Any) -> dict[str, Any]:
    return {"hub_id": hub.id, "person_id": person.id, "seat": "police", "starts_on": "2026-01-10", **values}


def test_officer_seats_a_person_for_their_own_agency(browser: Open, session: Session, own_hub: Hub) -> None:
    police = make.agency(session)
    person = make.person(session, Role.MANAGER, agency=police, name="Paul Police")
    answer = browser(Role.OFFICER).send("/memberships/new/", **form_of(own_hub, person))
    assert answer.status_code == 302
    membership = session.scalars(select(Membership)).one()
    assert (membership.agency_id, membership.starts_on, membership.ends_on) == (police.id, START, None)


def test_button_of_a_hub_opens_the_form_for_that_hub(browser: Open, own_hub: Hub) -> None:
    officer = browser(Role.OFFICER)
    button = officer.get(f"/hubs/{own_hub.id}/").find("a", string="Add a member")
    page = officer.get(str(button["href"]))  # type: ignore[index]
    chosen = page.select_one("#hub_id option[selected]")
    assert chosen is not None
    assert chosen.get_text() == own_hub.name


def test_officer_cannot_change_the_team_of_another_hub(browser: Open, session: Session, own_hub: Hub) -> None:
    other = make.hub(session, HubKind.ADULTS)
    person = make.person(session, Role.MANAGER, name="Paul Police")
    theirs = seat(session, other, person)
    officer = browser(Role.OFFICER)
    refused = officer.send("/memberships/new/", **form_of(other, person))
    assert refused.status_code == 422
    assert "Choose one of the offered records for hub." in words_of(refused)
    officer.get(f"/memberships/{theirs.id}/edit/", 403)
    assert officer.get(f"/memberships/{theirs.id}/").select(".head .buttons a") == []
    own = seat(session, own_hub, person)
    moved = officer.filled(f"/memberships/{own.id}/edit/", hub_id=other.id)
    assert officer.client.post(f"/memberships/{own.id}/edit/", data=moved).status_code == 422


def test_officer_cannot_end_seats_of_another_hub_among_their_own(browser: Open, session: Session, own_hub: Hub) -> None:
    person = make.person(session, Role.MANAGER, name="Paul Police")
    both = [seat(session, hub, person) for hub in (own_hub, make.hub(session, HubKind.ADULTS))]
    officer = browser(Role.OFFICER)
    ids = [membership.id for membership in both]
    page = f"/memberships/ending/?ids={ids[0]}&ids={ids[1]}"
    answer = officer.send("/memberships/ending/", page, ids=ids, ends_on="2026-06-30")
    assert answer.status_code == 422
    assert "You look after the teams of your own hubs only." in words_of(answer)
    session.expire_all()
    assert [membership.ends_on for membership in both] == [None, None]


def test_administrator_ends_the_ticked_seats_on_a_day(browser: Open, session: Session) -> None:
    hub = make.hub(session)
    people = [make.person(session, Role.MANAGER, name=f"Person {number}") for number in range(3)]
    first, second, third = (seat(session, hub, person) for person in people)
    second.ends_on = date(2026, 2, 1)
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    ticked = administrator.send("/memberships/bulk/end/", "/memberships/", rowid=[first.id, second.id])
    assert ticked.status_code == 302
    page = ticked.headers["Location"]
    shown = administrator.get(page).get_text()
    assert "Person 0" in shown
    assert "Person 2" not in shown
    answer = administrator.send("/memberships/ending/", page, ids=[first.id, second.id], ends_on="2026-06-30")
    assert answer.status_code == 302
    assert "1 membership changed." in administrator.get("/memberships/").get_text()
    session.expire_all()
    assert [membership.ends_on for membership in (first, second, third)] == [date(2026, 6, 30), date(2026, 2, 1), None]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [("2026-01-09", "cannot end before it starts"), ("", "Give the last day."), ("soon", "must be a day such as")],
)
def test_impossible_last_day_ends_nothing(browser: Open, session: Session, day: str, sentence: str) -> None:
    membership = seat(session, make.hub(session), make.person(session, Role.MANAGER, name="Paul Police"))
    administrator = browser(Role.ADMINISTRATOR)
    page = f"/memberships/ending/?ids={membership.id}"
    answer = administrator.send("/memberships/ending/", page, ids=[membership.id], ends_on=day)
    assert answer.status_code == 422
    assert sentence in words_of(answer)
    session.expire_all()
    assert membership.ends_on is None


@pytest.mark.parametrize("ids", ["", "?ids=x", "?ids=999999", "?ids=99999999999999999999"])
def test_ending_nothing_or_nonsense_is_not_found(browser: Open, ids: str) -> None:
    browser(Role.ADMINISTRATOR).get(f"/memberships/ending/{ids}", 404)


def test_nobody_holds_the_same_seat_twice_at_a_time(browser: Open, session: Session) -> None:
    hub, person = make.hub(session), make.person(session, Role.MANAGER, name="Paul Police")
    seat(session, hub, person, ends_on=START + 20 * DAY)
    administrator = browser(Role.ADMINISTRATOR)
    within = administrator.send("/memberships/new/", **form_of(hub, person, starts_on="2026-01-30"))
    assert within.status_code == 422
    assert "already holds that seat" in words_of(within)
    after = administrator.send("/memberships/new/", **form_of(hub, person, starts_on="2026-01-31"))
    assert after.status_code == 302


def test_membership_cannot_end_before_it_starts(browser: Open, session: Session) -> None:
    values = form_of(make.hub(session), make.person(session, Role.MANAGER, name="Paul"), ends_on="2026-01-09")
    answer = browser(Role.ADMINISTRATOR).send("/memberships/new/", **values)
    assert answer.status_code == 422
    assert "A membership cannot end before it starts." in words_of(answer)


def test_person_cannot_sit_for_another_agency(browser: Open, session: Session) -> None:
    other = make.agency(session, "Another Trust")
    person = make.person(session, Role.MANAGER, agency=make.agency(session), name="Paul Police")
    values = form_of(make.hub(session), person, agency_id=other.id)
    answer = browser(Role.ADMINISTRATOR).send("/memberships/new/", **values)
    assert answer.status_code == 422
    assert "Paul Police belongs to another agency." in words_of(answer)


def test_only_an_officer_takes_the_officers_seat(browser: Open, session: Session) -> None:
    values = form_of(make.hub(session), make.person(session, Role.MANAGER, name="Paul"), seat="officer")
    answer = browser(Role.ADMINISTRATOR).send("/memberships/new/", **values)
    assert answer.status_code == 422
    assert "Paul is not a Quality Learning and Improvement Officer." in words_of(answer)


def test_officer_runs_a_hub_while_seated_there(session: Session) -> None:
    hub, officer = make.hub(session), make.person(session, Role.OFFICER, name="Officer for a while")
    actor = Actor.person(officer.id, Role.OFFICER, None)
    assert not may_run_hub(session, actor, hub.id, today())
    membership = seat(session, hub, officer, Seat.OFFICER, starts_on=today() - DAY, ends_on=today())
    assert may_run_hub(session, actor, hub.id, today())
    assert not may_run_hub(session, actor, hub.id, today() + DAY)
    membership.seat = Seat.STATUTORY
    session.flush()
    assert not may_run_hub(session, actor, hub.id, today())


def test_seat_of_an_officer_gives_other_roles_nothing(session: Session) -> None:
    hub, sponsor = make.hub(session), make.person(session, Role.SPONSOR)
    seat(session, hub, sponsor, Seat.OFFICER)
    assert not may_run_hub(session, Actor.person(sponsor.id, Role.SPONSOR, None), hub.id, today())
    assert may_run_hub(session, Actor.person(sponsor.id, Role.ADMINISTRATOR, None), hub.id, today())


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AGENCY_MEMBER])
def test_agencies_have_no_list_of_seats(browser: Open, session: Session, role: Role) -> None:
    membership = seat(session, make.hub(session), make.person(session, Role.MANAGER, name="Paul Police"))
    somebody = browser(role, agency=make.agency(session))
    for path in (
        "/memberships/",
        f"/memberships/{membership.id}/",
        "/memberships/export/csv/",
        "/memberships/ending/?ids=1",
    ):
        somebody.get(path, 403)


def test_list_shows_who_sits_there_today(browser: Open, session: Session) -> None:
    hub = make.hub(session)
    for name, ends_on in (("Present One", None), ("Past One", START + DAY)):
        seat(session, hub, make.person(session, Role.MANAGER, name=name), ends_on=ends_on)
    sponsor = browser(Role.SPONSOR)
    for answer, name in (("yes", "Present One"), ("no", "Past One")):
        names = [cell.get_text() for cell in sponsor.get(f"/memberships/?now={answer}").select("table.list tbody th")]
        assert names == [name]


@given(st.sets(st.sampled_from([seat for seat in Seat if seat.is_core])))
def test_words_on_core_seats_name_each_seat_once(missing: set[Seat]) -> None:
    words = core_seats_in_words(missing).lower()
    for seat in (Seat.POLICE, Seat.SOCIAL_CARE, Seat.HEALTH):
        assert words.count(seat.value.replace("_", " ")) == 1
    assert ("missing" in words) == bool(missing)


def test_missing_seats_are_named_in_the_frameworks_order(session: Session) -> None:
    hub = make.hub(session)
    assert missing_core_seats(session, hub.id, START) == [Seat.POLICE, Seat.SOCIAL_CARE, Seat.HEALTH]
    seat(session, hub, make.person(session, Role.MANAGER, name="Sam Social"), Seat.SOCIAL_CARE)
    assert missing_core_seats(session, hub.id, START) == [Seat.POLICE, Seat.HEALTH]
    assert Seat.SOCIAL_CARE in missing_core_seats(session, hub.id, START - DAY)


def test_membership_sent_back_as_it_stands_is_saved(browser: Open, session: Session, own_hub: Hub) -> None:
    person = make.person(session, Role.MANAGER, agency=make.agency(session), name="Paul Police")
    membership = seat(session, own_hub, person, ends_on=START + 20 * DAY, agency_id=person.agency_id)
    path, officer = f"/memberships/{membership.id}/edit/", browser(Role.OFFICER)
    answer = officer.client.post(path, data=officer.filled(path, note="Sits in for a colleague."))
    assert answer.status_code == 302, words_of(answer)
    session.expire_all()
    assert (membership.note, membership.ends_on) == ("Sits in for a colleague.", START + 20 * DAY)


def test_same_seat_is_free_for_others_elsewhere_and_before(session: Session) -> None:
    hub, person = make.hub(session), make.person(session, Role.MANAGER, name="Paul Police")
    seat(session, hub, person)
    free = {
        "another person": {"person_id": make.person(session, Role.MANAGER, name="Hanna Health").id},
        "another hub": {"hub_id": make.hub(session, HubKind.ADULTS).id},
        "another seat": {"seat": Seat.VOLUNTARY},
        "until the day before": {"starts_on": START - 9 * DAY, "ends_on": START - DAY},
    }
    taken = {"until its first day": {"starts_on": START - 9 * DAY, "ends_on": START}, "while it lasts": {}}
    usual = {"hub_id": hub.id, "person_id": person.id, "seat": Seat.POLICE, "starts_on": START}
    for values in free.values():
        Membership(**{**usual, **values}).check(session)
    for values in taken.values():
        with pytest.raises(RuleBroken, match="already holds that seat"):
            Membership(**{**usual, **values}).check(session)


def test_seat_without_an_agency_is_taken_for_the_persons_own(session: Session) -> None:
    hub, police = make.hub(session), make.agency(session)
    of_police = make.person(session, Role.MANAGER, agency=police, name="Paul Police")
    of_nobody = make.person(session, Role.MANAGER, name="Sam Staff")
    usual = {"hub_id": hub.id, "seat": Seat.STATUTORY, "starts_on": START}
    for person, named, taken in ((of_police, None, police.id), (of_nobody, police.id, police.id)):
        membership = Membership(person_id=person.id, agency_id=named, **usual)
        membership.check(session)
        assert membership.agency_id == taken


def test_officer_takes_the_officers_seat_and_others_every_other(session: Session) -> None:
    hub = make.hub(session)
    for role, taken in ((Role.OFFICER, Seat.OFFICER), (Role.OFFICER, Seat.HEALTH), (Role.MANAGER, Seat.HEALTH)):
        person = make.person(session, role)
        Membership(hub_id=hub.id, person_id=person.id, seat=taken, starts_on=START).check(session)


def test_seats_end_on_their_first_day_at_the_earliest_and_are_counted(session: Session) -> None:
    hub = make.hub(session)
    people = [make.person(session, Role.MANAGER, name=f"Person {number}") for number in range(3)]
    ends = (None, START, START + DAY)
    memberships = [seat(session, hub, person, ends_on=end) for person, end in zip(people, ends, strict=True)]
    with pytest.raises(RuleBroken, match="starts later than that day"):
        end_memberships(session, memberships, on=START - DAY)
    assert [membership.ends_on for membership in memberships] == list(ends)
    assert end_memberships(session, memberships, on=START) == 2
    session.expire_all()
    assert [membership.ends_on for membership in memberships] == [START] * 3


def test_officer_runs_the_hubs_that_name_them_or_seat_them_and_no_other(session: Session) -> None:
    children, adults = make.hub(session), make.hub(session, HubKind.ADULTS)
    ours, theirs = (make.person(session, Role.OFFICER, name=name) for name in ("Olive", "Otto"))
    children.officer_id = theirs.id
    seat(session, children, ours, Seat.OFFICER)
    seat(session, adults, theirs, Seat.OFFICER)
    assert session.scalars(hubs_run_by(ours.id, START)).all() == [children.id]
    assert set(session.scalars(hubs_run_by(theirs.id, START))) == {children.id, adults.id}
    actor = Actor.person(ours.id, Role.OFFICER, None)
    assert [may_run_hub(session, actor, hub.id, START) for hub in (children, adults)] == [True, False]


def test_seats_of_another_hub_fill_none_of_ours(session: Session) -> None:
    children, adults = make.hub(session), make.hub(session, HubKind.ADULTS)
    for kind in (Seat.POLICE, Seat.SOCIAL_CARE, Seat.HEALTH, Seat.STATUTORY):
        seat(session, adults, make.person(session, Role.MANAGER, name=f"Sits for {kind}"), kind)
    assert missing_core_seats(session, adults.id, START) == []
    assert missing_core_seats(session, children.id, START) == [Seat.POLICE, Seat.SOCIAL_CARE, Seat.HEALTH]


def test_seats_say_their_names_as_people_do() -> None:
    assert Seat.SOCIAL_CARE.label == "Core: social care"
    assert Seat.OFFICER.label == "Quality Learning and Improvement Officer"


def test_the_very_first_membership_takes_its_seat_as_any_other(session: Session) -> None:
    hub, person = make.hub(session), make.person(session, Role.MANAGER, name="Paul Police")
    seat(session, hub, person, id=1)
    with pytest.raises(RuleBroken, match="already holds that seat"):
        Membership(hub_id=hub.id, person_id=person.id, seat=Seat.POLICE, starts_on=START).check(session)
