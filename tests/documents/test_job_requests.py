"""Is work requested, handed on and settled exactly once, and seen only by the people it concerns?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from jobs.core.service import system_sessions
from models.core.access import Role
from models.core.clock import now
from models.core.db import PortalSession, act_as
from models.core.errors import RuleBroken
from models.documents import job_attempts
from models.documents.job_attempts import claim_due, finish, give_back, hold, postpone, start_attempt
from models.documents.job_requests import (
    JobRequest,
    JobStatus,
    ask_again,
    job_view,
    report_progress,
    request_job,
)
from tests import make
from tests.databases import Database


@pytest.fixture
def database_sessions(engine: Engine, database: Database) -> Iterator[sessionmaker[PortalSession]]:
    """Sessions that really commit, for what only several transactions can show; the rows are taken out afterwards."""
    yield system_sessions(engine)
    database.empty()


def ask(session: Session, name: str = "count_cases", **values: object) -> int:
    number = request_job(session, name, **values)  # type: ignore[arg-type]
    assert number is not None
    return number


def row(session: Session, number: int) -> JobRequest:
    session.expire_all()
    return session.get_one(JobRequest, number)


def test_a_request_remembers_who_asked_and_with_which_rights(session: PortalSession) -> None:
    police = make.agency(session)
    member = make.person(session, Role.AGENCY_MEMBER, agency=police)
    act_as(session, member.actor())
    asked = row(session, ask(session, arguments={"plan_id": 3}))
    assert (asked.requested_by_id, asked.actor_role, asked.actor_agency_ids) == (
        member.id,
        Role.AGENCY_MEMBER,
        [police.id],
    )
    assert (asked.status, asked.arguments) == (JobStatus.WAITING, {"plan_id": 3})


def test_the_portal_itself_asks_as_nobody(session: PortalSession) -> None:
    asked = row(session, ask(session))
    assert (asked.requested_by_id, asked.actor_role, asked.actor_agency_ids) == (None, None, [])


def test_the_same_unique_key_is_asked_for_once(session: PortalSession) -> None:
    ask(session, unique_key="reminders@2026-11-23")
    assert request_job(session, "count_cases", unique_key="reminders@2026-11-23") is None


def test_a_request_is_leased_to_one_relay_only(session: PortalSession) -> None:
    number = ask(session)
    assert [claim.id for claim in claim_due(session)] == [number]
    assert claim_due(session) == []


def test_a_request_due_tomorrow_is_left_alone(session: PortalSession) -> None:
    ask(session, due_at=now() + timedelta(days=1))
    assert claim_due(session) == []


def test_requests_are_handed_on_oldest_first(session: PortalSession) -> None:
    late = ask(session, due_at=now() - timedelta(minutes=1))
    early = ask(session, due_at=now() - timedelta(minutes=2))
    assert [claim.id for claim in claim_due(session, 1)] == [early]
    assert [claim.id for claim in claim_due(session, 1)] == [late]


def test_a_lease_that_ran_out_is_taken_again_and_grows(session: PortalSession) -> None:
    number = ask(session)
    claim_due(session)
    session.execute(text("UPDATE job_requests SET leased_until_at = now() - interval '1 second'"))
    assert [(claim.id, claim.round) for claim in claim_due(session)] == [(number, 2)]
    assert row(session, number).lease_seconds == 40


def test_given_back_requests_are_due_at_once(session: PortalSession) -> None:
    first, second = ask(session), ask(session)
    claim_due(session)
    give_back(session, [second])
    assert [claim.id for claim in claim_due(session)] == [second]
    give_back(session)
    assert {claim.id for claim in claim_due(session)} == {first, second}


def test_an_attempt_is_counted_and_leased(session: PortalSession) -> None:
    number = ask(session, arguments={"frame_id": 5})
    attempt = start_attempt(session, number)
    assert attempt is not None
    assert (attempt.name, attempt.arguments, attempt.number) == ("count_cases", {"frame_id": 5}, 1)
    assert claim_due(session) == [], "a running request is nobody else's while its lease lasts"
    assert row(session, number).started_at is not None


def test_a_finished_request_never_starts_again(session: PortalSession) -> None:
    number = ask(session)
    start_attempt(session, number)
    finish(session, number, JobStatus.DONE, "40 cases drawn.")
    assert start_attempt(session, number) is None
    assert not hold(session, number)
    finish(session, number, JobStatus.FAILED, "A late duplicate.")
    assert (row(session, number).status, row(session, number).sentence) == (JobStatus.DONE, "40 cases drawn.")


def test_a_postponed_request_waits_and_starts_afresh(session: PortalSession) -> None:
    number = ask(session)
    start_attempt(session, number)
    postpone(session, number, timedelta(minutes=5), "The mail server did not answer.", afresh=True)
    waiting = row(session, number)
    assert (waiting.status, waiting.attempt_count) == (JobStatus.WAITING, 0)
    assert waiting.due_at > now() + timedelta(minutes=4)
    assert start_attempt(session, number) is None, "not before it is due"


def test_a_running_request_is_held_by_one_transaction(database_sessions: sessionmaker[PortalSession]) -> None:
    with database_sessions.begin() as asking:
        number = ask(asking)
        start_attempt(asking, number)
        asking.execute(text("UPDATE job_requests SET leased_until_at = NULL"))
    with database_sessions() as first, database_sessions() as second:
        assert hold(first, number)
        assert not hold(second, number)
        assert start_attempt(second, number) is None
        assert claim_due(second) == [], "also when its lease ran out"
        first.rollback()
        assert hold(second, number)


def test_progress_is_seen_while_the_job_holds_its_request(database_sessions: sessionmaker[PortalSession]) -> None:
    with database_sessions.begin() as asking:
        number = ask(asking)
        start_attempt(asking, number)
    with database_sessions() as working, database_sessions.begin() as apart:
        hold(working, number)
        report_progress(apart, number, 140, "Reading rows")
        apart.commit()
        view = job_view(working, number)
    assert view is not None
    assert (view.percent, view.text, view.is_finished) == (100, "Reading rows", False)


def test_whoever_waits_sees_the_result_sentence(session: PortalSession) -> None:
    number = ask(session)
    view = job_view(session, number)
    assert view is not None
    assert (view.status, view.percent) == (JobStatus.WAITING, 0)
    start_attempt(session, number)
    finish(session, number, JobStatus.REFUSED, "The plan has no actions.")
    view = job_view(session, number)
    assert view is not None
    assert (view.status, view.sentence, view.is_finished) == (JobStatus.REFUSED, "The plan has no actions.", True)
    assert job_view(session, number + 1000) is None


def test_failed_work_can_be_asked_for_again_and_finished_work_cannot(session: PortalSession) -> None:
    number = ask(session)
    start_attempt(session, number)
    finish(session, number, JobStatus.FAILED, "It did not work after 5 tries.")
    ask_again(session, [row(session, number)])
    assert (row(session, number).status, row(session, number).attempt_count) == (JobStatus.WAITING, 0)
    assert [claim.id for claim in claim_due(session)] == [number]
    with pytest.raises(RuleBroken, match="Only work that failed"):
        ask_again(session, [row(session, number)])


def test_an_agency_member_sees_only_what_they_asked_for(session: PortalSession) -> None:
    police, school = make.agency(session), make.agency(session, "Oak School")
    officer = make.person(session, Role.AGENCY_MEMBER, agency=police, name="Asker")
    other = make.person(session, Role.AGENCY_MEMBER, agency=school, name="Other")
    act_as(session, officer.actor())
    number = ask(session)
    act_as(session, other.actor())
    assert session.get(JobRequest, number) is None
    assert job_view(session, number) is None
    act_as(session, officer.actor())
    assert job_view(session, number) is not None


def test_an_agency_member_cannot_ask_as_somebody_else(session: PortalSession) -> None:
    police = make.agency(session)
    member = make.person(session, Role.AGENCY_MEMBER, agency=police)
    boss = make.person(session, Role.ADMINISTRATOR)
    act_as(session, member.actor())
    forged = {"name": "count_cases", "requested_by_id": boss.id, "actor_agency_ids": []}
    with pytest.raises(ProgrammingError, match="row-level security"), session.begin_nested():
        session.execute(JobRequest.__table__.insert(), forged)  # type: ignore[attr-defined]
    number = ask(session)
    with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
        session.execute(text("UPDATE job_requests SET status = 'waiting'"))
    assert number


def test_a_finished_request_needs_its_moment(session: PortalSession) -> None:
    ask(session)
    with pytest.raises(IntegrityError, match="finished_request_has_moment"), session.begin_nested():
        session.execute(text("UPDATE job_requests SET status = 'done'"))


def test_next_request_is_found_without_sorting_however_many_wait(
    database_sessions: sessionmaker[PortalSession], owner_engine: Engine
) -> None:
    """With 100,000 waiting, written at one moment, each claim sorted them all: 163 ms for every mail."""
    with database_sessions.begin() as session:
        session.execute(text("INSERT INTO job_requests (name) SELECT 'post' FROM generate_series(1, 20000)"))
    with owner_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as owner:
        owner.execute(text("VACUUM ANALYZE job_requests"))
    statements = {
        job_attempts._CLAIM.text: {"names": ["post"], "are_others": False, "waiting": [], "most": 20},
        job_attempts._START_NEXT.text: {"name": "post"},
    }
    with database_sessions() as session:
        for statement, values in statements.items():
            plan = "\n".join(session.scalars(text(f"EXPLAIN {statement}"), values))
            assert ("Sort" in plan, "ix_job_requests_due" in plan) == (False, True), plan
