"""Which forms that somebody may send refer to records, by which fields, and to the records of which table?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bs4 import BeautifulSoup
from flask import Flask, template_rendered
from wtforms import Form

from admin_views.kit.fields import RecordField, RecordsField
from models.core.access import Role
from models.core.db import Base
from tests.demo.access.addresses import existing, table_of
from tests.demo.access.forms import filled_form
from tests.demo.access.stated import Asked, stated
from tests.demo.access.strangers import says_the_mark
from tests.demo.access.world import World

TABLE_OF_NAME = {"agency": "agencies", "frame_id": "case_frames", "ids": "", "rowid": ""}
"""Fields outside WTForms that hold keys; "" for those of the screen's own table."""

MOST_TRIES = 6
"""Forms of one address that are sent until one is taken."""


@dataclass(frozen=True)
class Reference:
    """A field of a form that names one record of a table, or several; whether the page offers which."""

    name: str
    table: str
    is_many: bool = False
    is_offered: bool = True


@dataclass(frozen=True)
class ReferenceForm:
    """A form that somebody opens: what it sends filled in, and which of its fields name records."""

    rule: str
    path: str
    person: int
    role: Role
    values: dict[str, Any]
    fields: tuple[Reference, ...]
    is_taken: bool
    is_marked: bool

    @property
    def record_id(self) -> int | None:
        """The record that the form's address names."""
        begin, hole, _ = self.rule.partition("<int:record_id>")
        number = re.match(r"\d+", self.path.removeprefix(begin)) if hole else None
        return int(number[0]) if number else None

    def with_key(self, field: Reference, key: int) -> dict[str, Any]:
        """What the form sends with another record in one field; beside those chosen already where it takes several."""
        if not field.is_many:
            return {**self.values, field.name: str(key)}
        before = self.values.get(field.name, [])
        return {**self.values, field.name: [*([before] if isinstance(before, str) else before), str(key)]}

    def hidden_fields(self) -> list[Reference]:
        """Foreign keys of the screen's table that the form does not show, and which somebody might send along."""
        table = Base.metadata.tables.get(table_of(self.rule))
        shown = {field.name for field in self.fields}
        return [
            Reference(column.name, key.column.table.name, is_offered=False)
            for column in (table.columns if table is not None else ())
            for key in column.foreign_keys
            if column.name not in shown
        ]


def form_addresses(roles: frozenset[Role]) -> list[tuple[str, Role]]:
    """Every address with a form, with each of these roles that the page of access lets send one there."""
    return [
        (asked.rule, role)
        for asked, allowed in sorted(stated().roles.items(), key=str)
        if asked.method == "POST" and Asked("GET", asked.rule) in stated().roles
        for role in sorted(allowed & roles)
    ]


def reference_form(world: World, rule: str, role: Role, people: list[int], *, most: int) -> ReferenceForm | None:
    """The first form at an address that the portal takes from one of these people; else the first that they open.

    One without a field for records is given back as it is: nothing is to be put into it.
    """
    best, tries = None, 0
    for path in existing(world, rule, most):
        for person in people:
            form = opened(world, rule, path, role, person)
            if form is not None and (form.is_taken or not form.fields or tries > MOST_TRIES):
                return form
            best, tries = best or form, tries + (form is not None)
    return best


def opened(world: World, rule: str, path: str, role: Role, person: int) -> ReferenceForm | None:
    """The form of a page as somebody sees it, filled in; None where they see none."""
    assert world.portal is not None
    world.browser(person)
    with forms_shown(world.portal) as shown, world.answered(person, path) as answer:
        is_page = answer.status_code == 200 and answer.mimetype == "text/html"
        values = filled_form(answer.text, path) if is_page else None
        is_marked, offered = says_the_mark(answer.data), list(_offering(shown))
        typed = [
            field for field in typed_keys(answer.text, rule) if field.name not in {known.name for known in offered}
        ]
    if values is None:
        return None
    with world.answered(person, path, method="POST", form=values) as answer:
        is_taken = answer.status_code == 302
    return ReferenceForm(rule, path, person, role, values, (*offered, *typed), is_taken, is_marked)


@contextmanager
def forms_shown(portal: Flask) -> Iterator[list[Form]]:
    """The forms that the portal puts into the pages it makes meanwhile."""
    shown: list[Form] = []

    def note(sender: Any, *, context: dict[str, Any], **more: Any) -> None:
        if isinstance(context.get("form"), Form):
            shown.append(context["form"])

    with template_rendered.connected_to(note, portal):
        yield shown


def _offering(shown: list[Form]) -> Iterator[Reference]:
    """The fields of WTForms forms that offer records."""
    choosers = [field for form in shown for field in form if isinstance(field, (RecordField, RecordsField))]
    for field in {field.name: field for field in choosers}.values():
        yield Reference(field.name, str(field.loader.target.__tablename__), isinstance(field, RecordsField))


def typed_keys(page: str, rule: str) -> list[Reference]:
    """Fields of a page outside its WTForms form whose values are numbers of records."""
    names: dict[str, str] = {}
    for field in BeautifulSoup(page, "html.parser").select("main form[method=post] :is(input, select)"):
        name, value = str(field.get("name", "")), str(field.get("value", ""))
        if name in TABLE_OF_NAME and (field.name == "select" or value.isdecimal()):
            names[name] = TABLE_OF_NAME[name] or table_of(rule)
    return [Reference(name, table, is_many=name != "frame_id", is_offered=False) for name, table in names.items()]
