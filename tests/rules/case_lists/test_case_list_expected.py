"""Do the real files of the partnership's world give exactly the figures counted without the portal's code?"""

from __future__ import annotations

import io
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from models.core.errors import RuleBroken
from models.rules.case_lists.check import CaseListCheck, CaseRow
from models.rules.case_lists.file import CaseListFile, Sheet, describe_sheets, likely_sheet, open_case_list
from models.rules.case_lists.headings import ColumnChoice
from models.rules.case_lists.levels import Level
from models.rules.case_lists.report import Report

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
TODAY = date(2022, 7, 21)

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the real input files (../shared/data) are not here")

LEVELS = [
    Level(rank, label)
    for rank, label in enumerate(
        (
            "Closed", "Contact", "Early help", "Referral", "Assessment", "Section 47", "Open child in need",
            "Child in need", "Child protection plan", "Adopter", "Care leaver", "Adoption", "Looked after",
        ),
        1,
    )
]  # fmt: skip
ANNEX_A = [("annex_a_liia_sample.xlsx", number) for number in range(1, 12)] + [
    ("annex_a_example_b_2004.xlsx", number) for number in range(1, 12)
]
TEXT_FILES = [
    "annex_a_list4_windows1252.csv",
    "cin_details.csv",
    "ssda903_episodes.csv",
    "ssda903_episodes_three_las.csv",
    "police_warwickshire_2018-08_extract.csv",
]


def expected(name: str) -> Any:
    if not SHARED.is_dir():
        return {}
    return json.loads((SHARED / "expected.json").read_text())[name]


def opened(name: str) -> CaseListFile:
    return open_case_list(io.BytesIO((SHARED / name).read_bytes()))


def checked(file: CaseListFile, sheet: Sheet, choice: ColumnChoice | None = None) -> tuple[Report, list[CaseRow]]:
    check = CaseListCheck(file, sheet, choice or sheet.choice, LEVELS, today=TODAY)
    return check.report, list(check.rows())


def assert_figures(report: Report, rows: list[CaseRow], figures: dict[str, Any]) -> None:
    assert report.rows == figures["rows"]
    assert report.rejected_count == len(report.rejected) == figures["rejected_rows"]
    assert report.accepted == len(rows) == figures["importable_rows"]
    assert report.cases == len({row[1] for row in rows}) == figures["distinct_references"]
    for code, problem in figures["problems"].items():
        count = report.rejections[code] + report.warning_counts[code]
        assert count == problem["count"], code
        listed = [row for row in problem["file_rows"] if row != "..."]
        assert report.rows_with(code)[: len(listed)] == listed, code
    if "start_date_range" in figures:
        assert [report.starts["first"], report.starts["last"]] == figures["start_date_range"]
        assert {str(year): count for year, count in report.by_start_year.items()} == figures["by_start_year"]
    for name in ("by_theme", "by_agency"):
        if name in figures:
            assert getattr(report, name) == figures[name]


@pytest.mark.parametrize(("name", "number"), ANNEX_A)
def test_every_annex_a_list_gives_its_counted_figures(name: str, number: int) -> None:
    figures = expected(name)["lists"][str(number)]
    file = opened(name)
    sheet = next(sheet for sheet in describe_sheets(file) if sheet.name == figures["sheet"])
    assert sheet.is_list
    assert sheet.header_row == figures["header_row"]
    assert len(sheet.headings) == figures["columns"]
    assert sheet.choice.fixed_level == figures["level"]
    assert sheet.choice.start == figures["start_column"]
    assert (sheet.choice.end or "").strip() == (figures["end_column"] or "").strip()
    report, rows = checked(file, sheet)
    assert_figures(report, rows, figures)
    if "problems" in figures:
        future = {"start_in_future", "end_in_future"}
        assert set(report.warning_counts) - future == set(figures["problems"])
    assert report.by_level == ({figures["level"]: figures["rows"]} if figures["rows"] else {})


@pytest.mark.parametrize("name", ["annex_a_liia_sample.xlsx", "annex_a_example_b_2004.xlsx"])
def test_annex_a_as_a_whole_has_its_rows_and_its_children_on_several_lists(name: str) -> None:
    figures = expected(name)
    file = opened(name)
    lists: dict[str, set[int]] = {}
    rows = 0
    for sheet in describe_sheets(file):
        if sheet.is_list:
            report, accepted = checked(file, sheet)
            rows += report.rows
            for row in accepted:
                lists.setdefault(row[1], set()).add(int(sheet.name[5:]))
    children = {reference: sorted(numbers - {11}) for reference, numbers in lists.items() if numbers - {11}}
    assert rows == figures["rows_all_lists"]
    assert len(children) == figures["distinct_children_lists_1_to_10"]
    assert {child: numbers for child, numbers in children.items() if len(numbers) > 1} == figures[
        "children_on_more_than_one_list"
    ]


def test_sheets_that_only_explain_are_not_taken_for_lists() -> None:
    sheets = describe_sheets(opened("annex_a_example_b_2004.xlsx"))
    others = [sheet.name for sheet in sheets if not sheet.is_list]
    assert others == ["Front_Sheet", "FAQ_and_changes", "Guidance", "Codes_used"]
    assert likely_sheet(sheets).name == "List_1"


@pytest.mark.parametrize("name", TEXT_FILES)
def test_every_text_file_gives_its_counted_figures(name: str) -> None:
    figures = expected(name)
    file = opened(name)
    sheet = likely_sheet(describe_sheets(file))
    assert sheet.header_row == figures["header_row"]
    assert len(sheet.headings) == figures["columns"]
    report, rows = checked(file, sheet)
    assert_figures(report, rows, figures)
    if "by_level" in figures:
        assert report.by_level == figures["by_level"]


def test_windows_1252_file_keeps_its_apostrophe_and_reads_the_day_first() -> None:
    file = opened("annex_a_list4_windows1252.csv")
    sheet = likely_sheet(describe_sheets(file))
    assert "Was the child assessed as requiring LA children’s social care support" in sheet.headings
    _report, rows = checked(file, sheet)
    assert rows[0][5] == date(2021, 2, 8)


def test_care_leavers_without_any_date_are_kept_and_counted_as_undated() -> None:
    file = opened("annex_a_liia_sample.xlsx")
    sheet = next(sheet for sheet in describe_sheets(file) if sheet.name == "List 9")
    report, rows = checked(file, sheet)
    assert report.no_date_count == 6
    assert all(row[4] is None for row in rows)
    assert any("no start date" in note.text for note in report.notes)


def test_census_details_tell_open_from_closed_and_warn_of_future_referrals() -> None:
    figures = expected("cin_details.csv")
    file = opened("cin_details.csv")
    report, rows = checked(file, likely_sheet(describe_sheets(file)))
    still_open = [row for row in rows if row[5] is None]
    assert dict(sorted(Counter(row[3] for row in still_open).items())) == figures["open_by_theme"]
    assert {row[2] for row in still_open} == {7}
    referred = [row for row in rows if row[4] and date(2021, 4, 1) <= row[4] <= date(2022, 3, 31)]
    assert len(referred) == figures["referred_2021_04_01_to_2022_03_31"]
    assert report.warning_counts["start_in_future"] == 8


def test_looked_after_episodes_open_on_a_day_and_started_in_a_year_are_the_counted_ones() -> None:
    figures = expected("ssda903_episodes.csv")
    file = opened("ssda903_episodes.csv")
    _report, rows = checked(file, likely_sheet(describe_sheets(file)))
    day = date(2018, 3, 31)
    is_open = [row for row in rows if row[4] and row[4] <= day and (row[5] is None or row[5] > day)]
    started = [row for row in rows if row[4] and date(2017, 4, 1) <= row[4] <= day]
    for those, name in ((is_open, "open_on_2018_03_31"), (started, "started_2017_04_01_to_2018_03_31")):
        assert len(those) == figures[name]["rows"]
        assert len({row[1] for row in those}) == figures[name]["distinct_children"]
        assert dict(sorted(Counter(row[3] for row in those).items())) == figures[name]["by_theme"]
    episodes = Counter(Counter(row[1] for row in rows).values())
    assert {str(size): count for size, count in sorted(episodes.items())} == figures[
        "rows_with_episode_count_per_child"
    ]


def test_legal_status_serves_as_a_finer_level() -> None:
    groups = {
        "Child protection grounds": ("L1", "L2", "L3"), "Freed for adoption": ("D1",), "Full care order": ("C2",),
        "Interim care order": ("C1",), "Placement order": ("E1",), "Section 20": ("V2",),
        "Short-term breaks": ("V3", "V4"), "Youth justice": ("J1", "J2", "J3"),
    }  # fmt: skip
    levels = [Level(rank, label, codes) for rank, (label, codes) in enumerate(groups.items())]
    file = opened("ssda903_episodes.csv")
    sheet = likely_sheet(describe_sheets(file))
    choice = ColumnChoice(reference="CHILD", level="LS", start="DECOM", end="DEC")
    check = CaseListCheck(file, sheet, choice, levels, today=TODAY)
    list(check.rows())
    assert check.report.by_level == expected("ssda903_episodes.csv")["by_legal_status_group"]


def test_police_rows_without_a_crime_id_are_rejected_and_the_rest_counted_by_type() -> None:
    file = opened("police_warwickshire_2018-08_extract.csv")
    report, _rows = checked(file, likely_sheet(describe_sheets(file)))
    assert report.accepted_by_theme["Violence and sexual offences"] == 11
    assert "Anti-social behaviour" not in report.accepted_by_theme
    assert {problem.sentence for problem in report.rejected} == {"No case reference."}


def test_statistics_table_is_refused_in_one_sentence() -> None:
    with pytest.raises(RuleBroken, match="published statistics, not a list of cases"):
        describe_sheets(opened("dfe_cin_primary_need_2013_to_2024.csv"))


def test_xml_return_is_refused_in_one_sentence() -> None:
    with pytest.raises(RuleBroken, match="XML"):
        opened("cin_census_2022.xml")


def test_list_of_agencies_is_no_case_list() -> None:
    file = opened("agencies_warwickshire.csv")
    with pytest.raises(RuleBroken, match="not a case list"):
        checked(file, likely_sheet(describe_sheets(file)))
