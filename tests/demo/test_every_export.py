"""Can a spreadsheet be tricked by any file that a list hands out, whatever people have typed?"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from admin_views.kit.registry import load_screens
from models.core.access import Role
from models.rules.spreadsheets.formula_marks import DANGEROUS
from tests.assurance.figures import note_figure
from tests.demo.planting import plant
from tests.web import Browser, first_of

MARKS = ("=", "+", "-", "@", "\t", "\r", "＝", " =")
PLANTED = 'HYPERLINK("//elsewhere.example","x")'

pytestmark = pytest.mark.assures(19)


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
    return first_of(portal, session, Role.ADMINISTRATOR)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_cell_of_any_export_is_a_formula(administrator: Browser, session: Session, kind: str) -> None:
    columns = plant(session, (mark + PLANTED for mark in MARKS))
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
