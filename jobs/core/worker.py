"""Which process does the requests, each in a child of its own that is warm when it starts?"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable

import structlog
from redis import Redis
from redis.exceptions import RedisError, ResponseError
from rq import Queue, Worker
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import configure_mappers

from jobs.core.entries import PortalJob, PortalQueue, request_of
from jobs.core.equipment import Equipment
from jobs.core.lanes import Lane
from jobs.core.queue import JOBS, claim, equip, leave_connections, warm_up
from jobs.core.relay import connect, open_queues
from jobs.core.service import system_sessions
from models.core.access import DatabaseRole
from models.core.clock import now
from models.core.db import make_engine, refuse_unsafe_login
from models.core.rooms import load_rooms
from models.documents.job_attempts import Attempt
from models.partnership.partnership_settings import NOTHING_FIXED, FixedSettings

log = structlog.get_logger(__name__)


class PortalWorker(Worker):
    """RQ's forking worker, which is back soon after Valkey is, and forks for nothing but work.

    A request is started before the fork: what is finished or in somebody else's hands costs two statements, not a
    process. The child inherits the attempt, and no connection.
    """

    max_connection_wait_time = 2.0

    def execute_job(self, job: Job, queue: Queue) -> None:
        attempt = self._started(job)
        if attempt is None or not isinstance(job, PortalJob):
            self.connection.delete(job.key)
            return
        kind = JOBS.get(attempt.name)
        job.attempt, job.timeout = attempt, kind.timeout_seconds if kind else job.timeout
        self.connection.delete(job.key)  # whatever somebody has put in its place
        job.save()
        super().execute_job(job, queue)

    def _started(self, job: Job) -> Attempt | None:
        number = request_of(job.id)
        try:
            return None if number is None else claim(number)
        except DBAPIError as trouble:  # the request's lease runs out, and the relay brings it again
            log.warning("worker waits", fault=type(trouble).__name__)
            time.sleep(1.0)
            return None

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        leave_connections()
        super().main_work_horse(job, queue)

    def clean_registries(self) -> None:
        """RQ's books of what runs and what has failed. Where somebody else has written into them, they are begun anew:
        the outbox relies on none of them.
        """
        try:
            super().clean_registries()  # type: ignore[no-untyped-call]
        except (ValueError, TypeError, KeyError, AttributeError, ResponseError) as trouble:
            log.warning("registries dropped", fault=type(trouble).__name__)
            for queue in self.queues:
                books = (queue.started_job_registry, queue.failed_job_registry, queue.finished_job_registry)
                self.connection.delete(*(book.key for book in books), queue.intermediate_queue.key)
                self.connection.delete(f"rq:workers:{queue.name}", "rq:workers")
            self.last_cleaned_at = now()  # type: ignore[assignment]


def load(*also: str) -> None:
    """Load every job with what it works on, and the rooms named; done before, nothing happens."""
    load_rooms("models", "jobs", *also)
    configure_mappers()


def run(
    database_url: str,
    redis_url: str,
    *,
    fixed: FixedSettings = NOTHING_FIXED,
    address: str = "",
    secret: str = "",
    scanner: str = "",
    takes_long: bool = True,
    also: Iterable[str] = (),
) -> None:
    """Do requests until told to stop (SIGTERM: after the job in hand). Run as many of these as there are cores.

    Short jobs go first, mail last; a worker with `takes_long` off leaves the long ones to others, so that one such
    worker among several keeps short jobs and mail from ever waiting for a case list.

    Waits for both servers at the start. Raises RuleBroken on a database login that row-level security does not bind.
    """
    load(*also)
    engine = make_engine(database_url, pool_size=2)
    equip(Equipment(system_sessions(engine), fixed, address, secret, scanner))
    connection = connect(redis_url)
    _await_servers(engine, connection)
    worker = make_worker(connection, takes_long=takes_long)
    gc.collect()
    gc.freeze()  # the child shares these pages instead of copying them
    worker.work(logging_level="WARNING")


def make_worker(connection: Redis, *, takes_long: bool = True) -> PortalWorker:
    """A worker that notices dead colleagues within a minute or so; the outbox does not rely on it."""
    queues = open_queues(connection)
    lanes = [Lane.SHORT, Lane.LONG, Lane.MAIL] if takes_long else [Lane.SHORT, Lane.MAIL]
    worker = PortalWorker(
        [queues[lane] for lane in lanes],
        connection=connection,
        job_class=PortalJob,
        queue_class=PortalQueue,
        serializer=JSONSerializer,
        worker_ttl=30,
        job_monitoring_interval=5,
        maintenance_interval=5,
        log_job_description=False,
    )
    worker.log_result_lifespan = False
    return worker


def _await_servers(engine: Engine, connection: Redis) -> None:
    """Wait until both servers answer, and refuse a login that could look over the wall between agencies."""
    while True:
        try:
            connection.ping()
            with engine.connect() as first:
                refuse_unsafe_login(first, needs=DatabaseRole)
            warm_up()
        except (RedisError, DBAPIError) as trouble:
            log.warning("worker waits", fault=type(trouble).__name__)
            time.sleep(1.0)
        else:
            return
