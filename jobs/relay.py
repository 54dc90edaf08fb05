"""How do requests get from the outbox to the queue, at once and without loss?"""

from __future__ import annotations

import time
from collections.abc import Iterable

import psycopg
import structlog
from redis.exceptions import RedisError
from rq import Queue
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import sessionmaker

from jobs.queue import ENTRY, JOBS, connect, leave_on_term, load_jobs, open_queue, system_sessions
from models.db import PortalSession, make_engine
from models.job_requests import CHANNEL, Claim, claim_due, give_back

MEMORY = "triangulate:relay"  # gone from Valkey? then so is everything we had put there
BATCH = 100
KEEP_SECONDS = 3600  # how long Valkey keeps a killed job's leavings

log = structlog.get_logger(__name__)


def run(database_url: str, redis_url: str, *, poll_seconds: float = 2.0, also: Iterable[str] = ()) -> None:
    """Pass requests on until told to stop. Any number of relays may run; each request goes to one of them.

    PostgreSQL's NOTIFY wakes the relay when a request is committed; every `poll_seconds` it looks by itself, for
    requests that have become due and leases that have run out. Faults of either server are waited out.
    """
    leave_on_term()
    load_jobs(also)
    engine = make_engine(database_url, pool_size=2)
    queue = open_queue(connect(redis_url))
    while True:
        try:
            _serve(engine, queue, poll_seconds)
        except (DBAPIError, psycopg.Error, RedisError) as trouble:
            log.warning("relay waits", fault=type(trouble).__name__)
            time.sleep(min(poll_seconds, 1.0))


def _serve(engine: Engine, queue: Queue, poll_seconds: float) -> None:
    sessions = system_sessions(engine)
    with engine.connect() as listening:
        connection = listening.connection.driver_connection
        if not isinstance(connection, psycopg.Connection):
            raise TypeError("the relay listens through psycopg")
        connection.rollback()
        connection.autocommit = True
        connection.execute(f"LISTEN {CHANNEL}")
        try:
            while True:
                notice_lost_memory(sessions, queue)
                while pass_on(sessions, queue):
                    continue
                next(connection.notifies(timeout=poll_seconds, stop_after=1), None)
        finally:
            listening.invalidate()


def notice_lost_memory(sessions: sessionmaker[PortalSession], queue: Queue) -> None:
    """When Valkey has lost its data, give all queued requests back at once instead of waiting for their leases."""
    if not queue.connection.exists(MEMORY):
        with sessions.begin() as session:
            give_back(session)
        queue.connection.set(MEMORY, 1)


def pass_on(sessions: sessionmaker[PortalSession], queue: Queue) -> int:
    """Lease due requests, then put their numbers on the queue; returns how many.

    The lease is committed first: the worker may be quicker than we are. When the queue does not answer, the requests
    are given back; when this process dies in between, their leases run out in ten seconds.
    """
    with sessions.begin() as session:
        claims = claim_due(session, BATCH)
    passed = 0
    try:
        for claim in claims:
            _put(queue, claim)
            passed += 1
    finally:
        if passed < len(claims):
            with sessions.begin() as session:
                give_back(session, [claim.id for claim in claims[passed:]])
    return passed


def _put(queue: Queue, claim: Claim) -> None:
    kind = JOBS.get(claim.name)
    queue.enqueue_call(
        ENTRY,
        args=(claim.id,),
        timeout=kind.timeout_seconds if kind else 60,
        result_ttl=0,
        failure_ttl=KEEP_SECONDS,
        job_id=f"ob-{claim.id}-{claim.round}",
        description=f"request {claim.id}",
    )
