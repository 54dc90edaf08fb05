"""Are the fictitious case lists the same everywhere, of the county's real sizes, and free of anything personal?"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from models.rules.case_lists.demo import (
    ADULTS_BY_STAGE,
    CHILDREN_BY_NEED,
    LOOKED_AFTER_CHILDREN,
    DemoList,
    adult_safeguarding,
    as_csv,
    children_by_level,
    children_in_need,
    looked_after_episodes,
)
from models.rules.case_lists.headings import ColumnChoice
from models.rules.case_lists.levels import Level
from tests.make_case_lists import LEVELS, TODAY, check_bytes

LISTS = (children_in_need, children_by_level, looked_after_episodes, adult_safeguarding)
ALL_LEVELS = (*LEVELS, *(Level(10 + place, stage) for place, stage in enumerate(ADULTS_BY_STAGE)))


@pytest.mark.parametrize("make", LISTS)
def test_every_demo_list_is_accepted_whole_and_without_a_question(make: object) -> None:
    demo: DemoList = make("demo", TODAY)  # type: ignore[operator]
    choice = None
    if "Case status" in demo.headings:
        choice = ColumnChoice(
            reference="Child Unique ID", level="Case status", theme="Primary Need Code",
            start="CIN Start Date", end="CIN Closure Date", born="Date of Birth",
        )  # fmt: skip
    report, rows = check_bytes(as_csv(demo), choice, levels=ALL_LEVELS)
    assert len(rows) == len(demo.rows)
    assert not report.unmapped_levels
    assert set(report.warning_counts) <= {"repeated_reference", "start_before_birth"}
    assert report.starts["first"] is not None
    assert date.fromisoformat(report.starts["last"] or "") <= TODAY


def test_children_in_need_have_the_published_sizes_by_need() -> None:
    report, _rows = check_bytes(as_csv(children_in_need("demo", TODAY)), levels=ALL_LEVELS)
    assert report.rows == report.cases == 4003
    assert report.by_theme == dict(sorted(CHILDREN_BY_NEED.items()))


def test_children_by_level_hold_the_published_number_of_protection_plans() -> None:
    status = Counter(row[6] for row in children_by_level("demo", TODAY).rows)
    assert status["b) Child Protection plan"] == 366
    in_service = sum(count for name, count in status.items() if name[:2] in ("a)", "b)", "c)"))
    assert in_service == 4003


def test_looked_after_children_have_episodes_that_follow_one_another() -> None:
    rows = looked_after_episodes("demo", TODAY).rows
    assert len({row[0] for row in rows}) == LOOKED_AFTER_CHILDREN < len(rows)
    for earlier, following in pairwise(rows):
        if earlier[0] == following[0]:
            assert earlier[7] == following[1]


def test_adults_may_have_several_types_of_risk_and_come_again() -> None:
    rows = adult_safeguarding("demo", TODAY).rows
    assert Counter(row[1] for row in rows) == ADULTS_BY_STAGE
    assert max(row[2].count(";") for row in rows) == 2
    assert len({row[0] for row in rows}) < len(rows)


def test_demo_lists_are_the_same_in_another_process_and_differ_by_seed() -> None:
    words = "from datetime import date; from hashlib import sha256; from models.rules.case_lists.demo import *;"
    words += "print(sha256(as_csv(adult_safeguarding('demo', date(2026, 3, 31)))).hexdigest())"
    root = Path(__file__).resolve().parents[3]
    texts = {
        subprocess.run([sys.executable, "-c", words], cwd=root, capture_output=True, check=True).stdout
        for _run in range(2)
    }
    assert len(texts) == 1
    assert as_csv(adult_safeguarding("demo", TODAY)) != as_csv(adult_safeguarding("other", TODAY))
