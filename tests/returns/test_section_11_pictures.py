"""Do the pictures of a Section 11 cycle count partners and scores as its tables do?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.partnership.reference_items import Service
from models.returns.section_11_cycles import Section11Cycle
from models.returns.section_11_returns import ask_partners, moderate_return, partner_states
from models.rules.returns.section_11 import StandardSummary
from models.rules.returns.section_11_pictures import (
    ASKED,
    LATE,
    MODERATED,
    NOT_ASKED,
    RETURNED,
    partners_picture,
    standards_picture,
)
from tests import make
from tests.documents.drawings import numbers_drawn, table_of
from tests.kit.test_screens import statements
from tests.returns.test_section_11_returns import cycle, handed_in  # noqa: F401 (fixture)
from tests.web import Browser

Open = Callable[..., Browser]


@pytest.fixture
def asked(session: Session, cycle: Section11Cycle) -> Section11Cycle:  # noqa: F811
    """A cycle of five partners: one moderated, one handed in, one late, one asked, one that is new."""
    for name in ("Academy", "College", "Nursery", "School"):
        make.agency(session, name, covers=Service.CHILDREN)
    academy, college, nursery, _ = ask_partners(session, cycle, person_id=None)
    nursery.due_on = today() - timedelta(days=1)
    handed_in(session, academy)
    handed_in(session, college, trained="0")
    scores = {"trained": (2, "Half of them."), "safe": (2, "Seen.")}
    moderate_return(session, academy, scores, person_id=make.person(session, Role.OFFICER).id)
    make.agency(session, "University", covers=Service.CHILDREN)
    session.commit()
    return cycle


def test_partners_stand_where_their_returns_do(session: Session, asked: Section11Cycle) -> None:
    states = {MODERATED: 1, RETURNED: 1, LATE: 1, ASKED: 1, NOT_ASKED: 1}
    assert dict(partner_states(session, asked)) == states
    picture = partners_picture(states, {})
    assert dict(picture.table) == {state: str(count) for state, count in states.items()}
    assert [round(5 * share) for share in numbers_drawn(picture)[0]] == [1] * 5
    assert picture.says == "Two of five partners have returned it; one of them is moderated, and one is late."


def test_page_of_a_cycle_shows_who_returned_it_and_how_the_standards_are_scored(
    browser: Open, session: Session, asked: Section11Cycle
) -> None:
    officer = browser(Role.OFFICER)
    page = officer.get(f"/section-11-cycles/{asked.id}/")
    partners, standards = (page.select_one(f"section[aria-labelledby=p-{name}]") for name in ("partners", "standards"))
    assert partners is not None
    assert standards is not None
    links = [(link.get_text(), str(link["href"])) for link in partners.select("ul.legend a")]
    assert [words for words, _ in links] == ["1 Moderated", "1 Returned", "1 Late"]
    assert [len(officer.get(href).select("table.list tbody tr")) for _, href in links] == [1, 1, 1]
    rows = [
        [cell.get_text(strip=True) for cell in row.select("th, td")] for row in standards.select("table.heat tbody tr")
    ]
    assert [row[1:] for row in rows] == [["0", "1", "0", "1"], ["0", "2", "0", "0"]]
    assert table_of(standards) == rows
    assert "2 of 4 scores are moderated" in standards.get_text()


def test_number_whose_list_holds_others_too_is_no_link(browser: Open, session: Session, asked: Section11Cycle) -> None:
    make.agency(session, "Academy").is_active = False
    session.commit()
    part = (
        browser(Role.OFFICER).get(f"/section-11-cycles/{asked.id}/").select_one("section[aria-labelledby=p-partners]")
    )
    assert part is not None
    assert "One of four partners has returned it" in part.get_text()
    assert part.select("ul.legend a") == []


def test_pictures_ask_the_database_nothing_more_for_more_partners(
    browser: Open, session: Session, asked: Section11Cycle, engine: Engine
) -> None:
    officer, page, counts = browser(Role.OFFICER), f"/section-11-cycles/{asked.id}/", []
    for name in ("Crèche", "Hospital school"):
        officer.get(page)
        with statements(engine) as seen:
            officer.get(page)
        counts.append(len([each for each in seen if "FROM section_11_returns JOIN agencies" in " ".join(each.split())]))
        make.agency(session, name, covers=Service.CHILDREN)
        session.commit()
    assert counts == [1, 1], "the returns of a cycle are read once a page"


def test_nobody_asked_and_nothing_scored_draw_nothing() -> None:
    assert partners_picture({}, {}).plot is None
    assert standards_picture([]).plot is None
    assert (
        standards_picture([StandardSummary("Trained?", 0, None, None, 0, 0, {})]).says == "No standard is scored yet."
    )


@pytest.mark.parametrize(("states", "says"), [
    ({ASKED: 3}, "None of the three partners has returned it yet."),
    ({ASKED: 2, LATE: 1}, "None of the three partners has returned it yet; one is late."),
    ({ASKED: 1}, "The one partner is awaited."),
    ({RETURNED: 2}, "Two of two partners have returned it."),
    ({MODERATED: 12}, "12 of 12 partners have returned it; 12 of them are moderated."),
    ({RETURNED: 1, LATE: 2}, "One of three partners has returned it; two are late."),
])  # fmt: skip
def test_sentence_says_who_is_there_and_who_is_late(states: dict[str, int], says: str) -> None:
    assert partners_picture(states, {}).says == says


def summary(text: str, **standing: int) -> StandardSummary:
    scores = {int(name[1:]): count for name, count in standing.items()}
    return StandardSummary(text, sum(scores.values()), None, None, 0, 0, scores)


@pytest.mark.parametrize(("standards", "says"), [
    ([summary("A", s3=2, s2=1)], "Two of three scores are 3, the best; none is 0 or 1."),
    ([summary("A", s1=1), summary("B", s2=1)], "None of two scores is 3, the best; one is 0 or 1, for “A”."),
    ([summary("A", s1=2), summary("B", s0=1)],
     "None of three scores is 3, the best; three are 0 or 1, two of them for “A”."),
    ([summary("A", s1=2), summary("B", s0=2), summary("C", s1=1)],
     "None of five scores is 3, the best; five are 0 or 1, two each for “A” and “B”."),
    ([summary(name, s1=1) for name in "ABC"], "None of three scores is 3, the best; three are 0 or 1."),
])  # fmt: skip
def test_sentence_says_where_the_low_scores_are(standards: list[StandardSummary], says: str) -> None:
    picture = standards_picture(standards)
    assert picture.says == says
    assert [[float(cell) for cell in row[1:]] for row in picture.table] == numbers_drawn(picture)
