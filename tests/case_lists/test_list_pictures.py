"""Do the pictures of a case list count its rows as its check does, and show the months in which none starts?"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from models.case_lists.case_frames import CaseFrame
from models.core.access import Role
from models.core.db import PortalSession
from models.rules.case_lists.list_pictures import levels_picture, starts_picture
from models.rules.documents.pictures import Columns
from tests import make_audits
from tests.case_lists.test_case_lists import checked, officer  # noqa: F401 (fixture)
from tests.documents.drawings import drawn_bars, numbers_drawn, table_of
from tests.kit.test_screens import statements
from tests.web import Browser

Open = Callable[..., Browser]
LIST = """Case reference,Level,Start date
A1,Child in need,2025-11-03
A2,Child in need,2025-11-20
A3,Child protection plan,2026-01-05
,Child in need,2026-01-06
"""


def labels_of(by_month: dict[str, int]) -> list[str]:
    plot = starts_picture(by_month, sum(by_month.values())).plot
    assert isinstance(plot, Columns)
    return [pile.label for pile in plot.piles]


def test_check_shows_rows_by_level_and_by_month_of_start(
    officer: Browser,  # noqa: F811
    session: PortalSession,
    session_factory: sessionmaker[PortalSession],
) -> None:
    record = checked(officer, session, session_factory, LIST)
    page = officer.get(f"/case-lists/{record.id}/check/")
    levels, starts = (page.select_one(f"section[aria-labelledby=p-{name}]") for name in ("levels", "starts"))
    assert levels is not None
    assert starts is not None
    assert drawn_bars(levels) == {"Child protection plan": ("1, 33%", [33.33]), "Child in need": ("2, 67%", [66.67])}
    assert table_of(levels) == [["Child protection plan", "1", "33%"], ["Child in need", "2", "67%"]]
    assert table_of(starts) == [["November 2025", "2"], ["December 2025", "0"], ["January 2026", "2"]]
    assert "No row starts in December 2025." in starts.get_text()
    assert "4 of 4 rows have a start date" in starts.get_text()
    assert page.select_one("#counts-1") is None, "rows by level stand once"


def test_frame_keeps_what_its_check_has_counted(browser: Open, session: Session, engine: Engine) -> None:
    scene = make_audits.scene(session)
    page = f"/case-frames/{scene.frame.id}/"
    viewer = browser(Role.OFFICER)
    levels, starts = (
        viewer.get(page).select_one(f"section[aria-labelledby=p-{each}]") for each in ("levels", "starts")
    )
    assert levels is not None
    assert starts is not None
    bars = drawn_bars(levels)
    assert {name: bars[name][0] for name in ("Child in need", "Child protection plan")} == {
        "Child in need": "2, 50%", "Child protection plan": "2, 50%",
    }  # fmt: skip
    assert table_of(starts) == [["January 2026", "4"]]
    with statements(engine) as seen:
        viewer.get(page)
    drawn = len(seen)
    frame = session.scalars(select(CaseFrame).where(CaseFrame.id == scene.frame.id)).one()
    frame.report = {name: value for name, value in frame.report.items() if not name.startswith(("by_", "accepted_"))}
    session.commit()
    with statements(engine) as seen:
        bare = viewer.get(page)
    assert bare.select(".picture-card") == [], "a frame whose check counted no months has no picture of them"
    assert len(seen) == drawn, "pictures cost no statement"


def test_months_stand_as_columns_with_the_empty_ones_and_agree_with_the_table() -> None:
    picture = starts_picture({"2025-11": 40, "2026-01": 35, "2026-03": 5}, 100)
    assert numbers_drawn(picture) == [[1.0], [], [0.875], [], [0.125]]
    assert [count for _, count in picture.table] == ["40", "0", "35", "0", "5"]
    assert picture.says.endswith("No row starts in December 2025 and February 2026.")
    assert picture.base.startswith("80 of 100 rows have a start date")


def test_long_list_is_shown_by_year_and_its_early_years_as_one() -> None:
    by_month = {f"{year}-06": year - 1990 for year in range(1991, 2027)}
    picture = starts_picture(by_month, sum(by_month.values()))
    assert picture.title == "Rows by year of start"
    assert picture.table[0] == ("2009 and earlier", str(sum(range(1, 20))))
    assert [name for name, _ in picture.table[1:]] == [str(year) for year in range(2010, 2027)]
    assert labels_of(by_month)[:4] == ["to 2009", "", "", "2012"]
    assert sum(int(count) for _, count in picture.table) == sum(by_month.values())


def test_sentence_says_span_gaps_and_extremes() -> None:
    assert starts_picture({"2026-01": 3}, 3).says == "All rows start in January 2026."
    even = starts_picture({"2026-01": 3, "2026-02": 3}, 6)
    assert even.says == "Rows start from January 2026 to February 2026."
    uneven = starts_picture({"2026-01": 1, "2026-02": 3}, 4)
    assert uneven.says.endswith("The fewest start in January 2026 (1 row), the most in February 2026 (3).")
    gaps = starts_picture({"2025-01": 3, "2025-12": 3}, 6)
    assert gaps.says.endswith("In 10 months no row starts.")
    assert starts_picture({}, 9).plot is None


def test_levels_that_share_the_most_are_named_together() -> None:
    assert levels_picture({"A": 3, "B": 3, "C": 1}).says == "A and B have 3 of 7 rows each."
    assert levels_picture(dict.fromkeys("ABCD", 2)).says == "4 levels have 2 of 8 rows each."
    unknown = levels_picture({"A": 1, "Level not recorded": 3})
    assert unknown.says == "The largest part has no level that is recorded: 3 of 4 rows."
    assert [round(4 * share) for (share,) in numbers_drawn(unknown)] == [1, 3]
