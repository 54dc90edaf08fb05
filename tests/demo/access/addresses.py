"""Which addresses with records that are really there fit a rule of the URL map?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import text

from admin_views.kit.places import OF_PARTS
from admin_views.kit.registry import load_screens
from models.core.db import Base
from models.gates.boards import PICTURES
from models.gates.review_gates import gates_of
from models.returns.escalations import ladder_states
from models.reviews.thematic_reviews import ThematicReview
from models.rules.evidence.triangulation import Source
from models.rules.plans.presentations import Body
from tests.demo.access.world import World

_HOLE = re.compile(r"<(?:\w+:)?(\w+)>")
_ROWS = "SELECT id FROM {} ORDER BY id"
_OF_EACH_STATUS = "SELECT {}(id) FROM {} GROUP BY status ORDER BY 1"
WORDS = {
    "export_type": ("csv",),
    "file_kind": ("csv",),
    "list_name": ("agencies", "actions"),
    "way": ("up", "down"),
    "source": tuple(Source),
    "part": tuple(part.word for part in OF_PARTS),
    "filename": ("portal.css",),
    "body": tuple(Body),
    "day": ("2026-12-10",),
    "picture": tuple(PICTURES),
    "kind": ("svg", "png", "csv"),
}
"""What stands for a word in an address."""

KEYED_BY_TWO = {"frame_rows"}
"""Tables whose rows are named by their list and a number; agencies reach no list, and no row without its list."""

ROWS = {
    "review_id": _ROWS.format("thematic_reviews"),
    "agency_id": _ROWS.format("agencies"),
    "sample_id": _ROWS.format("audit_samples"),
    "case_id": _ROWS.format("sample_cases"),
    "survey_id": _ROWS.format("surveys"),
    "product_id": _ROWS.format("learning_products"),
    "issuer_id": _ROWS.format("work_issuers"),
    "account_id": _ROWS.format("work_accounts"),
    "passkey_id": _ROWS.format("passkeys"),
    "browser_id": _ROWS.format("known_browsers"),
    "tool_id": "SELECT id FROM assurance_tools WHERE review_id = :record_id",
    "question_id": "SELECT id FROM tool_questions WHERE tool_id = :record_id",
    "section_id": "SELECT id FROM tool_sections WHERE tool_id = :record_id",
    "line_id": "SELECT id FROM key_lines WHERE review_id = :record_id",
    "engagement_id": "SELECT id FROM engagements WHERE activity_id = :record_id",
    "draft_id": _ROWS.format("action_drafts"),
    "sign_in_id": "SELECT id FROM sign_ins WHERE person_id = :record_id",
    "action_id": "SELECT a.id FROM actions a JOIN action_plans p ON p.id = a.plan_id"
    " JOIN impact_analyses i ON i.review_id = p.review_id WHERE i.id = :record_id",
    "answer_id": "SELECT a.id FROM sheet_answers a JOIN {table} r ON r.sheet_id = a.sheet_id WHERE r.id = :record_id",
    "number": "SELECT 1",
}
"""The numbers that an address may name, where it belongs to a record those of that record."""

ASKED = {
    "/actions/rate/": "?ids={id}",
    "/actions/due-date/": "?ids={id}",
    "/memberships/ending/": "?ids={id}",
    "/frame-rows/": "?frame={id}",
    "/frame-rows/export/<export_type>/": "?frame={id}",
    "/assurance-tools/<int:record_id>/compare/": "?from={id}&to=now",
    "/case-audits/review/<int:review_id>/assign/": "?audits=1-999999",
    "/saved-views/keep/": "?list=actions",
    "/requests/workbook/": "?of=actions",
}
"""Addresses that name a record in their arguments."""

_ASKED_OF = {
    "ids": {"/actions": "actions", "/memberships": "memberships"},
    "frame": {"/frame-rows": "case_frames"},
}


@cache
def table_of(rule: str) -> str:
    """The table whose records a rule names by `record_id`: that of its screen; "" for other addresses."""
    known = next((known for known in load_screens() if rule.startswith(f"{known.url}/")), None)
    model = getattr(known, "model", None)
    return str(model.__tablename__) if model is not None else ""


def field_of(world: World, rule: str) -> str:
    """A field of a screen's form in which records are looked up; "" where it has none."""
    known = next(known for known in load_screens() if rule.startswith(f"{known.url}/"))
    view: Any = world.view_of(known.endpoint_of())
    return next(iter(view._process_ajax_references()), "")


def existing(world: World, rule: str, most: int) -> Iterator[str]:
    """Addresses of records that are there, spread over the table; one without numbers as it stands."""
    holes = _HOLE.findall(rule)
    for record_id in records(world, table_of(rule), most) if "record_id" in holes else [None]:
        begun = rule if record_id is None else rule.replace("<int:record_id>", str(record_id))
        for path in filled(world, begun, rule, record_id):
            yield from (f"{path}{arguments}" for arguments in _arguments(world, rule))


def some_address(world: World, rule: str) -> str:
    """An address of a record that is there, where the rule takes one; of none where nothing fits the rule."""
    return next(existing(world, rule, 1), _HOLE.sub("1", rule))


def records(world: World, table: str, most: int) -> list[int]:
    """Ids of a table from the whole of it, evenly, one of each status, and its last, which are the planted ones."""
    ids = [] if table in KEYED_BY_TWO else _numbers(world, _ROWS.format(table), None)
    step = max(1, len(ids) // max(1, most))
    return list(dict.fromkeys([*ids[::step][:most], *_of_each_status(world, table), *ids[-12:]]))


def _of_each_status(world: World, table: str) -> list[int]:
    """The first and the last row of each status; none where rows have no status."""
    if "status" not in Base.metadata.tables[table].columns:
        return []
    return [number for end in ("min", "max") for number in _numbers(world, _OF_EACH_STATUS.format(end, table), None)]


def _arguments(world: World, rule: str) -> list[str]:
    asked = ASKED.get(rule, "")
    if "{id}" not in asked:
        return [asked]
    if "from=" in asked:
        return [asked.format(id=1)]
    screen = "/" + rule.split("/")[1]
    table = next(tables[screen] for tables in _ASKED_OF.values() if screen in tables)
    return [asked.format(id=number) for number in records(world, table, 6)]


def filled(world: World, path: str, rule: str, record_id: int | None) -> Iterator[str]:
    """The address with each further hole filled with what fits; the first few of each."""
    hole = _HOLE.search(path)
    if hole is None:
        yield path
        return
    for value in _values(world, hole[1], rule, record_id):
        yield from filled(world, path.replace(hole[0], str(value)), rule, record_id)


def _values(world: World, hole: str, rule: str, record_id: int | None) -> list[object]:
    if hole == "field_name":
        return [field] if (field := field_of(world, rule)) else []
    if hole in ("gate", "code") or (hole == "subject" and "climb" in rule):
        return _late_words(world, hole, record_id)
    if hole in WORDS:
        return list(WORDS[hole])
    if hole not in ROWS:
        return [1 if f"<int:{hole}>" in rule else "none"]
    numbers = _numbers(world, ROWS[hole].format(table=table_of(rule)), record_id)
    return list(dict.fromkeys([*numbers[:: max(1, len(numbers) // 6)][:6], *numbers[-4:]]))


def _late_words(world: World, hole: str, record_id: int | None) -> list[object]:
    """Words that follow from the state of things: gates that are shut, late returns, the next step of each."""
    with world.session() as session:
        if hole == "gate":
            standings = gates_of(session, session.get_one(ThematicReview, record_id))
            return [standing.gate.code for standing in standings if not standing.is_open]
        late = [state for state in ladder_states(session) if state.next is not None]
        return [state.late.subject if hole == "subject" else state.next.code for state in late if state.next][:6]


def _numbers(world: World, statement: str, record_id: int | None) -> list[int]:
    with world.session() as session:
        values = {"record_id": record_id} if ":record_id" in statement else {}
        return [int(number) for number in session.scalars(text(statement), values)]
