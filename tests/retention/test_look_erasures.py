"""Are looks forgotten once they have been kept long enough, and not a day before?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import sessionmaker

from models.core.access import Actor
from models.core.clock import today
from models.core.db import PortalSession, database_url, make_session_factory
from models.core.errors import RuleBroken
from models.core.looks import Look
from models.core.published_heads import first_broken_seal, latest_head, publish_head
from models.retention.retention_rules import RetentionRule, RetentionRun, add_usual_retention, erase_due
from models.rules.core.due_dates import months_after
from tests.databases import Database


@pytest.fixture
def owner(database: Database) -> Iterator[Engine]:
    """The owner of the tables, who alone can write looks of other days."""
    engine = create_engine(database_url(database.owner_url))
    yield engine
    engine.dispose()
    database.empty()


@pytest.fixture
def sessions(database: Database, owner: Engine) -> Iterator[sessionmaker[PortalSession]]:
    engine = database.engine()
    yield make_session_factory(engine)
    engine.dispose()


def plant(owner: Engine, *days: date) -> None:
    with owner.begin() as connection:
        for day in days:
            at = datetime.combine(day, time(23, 59), tzinfo=UTC)
            planting = "INSERT INTO looks (looked_at, kind, page, answer_status) VALUES (:at, 'read', 'x', 200)"
            connection.execute(text(planting), {"at": at})


def test_exactly_the_looks_whose_months_are_over_are_forgotten(
    owner: Engine, sessions: sessionmaker[PortalSession]
) -> None:
    due = months_after(today(), -24)
    plant(owner, due - timedelta(days=400), due - timedelta(days=1), due, due + timedelta(days=1), today())
    with sessions(info={"actor": Actor.system("test")}) as session:
        add_usual_retention(session)
        publish_head(session, today())
        assert [(run.what, run.erased_count) for run in erase_due(session, today())] == [("looks", 3)]
        session.commit()
        left = [look.looked_at.date() for look in session.scalars(select(Look).order_by(Look.id))]
        assert left == [due + timedelta(days=1), today()]
        assert list(erase_due(session, today())) == []
        assert session.scalars(select(RetentionRun.erased_count)).all() == [3]


def test_seal_of_forgotten_looks_is_missed_by_nobody(owner: Engine, sessions: sessionmaker[PortalSession]) -> None:
    plant(owner, months_after(today(), -30))
    with sessions(info={"actor": Actor.system("test")}) as session:
        add_usual_retention(session)
        publish_head(session, today())
        list(erase_due(session, today()))
        session.commit()
        head = latest_head(session)
        assert head is not None
        assert head.looks_forgotten_at is not None
        assert (head.look_count, first_broken_seal(session)) == (1, None)


def test_rule_keeps_looks_for_a_year_at_least(sessions: sessionmaker[PortalSession]) -> None:
    with sessions(info={"actor": Actor.system("test")}) as session:
        with pytest.raises(RuleBroken, match="Who has looked at cases: needed for 12 months, so that people"):
            RetentionRule(what="looks", months=11).check(session)
        with pytest.raises(RuleBroken, match="so that no case is audited twice"):
            RetentionRule(what="drawn_cases", months=11).check(session)
        RetentionRule(what="looks", months=12).check(session)
