"""Does a record's history tell what changed from what to what, in the words of the screens?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from bs4 import Tag
from sqlalchemy.orm import Session

from models.core.access import Role
from models.partnership.reference_items import ReferenceList
from tests import make
from tests.web import Browser

Open = Callable[..., Browser]


def told(browser: Browser, path: str) -> list[Tag]:
    """What the history of a record says, the latest change first, one entry for each value."""
    return browser.get(path).select(".became")


def words(browser: Browser, path: str) -> list[str]:
    return [entry.get_text() for entry in told(browser, path)]


def test_each_value_stands_on_a_line_of_its_own_with_before_and_after(browser: Open, session: Session) -> None:
    review = make.review(session, title="Neglect", period_starts_on=date(2026, 5, 3))
    session.commit()
    review.title, review.period_starts_on, review.focus = "Neglect in homes", date(2026, 5, 17), "Homes"
    session.commit()
    shown = words(browser(Role.OFFICER), f"/thematic-reviews/{review.id}/record/")
    assert shown[:3] == [
        "Focus: nothing → Homes",
        "Period starts: 3 May 2026 → 17 May 2026",
        "Title: Neglect → Neglect in homes",
    ]


def test_long_text_is_told_from_where_it_parts_and_folds_out_whole(browser: Open, session: Session) -> None:
    hub = make.hub(session)
    before = "The hub looks at how agencies work together on one theme a year and tells the Board what it has found."
    hub.purpose = before
    session.commit()
    hub.purpose = after = before.replace("the Board", "<i>everybody</i>")
    session.commit()
    shown = told(browser(Role.OFFICER), f"/hubs/{hub.id}/")
    entry = next(entry for entry in shown if entry.get_text().startswith("Purpose: …"))
    assert entry.summary is not None
    assert entry.summary.get_text() == (
        "Purpose: …year and tells the Board what it has found. → …year and tells <i>everybody</i> what it has found."
    )
    assert [whole.get_text() for whole in entry.select("details > span")] == [f"Before {before}", f"After {after}"]


def test_list_of_words_is_told_word_by_word(browser: Open, session: Session) -> None:
    item = make.word(session, ReferenceList.GRADE, "good", aliases=["force"])
    session.commit()
    item.aliases = ["force", "constabulary"]
    session.commit()
    shown = words(browser(Role.ADMINISTRATOR), f"/reference-items/{item.id}/")
    assert shown[0] == "Other words for it: force → force, constabulary"


def test_record_that_is_gone_is_told_by_its_noun_and_number(browser: Open, session: Session) -> None:
    officer = make.person(session, Role.OFFICER, name="Olive Officer")
    hub = make.hub(session)
    hub.officer_id = officer.id
    session.commit()
    hub.officer_id = None
    session.commit()
    session.delete(officer)
    session.commit()
    shown = words(browser(Role.ADMINISTRATOR), f"/hubs/{hub.id}/")
    assert shown[0] == f"Officer: Person {officer.id} → nothing"


def test_change_that_touched_no_value_is_no_line_of_the_history(browser: Open, session: Session) -> None:
    agency = make.agency(session, "Police")
    session.commit()
    agency.row_version += 1
    session.commit()
    page = browser(Role.OFFICER).get(f"/agencies/{agency.id}/")
    (history,) = [panel for panel in page.select("section.panel") if "History" in panel.get_text()]
    assert [row.select("td")[1].get_text() for row in history.select("tbody tr")] == ["Made"]
