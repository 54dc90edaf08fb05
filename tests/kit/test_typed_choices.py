"""Are look-ups with many rows typed, read by the server without a script, and kept within what a person may choose?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.kit.lists.choices import FEW, LISTED
from models.core.access import Role
from models.partnership.agencies import Agency
from models.partnership.people import Person
from tests import make
from tests.web import Browser

Open = Callable[..., Browser]
ANN = {"name": "Ann", "email": "ann@example.org", "role": "agency_member"}


def agencies(session: Session, count: int) -> dict[str, int]:
    """So many agencies, by their names."""
    ids = {agency.name: agency.id for agency in (make.agency(session, f"Agency {n:03d}") for n in range(count))}
    session.commit()
    return ids


def agency_of_ann(session: Session) -> str | None:
    session.rollback()
    return session.scalar(
        select(Agency.name).join(Person, Person.agency_id == Agency.id).where(Person.email == ANN["email"])
    )


def test_a_few_choices_are_a_select_and_more_a_line_with_all_of_them_to_choose_from(
    browser: Open, session: Session
) -> None:
    agencies(session, FEW)
    person = browser(Role.ADMINISTRATOR)
    assert len(person.get("/people/new/").select("select#agency_id option")) == FEW + 1
    make.agency(session, "One more")
    session.commit()
    line = person.get("/people/new/").select_one("input#agency_id")
    assert line is not None
    shown = person.get("/people/new/").select(f"datalist#{line['list']} option")
    assert [option["value"] for option in shown] == [*(f"Agency {n:03d}" for n in range(FEW)), "One more"]
    assert line.get("data-lookup") is None


@pytest.mark.parametrize(
    "typed", ["Agency 017", "  agency   017 ", "AGENCY 017"], ids=["as shown", "spaced", "capitals"]
)
def test_name_is_read_whatever_its_capitals_and_spaces(browser: Open, session: Session, typed: str) -> None:
    agencies(session, FEW + 5)
    assert browser(Role.ADMINISTRATOR).send("/people/new/", **ANN, agency_id=typed).status_code == 302
    assert agency_of_ann(session) == "Agency 017"


def test_beginning_that_only_one_has_is_enough_and_an_id_is_read_as_before(browser: Open, session: Session) -> None:
    ids = agencies(session, FEW + 5)
    make.agency(session, "Harbour Trust")
    session.commit()
    person = browser(Role.ADMINISTRATOR)
    assert person.send("/people/new/", **ANN, agency_id="harb").status_code == 302
    assert agency_of_ann(session) == "Harbour Trust"
    ben = {**ANN, "name": "Ben", "email": "ben@example.org", "agency_id": str(ids["Agency 003"])}
    assert person.send("/people/new/", **ben).status_code == 302
    assert session.scalar(select(Person.agency_id).where(Person.name == "Ben")) == ids["Agency 003"]


def test_name_that_is_also_an_id_means_what_is_called_so(browser: Open, session: Session) -> None:
    ids = agencies(session, FEW + 5)
    make.agency(session, str(ids["Agency 003"]))
    session.commit()
    assert browser(Role.ADMINISTRATOR).send("/people/new/", **ANN, agency_id=str(ids["Agency 003"])).status_code == 302
    assert agency_of_ann(session) == str(ids["Agency 003"])


def test_words_that_fit_several_are_answered_with_these_and_everything_typed_is_kept(
    browser: Open, session: Session
) -> None:
    ids = agencies(session, FEW + 5)
    person = browser(Role.ADMINISTRATOR)
    answer = person.send("/people/new/", **ANN, agency_id="01")
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 422
    assert "Which one do you mean by “01”? Choose it below." in page.select_one(".problems").get_text()
    radios = page.select("input[type=radio][name=agency_id__meant]")
    assert [int(str(radio["value"])) for radio in radios] == [
        ids["Agency 001"],
        *(ids[f"Agency {n:03d}"] for n in range(10, 20)),
    ]
    assert page.select_one("#agency_id")["value"] == "01"
    assert page.select_one("[name=name]")["value"] == "Ann"
    assert len(page.select(".problems li")) == 1
    chosen = person.send("/people/new/", **ANN, agency_id="01", agency_id__meant=str(ids["Agency 012"]))
    assert chosen.status_code == 302
    assert agency_of_ann(session) == "Agency 012"


def test_words_that_fit_nothing_are_refused_in_a_sentence(browser: Open, session: Session) -> None:
    agencies(session, FEW + 5)
    answer = browser(Role.ADMINISTRATOR).send("/people/new/", **ANN, agency_id="<nowhere>")
    assert answer.status_code == 422
    assert "is called “&lt;nowhere&gt;”. Type a part of its name." in answer.text
    assert session.scalars(select(Person).where(Person.name == "Ann")).all() == []


def test_two_that_are_called_alike_are_told_apart_by_their_numbers(browser: Open, session: Session) -> None:
    people = [make.person(session, Role.OFFICER, name="Sam Hale", email=f"sam{n}@example.org") for n in range(2)]
    for number in range(FEW):
        make.person(session, Role.OFFICER, name=f"Officer {number:02d}", email=f"o{number}@example.org")
    session.commit()
    admin = browser(Role.ADMINISTRATOR)
    labels = [option["value"] for option in admin.get("/hubs/new/").select("#officer_id-choices option")]
    assert [f"Sam Hale (no. {person.id})" for person in people] == [label for label in labels if "Sam" in str(label)]
    hub = {"name": "A hub", "kind": "children", "is_active": "y"}
    asked = admin.send("/hubs/new/", **hub, officer_id="sam hale")
    assert asked.status_code == 422
    assert "Which one do you mean by “sam hale”?" in asked.text
    assert admin.send("/hubs/new/", **hub, officer_id=f"Sam Hale (no. {people[1].id})").status_code == 302


def test_thousands_of_choices_stay_with_the_server_until_something_is_typed(browser: Open, session: Session) -> None:
    ids = agencies(session, LISTED + 5)
    person = browser(Role.ADMINISTRATOR)
    page = person.get("/people/new/")
    line = page.select_one("input#agency_id")
    assert line is not None
    assert page.select(f"datalist#{line['list']} option") == []
    answer = person.client.get(f"{line['data-lookup']}?q=cy+017")
    assert [choice["label"] for choice in answer.json] == ["Agency 017"]
    asked = person.send("/people/new/", **ANN, agency_id="cy 017")
    offered = BeautifulSoup(asked.text, "html.parser")
    assert [radio["value"] for radio in offered.select("input[type=radio]")] == [str(ids["Agency 017"])]
    assert person.send("/people/new/", **ANN, agency_id="agency 017").status_code == 302
    assert agency_of_ann(session) == "Agency 017"
    ann = session.scalars(select(Person.id).where(Person.name == "Ann")).one()
    assert person.get(f"/people/{ann}/edit/").select_one("#agency_id")["value"] == "Agency 017"
    ben = {**ANN, "name": "Ben", "email": "ben@example.org", "agency_id": str(ids["Agency 099"])}
    assert person.send("/people/new/", **ben).status_code == 302
    assert len(person.client.get(str(line["data-lookup"])).json) == 20
    person.get("/people/lookup/name/", status=404)
    person.get("/people/lookup/password_hash/", status=404)


def test_filter_with_many_records_is_typed_and_finds_all_whose_name_has_the_words(
    browser: Open, session: Session
) -> None:
    ids = agencies(session, FEW + 5)
    for name, agency in (("Ann", "Agency 012"), ("Ben", "Agency 013"), ("Cy", "Agency 003")):
        make.person(session, Role.MANAGER, agency=session.get_one(Agency, ids[agency]), name=name)
    session.commit()
    person = browser(Role.ADMINISTRATOR)
    page = person.get("/people/?agency_id=agency+01")
    names = [row.get_text(strip=True) for row in page.select("table.list tbody th")]
    assert names == ["Ann", "Ben"]
    assert page.select_one("input#f-agency_id")["value"] == "agency 01"
    by_id = person.get(f"/people/?agency_id={ids['Agency 003']}")
    assert [row.get_text(strip=True) for row in by_id.select("table.list tbody th")] == ["Cy"]
    assert by_id.select_one("input#f-agency_id")["value"] == "Agency 003"
