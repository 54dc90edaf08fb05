"""Is a file of 10,000 rows, one in twenty of them broken, read to the last cell, and does it change nothing again?"""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from models.partnership.agencies import Agency
from models.spreadsheets.table_imports import ImportStatus
from tests.assurance.figures import note_figure, scaled
from tests.spreadsheets.bringing import Bringer, counts, csv_of, refusals
from tests.spreadsheets.test_table_imports import HEADINGS, bringer  # noqa: F401 - the fixture

pytestmark = pytest.mark.assures(20)


def agency(number: int) -> tuple[str, ...]:
    """A row of the file; every twentieth has a category that is not in the list."""
    category = "no such category" if number % 20 == 0 else "Police"
    return (f"Agency {number:05}", category, "Yes", "Children", f"A{number:05}", "", "Yes")


def test_every_broken_row_is_named_and_the_others_come_in_once(bringer: Bringer) -> None:  # noqa: F811
    rows = scaled(10_000, ci=400)
    broken = rows // 20
    file = csv_of(HEADINGS, *(agency(number) for number in range(1, rows + 1)))
    checked = bringer.check(file, "agencies")
    named = refusals(checked)
    written = bringer.session.scalar(select(func.count()).select_from(Agency))
    right = counts(checked) == (rows - broken, 0, 0, broken) and set(named) == {
        20 * at + 1 for at in range(1, broken + 1)
    }
    tried = f"{rows:,} rows, {broken} broken"
    note_figure(20, "broken rows named by line", reached=len(named), wanted=str(broken), tried=tried, holds=right)
    assert (right, written) == (True, 0)

    done = bringer.accept()
    assert done.status is ImportStatus.IMPORTED, done.refusal
    assert bringer.session.scalar(select(func.count()).select_from(Agency)) == rows - broken
    again = bringer.check(file, "agencies")
    changes = again.new_count + again.changed_count
    note_figure(
        20, "rows new or changed when brought in again", reached=changes, wanted="0", tried=tried, holds=changes == 0
    )
    assert counts(again) == (0, 0, rows - broken, broken)
