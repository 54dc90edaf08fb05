"""Does a form save what was typed, once, and never over somebody else's work?"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import Form

from admin_views.kit.fields import (
    ChoiceField,
    DayField,
    LineField,
    LinesField,
    MomentField,
    TextField,
    WholeNumberField,
)
from models.core.access import Role
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceList, Service
from tests import make
from tests.web import PASSWORD, Browser, words_of

Open = Callable[..., Browser]


def category(session: Session) -> int:
    category_id = make.word(session, ReferenceList.AGENCY_CATEGORY, "police").id
    session.commit()
    return category_id


def test_administrator_makes_edits_and_deletes_an_agency(browser: Open, session: Session) -> None:
    kind = category(session)
    person = browser(Role.ADMINISTRATOR)
    response = person.client.post(
        "/agencies/new/", data=person.filled("/agencies/new/", name="  New   Trust ", category_id=kind)
    )
    agency = session.scalars(select(Agency)).one()
    assert response.location == f"/agencies/{agency.id}/"
    assert (agency.name, agency.covers, agency.is_active, agency.is_statutory) == (
        "New Trust",
        Service.BOTH,
        True,
        False,
    )
    session.commit()
    edit = f"/agencies/{agency.id}/edit/"
    person.client.post(edit, data=person.filled(edit, name="Old Trust", is_statutory="y", covers="adults"))
    session.expire_all()
    assert (agency.name, agency.covers, agency.is_statutory) == ("Old Trust", Service.ADULTS, True)
    session.commit()
    assert "Delete Old Trust?" in person.get(f"/agencies/{agency.id}/delete/").get_text()
    assert person.send(f"/agencies/{agency.id}/delete/").location == "/agencies/"
    assert session.scalars(select(Agency)).all() == []


def test_missing_and_wrong_values_are_named_and_typed_text_is_kept(browser: Open, session: Session) -> None:
    category(session)
    person = browser(Role.ADMINISTRATOR)
    answer = person.send("/agencies/new/", name="", category_id="999", covers="nobody", contact_email="kept@here")
    assert answer.status_code == 422
    words = words_of(answer)
    assert "Give the name." in words
    assert "Choose one of the offered records for category." in words
    assert "Choose one of the offered words for works with." in words
    assert 'value="kept@here"' in answer.text
    assert 'role="alert"' in answer.text
    assert session.scalars(select(Agency)).all() == []


def test_empty_choice_is_one_error_in_right_words(browser: Open, session: Session) -> None:
    person, kind = browser(Role.ADMINISTRATOR), category(session)
    answer = person.client.post(
        "/agencies/new/", data=person.filled("/agencies/new/", name="New Trust", category_id=kind, covers="")
    )
    summary = BeautifulSoup(answer.text, "html.parser").select(".problems li")
    assert [line.get_text() for line in summary] == ["Choose one of the offered words for “Works with”."]


def test_rule_broken_beside_the_form(browser: Open, session: Session) -> None:
    person = browser(Role.ADMINISTRATOR)
    answer = person.send("/people/new/", name="Ann", email="ann@example.org", role="agency_member")
    assert answer.status_code == 422
    assert "An agency member needs an agency." in words_of(answer)
    assert 'value="Ann"' in answer.text


def test_taken_name_is_refused_in_the_tables_own_sentence(browser: Open, session: Session) -> None:
    make.agency(session, "Twice")
    kind = category(session)
    answer = browser(Role.ADMINISTRATOR).send("/agencies/new/", name="Twice", category_id=kind, covers="both")
    assert answer.status_code == 422
    assert "There is already an agency of that name." in words_of(answer)


def test_record_that_others_need_is_not_deleted(browser: Open, session: Session) -> None:
    agency = make.agency(session)
    make.person(session, Role.MANAGER, agency=agency)
    session.commit()
    person = browser(Role.ADMINISTRATOR)
    person.send(f"/agencies/{agency.id}/delete/", "/agencies/new/")
    assert "another record needs it" in person.get(f"/agencies/{agency.id}/").get_text()


def test_second_writer_is_told_and_keeps_the_text(browser: Open, session: Session) -> None:
    agency = make.agency(session, "First")
    session.commit()
    person = browser(Role.ADMINISTRATOR)
    path = f"/agencies/{agency.id}/edit/"
    mine, theirs = person.filled(path, name="Mine"), person.filled(path, name="Theirs")
    assert person.client.post(path, data=theirs).status_code == 302
    refused = person.client.post(path, data=mine)
    assert refused.status_code == 409
    assert "Somebody else changed this record" in words_of(refused)
    assert 'value="Mine"' in refused.text
    assert "Name Theirs" in words_of(refused)
    session.expire_all()
    assert agency.name == "Theirs"
    version = re.search(r'name="row_version" value="(\d+)"', refused.text)
    assert version
    session.commit()
    again = person.client.post(path, data={**mine, "once": "x" * 30, "row_version": version[1]})
    assert again.status_code == 302


def test_form_sent_twice_makes_one_record(browser: Open, session: Session) -> None:
    kind = category(session)
    person = browser(Role.ADMINISTRATOR)
    sent = person.filled("/agencies/new/", name="Once", category_id=kind)
    answers = [person.client.post("/agencies/new/", data=sent) for _ in range(3)]
    agency = session.scalars(select(Agency)).one()
    assert {answer.location for answer in answers} == {f"/agencies/{agency.id}/"}


def test_refused_form_may_be_sent_again(browser: Open, session: Session) -> None:
    kind = category(session)
    person = browser(Role.ADMINISTRATOR)
    sent = person.filled("/agencies/new/", name="", category_id=kind)
    assert person.client.post("/agencies/new/", data=sent).status_code == 422
    assert person.client.post("/agencies/new/", data={**sent, "name": "Now"}).status_code == 302


def test_nobody_writes_a_field_the_form_does_not_have(browser: Open, session: Session) -> None:
    kind = category(session)
    person = browser(Role.ADMINISTRATOR)
    person.client.post(
        "/agencies/new/", data=person.filled("/agencies/new/", name="A", category_id=kind, id="77", row_version="9")
    )
    agency = session.scalars(select(Agency)).one()
    assert (agency.id != 77, agency.row_version) == (True, 1)


def test_inactive_choice_is_offered_only_where_it_is_the_current_one(browser: Open, session: Session) -> None:
    gone = make.word(session, ReferenceList.AGENCY_CATEGORY, "gone", is_active=False)
    make.agency(session, "Keeps it", category="gone")
    agency = make.agency(session, "Another")
    session.commit()
    person = browser(Role.ADMINISTRATOR)
    keeps = session.scalars(select(Agency.id).where(Agency.name == "Keeps it")).one()
    assert f'<option selected value="{gone.id}"' in str(person.get(f"/agencies/{keeps}/edit/")).replace(
        'selected=""', "selected"
    )
    path = f"/agencies/{agency.id}/edit/"
    assert "Gone" not in person.get(path).get_text()
    assert person.client.post(path, data=person.filled(path, category_id=gone.id)).status_code == 422


def test_bulk_action_asks_first_then_touches_only_the_ticked(browser: Open, session: Session) -> None:
    agencies = [make.agency(session, name) for name in ("A", "B", "C")]
    session.commit()
    person = browser(Role.ADMINISTRATOR)
    tokens = person.tokens("/agencies/")
    ids = [str(agencies[0].id), str(agencies[2].id)]
    asked = person.client.post(
        "/agencies/bulk/retire/", data=MultiDict([*tokens.items(), *(("rowid", agency_id) for agency_id in ids)])
    )
    assert "This concerns 2 agencies:" in words_of(asked)
    session.expire_all()
    assert all(agency.is_active for agency in agencies)
    session.commit()
    sent = MultiDict([*tokens.items(), ("confirmed", "yes"), *(("rowid", agency_id) for agency_id in ids)])
    assert person.client.post("/agencies/bulk/retire/", data=sent).status_code == 302
    session.expire_all()
    assert [agency.is_active for agency in agencies] == [False, True, False]
    session.commit()
    for wrong in (["abc"], ["999999"], ["1"] * 501):
        sent = MultiDict([*tokens.items(), ("confirmed", "yes"), *(("rowid", agency_id) for agency_id in wrong)])
        assert person.client.post("/agencies/bulk/retire/", data=sent).status_code in {400, 404}


def test_one_tick_takes_all_that_a_filter_finds_on_every_page(browser: Open, session: Session) -> None:
    ours = [make.agency(session, f"Ours {number:02}") for number in range(60)]
    theirs = make.agency(session, "Theirs")
    session.commit()
    person = browser(Role.ADMINISTRATOR)
    assert person.get("/agencies/?q=Theirs").select("[name=every]") == [], "one page has no need of it"
    page = person.get("/agencies/?q=Ours")
    assert "All 60 agencies found" in page.select_one(".dock .every").get_text()
    button = page.select_one('.dock button[formaction*="retire"]')["formaction"]
    asked = person.client.post(button, data=person.tokens("/agencies/") | {"every": "yes"})
    assert "This concerns 60 agencies:" in words_of(asked)
    confirm = BeautifulSoup(asked.text, "html.parser").select_one("main form")
    sent = MultiDict((box["name"], box["value"]) for box in confirm.select("input[name]"))
    answer = person.client.post(button, data=sent)
    assert "q=Ours" in answer.headers["Location"], "back to the list as it was"
    session.expire_all()
    assert not any(agency.is_active for agency in ours)
    assert theirs.is_active


def test_administrator_cannot_type_somebody_elses_password(browser: Open, session: Session) -> None:
    person = browser(Role.ADMINISTRATOR)
    values = {"name": "Ann", "email": " ANN@example.org ", "role": "officer", "is_active": "y"}
    assert person.get("/people/new/").select("main [type=password]") == []
    assert person.send("/people/new/", **values, new_password=PASSWORD).status_code == 302
    ann = session.scalars(select(Person).where(Person.email == "ann@example.org")).one()
    assert session.scalar(select(Person.password_hash).where(Person.id == ann.id)) is None
    session.commit()
    assert person.get(f"/people/{ann.id}/edit/").select("main [type=password]") == []
    assert browser().send("/sign-in/", email=ann.email, password=PASSWORD).status_code == 422


class EveryKind(Form):
    line = LineField("Line")
    text = TextField("Text")
    lines = LinesField("Lines")
    day = DayField("Day")
    moment = MomentField("Moment")
    number = WholeNumberField("Number")
    choice = ChoiceField("Choice", kind=Service, is_required=False)


def typed(**values: str) -> EveryKind:
    return EveryKind(MultiDict(values))


def test_each_kind_of_field_reads_what_people_type() -> None:
    form = typed(
        line=" a  b ", text="x\r\ny ", lines="one\r\n\r\n two ", day="31/12/2026", moment="2026-07-01T12:00",
        number="1,200", choice="adults",
    )  # fmt: skip
    assert form.validate(), form.errors
    assert (form.line.data, form.text.data, form.lines.data) == ("a b", "x\ny", ["one", "two"])
    assert form.day.data == date(2026, 12, 31)
    assert form.moment.data == datetime(2026, 7, 1, 11, 0, tzinfo=UTC)
    assert form.number.data == 1200
    assert form.choice.value() is Service.ADULTS


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("line", "x" * 201),
        ("text", "x" * 20_001),
        ("day", "2026-02-30"),
        ("day", "yesterday"),
        ("moment", "2026-13-01T00:00"),
        ("number", "2147483648"),
        ("number", "1.5"),
        ("number", "١٢٣x"),
        ("choice", "nobody"),
    ],
)
def test_each_kind_of_field_refuses_in_a_sentence(field: str, value: str) -> None:
    form = typed(**{field: value})
    assert not form.validate()
    assert form.errors[field][0].endswith(".")


def test_moment_is_shown_by_londons_clock() -> None:
    form = EveryKind(data={"moment": datetime(2026, 7, 1, 11, 0, tzinfo=UTC)})
    assert 'value="2026-07-01T12:00"' in form.moment()
