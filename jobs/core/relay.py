"""How do requests, and nothing else, get from the outbox to the queue at once and without loss?"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import psycopg
import structlog
from redis import Redis
from redis.exceptions import RedisError, ResponseError
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import sessionmaker

from jobs.core.entries import ENTRY, KEEP_SECONDS, PortalJob, PortalQueue, name_of, request_of
from jobs.core.lanes import LANES, Lane
from jobs.core.service import leave_on_term, system_sessions
from models.core.db import PortalSession, make_engine
from models.core.rooms import load_rooms
from models.documents.job_attempts import Claim, claim_due, give_back
from models.documents.job_requests import CHANNEL

QUEUES = {Lane.SHORT: "triangulate", Lane.MAIL: "triangulate:mail", Lane.LONG: "triangulate:long"}
MEMORY = "triangulate:relay"  # gone from Valkey? then so is everything we had put there
UNTIL_STARTED = 60  # seconds; the worker that starts a request gives it its own limit
FEED = 20  # so many wait in one queue at most; the rest waits in the outbox, where what a person asked for goes first

log = structlog.get_logger(__name__)


Queues = dict[Lane, Queue]
"""The queues for the ids of requests, one for each lane."""


def connect(redis_url: str) -> Redis:
    """A connection to the Valkey at an address; `valkey://` means the same as `redis://`."""
    scheme, _, rest = redis_url.partition("://")
    rq_scheme = {"valkey": "redis", "valkeys": "rediss", "valkey+unix": "unix"}.get(scheme, scheme)
    return Redis.from_url(f"{rq_scheme}://{rest}", socket_connect_timeout=5, driver_info=None)


def open_queues(connection: Redis) -> Queues:
    """The portal's queues: numbers of requests, as JSON."""
    return {
        lane: PortalQueue(name, connection=connection, job_class=PortalJob, serializer=JSONSerializer)
        for lane, name in QUEUES.items()
    }


def run(database_url: str, redis_url: str, *, poll_seconds: float = 2.0, also: Iterable[str] = ()) -> None:
    """Pass requests on until told to stop. Any number of relays may run; each request goes to one of them.

    PostgreSQL's NOTIFY wakes the relay when a request is committed; every `poll_seconds` it looks by itself, for
    requests that have become due and leases that have run out. Faults of either server are waited out.
    """
    leave_on_term()
    load_rooms(*also)
    engine = make_engine(database_url, pool_size=2)
    connection = connect(redis_url)
    queues = open_queues(connection)
    while True:
        try:
            _serve(engine, queues, poll_seconds)
        except (DBAPIError, psycopg.Error, RedisError) as trouble:
            log.warning("relay waits", fault=type(trouble).__name__)
            time.sleep(min(poll_seconds, 1.0))


def _serve(engine: Engine, queues: Queues, poll_seconds: float) -> None:
    sessions = system_sessions(engine)
    with engine.connect() as listening:
        connection = listening.connection.driver_connection
        if not isinstance(connection, psycopg.Connection):
            raise TypeError("the relay listens through psycopg")
        connection.rollback()  # autocommit cannot be switched on inside a transaction
        connection.autocommit = True
        connection.execute(f"LISTEN {CHANNEL}")
        try:
            while True:
                while has_lost_memory(sessions, queues[Lane.SHORT].connection) or pass_on(sessions, queues):
                    continue
                next(connection.notifies(timeout=poll_seconds, stop_after=1), None)
        finally:
            listening.invalidate()  # it listens and commits by itself, so it must not go back to the pool


def has_lost_memory(sessions: sessionmaker[PortalSession], valkey: Redis) -> bool:
    """Whether Valkey has lost its data; if so all queued requests are given back, not left to wait for their leases."""
    if valkey.exists(MEMORY):
        return False
    with sessions.begin() as session:
        give_back(session)
    valkey.set(MEMORY, 1)
    return True


def pass_on(sessions: sessionmaker[PortalSession], queues: Queues) -> int:
    """Fill each queue up to FEED from the outbox; returns how many requests were leased for that."""
    return sum(_feed(sessions, lane, queue) for lane, queue in queues.items())


def _feed(sessions: sessionmaker[PortalSession], lane: Lane, queue: Queue) -> int:
    """Lease due requests of a lane that do not wait in its queue already, then put their numbers there.

    The lease is committed first: the worker may be quicker than we are. When the queue does not answer, the requests
    are given back; when this process dies in between, their leases run out in ten seconds.
    """
    waiting = _waiting_in(queue)
    with sessions.begin() as session:
        claims = claim_due(session, max(0, FEED - len(waiting)), waiting=waiting, **_names_of(lane))
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


def _waiting_in(queue: Queue) -> set[int]:
    """The requests that stand in a queue; whatever else somebody has written there is not ours to read."""
    try:
        entries = queue.connection.lrange(queue.key, 0, -1)
    except ResponseError:  # not even a list: the worker drops it
        return set()
    return {number for entry in entries if (number := request_of(entry)) is not None}


def _names_of(lane: Lane) -> dict[str, Any]:
    """The jobs of a lane; of the short one all that have no other, also those that this version does not know."""
    if lane is Lane.SHORT:
        return {"names": list(LANES), "are_others": True}
    return {"names": [name for name, wanted in LANES.items() if wanted is lane], "are_others": False}


def _put(queue: Queue, claim: Claim) -> None:
    queue.enqueue_call(
        ENTRY,
        args=(claim.id,),
        timeout=UNTIL_STARTED,
        result_ttl=0,
        failure_ttl=KEEP_SECONDS,
        job_id=name_of(claim),
        description=f"request {claim.id}",
    )
