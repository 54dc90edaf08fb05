"""Who has looked at a record, on its own page, for administrators?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.kit.formats import show_moment
from admin_views.kit.parts import Button, Panel
from models.core.addresses import list_address
from models.core.looks import Look
from models.partnership.people import Person
from models.rules.core.keys import BIGGEST_LONG, key_in

_SHOWN = 10


def look_panel(session: Session, record: Any, key: int) -> Panel:
    """The last looks at a record, whether it was opened, listed or downloaded, and the way to all of them."""
    named = f"{record.__tablename__}:{key}"
    statement = (
        select(Look.looked_at, Look.kind, Person.name)
        .outerjoin(Person, Person.id == Look.person_id)
        .where(Look.shown.contains(rows_named(named)))
        .order_by(Look.id.desc())
        .limit(_SHOWN)
    )
    rows = [(show_moment(when), name or "The portal", kind.label) for when, kind, name in session.execute(statement)]
    every = [Button("All looks at this record", list_address(Look, row=named))]
    return Panel("Who has looked", ("When", "Who", "What"), rows, empty="Nobody yet.", buttons=every, is_folded=True)


def rows_named(words: str) -> dict[str, list[int]]:
    """What a look's `shown` holds when it was at the record that is named as `table:key`.

    >>> rows_named("case_audits:12"), rows_named("case_audits"), rows_named(":9")
    ({'case_audits': [12]}, {'case_audits': []}, {'': [9]})
    """
    table, _, key = words.strip().partition(":")
    named = key_in(key, BIGGEST_LONG)
    return {table: [] if named is None else [named]}
