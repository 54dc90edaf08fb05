"""Does somebody keep a list as they look at it, find it again, share it, and nobody else's?"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.core.access import Actor, Role
from models.core.db import act_as
from models.core.errors import RuleBroken
from models.documents.saved_views import MOST_VIEWS, NewView, SavedView, save_view
from models.partnership.people import Person
from tests import make
from tests.kit.test_places import first_record
from tests.kit.test_screens import names, statements
from tests.web import Browser

Open = Callable[..., Browser]
LATE = "q=trust&sort=-name&is_active=yes"


@pytest.fixture
def agencies(session: Session) -> None:
    for name in ("Ardent trust", "Barrow trust", "Police"):
        make.agency(session, name)
    session.commit()


def keep(person: Browser, asked: str = LATE, name: str = "Trusts", **more: object) -> BeautifulSoup:
    """Keep the list of agencies by the form above it, and the page that follows."""
    answer = send(person, f"/agencies/?{asked}", name=name, **more)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return person.get(str(answer.headers["Location"]))


def send(person: Browser, path: str, form: str = "form.keep", **values: object) -> TestResponse:
    """Send a form of a page with its own tokens and these values."""
    shown = person.get(path).select_one(form)
    assert shown is not None
    hidden = {str(field["name"]): field["value"] for field in shown.select("input[type=hidden]")}
    return person.client.post(str(shown["action"]), data={**hidden, **values})


def tabs(page: BeautifulSoup) -> list[str]:
    return [link.get_text() for link in page.select("nav.views a")]


def tab(page: BeautifulSoup, name: str) -> str:
    (link,) = [link for link in page.select("nav.views a") if link.get_text().startswith(name)]
    return str(link["href"])


def current(page: BeautifulSoup) -> str:
    (link,) = page.select("nav.views [aria-current=page]")
    return link.get_text()


def person_of(session: Session, role: Role) -> Person:
    return session.scalars(select(Person).where(Person.role == role)).one()


@pytest.mark.usefixtures("agencies")
def test_list_is_kept_under_a_name_and_found_again_by_one_press(browser: Open) -> None:
    officer = browser(Role.OFFICER)
    assert officer.get("/agencies/").select("nav.views") == []
    page = keep(officer)
    assert "“Trusts” is saved." in page.get_text()
    bare = officer.get("/agencies/")
    assert tabs(bare) == ["All agencies", "Trusts"]
    assert current(bare) == "All agencies"
    address = tab(bare, "Trusts")
    assert names(officer, address) == ["Barrow trust", "Ardent trust"]
    assert current(officer.get(address)) == "Trusts"
    assert "sort=-name" in address


@pytest.mark.usefixtures("agencies")
def test_view_stays_current_while_its_list_is_changed_and_takes_the_change(browser: Open, session: Session) -> None:
    officer = browser(Role.OFFICER)
    shown = keep(officer)
    assert "Save changes to" not in shown.get_text()
    heading = shown.select_one("th a")
    assert heading is not None
    changed = officer.get(str(heading["href"]))
    assert current(changed) == "Trusts"
    assert "Save changes to “Trusts”" in changed.get_text()
    assert send(officer, str(heading["href"]), "form[action*=replace]").status_code == 302
    (view,) = session.scalars(select(SavedView))
    assert view.arguments == {"q": "trust", "sort": "name", "is_active": "yes"}


@pytest.mark.usefixtures("agencies")
def test_one_view_opens_first_and_all_rows_stay_one_press_away(browser: Open, session: Session) -> None:
    officer = browser(Role.OFFICER)
    keep(officer, is_default="y")
    keep(officer, "q=police", "Police", is_default="y")
    answer = officer.client.get("/agencies/")
    assert answer.status_code == 302
    first = officer.get(str(answer.headers["Location"]))
    assert current(first) == "Police"
    assert session.scalars(select(SavedView.name).where(SavedView.is_default)).all() == ["Police"]
    whole = officer.get(tab(first, "All agencies"))
    assert len(whole.select("tbody tr")) == 3
    assert names(officer, "/agencies/?q=trust") == ["Ardent trust", "Barrow trust"]
    assert len(browser(Role.SPONSOR).get("/agencies/").select("tbody tr")) == 3


@pytest.mark.usefixtures("agencies")
def test_shared_view_that_opens_first_does_so_for_its_roles_until_they_open_their_own_first(
    browser: Open, session: Session
) -> None:
    """It used to open first for its owner alone, whoever it was shared with."""
    keep(browser(Role.ADMINISTRATOR), "q=trust", "Trusts", is_default="y")
    (view,) = session.scalars(select(SavedView))
    view.shared_with = [Role.OFFICER.value]
    session.commit()
    officer = browser(Role.OFFICER)
    answer = officer.client.get("/agencies/")
    assert answer.status_code == 302
    first = officer.get(str(answer.headers["Location"]))
    assert current(first) == "Trusts (shared with you)"
    assert "“Trusts” is shared with you and opens first" in first.get_text()
    assert len(officer.get(tab(first, "All agencies")).select("tbody tr")) == 3
    keep(officer, "q=police", "Police", is_default="y")
    own = officer.get(str(officer.client.get("/agencies/").headers["Location"]))
    assert current(own) == "Police"
    assert "opens first" not in own.get_text()
    assert len(browser(Role.SPONSOR).get("/agencies/").select("tbody tr")) == 3, "it is not shared with sponsors"


@pytest.mark.usefixtures("agencies")
def test_view_is_renamed_and_deleted_by_its_owner(browser: Open, session: Session) -> None:
    officer = browser(Role.OFFICER)
    keep(officer)
    (view,) = session.scalars(select(SavedView))
    edit = f"/saved-views/{view.id}/edit/"
    before = (view.name, view.arguments, view.is_default, view.is_weekly, view.shared_with)
    officer.client.post(edit, data=officer.filled(edit))
    session.expire_all()
    assert (view.name, view.arguments, view.is_default, view.is_weekly, view.shared_with) == before
    sent = officer.client.post(edit, data=officer.filled(edit, name="Our trusts", is_default="y"))
    assert sent.status_code == 302
    session.expire_all()
    assert (view.name, view.is_default) == ("Our trusts", True)
    officer.send(f"/saved-views/{view.id}/delete/", f"/saved-views/{view.id}/delete/")
    assert session.scalar(select(func.count()).select_from(SavedView)) == 0


@pytest.mark.usefixtures("agencies")
def test_name_that_is_taken_keeps_what_was_typed(browser: Open) -> None:
    officer = browser(Role.OFFICER)
    keep(officer)
    answer = send(officer, "/agencies/?q=police", name="Trusts")
    assert answer.status_code == 422
    shown = BeautifulSoup(answer.data, "html.parser")
    assert "You already have a view of that name for this list." in shown.get_text()
    assert shown.select_one("#name")["value"] == "Trusts"  # type: ignore[index]


@pytest.mark.usefixtures("agencies")
def test_view_whose_filter_and_order_are_gone_opens_with_a_sentence(browser: Open, session: Session) -> None:
    officer = browser(Role.OFFICER)
    keep(officer)
    asked = {"q": "trust", "sort": "colour", "shade_id": "4", "is_active": "perhaps"}
    session.execute(update(SavedView).values(arguments=asked, row_version=2))
    session.commit()
    page = officer.get(tab(officer.get("/agencies/"), "Trusts"))
    said = page.select_one(".notice.error").get_text()  # type: ignore[union-attr]
    assert said.startswith("The view “Trusts” asks for ")
    for gone in ("“sorted by colour”", "“Shade”", "“Active”"):
        assert gone in said
    assert "no longer has" in said


def test_address_of_a_view_that_is_gone_says_so(browser: Open) -> None:
    officer = browser(Role.OFFICER)
    assert "not there any more" in officer.get("/agencies/?view=4711").get_text()
    for made_up in ("view=x", "view=-1", "view=" + "9" * 40):
        officer.get(f"/agencies/?{made_up}")


@pytest.mark.usefixtures("agencies")
def test_officer_shares_with_a_role_and_others_do_not(browser: Open, session: Session) -> None:
    officer, sponsor, viewer = browser(Role.OFFICER), browser(Role.SPONSOR), browser(Role.BOARD_VIEWER)
    keep(officer, shared_with=["sponsor"])
    page = sponsor.get("/agencies/")
    assert tabs(page) == ["All agencies", "Trusts (shared with you)"]
    assert names(sponsor, tab(page, "Trusts")) == ["Barrow trust", "Ardent trust"]
    assert tabs(viewer.get("/agencies/")) == []
    (view,) = session.scalars(select(SavedView))
    for page_of_the_owner in ("edit", "delete"):
        sponsor.get(f"/saved-views/{view.id}/{page_of_the_owner}/", 403)
    assert sponsor.send(f"/saved-views/{view.id}/replace/?asked=", "/account/").status_code == 403
    viewer.get(f"/saved-views/{view.id}/", 404)
    assert sponsor.get("/agencies/").select("[name=shared_with]") == []
    keep(sponsor, "q=police", "Mine", shared_with=["officer"])
    assert session.scalars(select(SavedView.shared_with).where(SavedView.name == "Mine")).one() == []


def test_only_roles_that_open_a_list_are_offered_its_views(browser: Open) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    assert send(administrator, "/exports/", name="Own").status_code == 302
    page = administrator.get(first_record(administrator, "/saved-views/") + "edit/")
    assert [box["value"] for box in page.select("[name=shared_with]")] == ["administrator"]
    assert send(administrator, "/exports/", name="E", shared_with=["board_viewer"]).status_code == 422
    browser(Role.OFFICER).get("/saved-views/keep/?list=exports", 404)


def test_person_has_thirty_views_and_no_more(session: Session) -> None:
    officer = make.person(session, Role.OFFICER).actor()
    act_as(session, officer)
    for number in range(MOST_VIEWS):
        save_view(session, officer, NewView("agencies", f"View {number}", {}))
    with pytest.raises(IntegrityError, match="view_within_limit"), session.begin_nested():
        save_view(session, officer, NewView("agencies", "One too many", {}))
    third = session.scalars(select(SavedView).where(SavedView.place == 3)).one()
    session.delete(third)
    session.flush()
    assert save_view(session, officer, NewView("agencies", "In its place", {})).place == 3


@pytest.mark.parametrize(
    ("name", "asked"), [("x" * 61, {}), ("Long", {"q": "y" * 2001})], ids=["long name", "long arguments"]
)
def test_database_refuses_a_view_that_is_too_long(session: Session, name: str, asked: dict[str, str]) -> None:
    officer = make.person(session, Role.OFFICER).actor()
    act_as(session, officer)
    with pytest.raises(IntegrityError):
        save_view(session, officer, NewView("agencies", name, asked))


def test_manager_may_not_share_a_view(session: Session) -> None:
    manager = make.person(session, Role.MANAGER).actor()
    with pytest.raises(RuleBroken, match="Only administrators and officers"):
        save_view(session, manager, NewView("agencies", "All", {}, shared_with=["officer"]))


# The database itself, whatever a page might let through

_EVERYBODY = [role for role in Role if role is not Role.OFFICER]


def _act_as_role(session: Session, role: Role) -> Actor:
    agency = make.agency(session, "Own") if role is Role.AGENCY_MEMBER else None
    person = make.person(session, role, name=f"Other {role}", agency=agency)
    act_as(session, person.actor())
    return person.actor()


def _kept_by_officer(session: Session, **more: object) -> int:
    officer = make.person(session, Role.OFFICER).actor()
    act_as(session, officer)
    view = save_view(session, officer, NewView("agencies", "Private", {"q": "secret"}, **more))  # type: ignore[arg-type]
    act_as(session, Actor.system("test"))
    return view.id


@pytest.mark.parametrize("role", [*_EVERYBODY, Role.OFFICER])
def test_nobody_reads_or_writes_anothers_view_by_plain_sql(session: Session, role: Role) -> None:
    number = _kept_by_officer(session)
    _act_as_role(session, role)
    assert session.scalars(text("SELECT id FROM saved_views")).all() == []
    for verb in ("UPDATE saved_views SET name = 'Taken'", "DELETE FROM saved_views"):
        assert session.execute(text(verb)).rowcount == 0  # type: ignore[attr-defined]
    act_as(session, Actor.system("test"))
    assert session.scalar(text("SELECT name FROM saved_views WHERE id = :id"), {"id": number}) == "Private"


@pytest.mark.parametrize("role", [*_EVERYBODY, Role.OFFICER])
def test_shared_view_is_read_by_its_roles_and_written_by_nobody_else(session: Session, role: Role) -> None:
    _kept_by_officer(session, shared_with=["sponsor", "agency_member"])
    _act_as_role(session, role)
    is_read = role in (Role.SPONSOR, Role.AGENCY_MEMBER)
    assert session.scalars(text("SELECT name FROM saved_views")).all() == ["Private"] * is_read
    for verb in ("UPDATE saved_views SET is_weekly = true", "DELETE FROM saved_views"):
        assert session.execute(text(verb)).rowcount == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("role", [Role.SPONSOR, Role.MANAGER, Role.BOARD_VIEWER, Role.AGENCY_MEMBER])
@pytest.mark.parametrize("is_new", [True, False])
def test_database_lets_only_administrators_and_officers_share(session: Session, role: Role, is_new: bool) -> None:
    actor = _act_as_role(session, role)
    view = save_view(session, actor, NewView("agencies", "Mine", {}))
    add = (
        "INSERT INTO saved_views (owner_id, list_name, name, place, shared_with) VALUES (:me, 'a', 'b', 9, '{officer}')"
    )
    change = "UPDATE saved_views SET shared_with = '{officer}' WHERE owner_id = :me"
    with pytest.raises(DBAPIError, match="row-level security"), session.begin_nested():
        session.execute(text(add if is_new else change), {"me": actor.person_id})
    assert view.shared_with == []


@pytest.mark.usefixtures("agencies")
def test_list_with_views_takes_five_statements_at_most(browser: Open, engine: Engine) -> None:
    officer = browser(Role.OFFICER)
    for number in range(5):
        keep(officer, f"q=trust&sort={'-' * (number % 2)}name", f"View {number}")
    for path in ("/agencies/", "/agencies/?sort=-category_id", tab(officer.get("/agencies/"), "View 4")):
        with statements(engine) as seen:
            officer.get(path)
        assert len(seen) <= 5, seen


def test_view_is_offered_inside_a_review_and_narrows_its_rows_only(browser: Open, session: Session) -> None:
    review = make.review(session)
    session.commit()
    officer = browser(Role.ADMINISTRATOR)
    page = f"/findings/?{urlencode({'review_id': review.id, 'q': 'neglect'})}"
    assert send(officer, page, name="Neglect", is_default="y").status_code == 302
    (view,) = session.scalars(select(SavedView))
    assert view.arguments == {"q": "neglect"}
    inside = officer.get(f"/findings/?review_id={review.id}")
    assert f"review_id={review.id}" in tab(inside, "Neglect")
