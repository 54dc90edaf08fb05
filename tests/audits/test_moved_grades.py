"""Are own and moderated grades compared as they stand, and not at all while fewer than five cases are moderated?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from models.audits.moved_grades import moved_grades
from models.core.access import Role
from models.rules.audits.moved_grades import moved_grades_picture
from models.rules.documents.pictures import Grid
from models.tools.answer_sheets import SheetAnswer
from tests import make_audits
from tests.documents.drawings import numbers_drawn, table_of
from tests.kit.test_screens import statements
from tests.make_audits import Scene
from tests.web import Browser

Open = Callable[..., Browser]
GRADES = ("Outstanding", "Good", "Inadequate")


@pytest.fixture
def scene(session: Session) -> Scene:
    """Six drawn cases, of each of which both agencies have handed in an audit that grades it as good."""
    scene = make_audits.scene(session, size=3)
    for audit in make_audits.opened(session, scene):
        make_audits.submitted(session, audit)
    session.execute(update(SheetAnswer).where(SheetAnswer.question_key == "met").values(value="Good"))
    session.commit()
    return scene


def test_fewer_than_five_moderated_cases_show_no_number_at_all(browser: Open, session: Session, scene: Scene) -> None:
    assert moved_grades(session, scene.review.id) is None
    (case, *_) = make_audits.moderated(session, scene, ["good", "inadequate", "good", "good"])
    page = browser(Role.OFFICER).get(f"/moderations/case/{case.id}/")
    part = page.select_one("section[aria-labelledby=p-moderated]")
    assert part is not None
    assert part.get_text(" ", strip=True) == (
        "Own grade and moderated grade Fewer than five cases are moderated yet, so how own grades stood up is withheld."
    )


def test_page_of_a_case_compares_the_grades_of_all_moderated_cases(
    browser: Open, session: Session, scene: Scene
) -> None:
    (case, *_) = make_audits.moderated(
        session, scene, ["good", "inadequate", "good", "outstanding", "good", "inadequate"]
    )
    officer = browser(Role.OFFICER)
    part = officer.get(f"/moderations/case/{case.id}/").select_one("section[aria-labelledby=p-moderated]")
    assert part is not None
    expected = [["Outstanding", "0", "0", "0"], ["Good", "2", "6", "4"], ["Inadequate", "0", "0", "0"]]
    assert table_of(part) == expected
    drawn = [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in part.select("table.heat tbody tr")]
    assert drawn == expected
    framed = [cell.get_text(strip=True) for cell in part.select("td.framed")]
    assert framed == ["0", "6", "0"]
    says = part.select_one("p.says")
    assert says is not None
    assert says.get_text() == (
        "Six of 12 own grades stood. Where moderation moved one, it was downwards in four and upwards in two."
    )


def test_own_grades_on_another_scale_are_left_out_and_counted(session: Session, scene: Scene) -> None:
    make_audits.moderated(session, scene, ["good"] * 5)
    answers = session.scalars(
        select(SheetAnswer).where(SheetAnswer.question_key == "met").order_by(SheetAnswer.id)
    ).all()
    answers[0].value = "Fully met"
    session.commit()
    picture = moved_grades(session, scene.review.id)
    assert picture is not None
    assert picture.says == "All nine own grades stood."
    assert picture.base.startswith("9 own grades of 5 moderated cases of this review. ")
    assert "1 grade on another scale is left out." in picture.base
    session.execute(update(SheetAnswer).where(SheetAnswer.question_key == "met").values(value="Fully met"))
    session.commit()
    picture = moved_grades(session, scene.review.id)
    assert picture is not None
    assert (picture.plot, picture.table) == (None, ())
    assert picture.says == "No own grade uses the words of the moderated grades, so nothing is compared."


def test_two_statements_however_many_cases_are_moderated(session: Session, scene: Scene, engine: Engine) -> None:
    for grades, most in ((["good"], 1), (["good"] * 5, 2), (["good"] * 6, 2)):
        make_audits.moderated(session, scene, grades)
        with statements(engine) as seen:
            moved_grades(session, scene.review.id)
        assert len([statement for statement in seen if "case_audits" in statement]) == most


def test_grid_and_table_have_the_same_numbers_and_the_diagonal_is_framed() -> None:
    counts = {("Good", "Good"): 3, ("Good", "Inadequate"): 1, ("Outstanding", "Good"): 2}
    picture = moved_grades_picture(counts, GRADES, cases=6)
    assert [[float(cell) for cell in row[1:]] for row in picture.table] == numbers_drawn(picture)
    assert isinstance(picture.plot, Grid)
    framed = [[cell.is_framed for cell in row.cells] for row in picture.plot.rows]
    assert framed == [[row == column for column in range(3)] for row in range(3)]
    assert picture.says == "Three of six own grades stood. Where moderation moved one, it was always downwards."
    upwards = moved_grades_picture({("Inadequate", "Good"): 2}, GRADES, cases=5)
    assert upwards.says == "None of two own grades stood. Where moderation moved one, it was always upwards."
    assert moved_grades_picture({("Good", "Good"): 1}, GRADES, cases=5).says == "The one own grade stood."


def test_with_four_cases_neither_grid_nor_table_nor_sentence_has_a_number() -> None:
    picture = moved_grades_picture({("Good", "Good"): 8}, GRADES, cases=4)
    assert (picture.plot, picture.table, picture.base) == (None, (), "")
    assert not any(letter.isdigit() for letter in picture.says)
