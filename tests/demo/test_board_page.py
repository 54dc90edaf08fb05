"""Does the Board see its year on one page, does each number open what it counts, and is each picture a file?"""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.gates.boards import PICTURES, board_pictures, board_year
from models.gates.pictures.scopes import BoardScope
from models.partnership.agencies import Agency
from models.partnership.hubs import HubKind
from models.rules.documents.pictures import Rows
from tests.web import Browser, member

READERS = (Role.BOARD_VIEWER, Role.SPONSOR, Role.OFFICER, Role.ADMINISTRATOR)
PAGE = "/thematic-reviews/board/"


@pytest.mark.parametrize("role", READERS)
def test_every_reader_sees_every_picture_with_sentence_and_table(portal: Flask, session: Session, role: Role) -> None:
    page = Browser(portal).enter(member(session, role), session).get(PAGE)
    cards = page.select("section.picture-card")
    assert len(cards) == len(PICTURES)
    for card in cards:
        assert card.select_one(".says").get_text(strip=True).endswith(".")  # type: ignore[union-attr]
        assert card.select_one(".drawn") is None or card.select("details table tbody tr")


def test_boards_own_first_page_is_the_year_and_agencies_have_none(portal: Flask, session: Session) -> None:
    viewer = Browser(portal).enter(member(session, Role.BOARD_VIEWER), session)
    assert "The year in safeguarding assurance" in viewer.get("/").get_text()
    agency = session.scalars(select(Agency).where(Agency.is_active).order_by(Agency.id).limit(1)).one()
    for role in (Role.MANAGER, Role.AGENCY_MEMBER):
        bound = Browser(portal).enter(member(session, role, agency=agency), session)
        bound.get(PAGE, 403)
        bound.get(f"{PAGE}grades.svg", 403)


@pytest.mark.parametrize("asked", ["", "?for=children", "?for=adults"])
def test_every_figure_opens_exactly_what_it_counts(portal: Flask, session: Session, asked: str) -> None:
    officer = Browser(portal).enter(member(session, Role.OFFICER), session)
    page = officer.get(f"{PAGE}{asked}")
    numbers = page.select(".figures dd a")
    assert len(numbers) >= 3
    for number in numbers[1:3]:  # the first counts reviews of the list that it opens, the last people in a picture
        said = officer.get(str(number["href"])).select_one(".sum [role=status]").get_text()  # type: ignore[union-attr]
        found = re.search(r"([\d,]+) actions?", said)
        assert found is not None
        assert found[1] == number.get_text(), number["href"]


def test_filters_narrow_every_picture_and_nonsense_is_not_found(portal: Flask, session: Session) -> None:
    viewer = Browser(portal).enter(member(session, Role.BOARD_VIEWER), session)
    police = session.scalars(select(Agency).where(Agency.name.contains("Police")).limit(1)).one()
    page = viewer.get(f"{PAGE}?agency={police.id}")
    bars = page.select("section[aria-labelledby=p-returns] .marks .name")
    assert [bar.get_text(strip=True) for bar in bars] == [police.name]
    assert page.select_one(f'option[value="{police.id}"][selected]')
    for wrong in ("?year=1999", "?year=x", "?for=dogs", "?agency=x", "?agency=99999999999999999999"):
        viewer.get(f"{PAGE}{wrong}", 404)
    assert viewer.get(f"{PAGE}?agency=999999").select("section.picture-card"), "an agency without anything"


@pytest.mark.parametrize("name", PICTURES)
def test_each_picture_leaves_as_drawing_and_as_figures(portal: Flask, session: Session, name: str) -> None:
    viewer = Browser(portal).enter(member(session, Role.BOARD_VIEWER), session)
    picture = PICTURES[name](session, BoardScope(today().year), today())
    for kind, start in (("svg", b"<svg "), ("png", b"\x89PNG"), ("csv", b"\xef\xbb\xbf")):
        answer = viewer.client.get(f"{PAGE}{name}.{kind}")
        assert answer.status_code == 200
        assert answer.data.startswith(start)
        assert f'filename="{name}-' in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(viewer.client.get(f"{PAGE}{name}.csv").text.lstrip("\ufeff"))))
    assert len(rows) == 1 + len(picture.table)
    viewer.get(f"{PAGE}{name}.exe", 404)
    viewer.get(f"{PAGE}nothing.svg", 404)


def test_pictures_of_children_and_adults_hold_what_they_may(session: Session) -> None:
    on = today()
    for kind in HubKind:
        for picture in board_pictures(session, BoardScope(on.year, kind), on=on):
            assert picture.says
            if isinstance(picture.plot, Rows):
                ends = [mark.ends for line in picture.plot.lines for mark in line.marks]
                assert all(0 <= end <= 1.000001 for end in ends)
    assert board_year(session, BoardScope(on.year), on=on).needs, "the demonstration has something late"
