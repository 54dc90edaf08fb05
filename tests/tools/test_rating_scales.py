"""Can the partnership keep its own scales without breaking the tools that use them?"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from bs4 import Tag
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.tools.rating_scales import RatingScale, give_starting_scales, starting_scale
from models.tools.tool_questions import questions_of
from tests import make, make_tools
from tests.web import Browser, words_of

Open = Callable[..., Browser]
_A_TOOL = r"/assurance-tools/\d+/"


def test_administrator_makes_a_scale_point_by_point(browser: Open, session: Session) -> None:
    sent = browser(Role.ADMINISTRATOR).send(
        "/rating-scales/new/", name="Traffic light", points="Green\nAmber\nRed", not_counted="Not seen", is_active="y"
    )
    assert sent.status_code == 302
    scale = session.scalars(select(RatingScale)).one()
    assert [(option.label, option.weight) for option in scale.options()] == [
        ("Green", 1.0),
        ("Amber", 0.5),
        ("Red", 0.0),
        ("Not seen", None),
    ]


@pytest.mark.parametrize(
    ("points", "others", "sentence"),
    [
        ("Good", "", "A scale needs at least two points, the best first."),
        ("Good\ngood", "", "Each point of a scale needs a word of its own."),
        ("Good\nPoor", "Poor", "Each point of a scale needs a word of its own."),
        ("", "", "Give the points, the best first."),
    ],
)
def test_scale_on_which_nothing_can_be_told_apart_is_refused(
    browser: Open, session: Session, points: str, others: str, sentence: str
) -> None:
    sent = browser(Role.ADMINISTRATOR).send("/rating-scales/new/", name="Odd", points=points, not_counted=others)
    assert sentence in words_of(sent)
    assert session.scalars(select(RatingScale)).all() == []


def test_scale_in_use_says_where_and_is_not_deleted(browser: Open, session: Session) -> None:
    tool = make_tools.tool(session)
    scale = session.scalars(select(RatingScale)).one()
    session.commit()
    administrator, page = browser(Role.ADMINISTRATOR), f"/rating-scales/{scale.id}/"
    assert administrator.get(page).select_one(f'a[href="/assurance-tools/{tool.id}/"]') is not None
    administrator.send(f"{page}delete/", "/rating-scales/new/")
    assert "is in use, so it cannot be deleted. Take it out of use instead." in administrator.get(page).get_text()


def test_page_of_a_scale_shows_the_first_tools_and_leads_to_all_of_them(browser: Open, session: Session) -> None:
    reviews = [make.review(session, title=f"Review {number}") for number in range(21)]
    tools = [make_tools.tool(session, review) for review in reviews]
    in_bank, scale = make_tools.tool(session), session.scalars(select(RatingScale)).one()
    other = make_tools.tool(session, title="Without questions")
    for question in questions_of(session, other.id):
        session.delete(question)
    session.commit()
    officer = browser(Role.OFFICER)
    page = officer.get(f"/rating-scales/{scale.id}/")
    shown = _tools_on(page)
    assert (shown[0], len(shown)) == (f"/assurance-tools/{in_bank.id}/", 20)
    every = page.select_one(f'a[href="/assurance-tools/?scale={scale.id}"]')
    assert every is not None
    assert every.get_text(strip=True) == "All 22 tools"
    listed = officer.get(str(every["href"]))
    assert set(_tools_on(listed)) == {f"/assurance-tools/{tool.id}/" for tool in (*tools, in_bank)}
    assert scale.name in listed.get_text()
    assert _tools_on(officer.get("/assurance-tools/?scale=none")) == []


def _tools_on(page: Tag) -> list[str]:
    places = (str(link["href"]).partition("?")[0] for link in page.select("main a[href]"))
    return [place for place in places if re.fullmatch(_A_TOOL, place)]


def test_scale_nobody_uses_is_deleted(browser: Open, session: Session) -> None:
    scale = make_tools.scale(session)
    session.commit()
    assert browser(Role.ADMINISTRATOR).send(f"/rating-scales/{scale.id}/delete/").status_code == 302
    assert session.scalars(select(RatingScale)).all() == []


def test_scale_out_of_use_stays_with_its_questions_but_is_not_offered(browser: Open, session: Session) -> None:
    tool = make_tools.tool(session)
    scale = session.scalars(select(RatingScale)).one()
    scale.is_active = False
    question = questions_of(session, tool.id)[0]
    session.commit()
    administrator, base = browser(Role.ADMINISTRATOR), f"/assurance-tools/{tool.id}/questions"
    kept = administrator.get(f"{base}/{question.id}/edit/").select("#scale_id option[value]")
    assert str(scale.id) in [option["value"] for option in kept]
    new = administrator.get(f"{base}/new/?section={question.section_id}").select("#scale_id option")
    assert [option["value"] for option in new] == [""]


def test_usual_scales_are_given_once(session: Session) -> None:
    assert give_starting_scales(session) > 4
    assert give_starting_scales(session) == 0
    known = starting_scale(session, "Agreement")
    assert starting_scale(session, "Agreement") is known


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SPONSOR])
def test_staff_read_scales_and_administrators_keep_them(browser: Open, session: Session, role: Role) -> None:
    scale = make_tools.scale(session)
    session.commit()
    somebody = browser(role)
    somebody.get(f"/rating-scales/{scale.id}/")
    for path in ("new/", f"{scale.id}/edit/", f"{scale.id}/delete/"):
        somebody.get(f"/rating-scales/{path}", 403)
