"""Which work was requested, by whom, and with what outcome? The outbox: the row is the truth, the queue a courier."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Identity, Index, Integer, Text, case, func, literal, select, text
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
            "ix_job_requests_due",  # the order in which they are taken, so that the first is found among many thousands
            text("(requested_by_id IS NULL)"),
            "due_at",
            "id",
            postgresql_where=text("status IN ('waiting', 'queued', 'running')"),
        ),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=("select", "insert"),
        administrator=("select", "insert", "update"),
        officer=("select", "insert", "update (status, attempt_count, finished_at, leased_until_at, due_at)"),
        own=f"requested_by_id = {OWN_PERSON}",
        own_reads=f"requested_by_id = {OWN_PERSON}",
        sign_in=("select", "insert"),
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


_SUBJECTS = (
    ("message_id", "messages"),
    ("list_id", "case_lists"),
    ("audit_id", "case_audits"),
    ("case_id", "sample_cases"),
    ("sample_id", "audit_samples"),
    ("frame_id", "case_frames"),
    ("import_id", "table_imports"),
    ("escalation_id", "escalations"),
    ("analysis_id", "impact_analyses"),
    ("briefing_id", "briefings"),
    ("plan_id", "action_plans"),
    ("review_id", "thematic_reviews"),
    ("document_id", "documents"),
    ("agency_id", "agencies"),
)
"""The arguments of jobs that say which record the work is about, as the column of the change log does; first first."""
_FORMS = ("self_evaluation", "case_audit", "section_11_return")


def subject_of_job(request: Any) -> ColumnElement[Any]:
    """Which record a request is about, as `table:key`; nothing where it is about none."""
    arguments = request.arguments
    named = (literal(f"{table}:") + arguments[name].astext for name, table in _SUBJECTS)
    forms = [
        (request.name.like(f"make_{form}%"), literal(f"{form}s:") + arguments["record_id"].astext) for form in _FORMS
    ]
    return func.coalesce(*named, case(*forms))


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
    values = _asked(session, name, arguments, unique_key) | ({"due_at": due_at} if due_at else {})
    statement = insert(JobRequest).values(values).on_conflict_do_nothing(index_elements=["unique_key"])
    row = session.execute(statement.returning(JobRequest.id, func.pg_notify(CHANNEL, ""))).one_or_none()
    return None if row is None else row.id


def request_jobs(session: Session, name: str, arguments: Mapping[str, Mapping[str, Any]]) -> None:
    """Ask for a job many times at once: the arguments of each by its unique key, once each."""
    asked = [_asked(session, name, its_own, unique_key) for unique_key, its_own in arguments.items()]
    if asked:
        statement = insert(JobRequest).on_conflict_do_nothing(index_elements=["unique_key"])
        session.execute(statement.returning(func.pg_notify(CHANNEL, "")), asked).all()


def _asked(session: Session, name: str, arguments: Mapping[str, Any] | None, unique_key: str | None) -> dict[str, Any]:
    """The columns of a request of the session's actor."""
    actor: Actor = session.info["actor"]
    return {
        "name": name,
        "arguments": dict(arguments or {}),
        "requested_by_id": actor.person_id,
        "actor_role": actor.role,
        "actor_agency_ids": list(actor.agency_ids),
        "unique_key": unique_key,
    }


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


def started_at(session: Session, request_id: int) -> datetime:
    """When the first attempt at a request began, by the database's clock; when it was asked for, before that."""
    began = func.coalesce(JobRequest.started_at, JobRequest.requested_at)
    return session.scalars(select(began).where(JobRequest.id == request_id)).one()


_REPORT = text("""
INSERT INTO job_progress (request_id, percent, text, written_at) VALUES (:id, :percent, :text, clock_timestamp())
ON CONFLICT (request_id) DO UPDATE SET percent = :percent, text = :text, written_at = clock_timestamp()""")


def report_progress(session: Session, request_id: int, percent: int, words: str) -> None:
    """Keep how far a job has come; to be committed apart from the job's own transaction, or nobody sees it."""
    session.execute(_REPORT, {"id": request_id, "percent": max(0, min(100, percent)), "text": words})
