"""Does a list have as many rows a page as somebody has chosen, wherever its links lead?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.documents.saved_views import SavedView
from tests.kit.test_screens import many_agencies
from tests.web import Browser

Open = Callable[..., Browser]
COUNT = 230


@pytest.fixture
def officer(browser: Open, session: Session) -> Browser:
    many_agencies(session, COUNT)
    return browser(Role.OFFICER)


def rows(page: BeautifulSoup) -> int:
    return len(page.select("tbody tr"))


def choices(page: BeautifulSoup) -> dict[str, str]:
    """The numbers that are offered, each with its address."""
    return {link.get_text().split()[0]: str(link["href"]) for link in page.select(".sizes a")}


def names_on(page: BeautifulSoup) -> list[str]:
    return [link.get_text() for link in page.select("tbody th a")]


def test_person_chooses_how_many_rows_a_page_has(officer: Browser) -> None:
    page = officer.get("/agencies/")
    assert (rows(page), [*choices(page)]) == (50, ["25", "50", "100"])
    for size in (25, 100, 50):
        page = officer.get(choices(page)[str(size)])
        assert rows(page) == size
        (here,) = page.select(".sizes [aria-current]")
        assert here.get_text().startswith(str(size))
        assert f"Rows 1 to {size} of {COUNT}" in page.get_text()


@pytest.mark.parametrize("size", [25, 100])
def test_every_row_is_met_once_on_the_way_through_the_pages_and_by_their_numbers(officer: Browser, size: int) -> None:
    page, met = officer.get(f"/agencies/?rows={size}"), list[str]()
    met += names_on(page)
    while following := page.select_one("nav.pager a[rel=next]"):
        page = officer.get(str(following["href"]))
        met += names_on(page)
    assert len(met) == len(set(met)) == COUNT
    assert f"Page {-(-COUNT // size)} of {-(-COUNT // size)}" in page.get_text()
    assert names_on(officer.get(f"/agencies/?rows={size}&page=2")) == met[size : 2 * size]
    assert names_on(officer.get(f"/agencies/?rows={size}&page=last")) == met[(COUNT - 1) // size * size :]
    back = page.select_one("nav.pager a[rel=prev]")
    assert names_on(officer.get(str(back["href"]))) == names_on(  # type: ignore[index]
        officer.get(f"/agencies/?rows={size}&page={-(-COUNT // size) - 1}")
    )


def test_choice_goes_with_sorting_words_filters_columns_and_the_way_back(officer: Browser) -> None:
    page = officer.get("/agencies/?rows=25&is_active=yes")
    for link in page.select("nav.pager a, thead a, .chips a"):
        assert "rows=25" in str(link["href"]), link
    assert {str(field["value"]) for field in page.select("form input[name=rows]")} == {"25"}
    record = page.select_one("tbody th a")
    assert record is not None
    back = officer.get(str(record["href"])).select_one("nav[aria-label=Breadcrumb] a, .trail a, a.back")
    assert back is not None
    assert rows(officer.get(str(back["href"]))) == 25


@pytest.mark.parametrize("typed", ["", "0", "7", "-25", "1000000", "many", "25.0"])
def test_number_that_is_none_of_the_choices_is_the_usual_one(officer: Browser, typed: str) -> None:
    assert rows(officer.get(f"/agencies/?rows={typed}")) == 50


def test_list_that_fits_offers_no_choice(browser: Open, session: Session) -> None:
    many_agencies(session, 20)
    assert choices(browser(Role.OFFICER).get("/agencies/")) == {}


def test_view_keeps_the_rows_a_page(officer: Browser, session: Session) -> None:
    page = "/agencies/?rows=25"
    form = officer.get(page).select_one("form.keep")
    assert form is not None
    sent = {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}
    answer = officer.client.post(str(form["action"]), data={**sent, "name": "Short pages"})
    assert rows(officer.get(str(answer.headers["Location"]))) == 25
    assert session.scalars(select(SavedView.arguments)).one() == {"rows": "25"}
    shown = officer.get("/agencies/")
    (tab,) = [link for link in shown.select("nav.views a") if link.get_text() == "Short pages"]
    assert rows(officer.get(str(tab["href"]))) == 25


def test_file_that_is_taken_out_has_every_row(officer: Browser) -> None:
    (link,) = [each for each in officer.get("/agencies/?rows=25").select(".take a") if each.get_text() == "CSV"]
    with officer.client.get(str(link["href"])) as answer:
        assert len(answer.text.strip().splitlines()) == COUNT + 1
