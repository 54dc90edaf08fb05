"""How does a test bring a spreadsheet in, as a person does: upload, columns, check, acceptance?"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from models.core.db import PortalSession
from models.spreadsheets.table_imports import ImportStatus, TableImport
from tests.web import Browser
from tests.work import do_requests, done

Rows = Sequence[Sequence[Any]]


def csv_of(*rows: Sequence[Any]) -> bytes:
    """A CSV file of these rows, the headings first."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def workbook_of(**sheets: Rows) -> bytes:
    """A workbook with a sheet for each name; an underscore in it is a space."""
    book, file = Workbook(), io.BytesIO()
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.replace("_", " "))
        for row in rows:
            sheet.append(list(row))
    book.remove(book.worksheets[0])
    book.save(file)
    return file.getvalue()


class Bringer:
    """A person at a browser who brings spreadsheets in, and the jobs that do the work."""

    def __init__(self, browser: Browser, session: Session, factory: sessionmaker[PortalSession]) -> None:
        self.browser, self.session, self.factory = browser, session, factory

    def upload(self, content: bytes, to: str = "partnership", name: str = "file.csv") -> TestResponse:
        page = f"/table-imports/upload/?to={to}"
        data = {**self.browser.tokens(page), "file": (io.BytesIO(content), name)}
        return self.browser.client.post(page, data=data, content_type="multipart/form-data")

    def check(self, content: bytes, to: str = "partnership", name: str = "file.csv", **said: str) -> TableImport:
        """An import that was uploaded, whose columns were confirmed as guessed or as `said`, and that was checked."""
        answer = self.upload(content, to, name)
        assert answer.status_code == 302, answer.text
        page = f"/table-imports/{self.newest().id}/columns/"
        answer = self.browser.client.post(page, data=self.browser.filled(page, **said))
        assert answer.status_code == 302, answer.text
        return self.work()

    def accept(self, **ticked: str) -> TableImport:
        """The newest import once it is accepted and done."""
        page = f"/table-imports/{self.newest().id}/accept/"
        answer = self.browser.client.post(page, data={**self.browser.filled(page), **ticked})
        assert answer.status_code == 302, answer.text
        return self.work()

    def bring(self, content: bytes, to: str = "partnership", name: str = "file.csv", **said: str) -> TableImport:
        """An import from upload to its end."""
        checked = self.check(content, to, name, **said)
        assert checked.status is ImportStatus.CHECKED, checked.refusal
        return self.accept()

    def work(self) -> TableImport:
        done(do_requests(self.session, self.factory))
        return self.newest()

    def newest(self) -> TableImport:
        return self.session.scalars(select(TableImport).order_by(TableImport.id.desc()).limit(1)).one()


def counts(table_import: TableImport) -> tuple[int, int, int, int]:
    """New, changed, unchanged, refused."""
    return (
        table_import.new_count,
        table_import.changed_count,
        table_import.unchanged_count,
        table_import.refused_count,
    )


def refusals(table_import: TableImport) -> dict[int, str]:
    """The sentence of each refused line."""
    return {row["line"]: row["sentence"] for sheet in table_import.report or () for row in sheet["refused"]}
