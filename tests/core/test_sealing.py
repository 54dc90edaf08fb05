"""Is the change log sealed after the commit, whole and once, whoever writes, seals or dies meanwhile?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
from alembic import command
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import sessionmaker

from app.commands import log_checks
from app.servers.local_postgres import in_database
from jobs.core.schedule import seal_changes
from jobs.core.service import system_sessions
from models.core import change_log
from models.core.access import Role
from models.core.change_log import (
    ChangeRecord,
    broken_in,
    chain_end,
    first_broken_link,
    seal_waiting,
    stretches,
    unsealed_tail,
)
from models.core.db import PortalSession, make_engine
from tests.assurance.figures import note_figure
from tests.core.log_checks import Verify, verifying
from tests.core.migration_walk import ground
from tests.databases import Database
from tests.web import Browser, make_portal, member

Sessions = sessionmaker[PortalSession]
_LINKS = select(ChangeRecord.id, ChangeRecord.link_number).order_by(ChangeRecord.id)


@pytest.fixture
def sessions(database: Database, owner_engine: Engine) -> Iterator[Sessions]:
    """Sessions of the portal itself that really commit, from the first record on: other tests have used up keys."""
    database.empty()
    engine = database.engine()
    yield system_sessions(engine)
    engine.dispose()
    database.empty()


def write(sessions: Sessions, *names: str) -> None:
    """A committed change for each name."""
    for name in names:
        with sessions.begin() as session:
            change(session, name)


def change(session: PortalSession, name: str) -> None:
    """One change, which gets in nobody's way."""
    session.execute(text("INSERT INTO strategic_priorities (name, starts_on) VALUES (:name, now())"), {"name": name})


def tamper(owner_engine: Engine, statement: str) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text(statement))


def links(sessions: Sessions) -> list[int | None]:
    """The links of all records, in the order of their ids."""
    with sessions() as session:
        return [row.link_number for row in session.execute(_LINKS)]


def broken(sessions: Sessions) -> int | None:
    with sessions() as session:
        return first_broken_link(session)


def waiting(sessions: Sessions) -> int:
    with sessions() as session:
        return unsealed_tail(session).count


def test_what_is_committed_waits_and_is_sealed_in_batches(sessions: Sessions) -> None:
    write(sessions, "One", "Two", "Three")
    assert (links(sessions), waiting(sessions), broken(sessions)) == ([None] * 3, 3, None)
    assert seal_changes(sessions, most=2) == 3
    assert (links(sessions), waiting(sessions), broken(sessions)) == ([1, 2, 3], 0, None)
    assert seal_changes(sessions) == 0


def test_many_batches_leave_the_clock_its_turn(sessions: Sessions) -> None:
    write(sessions, "One", "Two", "Three")
    assert seal_changes(sessions, most=1, batches=2) == 2
    assert links(sessions) == [1, 2, None]


def test_second_sealer_does_nothing_while_the_first_is_at_it(sessions: Sessions) -> None:
    write(sessions, "One", "Two")
    with sessions() as first, sessions() as second:
        assert seal_waiting(first) == 2
        assert seal_waiting(second) == 0
        second.rollback()
        first.commit()
        assert seal_waiting(second) == 0
    assert (links(sessions), broken(sessions)) == ([1, 2], None)


def test_writers_do_not_wait_for_a_sealer(sessions: Sessions) -> None:
    write(sessions, "One")
    with sessions() as sealing:
        assert seal_waiting(sealing) == 1
        with sessions.begin() as session:
            session.execute(text("SET LOCAL lock_timeout = '1s'"))
            change(session, "Two")
        sealing.commit()
    assert links(sessions) == [1, None]


@pytest.mark.parametrize("is_killed", [True, False])
def test_sealer_that_ends_in_the_middle_has_sealed_nothing(
    sessions: Sessions, database: Database, is_killed: bool
) -> None:
    write(sessions, "One", "Two")
    with sessions() as sealing:
        assert seal_waiting(sealing) == 2
        if is_killed:
            backend = sealing.scalar(text("SELECT pg_backend_pid()"))
            with psycopg.connect(database.superuser_url, autocommit=True) as killer:
                killer.execute("SELECT pg_terminate_backend(%s, 5000)", (backend,))
            with pytest.raises(DBAPIError):
                sealing.commit()
        sealing.rollback()
    assert (links(sessions), broken(sessions)) == ([None, None], None)
    assert seal_changes(sessions) == 2
    assert (links(sessions), broken(sessions)) == ([1, 2], None)


def test_transaction_that_commits_late_gets_a_later_link(sessions: Sessions) -> None:
    with sessions() as late:
        change(late, "Written first")
        write(sessions, "Committed first")
        assert seal_changes(sessions) == 1
        late.commit()
    assert links(sessions) == [None, 1]
    assert seal_changes(sessions) == 1
    assert (links(sessions), broken(sessions)) == ([2, 1], None)


def test_writers_and_sealers_at_once_leave_one_whole_chain(sessions: Sessions) -> None:
    done = Event()

    def keep_sealing() -> None:
        while not done.is_set():
            seal_changes(sessions, most=3)

    writers = [
        Thread(target=write, args=(sessions, *(f"Agency {place} {number}" for number in range(25))))
        for place in range(4)
    ]
    sealers = [Thread(target=keep_sealing) for _ in range(2)]
    for thread in (*writers, *sealers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    seal_changes(sessions)
    held = links(sessions)
    assert sorted(number or 0 for number in held) == list(range(1, 101))
    assert broken(sessions) is None
    note_figure(31, "changes sealed after the commit that the chain lacks or has twice", reached=0, wanted="0",
                tried=f"{len(held)} changes of 4 writers, 2 sealers at once", holds=True)  # fmt: skip


@pytest.mark.parametrize("victim", range(1, 7))
def test_each_sealed_record_that_is_changed_or_missing_is_named_in_its_stretch(
    sessions: Sessions, owner_engine: Engine, victim: int
) -> None:
    write(sessions, *(f"Agency {number}" for number in range(6)))
    seal_changes(sessions)

    def named(length: int) -> int | None:
        with sessions() as session:
            end = chain_end(session)
            answers = [broken_in(session, stretch) for stretch in stretches(end.last, length=length)]
        return next((answer for answer in answers if answer is not None), end.broken)

    for length in (1, 2, 3, 6):
        assert named(length) is None
        tamper(owner_engine, f"UPDATE change_log SET verb = 'delete' WHERE link_number = {victim}")
        assert named(length) == victim
        tamper(owner_engine, f"UPDATE change_log SET verb = 'insert' WHERE link_number = {victim}")
    tamper(owner_engine, f"DELETE FROM change_log WHERE link_number = {victim}")
    assert {named(length) for length in (1, 2, 3, 6)} == {min(victim + 1, 6)}


def test_record_that_is_put_behind_the_end_or_before_the_beginning_is_named(
    sessions: Sessions, owner_engine: Engine
) -> None:
    write(sessions, "One")
    seal_changes(sessions)
    add = "INSERT INTO change_log (verb, table_name, row_key, link_number) VALUES ('insert', 'x', '1', {})"
    for number in (2, 0):
        tamper(owner_engine, add.format(number))
        with sessions() as session:
            planted = session.scalar(select(ChangeRecord.id).where(ChangeRecord.link_number == number))
        assert broken(sessions) == planted
        tamper(owner_engine, f"DELETE FROM change_log WHERE link_number = {number}")
    assert broken(sessions) is None


def test_record_whose_link_is_taken_away_is_sealed_anew_and_leaves_a_gap_that_is_named(
    sessions: Sessions, owner_engine: Engine
) -> None:
    write(sessions, "One", "Two", "Three")
    seal_changes(sessions)
    tamper(owner_engine, "UPDATE change_log SET link_number = NULL, new_values = '{}' WHERE link_number = 2")
    assert broken(sessions) == 3
    assert seal_changes(sessions) == 1
    assert (links(sessions), broken(sessions)) == ([1, 4, 3], 3)


def test_tail_can_be_tampered_with_until_it_is_sealed_and_not_after(sessions: Sessions, owner_engine: Engine) -> None:
    """docs/security.md says so; this is how long it is so."""
    write(sessions, "One", "Two", "Three")
    tamper(owner_engine, "UPDATE change_log SET verb = 'delete' WHERE id = 1")
    tamper(owner_engine, "DELETE FROM change_log WHERE id = 2")
    seal_changes(sessions)
    assert (links(sessions), broken(sessions)) == ([1, 2], None)
    tamper(owner_engine, "UPDATE change_log SET verb = 'insert' WHERE id = 1")
    assert broken(sessions) == 1


def test_head_that_does_not_fit_the_last_link_is_noticed(sessions: Sessions, owner_engine: Engine) -> None:
    tamper(owner_engine, "UPDATE change_log_head SET link_hash = 'x'")
    assert broken(sessions) == 0
    tamper(owner_engine, "UPDATE change_log_head SET link_hash = sha256('triangulate')")
    write(sessions, "One")
    seal_changes(sessions)
    tamper(owner_engine, "UPDATE change_log_head SET link_hash = 'x'")
    assert broken(sessions) == 1


def test_way_down_seals_what_waits_and_the_way_up_goes_on(database: Database, tmp_path: Path) -> None:
    land, name = ground(database, tmp_path), "sealed_down"
    land.make(name, "0025")
    sessions = system_sessions(make_engine(in_database(database.app_url, name)))
    try:
        with sessions() as session:
            before = session.scalar(text("SELECT count(*) FROM change_log"))
        seal_changes(sessions)
        write(sessions, "Sealed")
        seal_changes(sessions)
        write(sessions, "Waiting", "Waiting too")
        command.downgrade(land.config(name), "0024")
        assert broken(sessions) is None
        assert sorted(number or 0 for number in links(sessions)) == list(range(1, (before or 0) + 4))
        command.upgrade(land.config(name), "0025")
        assert broken(sessions) is None
    finally:
        sessions.kw["bind"].dispose()
        land.drop(name)


@pytest.fixture
def verify(sessions: Sessions, database: Database, tmp_path: Path) -> Verify:
    """`flask database verify` with these arguments."""
    return verifying(database, tmp_path)


def test_verify_seals_what_waits_and_says_how_much_it_was(
    sessions: Sessions, owner_engine: Engine, verify: Verify
) -> None:
    write(sessions, "One", "Two")
    answer = verify()
    assert (answer.exit_code, answer.stdout) == (0, "The change log holds together.\n")
    assert answer.stderr.startswith("Not sealed until now: 2 changes, the oldest for ")
    assert "scheduler" not in answer.stderr
    assert verify().stderr == ""
    plant_old(owner_engine)
    assert "The scheduler seals every second: see that it runs." in verify().stderr


def test_verify_says_what_it_could_not_seal(sessions: Sessions, verify: Verify) -> None:
    write(sessions, "One")
    with sessions() as sealing:
        seal_waiting(sealing)
        assert "Not sealed, and not looked at: 1 change." in verify().stderr


def test_long_walk_says_how_far_it_is_and_goes_on_from_there(
    sessions: Sessions, owner_engine: Engine, verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_checks, "STRETCH", 2)
    write(sessions, *(f"Agency {number}" for number in range(5)))
    seal_changes(sessions)
    assert verify().stderr.splitlines() == [f"Links up to {link} of 5 hold." for link in (2, 4, 5)]
    tamper(owner_engine, "UPDATE change_log SET verb = 'delete' WHERE id = 3")
    answer = verify()
    assert (answer.exit_code, answer.stderr.splitlines()) == (
        1, ["Links up to 2 of 5 hold.", "Record 3 of the change log does not follow from the one before it."],
    )  # fmt: skip
    assert verify("--from", "4").output == "The change log holds together.\n"
    for link in ("0", "6", "-3"):
        refused = verify("--from", link)
        assert (refused.exit_code, refused.stdout) == (2, "")


def plant_old(owner_engine: Engine) -> None:
    """A record that nobody has sealed for six minutes."""
    moment = datetime.now(tz=UTC) - change_log.LATE_AFTER - timedelta(minutes=1)
    tamper(
        owner_engine,
        f"INSERT INTO change_log (changed_at, verb, table_name, row_key) VALUES ('{moment}', 'insert', 'x', '1')",
    )


def test_tail_that_nobody_seals_is_an_alarm_for_people_and_machines(sessions: Sessions, owner_engine: Engine) -> None:
    token = "a-token-of-twenty-letters"
    portal = make_portal(sessions, metrics_token=token)
    machine = portal.test_client()
    with sessions() as session:
        people = [member(session, role) for role in (Role.ADMINISTRATOR, Role.OFFICER)]
        session.commit()
    keeper, officer = (Browser(portal).sign_in(person) for person in people)

    def told() -> tuple[object, list[bool], float]:
        """What machines are told, whether each home page says so, and the figure."""
        figures = machine.get("/metrics", headers={"Authorization": f"Bearer {token}"}).text
        [count] = [line for line in figures.splitlines() if line.startswith("portal_unsealed_changes ")]
        homes = ["not sealed" in browser.get("/").get_text() for browser in (keeper, officer)]
        return machine.get("/readyz").get_json().get("change_log"), homes, float(count.split()[1])

    seal_changes(sessions)
    assert told() == (None, [False, False], 0)
    plant_old(owner_engine)
    assert told() == ("behind", [True, False], 1)
    assert machine.get("/readyz").status_code == 200
    seal_changes(sessions)
    assert told() == (None, [False, False], 0)
