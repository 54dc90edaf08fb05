"""Which entries of the queue are ours, and what becomes of everything else that somebody writes into Valkey?

An entry says its request's number and nothing more is read from Valkey: what stands beside it there could be anybody's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import ResponseError
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from models.core.rooms import at_place
from models.documents.job_attempts import Attempt, Claim

ENTRY = "jobs.core.queue.run"
"""The only function that Valkey may name."""
KEEP_SECONDS = 3600  # how long Valkey keeps a killed job's leavings

_RUN = "jobs.core.queue:run"  # loaded by the process that does the request, not by the one that carries it
_MARK = "ob-"  # then the request and how often it has been put there
_OURS = re.compile(rf"{_MARK}(\d{{1,9}})-\d{{1,9}}".encode())
log = structlog.get_logger(__name__)


def name_of(claim: Claim) -> str:
    """What stands in the queue for a request."""
    return f"{_MARK}{claim.id}-{claim.round}"


def request_of(entry: bytes | str) -> int | None:
    """The number of the request that an entry stands for; None when it is not one of ours.

    >>> request_of(b"ob-12-1"), request_of("ob-12-1"), request_of(b"\\xff"), request_of(b"ob-12-1; ob-13-1")
    (12, 12, None, None)
    """
    ours = _OURS.fullmatch(entry if isinstance(entry, bytes) else entry.encode("utf-8", "surrogateescape"))
    return int(ours[1]) if ours else None


class PortalJob(Job):
    """An RQ job that can name one function only, whatever somebody wrote into Valkey.

    `attempt` is set once the worker has started the request; without it the function starts it.
    """

    attempt: Attempt | None = None

    @property
    def func(self) -> Callable[[int], None]:
        if self.func_name != ENTRY or self.instance is not None or self.kwargs or len(self.args) != 1:
            raise PermissionError("this queue runs requests by number and nothing else")
        return partial(at_place(_RUN), started=self.attempt)

    @property
    def success_callback(self) -> None:
        return None

    @property
    def failure_callback(self) -> None:
        return None

    @property
    def stopped_callback(self) -> None:
        return None

    def send_webhooks(self, *unused: object, **unused_too: object) -> None:
        """Never: a job in Valkey must not make the worker call addresses."""


class PortalQueue(Queue):
    """An RQ queue of whose entries only ours come out; others are dropped with a line in the log."""

    @classmethod
    def dequeue_any(
        cls,
        queues: Iterable[Queue],
        timeout: int | None,
        connection: Redis,
        *_: Any,
        **__: Any,
    ) -> tuple[Job, Queue] | None:
        """The first entry of ours in these queues, in their order. RQ's own reads the job from Valkey and would end the
        worker on what it cannot decode.
        """
        by_key = {queue.key: queue for queue in queues}
        while True:
            try:
                popped = cls.lpop(list(by_key), timeout, connection=connection)
            except ResponseError:
                if not _drop_strange_keys(connection, by_key):
                    raise
                continue
            if popped is None:
                return None
            key, entry = popped
            queue = by_key[key.decode() if isinstance(key, bytes) else key]
            number = request_of(entry)
            if number is not None:
                return make_job(queue, str(entry, "ascii"), number), queue
            connection.delete(Job.redis_job_namespace_prefix.encode() + entry)
            log.warning("entry dropped", queue=queue.name)


def _drop_strange_keys(connection: Redis, keys: Iterable[str]) -> bool:
    """Delete what stands in a queue's place and is no list; whether there was any."""
    strange = [key for key in keys if connection.type(key) not in (b"list", b"none")]
    for key in strange:
        connection.delete(key)
        log.warning("entry dropped", queue=key)
    return bool(strange)


def make_job(queue: Queue, entry: str, number: int, *, timeout: int = 60) -> PortalJob:
    """The job that an entry stands for, as we put it there."""
    job = PortalJob.create(
        ENTRY,
        args=(number,),
        id=entry,
        connection=queue.connection,
        serializer=JSONSerializer,
        origin=queue.name,
        timeout=timeout,
        result_ttl=0,
        failure_ttl=KEEP_SECONDS,
        description=f"request {number}",
    )
    if not isinstance(job, PortalJob):
        raise TypeError("RQ makes jobs of our own kind")
    return job
