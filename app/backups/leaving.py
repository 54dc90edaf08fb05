"""How does a partnership leave the demonstration, and which of the words it has changed go along?

What is a matter of taste goes along: the settings, lists, scales, the bank of key lines and tools, rules of
reminders and retention.
Nothing that somebody did does: no agency, person, review, document, message or record of changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import ColumnElement, Table, insert, select
from sqlalchemy.orm import Session

from app.database_logins import DATABASE
from app.demo.words import DEMO_SETTINGS
from app.preparation import furnish_database
from app.servers.exchanges import drop_database, put_in_place, refuse_when_in_use
from app.servers.local_postgres import create_database, in_database
from app.servers.local_servers import Servers
from app.settings import Settings
from models import schema
from models.accounts.work_issuers import WorkIssuer
from models.core.access import Actor
from models.core.db import Base, make_engine, make_session_factory, refuse_unsafe_login
from models.core.errors import RuleBroken
from models.partnership.mail_settings import MailSettings
from models.partnership.partnership_settings import Partnership
from models.partnership.portals import PortalKind, decide_kind
from models.partnership.reference_items import ReferenceItem
from models.reminders.reminders import ReminderRule
from models.retention.retention_rules import RetentionRule
from models.tools.assurance_tools import AssuranceTool
from models.tools.key_lines import KeyLine
from models.tools.rating_scales import RatingScale
from models.tools.tool_questions import ToolQuestion, ToolSection

DRAFT = "triangulate_beginning"
LEFT = "triangulate_demo"
"""The name under which the server keeps the demonstration that was left, until another one is."""

_SETTINGS: tuple[type[Base], ...] = (Partnership, MailSettings)
"""Settings of which a database has one row each, made with it."""
_IN_BANK = select(AssuranceTool.id).where(AssuranceTool.review_id.is_(None))
_GOING_ALONG: tuple[tuple[type[Base], ColumnElement[bool] | None], ...] = (
    (ReferenceItem, None),
    (RatingScale, None),
    (KeyLine, KeyLine.review_id.is_(None)),
    (AssuranceTool, AssuranceTool.review_id.is_(None)),
    (ToolSection, ToolSection.tool_id.in_(_IN_BANK)),
    (ToolQuestion, ToolQuestion.tool_id.in_(_IN_BANK)),
    (ReminderRule, None),
    (RetentionRule, None),
    (WorkIssuer, None),
)
"""Whose rows go along, in an order in which each refers to those before it."""

_NO_DEMO = "This portal is not the demonstration: it is left as it is."
_NOT_EMPTY = "The new database is not empty: people are in it already, or it holds the demonstration."


def leave_demo(settings: Settings, servers: Servers) -> int:
    """Put a portal of the partnership's own in place of the embedded demonstration, which stays under the name LEFT.

    Nothing changes unless the new database is complete. Refused while anybody is connected, and where the portal is not
    the demonstration. Returns how many rows went along.
    """
    server_url = servers.superuser_url
    with psycopg.connect(in_database(server_url, "postgres"), autocommit=True) as server:
        refuse_when_in_use(server, DATABASE)
        drop_database(server, DRAFT)
        create_database(server_url, DRAFT)
        new = Servers("", in_database(servers.owner_url, DRAFT), "", jobs_url=in_database(servers.jobs_url, DRAFT))
        count = begin_from(settings, new, source=servers.jobs_url)
        put_in_place(server, DRAFT, present=DATABASE, aside=LEFT)
    return count


def begin_from(settings: Settings, new: Servers, *, source: str) -> int:
    """Make an empty database the partnership's own portal, with what goes along of the demonstration at `source`.

    The address of the source has the portal's own login. Returns how many rows went along. Raises RuleBroken where the
    source is not the demonstration, or somebody is in the new database already.
    """
    schema.migrate(new.owner_url)
    with _portal_session(source) as old, _portal_session(new.jobs_url) as own:
        if decide_kind(old) is not PortalKind.DEMO:
            raise RuleBroken(_NO_DEMO)
        if decide_kind(own) is not None or own.scalar(select(ReferenceItem.id).limit(1)) is not None:
            raise RuleBroken(_NOT_EMPTY)
        count = _take_along(old, own)
        own.commit()
    furnish_database(settings, new, wanted=PortalKind.OWN)
    return count


@contextmanager
def _portal_session(url: str) -> Iterator[Session]:
    """A session of the portal itself on that database; what is not committed in it is gone."""
    engine = make_engine(url, pool_size=1)
    try:
        with make_session_factory(engine)(info={"actor": Actor.system("leaving the demonstration")}) as session:
            refuse_unsafe_login(session.connection())
            yield session
    finally:
        engine.dispose()


def _take_along(old: Session, own: Session) -> int:
    """Copy what goes along, with new keys; a reference to what stays behind is emptied."""
    keys: dict[str, dict[Any, Any]] = {}
    for kind, condition in _GOING_ALONG:
        table = kind.__table__
        assert isinstance(table, Table)  # noqa: S101 - a class of ours is one table
        rows = select(table).order_by(table.c.id)
        keys[table.name] = {}
        for row in old.execute(rows if condition is None else rows.where(condition)).mappings():
            values = _fitted(table, dict(row), keys)
            keys[table.name][row["id"]] = own.scalar(insert(table).values(values).returning(table.c.id))
    return sum(map(len, keys.values())) + sum(_take_settings_along(old, own, kind) for kind in _SETTINGS)


def _take_settings_along(old: Session, own: Session, kind: type[Base]) -> bool:
    """Give the one row of some settings what was changed in the demonstration; says whether anything was."""
    theirs, ours = old.scalars(select(kind)).one(), own.scalars(select(kind)).one()
    names = [column.key for column in kind.__mapper__.column_attrs if column.key not in ("id", "row_version")]
    told = DEMO_SETTINGS if kind is Partnership else {}
    changed = {name: getattr(theirs, name) for name in names if getattr(theirs, name) != getattr(ours, name)}
    kept = {name: value for name, value in changed.items() if value != told.get(name)}
    for name, value in kept.items():
        setattr(ours, name, value)
    own.flush()
    return bool(kept)


def _fitted(table: Table, values: dict[str, Any], keys: dict[str, dict[Any, Any]]) -> dict[str, Any]:
    """A row's values for the new database: without its key, its references as they are called there.

    An issuer of work accounts waits until an administrator says again for which agencies it is.
    """
    for reference in table.foreign_keys:
        name = reference.parent.name
        values[name] = keys.get(reference.column.table.name, {}).get(values[name])
    del values["id"]
    return values | ({"is_in_use": False} if table.name == WorkIssuer.__tablename__ else {})
