"""Can the partnership keep its own words, in its own order, without losing those that records use?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.errors import RuleBroken
from models.partnership.reference_items import ReferenceItem, ReferenceList, Service, is_in_use, items_of, move_item
from models.tools.starting_words import give_starting_words
from tests import make
from tests.web import Browser, words_of

Open = Callable[..., Browser]
GRADE = ReferenceList.GRADE


def word(session: Session, code: str, list_name: ReferenceList = GRADE, **values: Any) -> ReferenceItem:
    word = make.word(session, list_name, code, **values)
    session.commit()
    return word


def new_word(**values: Any) -> dict[str, Any]:
    return {"list_name": "grade", "label": "Fair", "code": "fair", "applies_to": "both", "is_active": "y", **values}


def test_administrator_makes_a_word_with_other_words_for_it(browser: Open, session: Session) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    sent = new_word(list_name="level_of_intervention", aliases="  moderate \r\n\r\nnot bad\r\n")
    response = administrator.send("/reference-items/new/", **sent)
    assert response.status_code == 302
    item = session.scalars(select(ReferenceItem).where(ReferenceItem.code == "fair")).one()
    assert item.aliases == ["moderate", "not bad"]
    shown = administrator.get(f"/reference-items/{item.id}/edit/").select_one("#aliases")
    assert shown is not None
    assert shown.get_text().strip() == "moderate\nnot bad"


def test_new_word_without_a_place_comes_last_in_its_list(browser: Open, session: Session) -> None:
    word(session, "good", rank=4)
    browser(Role.ADMINISTRATOR).send("/reference-items/new/", **new_word())
    assert [item.code for item in items_of(session, GRADE)] == ["good", "fair"]


def test_code_and_list_of_a_word_never_change(browser: Open, session: Session) -> None:
    item = word(session, "good")
    administrator = browser(Role.ADMINISTRATOR)
    sent = administrator.filled(f"/reference-items/{item.id}/edit/", label="Very good", code="x", list_name="brag")
    assert administrator.client.post(f"/reference-items/{item.id}/edit/", data=sent).status_code == 302
    session.expire_all()
    assert (item.label, item.code, item.list_name) == ("Very good", "good", GRADE)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"code": "two words"}, "without blanks"),
        ({"code": "good"}, "This list already has that code."),
        ({"aliases": "GOOD"}, "“good” already stands for Good in this list."),
        ({"label": "good"}, "“good” already stands for Good in this list."),
        ({"aliases": "fine"}, "“fine” already stands for Good in this list."),
        ({"rank": "-1"}, "Give a place in the list of 0 or more."),
        ({"label": ""}, "Give the word."),
        ({"list_name": "colours"}, "Choose one of the offered words for list."),
    ],
)
def test_word_that_could_be_taken_for_another_is_refused(
    browser: Open, session: Session, changes: dict[str, str], sentence: str
) -> None:
    word(session, "good", aliases=["fine"])
    answer = browser(Role.ADMINISTRATOR).send("/reference-items/new/", **new_word(**changes))
    assert answer.status_code == 422
    assert sentence in words_of(answer)
    assert session.scalar(select(ReferenceItem).where(ReferenceItem.code == "fair")) is None


def test_children_and_adults_may_use_one_word_for_two_levels(session: Session) -> None:
    word(session, "closed_child", label="Closed", applies_to=Service.CHILDREN)
    adult = word(session, "closed_adult", label="Closed", applies_to=Service.ADULTS)
    adult.check(session)
    adult.applies_to = Service.BOTH
    with pytest.raises(RuleBroken, match="already stands for Closed"):
        adult.check(session)


def test_starting_words_keep_the_rules_they_are_edited_by(session: Session) -> None:
    give_starting_words(session)
    for item in session.scalars(select(ReferenceItem)):
        item.check(session)


def test_word_in_use_is_taken_out_of_use_instead_of_deleted(browser: Open, session: Session) -> None:
    agency = make.agency(session)
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    path = f"/reference-items/{agency.category_id}/"
    assert administrator.send(f"{path}delete/", "/reference-items/new/").status_code == 302
    assert "is in use, so it cannot be deleted. Take it out of use instead." in administrator.get(path).get_text()
    retired = administrator.send(
        "/reference-items/bulk/retire/", "/reference-items/", rowid=[agency.category_id], confirmed="yes"
    )
    assert retired.status_code == 302
    assert "1 word out of use." in administrator.get("/reference-items/").get_text()
    page = administrator.get("/agencies/new/")
    assert page.select_one(f'#category_id option[value="{agency.category_id}"]') is None


def test_word_nobody_uses_is_deleted(browser: Open, session: Session) -> None:
    item = word(session, "good")
    assert not is_in_use(session, item)
    session.commit()
    assert browser(Role.ADMINISTRATOR).send(f"/reference-items/{item.id}/delete/").status_code == 302
    assert session.scalar(select(ReferenceItem).where(ReferenceItem.code == "good")) is None


def test_word_comes_back_only_while_no_other_stands_for_the_same(browser: Open, session: Session) -> None:
    old = word(session, "old_good", label="Good", is_active=False)
    word(session, "good")
    administrator = browser(Role.ADMINISTRATOR)
    administrator.send("/reference-items/bulk/restore/", "/reference-items/", rowid=[old.id], confirmed="yes")
    assert "“good” already stands for Good in this list." in administrator.get("/reference-items/").get_text()
    session.expire_all()
    assert not old.is_active


def test_key_areas_carry_a_mark_until_the_board_agrees(browser: Open, session: Session) -> None:
    give_starting_words(session)
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    marked = "/reference-items/?is_to_be_confirmed=yes"
    rows = administrator.get(marked).select("table.list tbody tr")
    assert len(rows) == 4
    assert all("To be confirmed" in row.get_text() for row in rows)
    ids = [str(box["value"]) for box in administrator.get(marked).select("input[name=rowid]")]
    administrator.send("/reference-items/bulk/confirm/", "/reference-items/", rowid=ids, confirmed="yes")
    assert "4 words marked as agreed by the Board." in administrator.get(marked).get_text()
    assert administrator.get(marked).select("table.list tbody tr") == []


def test_words_are_shown_list_by_list_in_their_own_order(browser: Open, session: Session) -> None:
    for rank, code in ((10, "ten"), (9, "nine"), (1, "one")):
        word(session, code, rank=rank)
    word(session, "blue", ReferenceList.BRAG, rank=5)
    shown = browser(Role.OFFICER).get("/reference-items/").select("table.list tbody th")
    assert [cell.get_text() for cell in shown] == ["Blue", "One", "Nine", "Ten"]


def test_administrator_moves_a_word_within_its_list(browser: Open, session: Session) -> None:
    first, second = word(session, "first", rank=3), word(session, "second", rank=7)
    administrator = browser(Role.ADMINISTRATOR)
    assert administrator.send(f"/reference-items/{second.id}/move-up/", "/account/").status_code == 302
    session.expire_all()
    assert (first.rank, second.rank) == (2, 1)
    administrator.send(f"/reference-items/{second.id}/move-up/", "/account/")
    page = administrator.get(f"/reference-items/{second.id}/").get_text()
    assert "Second is the first of its list already." in page


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 4), st.sampled_from([-1, 1])), max_size=8), ties=st.booleans())
def test_moving_keeps_every_word_and_numbers_the_list_from_one(
    session: Session, moves: list[tuple[int, int]], ties: bool
) -> None:
    with session.begin_nested() as sandbox:
        items = [make.word(session, GRADE, f"g{number}", rank=0 if ties else number) for number in range(5)]
        expected = list(items)
        for place, step in moves:
            if 0 <= place + step < 5:
                expected.insert(place + step, expected.pop(place))
                move_item(session, items_of(session, GRADE)[place], step)
                assert [item.rank for item in expected] == [1, 2, 3, 4, 5]
        assert items_of(session, GRADE) == expected
        sandbox.rollback()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SPONSOR, Role.BOARD_VIEWER])
def test_readers_cannot_change_words(browser: Open, session: Session, role: Role) -> None:
    item = word(session, "good")
    reader = browser(role)
    reader.get(f"/reference-items/{item.id}/")
    for path in ("new/", f"{item.id}/edit/", f"{item.id}/delete/"):
        reader.get(f"/reference-items/{path}", 403)
    for path in (f"{item.id}/move-up/", "bulk/retire/", "bulk/restore/", "bulk/confirm/"):
        assert reader.send(f"/reference-items/{path}", "/account/", rowid=[item.id]).status_code == 403


def test_agencies_have_no_page_of_words(browser: Open, session: Session) -> None:
    member = browser(Role.AGENCY_MEMBER, agency=make.agency(session))
    member.get("/reference-items/", 403)
