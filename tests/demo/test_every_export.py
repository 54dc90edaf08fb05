"""Can a spreadsheet be tricked by any file that a list hands out, whatever people have typed?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import String, Table, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from admin_views.kit.registry import load_screens
from models.core.access import Role
from models.core.db import Base
from models.partnership.people import Person
from models.rules.spreadsheets.formula_marks import DANGEROUS
from tests.assurance.figures import note_figure
from tests.web import Browser

MARKS = ("=", "+", "-", "@", "\t", "\r", "＝", " =")
PLANTED = 'HYPERLINK("//elsewhere.example","x")'

pytestmark = pytest.mark.assures(19)


def plant(session: Session) -> int:
    """Let the texts of some rows of every table begin as formulas do, where it takes them; how many columns do."""
    return sum(
        _takes(session, table, column, mark) for (table, column), mark in zip(_texts(), cycle(MARKS), strict=False)
    )


def _texts() -> Iterator[tuple[Table, Any]]:
    for table in Base.metadata.sorted_tables:
        if "id" in table.c and table.name not in ("change_log", "sign_ins"):
            texts = (column for column in table.c if isinstance(column.type, String))
            yield from ((table, column) for column in texts if not column.foreign_keys and not column.primary_key)


def _takes(session: Session, table: Table, column: Any, mark: str) -> bool:
    some = select(table.c.id).where(column.is_not(None)).order_by(table.c.id.desc()).limit(2)
    try:
        with session.begin_nested():
            planted = update(table).where(table.c.id.in_(some)).values({column.name: func.concat(mark, PLANTED)})
            return bool(session.execute(planted).rowcount)  # type: ignore[attr-defined]
    except DBAPIError:  # a code, a reference, a signed text: never what somebody typed
        return False


def cells_of(kind: str, content: bytes) -> Iterator[tuple[str, bool]]:
    """Every text of a file, with whether a spreadsheet would work it out."""
    if kind == "csv":
        for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
            yield from ((cell, cell.startswith(DANGEROUS) and not _is_number(cell)) for cell in row)
        return
    for sheet in load_workbook(io.BytesIO(content)):
        for row in sheet.iter_rows():
            yield from (
                (str(cell.value), cell.data_type == "f" or str(cell.value).startswith(DANGEROUS))
                for cell in row
                if cell.data_type in "sf"
            )


def _is_number(cell: str) -> bool:
    return cell.removeprefix("-").replace(".", "", 1).isdigit()


@pytest.fixture
def administrator(portal: Flask, session: Session) -> Browser:
    person = session.scalars(select(Person).where(Person.role == Role.ADMINISTRATOR).order_by(Person.id)).first()
    assert person is not None
    return Browser(portal).enter(person, session)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_cell_of_any_export_is_a_formula(administrator: Browser, session: Session, kind: str) -> None:
    columns = plant(session)
    session.commit()
    dangerous, seen, files, cells = [], 0, 0, 0
    screens = [screen for screen in load_screens() if Role.ADMINISTRATOR in screen.roles_of("export")]
    for screen in screens:
        with administrator.client.get(f"{screen.url}/export/{kind}/") as answer:
            content = answer.data if "html" not in answer.content_type else b""
        files += bool(content)
        for cell, is_formula in cells_of(kind, content) if content else ():
            cells, seen = cells + 1, seen + (PLANTED in cell)
            dangerous += [(screen.url, cell)] if is_formula else []
    tried = f"{files} {kind.upper()} files, {cells:,} cells, {seen} of them planted in {columns} columns"
    note_figure(
        19, f"formulas in {kind.upper()} files", reached=len(dangerous), wanted="0", tried=tried, holds=not dangerous
    )
    assert dangerous == []
    assert files > 25
    assert seen > 50, tried
