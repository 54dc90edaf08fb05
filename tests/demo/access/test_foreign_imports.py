"""Does a spreadsheet bring in a row that names a record which its person may not refer to?"""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import sessionmaker

from models.core.access import Role
from models.core.db import PortalSession
from models.core.labels import label_key
from models.spreadsheets.sheet_kinds import all_kinds
from models.spreadsheets.table_imports import TableImport
from tests.assurance.figures import note_figure
from tests.demo.access.foreign_keys import Others
from tests.demo.access.world import World
from tests.spreadsheets.bringing import Bringer, counts, csv_of, refusals, workbook_of

pytestmark = pytest.mark.assures(5)

NAMES_A_HUB = {
    "memberships": ("hub_id", {"seat": "Statutory member", "starts_on": "3 February 2031"}),
    "recommendations": ("plan_id", {"text": "Words of a test."}),
    "actions": ("plan_id", {"text": "Words of a test.", "due_on": "3 February 2031"}),
}
"""Lists in which an officer names a hub or what hangs on one: by which column, and what else a row of theirs says."""

NAMED_OTHERWISE = {
    ("actions", "recommendation_id"): "one of the plan that the row names",
    ("action-updates", "action_id"): "an officer says how any action is going, as on its page",
    ("learning-uses", "product_id"): "what is released is there for everybody",
}
"""Further columns that name what hangs on a hub, each with what holds instead."""


def test_every_column_that_names_what_hangs_on_a_hub_is_tried(world: World) -> None:
    others = Others(world)
    named = {
        (kind.name, column.key)
        for kind in all_kinds().values()
        for column in kind.columns
        if Role.OFFICER in kind.roles and column.target and others.hangs_on_a_hub(str(column.target.__tablename__))
    }
    assert named <= {(name, key) for name, (key, _) in NAMES_A_HUB.items()} | NAMED_OTHERWISE.keys()


@pytest.mark.parametrize("file_kind", ["csv", "xlsx"])
@pytest.mark.parametrize("name", sorted(NAMES_A_HUB))
def test_officer_brings_rows_into_their_own_hubs_and_into_no_other(
    world: World, session: PortalSession, session_factory: sessionmaker[PortalSession], name: str, file_kind: str
) -> None:
    world.finish_all_work()
    others, officer, (key, values) = Others(world), world.people[Role.OFFICER][0], NAMES_A_HUB[name]
    kind = all_kinds()[name]
    table = str(kind.column(key).target.__tablename__)  # type: ignore[union-attr]
    foreign, own = others.of(officer, table), others.of_own_hubs(officer, table)
    person = Bringer(world.browser(officer), session, session_factory)
    rows = [
        {**_more(session, name), **values, key: _words(session, kind, key, known)} for known in (own, foreign[0].key)
    ]
    others.remember(foreign)
    checked = person.check(_file(kind, rows, file_kind), name, f"{name}.{file_kind}")
    told = refusals(checked)
    new = counts(checked)[0]
    assert (new, list(told), [sentence[-1] for sentence in told.values()]) == (1, [3], ["."]), told
    person.accept()
    accepted = others.touched(foreign)
    note_figure(
        5, f"rows of another hub brought in by an officer: {name}", reached=len(accepted), wanted="0",
        tried=f"one row of the own hub and one of another, {file_kind.upper()}", holds=not accepted,
    )  # fmt: skip
    assert accepted == []


def _more(session: PortalSession, name: str) -> dict[str, str]:
    """Who and whose a row needs to say beside the hub."""
    statements = {
        "memberships": ("person_id", "SELECT email FROM people WHERE role = 'agency_member' AND is_active ORDER BY id"),
        "actions": ("lead_agency_id", "SELECT name FROM agencies WHERE is_active ORDER BY id"),
    }
    if name not in statements:
        return {}
    key, statement = statements[name]
    words = str(session.scalar(text(f"{statement} LIMIT 1")))
    session.commit()
    return {key: words}


def _words(session: PortalSession, kind: Any, key: str, record_id: int) -> str:
    """What a spreadsheet calls a record."""
    target = kind.column(key).target
    words = str(session.scalar(select(getattr(target, label_key(target))).where(target.id == record_id)))
    session.commit()
    return words


def _file(kind: Any, rows: list[dict[str, str]], file_kind: str) -> bytes:
    headings = [kind.column(key).heading for key in rows[0]]
    lines = [headings, *([row[key] for key in rows[0]] for row in rows)]
    if file_kind == "xlsx":
        return workbook_of(**{kind.title.replace(" ", "_"): lines})
    return csv_of(*lines)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AGENCY_MEMBER])
def test_nobody_of_an_agency_brings_a_spreadsheet_in_or_sees_one(
    world: World, session: PortalSession, role: Role
) -> None:
    before = session.scalar(select(func.count()).select_from(TableImport))
    session.commit()
    browser, opened = world.browser(world.people[role][0]), []
    for name in ("partnership", *all_kinds()):
        sent = {**world.form(world.people[role][0]), "file": (io.BytesIO(b"Plan,Action\nAP,Words\n"), "a.csv")}
        address = f"/table-imports/upload/?to={name}"
        statuses = (
            browser.client.post(address, data=sent, content_type="multipart/form-data").status_code,
            browser.client.get(f"/table-imports/template/{name}.csv").status_code,
        )
        opened += [address] if set(statuses) != {403} else []
    after = session.scalar(select(func.count()).select_from(TableImport))
    note_figure(
        5, f"spreadsheets taken from people of an agency ({role.label.lower()})", reached=len(opened), wanted="0",
        tried=f"{len(all_kinds()) + 1} lists", holds=not opened and before == after,
    )  # fmt: skip
    assert (opened, after) == ([], before)
