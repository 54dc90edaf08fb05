"""Can a plain deed be taken back at once by whoever did it, and not over what somebody has changed since?"""

from __future__ import annotations

from collections.abc import Callable

from bs4 import BeautifulSoup, Tag
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from admin_views.kit.actions import stated_actions
from admin_views.kit.registry import load_screens
from admin_views.kit.saving import CHANGED_SINCE
from models.core.access import Role
from models.partnership.agencies import Agency
from models.partnership.hubs import Hub
from models.partnership.reference_items import ReferenceItem, ReferenceList
from tests import make
from tests.web import Browser, words_of

Open = Callable[..., Browser]
MARKS = ("row_action", "bulk_action")


def followed(browser: Browser, answer: TestResponse) -> BeautifulSoup:
    assert answer.status_code == 302, words_of(answer)
    return browser.get(str(answer.headers["Location"]))


def retired(browser: Browser, *agencies: Agency) -> BeautifulSoup:
    """Take agencies out of use as the list's button does; the page that says so."""
    sent = {**browser.tokens("/agencies/"), "rowid": [agency.id for agency in agencies], "confirmed": "yes"}
    return followed(browser, browser.client.post("/agencies/bulk/retire/", data=sent))


def undo_on(page: BeautifulSoup) -> Tag:
    (button,) = page.select('.notice.success button[form="undo"]')
    assert button.get_text() == "Undo"
    form = page.select_one("form#undo")
    assert form is not None
    return form


def offers(page: BeautifulSoup) -> int:
    return len(page.select("form#undo, .notice button"))


def undone(browser: Browser, form: Tag) -> BeautifulSoup:
    sent: dict[str, list[str]] = {}
    for field in form.select("input"):
        sent.setdefault(str(field["name"]), []).append(str(field["value"]))
    return followed(browser, browser.client.post(str(form["action"]), data=sent))


def test_agencies_taken_out_of_use_are_back_by_one_press_of_the_same_person(browser: Open, session: Session) -> None:
    police, fire, gone = make.agency(session, "Police"), make.agency(session, "Fire"), make.agency(session, "Gone")
    gone.is_active = False
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    page = retired(administrator, police, fire, gone)
    shown = undone(administrator, undo_on(page))
    assert "2 agencies are in use." in shown.get_text()
    session.expire_all()
    assert [agency.is_active for agency in (police, fire, gone)] == [True, True, False], "as each was before"


def test_notice_offers_undo_once_and_another_notice_never(browser: Open, session: Session) -> None:
    agency = make.agency(session, "Police")
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    retired(administrator, agency)
    assert offers(administrator.get("/agencies/")) == 0
    page = followed(
        administrator,
        administrator.send("/agencies/new/", name="New", covers="children", category_id=agency.category_id),
    )
    assert offers(page) == 0


def test_what_somebody_has_changed_since_is_not_undone(browser: Open, session: Session) -> None:
    agency = make.agency(session, "Police")
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    form = undo_on(retired(administrator, agency))
    session.expire_all()
    agency.code = "P1"
    session.commit()
    assert CHANGED_SINCE in undone(administrator, form).get_text()
    session.expire_all()
    assert not agency.is_active


def test_undo_is_refused_to_whoever_may_not_do_the_reverse(browser: Open, session: Session) -> None:
    agency = make.agency(session, "Police")
    session.commit()
    form = undo_on(retired(browser(Role.ADMINISTRATOR), agency))
    officer = browser(Role.OFFICER)
    sent = {str(field["name"]): str(field["value"]) for field in form.select("input")}
    answer = officer.client.post(str(form["action"]), data={**sent, **officer.tokens("/thematic-reviews/new/")})
    assert answer.status_code == 403
    session.expire_all()
    assert not agency.is_active


def test_words_moved_by_a_button_move_back(browser: Open, session: Session) -> None:
    first = make.word(session, ReferenceList.GRADE, "first", rank=1)
    make.word(session, ReferenceList.GRADE, "second", rank=2)
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    path = f"/reference-items/{first.id}/"
    sent = administrator.tokens(path)
    page = followed(administrator, administrator.client.post(f"{path}move-down/", data=sent))
    assert "is now at place 2" in page.get_text()
    assert "is now at place 1" in undone(administrator, undo_on(page)).get_text()
    session.expire_all()
    assert session.get_one(ReferenceItem, first.id).rank == 1


def test_saved_form_is_taken_back_whole_and_forth_again(browser: Open, session: Session) -> None:
    officer = make.person(session, Role.OFFICER, name="Olive Officer")
    hub = make.hub(session)
    hub.purpose, hub.officer_id = "Before, with “marks” & <b>more</b>", officer.id
    session.commit()
    before = (hub.name, hub.kind, hub.purpose, hub.officer_id, hub.is_active)
    administrator = browser(Role.ADMINISTRATOR)
    path = f"/hubs/{hub.id}/edit/"
    sent = administrator.filled(path, name="After", purpose="After", officer_id="")
    del sent["is_active"]
    page = followed(administrator, administrator.client.post(path, data=sent))
    shown = undone(administrator, undo_on(page))
    assert "It is as it was before." in shown.get_text()
    session.expire_all()
    assert (hub.name, hub.kind, hub.purpose, hub.officer_id, hub.is_active) == before
    undone(administrator, undo_on(shown))
    session.expire_all()
    assert (hub.name, hub.officer_id, hub.is_active) == ("After", None, False)


def test_saved_form_is_not_taken_back_over_a_colleagues_change(browser: Open, session: Session) -> None:
    hub = make.hub(session)
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    path = f"/hubs/{hub.id}/edit/"
    answer = administrator.client.post(path, data=administrator.filled(path, purpose="Mine"))
    form = undo_on(followed(administrator, answer))
    session.expire_all()
    hub.purpose = "Theirs"
    session.commit()
    assert CHANGED_SINCE in undone(administrator, form).get_text()
    session.expire_all()
    assert session.get_one(Hub, hub.id).purpose == "Theirs"


def test_saving_without_a_change_and_texts_too_long_for_a_cookie_offer_nothing(browser: Open, session: Session) -> None:
    hub = make.hub(session)
    hub.purpose = "Long. " * 400
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    path = f"/hubs/{hub.id}/edit/"
    for values in ({}, {"purpose": "Short"}):
        answer = administrator.client.post(path, data=administrator.filled(path, **values))
        assert offers(followed(administrator, answer)) == 0


def test_every_reverse_is_an_action_of_the_same_kind_for_the_same_people() -> None:
    for known in load_screens():
        stated = {action.name: action for mark in MARKS for action in stated_actions(known, mark)}
        for name, reverse in getattr(known, "undone_by", {}).items():
            assert stated[name].roles == stated[reverse].roles, f"{known.__name__}: {name}"
            assert stated[name].is_bulk == stated[reverse].is_bulk, f"{known.__name__}: {name}"
