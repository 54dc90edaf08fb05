"""Who works at a request now, and may somebody else begin? Leases, attempts and how they end."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from models.documents.job_requests import JobStatus


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
            ORDER BY requested_by_id IS NULL, due_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
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


def claim_due(
    session: Session,
    most: int = 100,
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
    """The same for the request of a job that is in no queue yet: a person's first, then who has waited longest.

    None when none waits.
    """
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
