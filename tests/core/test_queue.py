"""Does the wrapper do each request once, as the person who asked, and say in plain words when it does not?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from rq.serializers import JSONSerializer
from sqlalchemy import Engine, select
from sqlalchemy.orm import sessionmaker
from structlog.testing import capture_logs

from jobs.core.entries import ENTRY, PortalJob
from jobs.core.queue import JOBS, Equipment, equip, job, run
from jobs.core.relay import connect
from jobs.core.service import system_sessions
from models.core.access import Actor, Role
from models.core.clock import now
from models.core.db import PortalSession
from models.core.rooms import load_rooms
from models.documents.job_attempts import give_back
from models.documents.job_requests import JobRequest, JobStatus, job_view, request_job
from models.partnership.people import Person
from tests import make
from tests.databases import Database
from tests.faults import slow_jobs
from tests.faults.farm import effects, lay_out_field


@pytest.fixture
def sessions(engine: Engine, database: Database) -> Iterator[sessionmaker[PortalSession]]:
    """Sessions that really commit, given to the jobs of this process; the rows are taken out afterwards."""
    lay_out_field(database)
    sessions = system_sessions(engine)
    equip(Equipment(sessions))
    yield sessions
    database.empty()
    lay_out_field(database)


def ask(sessions: sessionmaker[PortalSession], name: str, *, actor: Actor | None = None, **arguments: Any) -> int:
    with sessions(info={"actor": actor or Actor.system()}) as session:
        number = request_job(session, name, arguments)
        session.commit()
    assert number is not None
    return number


def asked(sessions: sessionmaker[PortalSession], number: int) -> JobRequest:
    with sessions() as session:
        return session.get_one(JobRequest, number)


def make_due(sessions: sessionmaker[PortalSession], number: int) -> None:
    with sessions.begin() as session:
        session.get_one(JobRequest, number).due_at = now()
        give_back(session)


def test_a_done_job_leaves_its_effect_and_its_sentence(sessions: sessionmaker[PortalSession]) -> None:
    number = ask(sessions, "plough")
    run(number)
    done = asked(sessions, number)
    assert (done.status, done.sentence) == (JobStatus.DONE, "The field is ploughed.")
    assert effects(sessions) == {number: 1}


@pytest.mark.parametrize("name", sorted(name for name in vars(slow_jobs) if name in ("plough", "stumble_once")))
def test_a_job_that_is_run_twice_has_one_effect(sessions: sessionmaker[PortalSession], name: str) -> None:
    number = ask(sessions, name)
    for _ in range(3):
        run(number)
        if asked(sessions, number).status is JobStatus.WAITING:
            make_due(sessions, number)
    assert asked(sessions, number).status is JobStatus.DONE
    assert effects(sessions) == {number: 1}


def test_a_broken_rule_is_a_refusal_with_its_sentence_and_is_not_tried_again(
    sessions: sessionmaker[PortalSession],
) -> None:
    number = ask(sessions, "sow_forbidden_field")
    run(number)
    run(number)
    refused = asked(sessions, number)
    assert (refused.status, refused.sentence) == (JobStatus.REFUSED, "The field belongs to somebody else.")
    assert refused.attempt_count == 1
    assert effects(sessions) == {}


def test_a_fault_is_tried_again_later_and_at_last_given_up(sessions: sessionmaker[PortalSession]) -> None:
    number = ask(sessions, "stumble")
    run(number)
    first = asked(sessions, number)
    assert (first.status, first.attempt_count) == (JobStatus.WAITING, 1)
    assert first.due_at > now()
    run(number)
    assert asked(sessions, number).attempt_count == 1, "not before it is due"
    make_due(sessions, number)
    run(number)
    last = asked(sessions, number)
    assert (last.status, last.sentence) == (
        JobStatus.FAILED,
        f"It did not work after 2 tries; quote request {number}.",
    )
    assert effects(sessions) == {}


def test_the_log_of_a_fault_names_the_place_and_nobody(sessions: sessionmaker[PortalSession]) -> None:
    number = ask(sessions, "stumble")
    with capture_logs() as lines:
        run(number)
    assert [line["event"] for line in lines] == ["job fault"]
    assert (lines[0]["request"], lines[0]["fault"]) == (number, "ValueError")
    assert any(place.startswith("slow_jobs.py:") for place in lines[0]["places"])
    assert "a name that must not be logged" not in json.dumps(lines)


def test_a_job_may_ask_to_be_started_later_and_keeps_what_it_wrote(sessions: sessionmaker[PortalSession]) -> None:
    number = ask(sessions, "come_back")
    run(number)
    waiting = asked(sessions, number)
    assert (waiting.status, waiting.sentence, waiting.attempt_count) == (JobStatus.WAITING, "The soil is frozen.", 0)
    assert waiting.due_at > now() + timedelta(minutes=59)
    assert effects(sessions) == {number: 1}


def test_an_unknown_job_is_refused_in_plain_words(sessions: sessionmaker[PortalSession]) -> None:
    number = ask(sessions, "fly_to_the_moon")
    run(number)
    assert asked(sessions, number).sentence == "This version of the portal does not know that job."


def test_a_job_sees_what_the_person_who_asked_sees(sessions: sessionmaker[PortalSession]) -> None:
    with sessions() as session:
        police = make.agency(session)
        make.agency(session, "Oak School")
        member = make.person(session, Role.AGENCY_MEMBER, agency=police).actor()
        officer = make.person(session, Role.OFFICER).actor()
        session.commit()
    own, every = ask(sessions, "look_around", actor=member), ask(sessions, "look_around", actor=officer)
    run(own)
    run(every)
    assert asked(sessions, own).sentence == "Northfield Police"
    assert asked(sessions, every).sentence == "Northfield Police, Oak School"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"is_active": False}, "The person who asked for this no longer has access."),
        ({"role": Role.BOARD_VIEWER}, "Your role or agency has changed since you asked for this; please ask again."),
    ],
)
def test_rights_lost_since_asking_are_not_used(
    sessions: sessionmaker[PortalSession], change: dict[str, Any], sentence: str
) -> None:
    with sessions() as session:
        officer = make.person(session, Role.OFFICER)
        session.commit()
    number = ask(sessions, "plough", actor=officer.actor())
    with sessions.begin() as session:
        person = session.scalars(select(Person)).one()
        for name, value in change.items():
            setattr(person, name, value)
    run(number)
    refused = asked(sessions, number)
    assert (refused.status, refused.sentence) == (JobStatus.REFUSED, sentence)
    assert effects(sessions) == {}


def test_progress_is_on_record_while_the_job_runs(sessions: sessionmaker[PortalSession]) -> None:
    number = ask(sessions, "plough")
    run(number)
    with sessions() as session:
        view = job_view(session, number)
    assert view is not None
    assert (view.percent, view.text) == (100, "Half the field")


def foreign_job(function: str, arguments: tuple[object, ...] = (1,)) -> PortalJob:
    portal_job = PortalJob.create(function, arguments, connection=Redis(), serializer=JSONSerializer)
    assert isinstance(portal_job, PortalJob)
    return portal_job


@pytest.mark.parametrize(
    "function", ["os.system", "builtins.print", "jobs.core.queue.equip", "subprocess.check_call", ""]
)
def test_valkey_cannot_name_another_function(function: str) -> None:
    portal_job = foreign_job("jobs.core.queue.run")
    portal_job.func_name = function
    with pytest.raises(PermissionError):
        portal_job.perform()


def test_valkey_cannot_pass_other_arguments_or_callbacks() -> None:
    with pytest.raises(PermissionError):
        foreign_job(ENTRY, (1, 2)).perform()
    portal_job = foreign_job(ENTRY)
    portal_job._success_callback_name = portal_job._failure_callback_name = portal_job._stopped_callback_name = (
        "os.getcwd"
    )
    assert (portal_job.success_callback, portal_job.failure_callback, portal_job.stopped_callback) == (None, None, None)
    assert portal_job.func.func is run  # type: ignore[attr-defined]


def test_every_spelling_of_the_queue_address_is_understood() -> None:
    for url in ("redis://localhost:6379/0", "valkey://localhost:6379/0", "unix:///run/valkey.sock?db=0"):
        assert connect(url).connection_pool.connection_kwargs["db"] == 0


def test_two_jobs_cannot_have_one_name() -> None:
    def plough(run: object) -> None:
        """Another job of that name."""

    with pytest.raises(ValueError, match="two jobs are called plough"):
        job()(plough)  # type: ignore[arg-type]


def test_every_job_of_the_portal_is_known_after_loading() -> None:
    load_rooms("models", "jobs")
    assert {"send_message", "write_reminders", "write_digests", "publish_log_head"} <= set(JOBS)
    assert all(10 <= kind.timeout_seconds <= 3600 for kind in JOBS.values() if kind.name not in vars(slow_jobs))
