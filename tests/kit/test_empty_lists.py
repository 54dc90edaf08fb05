"""Does every screen of an empty portal open, say what it is for, and offer the first step to whoever may take it?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from admin_views.kit.registry import load_screens, menu_of
from models.core.access import Role
from models.reminders.usual_reminders import add_usual_rules
from models.retention.retention_rules import add_usual_retention
from models.tools.starting_tools import give_starting_tools
from models.tools.starting_words import give_starting_words
from tests import make
from tests.web import Browser

Open = Callable[..., Browser]
THERE = {"/people", "/access", "/agencies", "/change-log", "/looks"}  # whoever looks is there, and that they look
WITHIN_A_FRAME = {"/frame-rows"}
NO_LIST = {"/partnership-settings"}  # one record on one page
FILLED_FROM_THE_START = {
    *(THERE - {"/agencies"}),
    *("/reference-items", "/rating-scales", "/key-lines", "/assurance-tools", "/reminder-rules", "/retention-rules"),
}


def visitor(browser: Open, session: Session, role: Role) -> Browser:
    agency = make.agency(session) if role is Role.AGENCY_MEMBER else None
    return browser(role, agency=agency)


@pytest.mark.parametrize("role", list(Role))
def test_every_empty_list_opens_and_says_what_it_is_for(browser: Open, session: Session, role: Role) -> None:
    somebody = visitor(browser, session, role)
    for screen in load_screens():
        if role not in screen.roles_of("index_view") or screen.url in THERE | WITHIN_A_FRAME | NO_LIST:
            continue
        page = somebody.get(f"{screen.url}/")
        empty = page.select_one("main .nothing")
        assert empty is not None, screen.url
        assert getattr(screen, "list_purpose", "?") in empty.get_text(), screen.url


def test_lists_offer_to_add_and_to_take_out_only_what_somebody_may(browser: Open, session: Session) -> None:
    session.commit()
    officer, reader = browser(Role.OFFICER), browser(Role.BOARD_VIEWER)
    assert officer.get("/thematic-reviews/").select_one("main .nothing a[href$='/new/']") is not None
    assert reader.get("/thematic-reviews/").select_one("main a[href$='/new/']") is None
    assert reader.get("/people/").select_one("main .take") is None  # a list that is not empty


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OFFICER])
def test_portal_that_has_just_been_started_opens_on_every_page_of_the_menu(
    browser: Open, session: Session, role: Role
) -> None:
    give_starting_words(session)
    give_starting_tools(session)
    add_usual_rules(session)
    add_usual_retention(session)
    somebody = visitor(browser, session, role)
    home = somebody.get("/administration/")
    for link in home.select("nav.places a[href], main a[href]"):
        path = str(link["href"])
        page = somebody.get(path)
        if page.select_one("main table.list") is None and page.select_one("main .nothing") is not None:
            assert f"{path.rstrip('/')}" not in FILLED_FROM_THE_START, path
    with somebody.client.application.test_request_context():
        assert {group for group, _ in menu_of(role)} == {heading.get_text() for heading in home.select(".rooms h2")}


def test_whoever_may_not_begin_a_list_is_offered_nothing_that_is_refused(browser: Open, session: Session) -> None:
    for role in Role:
        somebody = visitor(browser, session, role)
        for screen in load_screens():
            if role in screen.roles_of("index_view") and screen.url not in WITHIN_A_FRAME:
                for button in somebody.get(f"{screen.url}/").select("main .nothing a.button"):
                    assert somebody.client.get(str(button["href"])).status_code in {200, 302}, screen.url


def test_officer_is_led_from_an_empty_list_to_where_it_begins(browser: Open) -> None:
    officer = browser(Role.OFFICER)
    buttons = {
        path: [link.get_text() for link in officer.get(path).select("main .nothing a.button")]
        for path in ("/thematic-reviews/", "/case-frames/", "/audit-samples/", "/agencies/", "/exports/")
        if officer.client.get(path).status_code == 200
    }
    assert buttons["/thematic-reviews/"] == ["New review"]
    assert buttons["/case-frames/"] == ["Go to Case-list imports"]
    assert buttons["/audit-samples/"] == ["Plan a sample"]
    assert buttons["/agencies/"] == []


def test_list_that_only_filters_have_emptied_offers_to_clear_them(browser: Open) -> None:
    page = browser(Role.ADMINISTRATOR).get("/hubs/?q=nothing-of-the-kind")
    nothing = page.select_one("main .nothing")
    assert nothing is not None
    assert "Nothing fits." in nothing.get_text()
    assert "scrutinises" not in nothing.get_text()
    assert [str(link["href"]) for link in nothing.select("a")] == ["/hubs/"]
