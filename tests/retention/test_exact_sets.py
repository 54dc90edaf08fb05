"""Does the erasure change exactly the rows that plain rules name, in portions, whatever is due?"""

from __future__ import annotations

import time
from dataclasses import replace
from threading import Thread

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import sessionmaker

from jobs.core.service import system_sessions
from models.core.db import PortalSession
from models.retention.erasures import ERASABLE
from models.retention.retention_rules import RetentionRule, due_count, erase_due
from tests.assurance.figures import note_figure, scaled
from tests.databases import Database
from tests.retention.oracle import Oracle, Tables
from tests.retention.random_data import TODAY, RandomData, rows_of, rules_in_use

pytestmark = pytest.mark.assures(33)

MUCH_IS_DUE = (55, 41, 8, 39)
"""Seeds of partnerships in which something of nearly every kind is due; under `make assurance` many more are tried."""
SEEDS = range(scaled(60, ci=0)) or MUCH_IS_DUE


@pytest.fixture
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two things in each transaction, so that a few make several portions."""
    for what, erasable in ERASABLE.items():
        monkeypatch.setitem(ERASABLE, what, replace(erasable, portion=2))


def frame_rows(session: PortalSession) -> set[int]:
    return set(session.scalars(text("SELECT DISTINCT frame_id FROM frame_rows")))


def differences(held: Tables, expected: Tables) -> list[str]:
    return [
        f"{name} {key}: {held[name].get(key)} is not {expected[name].get(key)}"
        for name in expected
        for key in held[name].keys() | expected[name].keys()
        if held[name].get(key) != expected[name].get(key)
    ]


def changed_keys(before: Tables, after: Tables) -> set[tuple[str, str]]:
    """The rows that are not as they were, but for those that are not in the change log."""
    return {
        (name, str(key))
        for name, rows in before.items()
        for key, row in rows.items()
        if after[name].get(key) != row and name not in ("survey_responses", "document_parts")
    }


def logged(session: PortalSession, after: int) -> list[tuple[str, str]]:
    rows = text("SELECT table_name, row_key FROM change_log WHERE id > :after AND table_name <> 'retention_runs'")
    return [(row.table_name, row.row_key) for row in session.execute(rows, {"after": after})]


@pytest.mark.usefixtures("small_portions")
@pytest.mark.parametrize("seed", SEEDS)
def test_exactly_the_rows_that_plain_rules_name_are_erased(session: PortalSession, seed: int) -> None:
    RandomData(session, seed)
    before, frames = rows_of(session), frame_rows(session)
    expected = rows_of(session)
    oracle = Oracle(expected, TODAY)
    oracle.play(rules_in_use(before))
    end = session.scalar(text("SELECT coalesce(max(id), 0) FROM change_log")) or 0
    runs = list(erase_due(session, TODAY))
    assert differences(rows_of(session), expected) == []
    assert frame_rows(session) == frames - oracle.emptied_frames
    counts = {what: sum(run.erased_count for run in runs if run.what == what) for what in {run.what for run in runs}}
    assert counts == oracle.counts
    written = logged(session, end)
    assert (len(written), set(written)) == (len(set(written)), changed_keys(before, expected))
    note_figure(33, "rows erased that are not due, or due and left", reached=0, wanted="0",
                tried=f"random partnership {seed}, {len(written)} rows changed", holds=True)  # fmt: skip


@pytest.mark.usefixtures("small_portions")
def test_what_is_counted_as_due_is_what_goes_and_nothing_is_due_afterwards(session: PortalSession) -> None:
    RandomData(session, MUCH_IS_DUE[0])
    rules = session.query(RetentionRule).filter_by(is_active=True).order_by(RetentionRule.id).all()
    due = {rule.what: due_count(session, rule, TODAY) for rule in rules}
    runs = list(erase_due(session, TODAY))
    assert sum(due.values()) > 0
    for what, count in due.items():
        assert sum(run.holding_count for run in runs if run.what == what) == count
    assert len(runs) > sum(count > 0 for count in due.values()), "the data must fill more than one portion"
    assert [due_count(session, rule, TODAY) for rule in rules] == [0] * len(rules)
    assert list(erase_due(session, TODAY)) == []


def test_hold_placed_while_a_portion_is_chosen_is_respected(engine: Engine, database: Database) -> None:
    """What is due is read first; a hold that is committed before the erasure has its locks keeps its review whole."""
    sessions = system_sessions(engine)
    with sessions.begin() as session:
        RandomData(session, MUCH_IS_DUE[0])
        session.execute(text("UPDATE thematic_reviews SET is_on_hold = false"))
    try:
        with sessions.begin() as held, sessions() as erasing:
            held.execute(text("UPDATE thematic_reviews SET is_on_hold = true, hold_reason = 'An inquiry'"))
            waiting = Thread(target=lambda: [erasing.commit() for _ in erase_due(erasing, TODAY)])
            waiting.start()
            await_blocked(sessions)
            expected = rows_of(held)  # with every review on hold: what belongs to none is still due
            Oracle(expected, TODAY).play(rules_in_use(expected))
            held.commit()
            waiting.join(30)
        with sessions() as session:
            assert differences(rows_of(session), expected) == []
    finally:
        database.empty()


def await_blocked(sessions: sessionmaker[PortalSession]) -> None:
    """Until some statement waits for another transaction."""
    blocked = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with sessions() as session:
            if session.scalar(blocked):
                return
        time.sleep(0.02)
    raise AssertionError("nothing waited: the erasure took no lock")
