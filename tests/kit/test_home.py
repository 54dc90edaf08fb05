"""Does each person see what waits for them, and only ways they may go?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin_views.kit.homes import cards
from admin_views.kit.homes.cards import Card, card
from admin_views.kit.permissions import READERS
from admin_views.kit.registry import load_screens
from models.core.access import Actor, Role
from models.partnership.people import Person
from tests import make
from tests.web import Browser

Open = Callable[..., Browser]


@pytest.fixture
def own_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cards but those of the test."""
    monkeypatch.setattr(cards, "_cards", [])
    return


@pytest.mark.usefixtures("own_cards")
def test_card_is_shown_to_its_roles_in_order(browser: Open) -> None:
    @card(roles={Role.OFFICER}, order=2)
    def second(session: Session, actor: Actor) -> Card:
        return Card(session.scalar(select(func.count(Person.id))) or 0, "people", "/people/")

    @card(roles={Role.OFFICER}, order=1)
    def first(session: Session, actor: Actor) -> Card:
        return Card(1200, "overdue <actions>", "/people/?role=officer", "warning")

    @card(roles={Role.OFFICER})
    def nothing(session: Session, actor: Actor) -> None:
        return None

    shown = browser(Role.OFFICER).get("/").select(".fold .chips a")
    assert [" ".join(link.get_text(" ", strip=True).split()) for link in shown] == [
        "1,200 overdue <actions>",
        "1 people",
    ]
    sponsor = browser(Role.SPONSOR).get("/")
    assert "Nothing waits for you today" in sponsor.get_text()


@pytest.mark.parametrize("role", sorted(READERS))
def test_administration_has_exactly_the_lists_a_role_may_open(browser: Open, role: Role) -> None:
    links = {str(link["href"]) for link in browser(role).get("/administration/").select(".rooms a")}
    shown = {
        f"{screen.url}/" for screen in load_screens() if screen.category.value and role in screen.roles_of("index_view")
    }
    assert links == shown


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AGENCY_MEMBER])
def test_people_of_agencies_reach_their_lists_by_places_and_reviews(
    browser: Open, session: Session, role: Role
) -> None:
    somebody = browser(role, agency=make.agency(session))
    assert somebody.client.get("/administration/").status_code == 403
    places = [str(link["href"]) for link in somebody.get("/").select("nav.places ul a")][1:-1]
    tabs = {str(tab["href"]) for place in places for tab in somebody.get(place).select("nav.tabs a")}
    lists = {screen for screen in load_screens() if screen.category.value and role in screen.roles_of("index_view")}
    out_of_sight = {screen.url for screen in lists if screen.part is None and f"{screen.url}/" not in tabs}
    assert out_of_sight == {"/requests", "/saved-views"}  # which stand beside the account and above every list


@pytest.mark.parametrize("role", list(Role))
def test_bar_has_the_places_of_a_role_and_says_which_is_here(browser: Open, session: Session, role: Role) -> None:
    is_bound = role in {Role.MANAGER, Role.AGENCY_MEMBER}
    somebody = browser(role, agency=make.agency(session) if is_bound else None)
    places = somebody.get("/").select("nav.places .places-in > ul a")
    names = ["Home", "Reviews", "My agency" if is_bound else "Agencies", "Library"]
    assert [place.get_text() for place in places] == (names if is_bound else [*names, "Administration"])
    for place in places:
        page = somebody.get(str(place["href"]))
        assert [here.get_text() for here in page.select("nav.places [aria-current]")] == [place.get_text()]


def test_page_says_where_one_is(browser: Open) -> None:
    officer = browser(Role.OFFICER)
    assert [link.get_text() for link in officer.get("/people/").select("[aria-current]")] == ["Agencies", "People"]
    assert officer.get("/people/").title.get_text() == "People – Triangulate"  # type: ignore[union-attr]


@pytest.mark.parametrize("path", ["/", "/people/", "/people/new/", "/account/", "/nothing"])
def test_every_page_has_one_heading_one_main_part_and_its_language(browser: Open, path: str) -> None:
    page = browser(Role.ADMINISTRATOR).client.get(path)
    shown = BeautifulSoup(page.text, "html.parser")
    assert len(shown.select("h1:not(template h1)")) == len(shown.select("main")) == 1
    assert '<html lang="en-GB">' in page.text
    assert 'name="viewport"' in page.text
    assert " style=" not in page.text
    assert " on" not in "".join(part.split(">")[0] for part in page.text.split("<button")[1:])
