"""Which process does the requests, each in a child of its own that is warm when it starts?"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterable
from typing import Any

import psycopg
import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import configure_mappers

from jobs.core.mail import MailServer
from jobs.core.queue import Equipment, equip, in_hand, system_sessions, take, warm_up
from jobs.core.relay import PortalJob, connect, open_queue
from jobs.pdf.paper.letterhead import Logo
from models.core.db import make_engine, refuse_unsafe_login
from models.core.rooms import load_rooms

log = structlog.get_logger(__name__)


class PortalWorker(Worker):
    """RQ's forking worker, whose child inherits a warm interpreter and the request in hand.

    Opening a connection and taking a request in a fresh child costs more than all the rest of starting a job. So the
    parent does both; after the fork it never speaks on that connection again, and opens another when the child is done.
    """

    max_connection_wait_time = 2.0
    engine: Engine
    opened: list[psycopg.Connection[Any]]

    def execute_job(self, job: Job, queue: Queue) -> None:
        super().execute_job(job, queue)
        self.make_ready()

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        self.take_in_hand(job)
        super().fork_work_horse(job, queue)  # the child does not come back from this
        self.let_go()

    def make_ready(self) -> None:
        """Have a warm connection for the next child; without one, while the server is away, the child opens its own."""
        try:
            warm_up()
        except DBAPIError as trouble:
            log.warning("worker has no connection ready", fault=type(trouble).__name__)

    def take_in_hand(self, job: Job) -> None:
        """Take the request for the child that is about to be forked; what cannot be taken here the child tries."""
        in_hand.clear()
        try:
            taken = take(job.args[0]) if job.func else None
        except (DBAPIError, PermissionError) as trouble:
            log.warning("worker takes nothing in hand", fault=type(trouble).__name__)
        else:
            if taken:
                in_hand[taken.attempt.request_id] = taken

    def let_go(self) -> None:
        """Forget the connections that the child has now without a word to the server: a farewell would end the child's.

        So the parent's ends are turned to nowhere before they are closed.
        """
        nowhere = os.open(os.devnull, os.O_RDWR)
        for connection in self.opened:
            if not connection.closed:
                os.dup2(nowhere, connection.fileno())
        os.close(nowhere)
        self.opened.clear()
        for taken in in_hand.values():
            taken.session.invalidate()
        in_hand.clear()
        self.engine.dispose()


def run(
    database_url: str,
    redis_url: str,
    *,
    mail_server: MailServer | None = None,
    partnership: str = "",
    address: str = "",
    secret: str = "",
    takes_long: bool = True,
    logo: Logo | None = None,
    also: Iterable[str] = (),
) -> None:
    """Do requests until told to stop (SIGTERM: after the job in hand). Run as many of these as there are cores.

    Short jobs go before long ones; a worker with `takes_long` off leaves the long ones to others, so that one such
    worker among several keeps short jobs from ever waiting for a case list.

    Waits for both servers at the start. Raises RuleBroken on a database login that row-level security does not bind.
    """
    load_rooms("models", "jobs", *also)
    configure_mappers()
    engine = make_engine(database_url, pool_size=2)
    equip(Equipment(system_sessions(engine), mail_server, partnership, address, secret, logo))
    connection = connect(redis_url)
    worker = make_worker(engine, connection, takes_long=takes_long)
    _await_servers(engine, connection)
    worker.make_ready()
    gc.collect()
    gc.freeze()  # the child shares these pages instead of copying them
    worker.work(logging_level="WARNING")


def make_worker(engine: Engine, connection: Redis, *, takes_long: bool = True) -> PortalWorker:
    """A worker that notices dead colleagues within a minute or so; the outbox does not rely on it."""
    short, long = open_queue(connection), open_queue(connection, is_long=True)
    worker = PortalWorker(
        [short, long] if takes_long else [short],
        connection=connection,
        job_class=PortalJob,
        serializer=JSONSerializer,
        worker_ttl=30,
        job_monitoring_interval=5,
        maintenance_interval=5,
        log_job_description=False,
    )
    worker.log_result_lifespan = False
    worker.engine, worker.opened = engine, []
    event.listen(engine, "connect", lambda opened, record: worker.opened.append(opened))
    return worker


def _await_servers(engine: Engine, connection: Redis) -> None:
    """Wait until both servers answer, and refuse a login that could look over the wall between agencies."""
    while True:
        try:
            connection.ping()
            with engine.connect() as first:
                refuse_unsafe_login(first)
        except (RedisError, DBAPIError) as trouble:
            log.warning("worker waits", fault=type(trouble).__name__)
            time.sleep(1.0)
        else:
            return
