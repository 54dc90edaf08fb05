"""Is every spreadsheet the portal hands out safe to open and ready to work with?"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.kit.lists.workbooks import NARROW, WIDE, workbook
from admin_views.plans.plan_reports import plan_workbook
from models.core.access import Role
from models.core.clock import today
from models.documents.exports import ExportRecord
from tests import make
from tests.pdf import pdf_facts
from tests.web import Browser

Open = Callable[..., Browser]


def opened(rows: list[list[Any]], headings: tuple[str, ...] = ("Name", "Due", "Made", "Count")) -> Any:
    with workbook("Reviews: 2025/26", headings, rows) as file:
        return load_workbook(io.BytesIO(file.read())).active


def test_heading_is_frozen_filtered_and_repeated_on_paper() -> None:
    sheet = opened([["Ann", date(2026, 3, 1), None, 3]] * 5)
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:D6"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet["A1"].font.bold


def test_an_empty_list_is_a_heading_with_filters() -> None:
    sheet = opened([])
    assert [cell.value for cell in sheet[1]] == ["Name", "Due", "Made", "Count"]
    assert sheet.auto_filter.ref == "A1:D1"


def test_dates_are_dates_numbers_are_numbers_and_nothing_is_a_formula() -> None:
    sheet = opened([["=1+1", date(2026, 3, 1), datetime.fromisoformat("2026-03-01 14:30"), 1234]])
    name, due, written_on, count = sheet[2]
    assert (name.data_type, name.value) == ("s", "'=1+1")
    assert (due.is_date, due.number_format, due.value) == (True, "dd/mm/yyyy", datetime.fromisoformat("2026-03-01"))
    assert (written_on.is_date, written_on.value) == (True, datetime.fromisoformat("2026-03-01 14:30"))
    assert (count.data_type, count.value) == ("n", 1234)


def test_columns_are_as_wide_as_their_texts_and_long_texts_wrap() -> None:
    sheet = opened([["A name of thirty letters exactly", None, None, 3], ["long " * 400, None, None, 3]])
    widths = {letter: column.width for letter, column in sheet.column_dimensions.items()}
    assert widths["A"] == pytest.approx(WIDE, abs=1)
    assert widths["B"] == pytest.approx(NARROW, abs=1)
    assert not sheet["A2"].alignment.wrap_text
    assert sheet["A3"].alignment.wrap_text


def test_a_text_longer_than_a_cell_holds_is_cut_to_what_it_holds() -> None:
    assert len(opened([["W" * 200_000, None, None, 1]])["A2"].value) == 32_767


def test_the_plan_as_a_spreadsheet_holds_every_action_with_its_dates_overdue_first() -> None:
    report = pdf_facts.report(25)
    with plan_workbook(report) as file:
        book = load_workbook(io.BytesIO(file.read()))
    actions, agencies = book.worksheets
    heads = [cell.value for cell in actions[1]]
    rows = [dict(zip(heads, row, strict=True)) for row in actions.iter_rows(min_row=2, values_only=True)]
    assert {row["Reference"] for row in rows} == {action.reference for action in report.actions}
    late = [row["Days overdue"] for row in rows]
    assert late == sorted(late, reverse=True)
    assert all(isinstance(row["Due"], datetime) for row in rows)
    assert actions.auto_filter.ref is not None
    assert sum(row[1] for row in agencies.iter_rows(min_row=2, values_only=True)) == 25


def test_manager_takes_out_the_own_agencys_part_of_a_plan_and_it_is_on_record(browser: Open, session: Session) -> None:
    plan = make.plan(session)
    for name in ("Ours", "Theirs"):
        make.action(session, plan, make.agency(session, name), text=f"Of {name}", due_on=today() - timedelta(days=3))
    session.commit()
    manager = browser(Role.MANAGER, agency=make.agency(session, "Ours"))
    with manager.client.get(f"/action-plans/{plan.id}/xlsx/?overdue=yes") as answer:
        assert answer.status_code == 200
        sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["Of Ours"]
    session.commit()
    record = session.scalars(select(ExportRecord)).one()
    assert (record.list_name, record.file_kind, record.row_count) == ("Action plan", "xlsx", 1)
