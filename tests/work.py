"""How does a test get the jobs done that a page has requested?"""

from __future__ import annotations

import math
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from jobs.core import queue
from models.core.db import PortalSession
from models.core.rooms import load_rooms
from models.documents.job_requests import JobRequest, JobStatus
from models.partnership.partnership_settings import FixedSettings
from tests.web import SECRET


def do_requests(session: Session, session_factory: sessionmaker[PortalSession], **equipment: Any) -> list[JobRequest]:
    """Do every open request as the worker does, in the test's own transaction; returns them as they ended."""
    session.commit()
    waiting = select(JobRequest.id).where(JobRequest.finished_at.is_(None)).order_by(JobRequest.id)
    return [do_request(session, session_factory, key, **equipment) for key in session.scalars(waiting).all()]


def do_request(
    session: Session, session_factory: sessionmaker[PortalSession], request_id: int, **equipment: Any
) -> JobRequest:
    """Hand one request to the worker's function, open or not, in the test's own transaction; returns it as it ended.

    The operator has set the name, and the `mail_server` if one is given.
    """
    load_rooms("models", "jobs")
    fixed = FixedSettings(
        equipment.pop("partnership", "Test Partnership"), mail_server=equipment.pop("mail_server", None)
    )
    given = {"fixed": fixed, "secret": SECRET, **equipment}
    queue.equip(queue.Equipment(sessions_of_the_portal(session_factory), **given))
    session.commit()
    often, queue.REPORT_SECONDS = queue.REPORT_SECONDS, math.inf  # a report apart would share this one connection
    long, queue.ROUND_SECONDS = queue.ROUND_SECONDS, 0.0  # this request alone, not all mail that waits
    try:
        queue.run(request_id)
    finally:
        queue.REPORT_SECONDS, queue.ROUND_SECONDS = often, long
    session.expire_all()
    return session.get_one(JobRequest, request_id)


def done(requests: list[JobRequest]) -> list[str]:
    """The sentences of the requests, all of which must be done."""
    assert {request.status for request in requests} <= {JobStatus.DONE}, [request.sentence for request in requests]
    return [request.sentence for request in requests]


def sessions_of_the_portal(session_factory: sessionmaker[PortalSession]) -> sessionmaker[PortalSession]:
    """The same sessions, beginning as the portal itself, as a worker's do."""
    from_factory = dict(session_factory.kw)
    info = {**from_factory.get("info", {}), "actor": queue.Actor.system("test")}
    return sessionmaker(class_=session_factory.class_, **{**from_factory, "info": info})
