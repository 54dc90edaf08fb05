"""Are agencies invited in one table, part by part, by the officer, as the sponsor agrees?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.errors import RuleBroken
from models.partnership.hubs import HubKind
from models.partnership.reference_items import Service
from models.reviews.invitations import (
    Cell,
    ReviewPart,
    cells_of,
    fitting_agencies,
    invited_agencies,
    recently_invited,
    save_invitations,
)
from models.reviews.thematic_reviews import ThematicReview
from models.signatures.sign_offs import SignOffSubject
from models.signatures.signables import stands_signed
from tests import make, make_tools
from tests.web import Browser, words_of

Open = Callable[..., Browser]
SELF, AUDIT, PRACTITIONERS, USERS = ReviewPart


@pytest.fixture
def review(session: Session) -> ThematicReview:
    """A review, and three statutory agencies that fit it."""
    review = make.review(session)
    for name in ("Council", "Hospital", "Police"):
        make.agency(session, name, is_statutory=True)
    session.commit()
    return review


def page_of(review: ThematicReview) -> str:
    return f"/invitations/review/{review.id}/"


def cell(session: Session, name: str, part: ReviewPart) -> str:
    return f"{make.agency(session, name).id}-{part.value}"


def saved(session: Session, review: ThematicReview) -> set[Cell]:
    session.expire_all()
    return cells_of(session, review.id)


def shown(answer: Any) -> list[str]:
    """The ticks that a page shows, by agency and part."""
    page = answer if isinstance(answer, BeautifulSoup) else BeautifulSoup(answer.text, "html.parser")
    return [label.get_text() for label in page.select("td label:has(input[checked])")]


def test_only_agencies_that_fit_the_review_are_offered_first(session: Session) -> None:
    children = make.agency(session, "School", covers=Service.CHILDREN)
    adults = make.agency(session, "Care home", covers=Service.ADULTS)
    both = make.agency(session, "Police", is_statutory=True)
    make.agency(session, "Closed", is_active=False)
    assert fitting_agencies(session, make.review(session)) == [both, children]
    assert fitting_agencies(session, make.review(session, kind=HubKind.COMBINED)) == [both, adults, children]


def test_saving_changes_only_what_was_ticked_or_unticked(session: Session) -> None:
    review, first, second, third = make.review(session), *(make.agency(session, name) for name in ("A", "B", "C"))
    make_tools.invited(session, review, first, third)
    opened = cells_of(session, review.id)
    assert save_invitations(session, review, ticked={(second.id, SELF), (third.id, SELF)}, opened=opened) == set()
    assert invited_agencies(session, review.id, SELF) == [second, third]
    assert invited_agencies(session, review.id, AUDIT) == []


def test_nobody_saves_over_what_a_colleague_has_ticked_meanwhile(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    officer, path = browser(Role.ADMINISTRATOR), page_of(review)
    opened = officer.filled(path, part=[cell(session, "Council", SELF)])
    make_tools.invited(session, review, make.agency(session, "Police"), part=AUDIT)
    session.commit()
    assert officer.client.post(path, data=opened).status_code == 302
    council, police = make.agency(session, "Council"), make.agency(session, "Police")
    assert saved(session, review) == {(council.id, SELF), (police.id, AUDIT)}
    said = officer.get(path).get_text()
    assert "Changed by a colleague while you had the page open: Police (case audit)." in said


def test_agency_that_is_not_offered_cannot_be_invited(browser: Open, session: Session, review: ThematicReview) -> None:
    closed = make.agency(session, "Closed", is_active=False)
    with pytest.raises(RuleBroken, match="that are offered here"):
        save_invitations(session, review, ticked={(closed.id, SELF)}, opened=set())
    session.commit()
    administrator, path = browser(Role.ADMINISTRATOR), page_of(review)
    parts = [cell(session, "Police", SELF), "999999-self_evaluation"]
    refused = administrator.client.post(path, data=administrator.filled(path, part=parts))
    assert refused.status_code == 422
    assert "that are offered here" in words_of(refused)
    assert shown(refused) == ["Self-evaluation, Police"], "what was ticked stays"
    assert saved(session, review) == set(), "nothing is half saved"


@pytest.mark.parametrize("part", ["self_evaluation", "x-self_evaluation", "1-nothing", "1", "9999999999-case_audit"])
def test_what_is_no_tick_is_not_read(browser: Open, review: ThematicReview, part: str) -> None:
    administrator, path = browser(Role.ADMINISTRATOR), page_of(review)
    assert administrator.client.post(path, data={**administrator.tokens(path), "part": part}).status_code == 400


def test_officer_ticks_agencies_and_a_change_asks_the_sponsor_again(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    officer, path = browser(Role.ADMINISTRATOR), page_of(review)
    parts = [cell(session, name, part) for name in ("Council", "Police") for part in ReviewPart]
    answer = officer.client.post(path, data=officer.filled(path, part=parts))
    assert answer.headers["Location"] == path
    page = officer.get(path)
    assert "2 agencies are invited, to 8 parts in all." in page.get_text()
    assert len(shown(page)) == 8
    make_tools.signed(session, review, SignOffSubject.INVITATIONS)
    session.commit()
    assert "has signed the lists as they stand now" in officer.get(path).get_text()
    officer.client.post(path, data=officer.filled(path, part=parts[:1]))
    assert "changed since they were signed" in officer.get(path).get_text()
    assert not stands_signed(session, review, SignOffSubject.INVITATIONS)
    assert "Agencies invited" in officer.get(f"/thematic-reviews/{review.id}/").get_text()


def test_whole_column_is_ticked_and_copied_without_a_script_and_without_a_save(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    officer, path = browser(Role.ADMINISTRATOR), page_of(review)
    ticked = officer.client.post(path, data=officer.filled(path, tick=SELF.value))
    assert shown(ticked) == [f"Self-evaluation, {name}" for name in ("Council", "Hospital", "Police")]
    assert "Not saved yet." in words_of(ticked)
    parts = [cell(session, "Police", SELF), cell(session, "Hospital", AUDIT)]
    copied = officer.client.post(path, data=officer.filled(path, part=parts, copy=AUDIT.value))
    assert shown(copied) == ["Self-evaluation, Police", "Case audit, Police"]
    changed = BeautifulSoup(copied.text, "html.parser").select("td.changed input")
    assert [str(box["value"]) for box in changed] == [cell(session, "Police", part) for part in (SELF, AUDIT)]
    assert saved(session, review) == set()


def test_another_agency_becomes_a_row_by_its_name_and_keeps_the_ticks(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    for name in ("Youth club North", "Youth club South"):
        make.agency(session, name)
    session.commit()
    officer, path = browser(Role.ADMINISTRATOR), page_of(review)
    assert [str(each["value"]) for each in officer.get(path).select("datalist option")] == [
        "Youth club North", "Youth club South",
    ]  # fmt: skip
    typed = officer.filled(path, part=cell(session, "Police", SELF))
    several = officer.client.post(path, data={**typed, "agency": "youth", "add": "words"})
    assert several.status_code == 422
    choices = BeautifulSoup(several.text, "html.parser").select(".chips button")
    assert [choice.get_text() for choice in choices] == ["Youth club North", "Youth club South"]
    unknown = officer.client.post(path, data={**typed, "agency": "Nobody", "add": "words"})
    assert "No agency is called so." in words_of(unknown)
    one = officer.client.post(path, data={**typed, "agency": "youth", "add": str(choices[1]["value"])})
    assert shown(one) == ["Self-evaluation, Police"]
    page = BeautifulSoup(one.text, "html.parser")
    rows = [row.get_text() for row in page.select("tbody tr:not(.all) th")]
    assert [row for row in rows if row.startswith("Youth club South")]
    assert not [row for row in rows if row.startswith("Youth club North")]


def test_name_that_is_typed_and_not_added_yet_is_never_passed_over(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    make.agency(session, "Youth club")
    session.commit()
    officer, path = browser(Role.ADMINISTRATOR), page_of(review)
    answer = officer.client.post(path, data=officer.filled(path, agency="Youth club"))
    assert answer.status_code == 200, "Save with a name in the field adds its row first"
    assert "Youth club" in words_of(answer)
    assert saved(session, review) == set()


def test_row_says_how_often_an_agency_was_asked_lately(browser: Open, session: Session, review: ThematicReview) -> None:
    refuge = make.agency(session, "Refuge")
    for number in range(6):
        earlier = make.review(session, title=f"Earlier {number}", year=2019 + number)
        make_tools.invited(session, earlier, make.agency(session, "Police"))
        if number == 5:
            make_tools.invited(session, earlier, refuge)
    session.commit()
    assert recently_invited(session, review) == (5, {make.agency(session, "Police").id: 5, refuge.id: 1})
    hints = [hint.get_text() for hint in browser(Role.ADMINISTRATOR).get(page_of(review)).select("tbody .by")]
    assert hints == [
        "Statutory, in 5 of the last 5 reviews", "Voluntary or other, in 1 of the last 5 reviews",
        "Statutory, not in the last 5 reviews", "Statutory, not in the last 5 reviews",
    ], "who is asked most often stands first"  # fmt: skip


def test_sponsor_reads_the_table_and_changes_nothing(browser: Open, session: Session, review: ThematicReview) -> None:
    make_tools.invited(session, review, make.agency(session, "Police"), part=AUDIT)
    session.commit()
    sponsor, path = browser(Role.SPONSOR), page_of(review)
    page = sponsor.get(path)
    assert page.select("main input, main button") == []
    rows = [[cell.get_text() for cell in row.select("td")] for row in page.select("tbody tr")]
    assert rows == [["No", "Yes", "No", "No"]], "one row, for the one agency that is invited"
    assert sponsor.send(path, "/account/", part=cell(session, "Council", SELF)).status_code == 403
    sponsor.get("/invitations/review/999999/", status=404)


def test_officer_of_another_hub_invites_nobody(browser: Open, session: Session, review: ThematicReview) -> None:
    elsewhere = browser(Role.OFFICER, name="Officer elsewhere")
    refused = elsewhere.send(page_of(review), "/account/", part=cell(session, "Council", SELF))
    assert refused.status_code == 403
    assert saved(session, review) == set()


def test_save_sent_twice_invites_once(browser: Open, session: Session, review: ThematicReview) -> None:
    officer, path = browser(Role.ADMINISTRATOR), page_of(review)
    form = officer.filled(path, part=cell(session, "Council", SELF))
    assert [officer.client.post(path, data=form).status_code for _ in range(2)] == [302, 302]
    assert saved(session, review) == {(make.agency(session, "Council").id, SELF)}
    assert make.agency(session, "Council") in invited_agencies(session, review.id, SELF)
