"""Which work was requested, by whom, and with what outcome? The outbox: the row is the truth, the queue a courier."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Identity, Index, Integer, Text, TextClause, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import OWN_AGENCIES, OWN_PERSON, Actor, Role, RowPolicy
from models.core.choices import Choice
from models.core.db import Base
from models.core.errors import RuleBroken
from models.core.words import choice_column, must, one_of
from models.documents.documents import Document
from models.partnership.people import Person

CHANNEL = "job_requests"  # the relay listens here; NOTIFY speaks when the asking transaction commits


class JobStatus(Choice):
    """Where a request stands. A refusal is an answer, not a fault: its sentence says why."""

    WAITING = "waiting", "", "Waiting to start"
    QUEUED = "queued", "", "Waiting for its turn"
    RUNNING = "running", "", "Working"
    DONE = "done", "", "Done"
    FAILED = "failed"
    REFUSED = "refused"

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to the request by itself.

        >>> [status.value for status in JobStatus if status.is_finished]
        ['done', 'failed', 'refused']
        """
        return self in (JobStatus.DONE, JobStatus.FAILED, JobStatus.REFUSED)


class JobRequest(Base):
    """One piece of work, written in the transaction that asks for it and done exactly once in its effects.

    `arguments` holds ids and plain choices, never people's data. `actor_role` and `actor_agency_ids` are the rights
    of the person at the time of asking; the job runs with them only while the person still has them.
    """

    __tablename__ = "job_requests"
    address_path: ClassVar[str] = "requests"
    __table_args__ = (
        one_of("status", JobStatus, "known_job_status"),
        must(
            "(status IN ('done', 'failed', 'refused')) = (finished_at IS NOT NULL)",
            name="finished_request_has_moment",
            sentence="A finished request needs the moment it finished.",
        ),
        Index(
            "ix_job_requests_due",
            "due_at",
            postgresql_where=text("status IN ('waiting', 'queued', 'running')"),
        ),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=("select", "insert", "update"),
        agency_reads=f"requested_by_id = {OWN_PERSON}",
        agency_inserts=f"requested_by_id = {OWN_PERSON} AND actor_agency_ids <@ {OWN_AGENCIES}",
        reason="Whoever belongs to an agency sees the work they asked for themselves. The row is its own record.",
        is_logged=False,
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(Text, index=True)
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    actor_role: Mapped[Role | None] = mapped_column(choice_column(Role))
    actor_agency_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default="{}")
    status: Mapped[JobStatus] = mapped_column(choice_column(JobStatus), server_default=JobStatus.WAITING, index=True)
    sentence: Mapped[str] = mapped_column(Text, server_default="")
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id", ondelete="SET NULL"), index=True)
    unique_key: Mapped[str | None] = mapped_column(Text, unique=True)
    requested_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    leased_until_at: Mapped[datetime | None]
    lease_seconds: Mapped[int] = mapped_column(server_default="10")
    queued_count: Mapped[int] = mapped_column(server_default="0")
    attempt_count: Mapped[int] = mapped_column(server_default="0")
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    requested_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")
    document: Mapped[Document | None] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return f"Request {self.id}"


class JobProgress(Base):
    """How far a running job has come. A table of its own: the request's row is locked by the job until it commits."""

    __tablename__ = "job_progress"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=("select",),
        agency_reads="EXISTS (SELECT 1 FROM job_requests r WHERE r.id = request_id)",
        reason="Seen by whoever sees the request; only the portal itself writes it.",
        is_logged=False,
    )

    request_id: Mapped[int] = mapped_column(ForeignKey("job_requests.id", ondelete="CASCADE"), primary_key=True)
    percent: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(server_default=func.now())


@dataclass(frozen=True)
class JobView:
    """What a waiting person is shown. `percent` is 0 to 100; `sentence` is the result or the refusal."""

    id: int
    status: JobStatus
    percent: int
    text: str
    sentence: str
    document_id: int | None

    @property
    def is_finished(self) -> bool:
        return self.status.is_finished


@dataclass(frozen=True)
class Claim:
    """A due request that the relay may put on the queue: `round` counts how often that has been done."""

    id: int
    name: str
    round: int


@dataclass(frozen=True)
class Attempt:
    """A started attempt: what to do, and as whom."""

    request_id: int
    name: str
    arguments: dict[str, Any]
    requested_by_id: int | None
    actor_role: str | None
    actor_agency_ids: tuple[int, ...]
    number: int


def request_job(
    session: Session,
    name: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    due_at: datetime | None = None,
    unique_key: str | None = None,
) -> int | None:
    """Ask for a job in the caller's own transaction, as the session's actor; the relay wakes when that commits.

    Returns the id of the request, or None when `unique_key` was asked for before (then nothing is written).
    """
    actor: Actor = session.info["actor"]
    values = {
        "name": name,
        "arguments": dict(arguments or {}),
        "requested_by_id": actor.person_id,
        "actor_role": actor.role,
        "actor_agency_ids": list(actor.agency_ids),
        "unique_key": unique_key,
    } | ({"due_at": due_at} if due_at else {})
    statement = insert(JobRequest).values(values).on_conflict_do_nothing(index_elements=["unique_key"])
    row = session.execute(statement.returning(JobRequest.id, func.pg_notify(CHANNEL, ""))).one_or_none()
    return None if row is None else row.id


def ask_again(session: Session, requests: Collection[JobRequest]) -> None:
    """Let failed requests start afresh. Refuses all of them if any has not failed."""
    if any(request.status is not JobStatus.FAILED for request in requests):
        raise RuleBroken("Only work that failed can be asked for again.")
    for request in requests:
        request.status = JobStatus.WAITING
        request.attempt_count = 0
        request.finished_at = request.leased_until_at = None
        request.due_at = func.now()
    session.flush()
    session.execute(select(func.pg_notify(CHANNEL, "")))


def job_view(session: Session, request_id: int) -> JobView | None:
    """What to show somebody who waits for a request; None when there is no such request that they may see."""
    columns = (JobRequest.status, JobRequest.sentence, JobRequest.document_id, JobProgress.percent, JobProgress.text)
    row = session.execute(
        select(*columns)
        .outerjoin(JobProgress, JobProgress.request_id == JobRequest.id)
        .where(JobRequest.id == request_id)
    ).one_or_none()
    if row is None:
        return None
    percent = 100 if row.status is JobStatus.DONE else row.percent or 0
    return JobView(request_id, row.status, percent, row.text or "", row.sentence, row.document_id)


# Claims and attempts do not wait for the disk: a server that crashes may forget them, and they are made again.
_CLAIM = text("""
UPDATE job_requests r
SET status = 'queued', queued_count = queued_count + 1, lease_seconds = least(lease_seconds * 2, 320),
    leased_until_at = clock_timestamp() + make_interval(secs => lease_seconds)
FROM (SELECT id FROM job_requests
      WHERE status IN ('waiting', 'queued', 'running') AND due_at <= clock_timestamp()
        AND (leased_until_at IS NULL OR leased_until_at < clock_timestamp())
        AND (name = ANY(CAST(:names AS text[]))) <> CAST(:are_others AS boolean)
        AND id <> ALL(CAST(:waiting AS int[]))
      ORDER BY requested_by_id IS NULL, due_at, id LIMIT :most FOR NO KEY UPDATE SKIP LOCKED) due
WHERE r.id = due.id RETURNING r.id, r.name, r.queued_count, r.requested_by_id IS NULL AS is_ours, r.due_at,
    set_config('synchronous_commit', 'off', true)""")

_RENEW = text("""
UPDATE job_requests SET leased_until_at = clock_timestamp() + interval '10 seconds'
WHERE id = ANY(CAST(:waiting AS int[])) AND status = 'queued' AND leased_until_at < clock_timestamp()""")

_GIVE_BACK = text("""
UPDATE job_requests SET status = 'waiting', leased_until_at = NULL, lease_seconds = 10
WHERE status = 'queued' AND (CAST(:ids AS int[]) IS NULL OR id = ANY(CAST(:ids AS int[])))""")

_BEGIN = """
UPDATE job_requests SET status = 'running', attempt_count = attempt_count + 1, lease_seconds = 10,
    started_at = coalesce(started_at, clock_timestamp()),
    leased_until_at = clock_timestamp() + make_interval(secs => least(3 * power(2, least(attempt_count, 8)), 600))
WHERE id = (SELECT id FROM job_requests WHERE {which} AND due_at <= clock_timestamp()
            ORDER BY due_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id, name, arguments, requested_by_id, actor_role, actor_agency_ids, attempt_count,
    set_config('synchronous_commit', 'off', true)"""
_START = text(_BEGIN.format(which="id = :id AND status IN ('waiting', 'queued', 'running')"))
_START_NEXT = text(_BEGIN.format(which="name = :name AND status = 'waiting'"))

_HOLD = text("""
SELECT set_config('client_connection_check_interval', '1000', true) FROM job_requests
WHERE id = :id AND status = 'running' FOR NO KEY UPDATE SKIP LOCKED""")

_SETTLE = text("""
UPDATE job_requests SET status = :status, sentence = :sentence, document_id = :document, leased_until_at = NULL,
    finished_at = clock_timestamp() WHERE id = :id AND status = 'running'""")

_POSTPONE = text("""
UPDATE job_requests SET status = 'waiting', sentence = :sentence, leased_until_at = NULL,
    attempt_count = CASE WHEN :afresh THEN 0 ELSE attempt_count END,
    due_at = clock_timestamp() + CAST(:wait AS interval) WHERE id = :id AND status = 'running'""")

_REPORT = text("""
INSERT INTO job_progress (request_id, percent, text, written_at) VALUES (:id, :percent, :text, clock_timestamp())
ON CONFLICT (request_id) DO UPDATE SET percent = :percent, text = :text, written_at = clock_timestamp()""")


def claim_due(
    session: Session,
    most: int,
    *,
    names: Collection[str] = (),
    are_others: bool = True,
    waiting: Collection[int] = (),
) -> list[Claim]:
    """Lease due requests to this relay: those never queued, and those whose lease ran out.

    Of the jobs of these names, or of all others; those that a person asked for first, then the oldest. What is known
    to be `waiting` in the queue is left there, under a lease made new.

    A row that a running job holds is passed over, so work in progress is never queued twice. The lease doubles each
    time (10 s to 320 s) until the job starts.
    """
    session.execute(_RENEW, {"waiting": list(waiting)})
    values = {"most": most, "names": list(names), "are_others": are_others, "waiting": list(waiting)}
    rows = sorted(session.execute(_CLAIM, values), key=lambda row: (row.is_ours, row.due_at, row.id))
    return [Claim(row.id, row.name, row.queued_count) for row in rows]


def give_back(session: Session, ids: list[int] | None = None) -> None:
    """Make queued requests due again at once: these, or all of them when the queue has lost its memory."""
    session.execute(_GIVE_BACK, {"ids": ids})


def start_attempt(session: Session, request_id: int) -> Attempt | None:
    """Count an attempt and lease the request for its back-off. None: finished, not due, or in somebody else's hands."""
    return _begun(session, _START, {"id": request_id})


def start_next(session: Session, name: str) -> Attempt | None:
    """The same for the request of a job that has waited longest and is in no queue yet; None when none waits."""
    return _begun(session, _START_NEXT, {"name": name})


def _begun(session: Session, statement: TextClause, values: dict[str, Any]) -> Attempt | None:
    row = session.execute(statement, values).one_or_none()
    if row is None:
        return None
    agencies = tuple(row.actor_agency_ids)
    return Attempt(row.id, row.name, row.arguments, row.requested_by_id, row.actor_role, agencies, row.attempt_count)


def hold(session: Session, request_id: int) -> bool:
    """Lock the running request until this transaction ends; False when another process has it or it is finished.

    Also lets the server notice within a second when this process dies in the middle of a long statement.
    """
    return session.execute(_HOLD, {"id": request_id}).one_or_none() is not None


def finish(session: Session, request_id: int, status: JobStatus, sentence: str, document_id: int | None = None) -> None:
    """Settle a running request for good, with the sentence people read. Settling twice changes nothing."""
    session.execute(_SETTLE, {"id": request_id, "status": status, "sentence": sentence, "document": document_id})


def postpone(session: Session, request_id: int, wait: timedelta, sentence: str, *, afresh: bool) -> None:
    """Let a running request wait and start again. `afresh` forgets the attempts: the job asked for the delay itself."""
    session.execute(_POSTPONE, {"id": request_id, "wait": wait, "sentence": sentence, "afresh": afresh})


def report_progress(session: Session, request_id: int, percent: int, words: str) -> None:
    """Keep how far a job has come; to be committed apart from the job's own transaction, or nobody sees it."""
    session.execute(_REPORT, {"id": request_id, "percent": max(0, min(100, percent)), "text": words})


def clear_finished(session: Session, before: datetime) -> int:
    """Delete requests that finished before a moment; returns how many. Their documents stay."""
    finished = text("DELETE FROM job_requests WHERE finished_at < :before AND status <> 'failed' RETURNING 1")
    return len(session.execute(finished, {"before": before}).all())
