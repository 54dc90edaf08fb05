"""Which process does the requests, each in a child of its own that is warm when it starts?"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import configure_mappers

from jobs.mail import MailServer
from jobs.queue import (
    Equipment,
    PortalJob,
    connect,
    equip,
    load_jobs,
    open_queue,
    system_sessions,
)
from jobs.queue import run as run_request
from models.db import make_engine, refuse_unsafe_login

log = structlog.get_logger(__name__)


class PortalWorker(Worker):
    """RQ's forking worker. The child gets a warm interpreter and opens a database connection of its own."""

    max_connection_wait_time = 2.0
    engine: Engine

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        self.engine.dispose(close=False)  # whatever the parent had open stays the parent's
        super().main_work_horse(job, queue)


def run(
    database_url: str,
    redis_url: str,
    *,
    mail_server: MailServer | None = None,
    partnership: str = "",
    address: str = "",
    secret: str = "",
    also: Iterable[str] = (),
) -> None:
    """Do requests until told to stop (SIGTERM: after the job in hand). Run as many of these as there are cores.

    Waits for both servers at the start. Raises RuleBroken on a database login that row-level security does not bind.
    """
    load_jobs(also)
    engine = make_engine(database_url, pool_size=2)
    equip(Equipment(system_sessions(engine), mail_server, partnership, address, secret))
    connection = connect(redis_url)
    _await_servers(engine, connection)
    worker = make_worker(engine, connection)
    gc.collect()
    gc.freeze()  # the child shares these pages instead of copying them
    worker.work(logging_level="WARNING")


def make_worker(engine: Engine, connection: Redis) -> PortalWorker:
    """A worker that notices dead colleagues within a minute or so; the outbox does not rely on it."""
    worker = PortalWorker(
        [open_queue(connection)],
        connection=connection,
        job_class=PortalJob,
        serializer=JSONSerializer,
        worker_ttl=30,
        job_monitoring_interval=5,
        maintenance_interval=5,
        log_job_description=False,
    )
    worker.engine = engine
    worker.log_result_lifespan = False
    return worker


def _await_servers(engine: Engine, connection: Redis) -> None:
    """Wait for the servers and warm up what every child needs; leaves no connection open to be inherited."""
    configure_mappers()
    while True:
        try:
            connection.ping()
            with engine.connect() as first:
                refuse_unsafe_login(first)
            run_request(0)
        except (RedisError, DBAPIError) as trouble:
            log.warning("worker waits", fault=type(trouble).__name__)
            time.sleep(1.0)
        else:
            engine.dispose()
            return
