"""How does a request become work done once: the registry, the wrapper, and the only function Valkey may name?"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from rq.timeouts import JobTimeoutException

from jobs.core.equipment import Equipment
from jobs.core.lanes import Lane, lane_of
from jobs.core.mail import keep_channels
from models.accounts.access_changes import LETTERHEAD
from models.core.access import Actor
from models.core.db import PortalSession, act_as
from models.core.errors import RuleBroken
from models.documents.job_attempts import Attempt, finish, hold, postpone, start_attempt, start_next
from models.documents.job_requests import JobStatus, report_progress
from models.partnership.people import Person
from models.rules.core.counts import count_words

REPORT_SECONDS = 0.2  # progress is written at most this often
ROUND_SECONDS = 1.0  # so long one process goes on with mail before it looks whether somebody waits for something else

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Done:
    """The job has done its work: one sentence for the person who asked, and the document it made, if any."""

    sentence: str
    document_id: int | None = None


@dataclass(frozen=True)
class Later:
    """The job wants to be started again after a while; what it wrote so far is kept."""

    sentence: str
    wait: timedelta


@dataclass
class Run:
    """One attempt at a request, as the job sees it. The session acts as the person who asked; never commit it."""

    session: PortalSession
    attempt: Attempt
    equipment: Equipment
    _reported_at: float = 0.0

    @property
    def arguments(self) -> dict[str, Any]:
        return self.attempt.arguments

    def report(self, percent: float, words: str = "") -> None:
        """Show the waiting person how far the job is. Cheap: most calls write nothing, the rest commit on their own."""
        if time.monotonic() - self._reported_at >= REPORT_SECONDS:
            with self.equipment.sessions.begin() as apart:
                report_progress(apart, self.attempt.request_id, int(percent), words)
            self._reported_at = time.monotonic()


JobFunction = Callable[[Run], Done | Later]


@dataclass(frozen=True)
class JobKind:
    """A job that may be requested by name, and its limits. A long one never keeps a short one waiting."""

    name: str
    function: JobFunction
    timeout_seconds: int
    most_attempts: int

    @property
    def lane(self) -> Lane:
        """The queue it waits in."""
        return lane_of(self.name)


JOBS: dict[str, JobKind] = {}
_equipment: list[Equipment] = []


def job(*, timeout: int = 600, attempts: int = 5) -> Callable[[JobFunction], JobFunction]:
    """Register a function as a job under its own name. `timeout` is in seconds; a crash is tried `attempts` times.

    It waits in the short lane, unless `jobs/core/lanes.py` names it.
    """

    def registered(function: JobFunction) -> JobFunction:
        return register(function.__name__, function, timeout=timeout, attempts=attempts)

    return registered


def register(name: str, function: JobFunction, *, timeout: int = 600, attempts: int = 5) -> JobFunction:
    """Register a function as the job of that name, for jobs that are made rather than written; see `job`."""
    registered = JOBS.get(name)
    if registered and registered.function.__module__ != function.__module__:
        raise ValueError(f"two jobs are called {name}")
    JOBS[name] = JobKind(name, function, timeout, attempts)
    return function


def equip(equipment: Equipment) -> None:
    """Give this process what its jobs need; replaces what was given before."""
    _equipment[:] = [equipment]


def claim(request_id: int) -> Attempt | None:
    """Start an attempt at a request, for `run`; None when there is nothing to do for it here."""
    with _equipment[0].sessions.begin() as session:
        return start_attempt(session, request_id)


def leave_connections() -> None:
    """Forget the database connections of the process that this one was forked from, without closing them."""
    engine = _equipment[0].sessions.kw["bind"]
    engine.dispose(close=False)


def run(request_id: int, started: Attempt | None = None) -> None:
    """Do one request, if it is still to be done; after a mail go on with the mail that waits. All that RQ ever calls.

    `started` is the attempt when the caller has started it, so that it is not started twice.
    Attempt, effect and settlement: the attempt is counted in a transaction of its own; the effect and "done" are one
    transaction under a lock on the request, so a killed process leaves nothing and a late duplicate finds nothing.
    """
    with keep_channels():
        name = _do(lambda session: started or start_attempt(session, int(request_id)))
        until = time.monotonic() + ROUND_SECONDS
        while lane_of(name) is Lane.MAIL and time.monotonic() < until:
            name = _do(partial(start_next, name=name))


def _do(start: Callable[[PortalSession], Attempt | None]) -> str:
    """Do the request that is started, and return its job's name; "" when there is none to start."""
    equipment = _equipment[0]
    with equipment.sessions.begin() as session:
        attempt = start(session)
    if attempt is not None:
        _attend_to(attempt, equipment)
    return attempt.name if attempt else ""


def _attend_to(attempt: Attempt, equipment: Equipment) -> None:
    try:
        with equipment.sessions() as session:
            if hold(session, attempt.request_id):
                _carry_out(session, attempt, equipment)
    except RuleBroken as refusal:
        with equipment.sessions.begin() as session:
            finish(session, attempt.request_id, JobStatus.REFUSED, refusal.sentence)
    except Exception as error:  # noqa: BLE001 - the one place where any fault of any job ends
        _record_fault(attempt, equipment, error)


def warm_up() -> None:
    """Run the statements of an attempt for no request, so that children inherit them compiled."""
    with _equipment[0].sessions() as session:
        start_attempt(session, 0)
        hold(session, 0)
        session.get(Person, 0)
        finish(session, 0, JobStatus.DONE, "")


def _carry_out(session: PortalSession, attempt: Attempt, equipment: Equipment) -> None:
    kind = JOBS.get(attempt.name)
    if kind is None:
        raise RuleBroken("This version of the portal does not know that job.")
    act_as(session, _rights(session, attempt))
    session.info[LETTERHEAD] = equipment.letterhead
    if attempt.number > kind.most_attempts:  # its earlier attempts ended with their processes and could not say so
        act_as(session, Actor.system())
        finish(session, attempt.request_id, JobStatus.FAILED, _failure_sentence(attempt, kind.most_attempts))
    else:
        outcome = _perform(kind, Run(session, attempt, equipment))
        act_as(session, Actor.system())
        _settle(session, attempt, outcome)
    session.commit()


def _perform(kind: JobKind, run: Run) -> Done | Later:
    try:
        outcome = kind.function(run)
        run.session.flush()
    except JobTimeoutException:
        run.session.invalidate()  # the connection may be in the middle of a statement: do not wait for that
        raise
    return outcome


def _settle(session: PortalSession, attempt: Attempt, outcome: Done | Later) -> None:
    if isinstance(outcome, Later):
        postpone(session, attempt.request_id, outcome.wait, outcome.sentence, afresh=True)
    else:
        finish(session, attempt.request_id, JobStatus.DONE, outcome.sentence, outcome.document_id)


def _rights(session: PortalSession, attempt: Attempt) -> Actor:
    """The rights the job runs with: those the person had when asking, if they still have exactly these."""
    mark = f"job-{attempt.request_id}"
    if attempt.requested_by_id is None:
        return Actor.system(mark)
    person = session.get(Person, attempt.requested_by_id)
    if person is None or not person.is_active:
        raise RuleBroken("The person who asked for this no longer has access.")
    actor = person.actor(mark)
    if (actor.role, actor.agency_ids) != (attempt.actor_role, attempt.actor_agency_ids):
        raise RuleBroken("Your role or agency has changed since you asked for this; please ask again.")
    session.expunge(person)
    return actor


def _record_fault(attempt: Attempt, equipment: Equipment, error: Exception) -> None:
    """Let the request try again with a growing pause, or fail it with one plain sentence after its last attempt."""
    kind = JOBS[attempt.name]
    is_late = isinstance(error, JobTimeoutException)
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    log.error("job fault", request=attempt.request_id, job=attempt.name, fault=type(error).__name__, places=places)
    most = min(kind.most_attempts, 2) if is_late else kind.most_attempts
    with equipment.sessions.begin() as session:
        if attempt.number < most:
            wait = timedelta(seconds=min(3 * 2 ** (attempt.number - 1), 600))
            postpone(
                session, attempt.request_id, wait, "It did not work at once and will be tried again.", afresh=False
            )
        else:
            sentence = _late_sentence(kind) if is_late else _failure_sentence(attempt, most)
            finish(session, attempt.request_id, JobStatus.FAILED, sentence)


def _failure_sentence(attempt: Attempt, tries: int) -> str:
    return f"It did not work after {count_words(tries, 'try', 'tries')}; quote request {attempt.request_id}."


def _late_sentence(kind: JobKind) -> str:
    return f"It took longer than {count_words(max(1, kind.timeout_seconds // 60), 'minute')} and was stopped."
