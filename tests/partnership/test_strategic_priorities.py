"""Do the Board's priorities say how long they hold and what is tied to them?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.partnership.strategic_priorities import StrategicPriority
from tests import make
from tests.web import Browser, words_of

Open = Callable[..., Browser]


def test_administrator_makes_edits_and_deletes_a_priority(browser: Open, session: Session) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    response = administrator.send("/strategic-priorities/new/", name="Exploitation", starts_on="2026-04-01")
    assert response.status_code == 302
    path = response.headers["Location"]
    sent = administrator.filled(f"{path}edit/", ends_on="31/03/2028", description="People at risk are found.")
    assert administrator.client.post(f"{path}edit/", data=sent).status_code == 302
    page = administrator.get(path).get_text()
    assert "31 March 2028" in page
    assert "People at risk are found." in page
    assert administrator.send(f"{path}delete/").status_code == 302
    assert session.get(StrategicPriority, int(path.split("/")[-2])) is None


def test_priority_cannot_end_before_it_starts(browser: Open) -> None:
    values = {"name": "Backwards", "starts_on": "2026-04-01", "ends_on": "2026-03-31"}
    answer = browser(Role.ADMINISTRATOR).send("/strategic-priorities/new/", **values)
    assert answer.status_code == 422
    assert "A priority cannot end before it starts." in words_of(answer)


def test_two_priorities_cannot_share_a_name(browser: Open, session: Session) -> None:
    name = make.priority(session).name
    answer = browser(Role.ADMINISTRATOR).send("/strategic-priorities/new/", name=name, starts_on="2026-04-01")
    assert answer.status_code == 422
    assert "There is already a priority of that name." in words_of(answer)


def test_priority_leads_to_its_reviews_and_stays_while_it_has_some(browser: Open, session: Session) -> None:
    review = make.review(session)
    administrator = browser(Role.ADMINISTRATOR)
    path = f"/strategic-priorities/{review.priority_id}/"
    assert administrator.get(path).select_one(f'a[href="/thematic-reviews/{review.id}/"]') is not None
    assert administrator.send(f"{path}delete/", "/strategic-priorities/new/").status_code == 302
    assert "because another record needs it" in administrator.get(path).get_text()


@pytest.mark.parametrize("holder", ["priority", "hub"])
def test_page_shows_the_latest_reviews_and_leads_to_all_of_them(browser: Open, session: Session, holder: str) -> None:
    reviews = [make.review(session, title=f"Review {number}") for number in range(21)]
    session.commit()
    key = getattr(reviews[0], f"{holder}_id")
    places = {"priority": f"/strategic-priorities/{key}/", "hub": f"/hubs/{key}/"}
    officer = browser(Role.OFFICER)
    page = officer.get(places[holder])
    shown = [
        str(link["href"]) for link in page.select("main td a[href], main th a[href]") if "Review" in link.get_text()
    ]
    assert shown == [f"/thematic-reviews/{review.id}/" for review in reversed(reviews[1:])]
    every = page.select_one(f'a[href="/thematic-reviews/?{holder}_id={key}"]')
    assert every is not None
    assert every.get_text(strip=True) == "All 21 reviews"
    assert len(officer.get(str(every["href"])).select("main table.list tbody tr")) == 21


def test_list_shows_what_holds_today_and_what_does_not(browser: Open, session: Session) -> None:
    for name, starts_on, ends_on in (
        ("Ends today", date(2020, 1, 1), today()),
        ("Ended yesterday", date(2020, 1, 1), today() - timedelta(days=1)),
        ("Starts tomorrow", today() + timedelta(days=1), None),
    ):
        session.add(StrategicPriority(name=name, starts_on=starts_on, ends_on=ends_on))
    session.commit()
    viewer = browser(Role.BOARD_VIEWER)
    names = {
        answer: {cell.get_text() for cell in viewer.get(f"/strategic-priorities/?now={answer}").select("tbody th")}
        for answer in ("yes", "no", "perhaps")
    }
    assert names == {"yes": {"Ends today"}, "no": {"Ended yesterday", "Starts tomorrow"}, "perhaps": set()}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_everybody_reads_priorities_and_only_administrators_change_them(
    browser: Open, session: Session, role: Role
) -> None:
    priority, agency = make.priority(session), make.agency(session)
    somebody = browser(role, agency=agency if role is Role.AGENCY_MEMBER else None)
    somebody.get("/strategic-priorities/")
    somebody.get(f"/strategic-priorities/{priority.id}/")
    for path in ("new/", f"{priority.id}/edit/", f"{priority.id}/delete/"):
        somebody.get(f"/strategic-priorities/{path}", 403)
