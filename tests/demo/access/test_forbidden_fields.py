"""Does a form write what it does not show, whoever sends it along?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import sessionmaker

from admin_views.kit.registry import load_screens
from models.core.access import Role
from models.core.db import Base, PortalSession
from models.spreadsheets.sheet_kinds import all_kinds
from tests.assurance.figures import note_figure, scaled
from tests.demo.access.addresses import existing, table_of
from tests.demo.access.forms import filled_form
from tests.demo.access.stated import Asked, stated
from tests.demo.access.world import World
from tests.spreadsheets.bringing import Bringer, counts

pytestmark = pytest.mark.assures(4)
MOMENTS = ("_at", "row_version", "sha256")
"""Ends of columns that differ from one save to the next by themselves."""


@dataclass(frozen=True)
class FormAt:
    """A form that somebody of a role may send: where, on which table, and what it sends as it is shown, filled in."""

    path: str
    table: sa.Table
    person: int
    values: dict[str, Any]
    forbidden: dict[str, str]


def test_no_form_writes_a_field_that_it_does_not_show(world: World) -> None:
    written, tried, fields = [], 0, 0
    for form in _forms(world, of_each=scaled(1, ci=30)):
        tried, fields = tried + 1, fields + len(form.forbidden)
        plain, again, smuggled = (_rows_after(world, form, more) for more in ({}, {}, form.forbidden))
        changing = {name for name in plain if plain[name] != again[name]}
        differing = {name for name in plain if plain[name] != smuggled.get(name)} - changing
        written += [f"{form.path} by {form.person}: {sorted(differing)}"] * bool(differing)
    note_figure(
        4, "forbidden fields written by forms", reached=len(written), wanted="0",
        tried=f"{fields} fields on {tried} forms of create, edit and page", holds=not written,
    )  # fmt: skip
    assert written == []
    assert fields > 20


def _forms(world: World, *, of_each: int) -> Iterator[FormAt]:
    """A form for one in so many addresses and roles that may send one there, with a record that opens it."""
    pages = [
        (asked.rule, role)
        for asked, roles in sorted(stated().roles.items(), key=str)
        for role in sorted(roles)
        if asked.method == "POST" and Asked("GET", asked.rule) in stated().roles
    ]
    for rule, role in pages[::of_each]:
        table = Base.metadata.tables.get(table_of(rule))
        if table is not None and (form := _form_of(world, rule, role, table)) is not None:
            yield form


def _form_of(world: World, rule: str, role: Role, table: sa.Table) -> FormAt | None:
    for path in existing(world, rule, 5):
        for person in world.people[role][:2]:
            with world.answered(person, path) as answer:
                is_page = answer.status_code == 200 and answer.mimetype == "text/html"
                values = filled_form(answer.text, path) if is_page else None
                shown = {*re.findall(r' name="([^"]+)"', answer.text), "id"}
            if values is not None:
                forbidden = {column.name: _other(column) for column in table.columns if column.name not in shown}
                return FormAt(path, table, person, values, forbidden)
    return None


def _other(column: sa.Column[Any]) -> str:
    """A value that a column would take and that nobody has given it."""
    kind = column.type
    if isinstance(kind, sa.Enum):
        return str(kind.enums[-1])
    known = {sa.Boolean: "y", sa.Integer: "1", sa.Date: f"{date(2031, 2, 3)}", sa.DateTime: f"{date(2031, 2, 3)}T09:00"}
    return next((value for words, value in known.items() if isinstance(kind, words)), "Smuggled in")


def _rows_after(world: World, form: FormAt, more: dict[str, str]) -> dict[str, Any]:
    """The rows of the form's table after it was sent with more fields, each column that does not move by itself."""
    with world.answered(form.person, form.path, method="POST", form={**more, **form.values}) as answer:
        assert answer.status_code < 500, f"{form.path}: {answer.status_code}"
        with world.session() as session:
            statement = f"SELECT to_jsonb(t) - 'id' FROM \"{form.table.name}\" t ORDER BY id"
            rows = list(session.scalars(sa.text(statement)))
    known = [name for name in form.forbidden if not name.endswith(MOMENTS)]
    return {name: [row.get(name) for row in rows] for name in known} | {"rows": len(rows)}


@pytest.mark.parametrize("name", sorted({"agencies", "people", "actions", "intelligence-items"}))
def test_import_writes_no_column_that_its_list_does_not_have(
    world: World, session: PortalSession, session_factory: sessionmaker[PortalSession], name: str
) -> None:
    world.finish_all_work()
    person = Bringer(world.browser(world.people[Role.ADMINISTRATOR][0]), session, session_factory)
    with person.browser.client.get(f"/{name}/export/csv/") as answer:
        lines = answer.data.decode("utf-8-sig").splitlines()
    kind = all_kinds()[name]
    table = Base.metadata.tables[kind.model.__tablename__]
    hidden = [column for column in table.columns if column.name not in {known.key for known in kind.columns}]
    heads = ",".join(column.name for column in hidden)
    values = ",".join(_other(column) for column in hidden)
    file = "\n".join([f"{lines[0]},{heads}", *(f"{line},{values}" for line in lines[1:] if line.count('"') % 2 == 0)])
    chosen = {f"column-0-{column.name}": column.name for column in hidden}
    checked = person.check(file.encode(), name, f"{name}.csv", **chosen)
    new, changed, unchanged, _ = counts(checked)
    note_figure(
        4, f"forbidden fields written by the import of {name}", reached=new + changed, wanted="0",
        tried=f"{len(hidden)} columns in {unchanged} rows", holds=not new + changed,
    )  # fmt: skip
    assert (new, changed) == (0, 0)
    assert unchanged > 3
    assert load_screens()
