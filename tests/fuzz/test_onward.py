"""Does no page of the portal lead anybody off it, wherever an address says to go on to?"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy.orm import Session

from app.security import limiter
from models.core.access import Role
from tests import make
from tests.assurance.figures import note_figure
from tests.fuzz.hostile import PLACES
from tests.web import PASSWORD, Browser, member

Open = Callable[..., Browser]

pytestmark = pytest.mark.assures(15)


def is_elsewhere(address: str) -> bool:
    """Whether a browser that is told to go on there leaves the portal, by the rules by which it reads addresses."""
    read = "".join(letter for letter in address.replace("\\", "/") if letter >= " ").strip()
    try:
        parts = urlsplit(urljoin("http://localhost/here/", read))
    except ValueError:
        return True
    return parts.scheme != "http" or parts.netloc != "localhost"


def told(where: str, left: list[str]) -> None:
    """Write the figure down; nobody may be led off."""
    note_figure(15, f"led off by {where}", reached=len(left), wanted="0", tried=f"{len(PLACES)} places", holds=not left)
    assert left == []


def test_hostile_places_are_elsewhere_and_pages_are_not() -> None:
    assert sum(map(is_elsewhere, PLACES)) > 35
    assert not any(map(is_elsewhere, ("/", "/hubs/?q=a", "?q=a", "")))


def test_signing_in_leads_to_no_place_off_the_portal(browser: Open, session: Session) -> None:
    person = member(session, Role.OFFICER)
    locations = {}
    for place in PLACES:
        limiter.reset()  # somebody who signs in fifty times a minute
        answer = browser().send("/sign-in/", email=person.email, password=PASSWORD, next=place)
        assert answer.location is not None, answer.status_code
        locations[place] = answer.location
    told("signing in", [place for place, location in locations.items() if is_elsewhere(location)])


def test_saving_and_going_back_lead_to_no_place_off_the_portal(browser: Open, session: Session) -> None:
    agency = make.agency(session, "Northfield")
    session.commit()
    visitor, left, links = browser(Role.ADMINISTRATOR), [], []
    for place in PLACES:
        named = dict.fromkeys(("url", "next", "list", "back"), place)
        path = f"/agencies/{agency.id}/edit/"
        sent = visitor.filled(path)
        answer = visitor.client.post(path, query_string=named, data={**sent, **named})
        left += [place] if answer.location and is_elsewhere(answer.location) else []
        page = visitor.get(path, query_string=named)
        links += [str(link["href"]) for link in page.select("main a[href]") if is_elsewhere(str(link["href"]))]
    told("saving", left)
    told("links back", links)
