"""Which jobs do the tests of the queue run? Each leaves effects that can be counted, and a mark when it starts."""

from __future__ import annotations

import os
import time
from datetime import timedelta

from sqlalchemy import text

from jobs.core.lanes import LANES, Lane
from jobs.core.queue import Done, Later, Run, job
from models.core.errors import RuleBroken

LANES |= {"dig_well": Lane.LONG, "post": Lane.MAIL}


def mark(run: Run) -> None:
    """Leave a mark outside the job's own transaction, so that a test knows the job is in the middle of its work."""
    with run.equipment.sessions.begin() as apart:
        apart.execute(
            text("INSERT INTO field.marks (request_id, pid, number) VALUES (:id, :pid, :number)"),
            {"id": run.attempt.request_id, "pid": os.getpid(), "number": run.attempt.number},
        )


def leave_effect(run: Run) -> None:
    """One row of effect in the job's own transaction; one per request is all there may ever be."""
    run.session.execute(text("INSERT INTO field.effects (request_id) VALUES (:id)"), {"id": run.attempt.request_id})


@job(timeout=60)
def plough(run: Run) -> Done:
    """Work for `seconds`, with its effect half way and progress all along."""
    mark(run)
    seconds = float(run.arguments.get("seconds", 0))
    time.sleep(seconds / 2)
    leave_effect(run)
    run.report(50, "Half the field")
    time.sleep(seconds / 2)
    return Done("The field is ploughed.")


@job(timeout=60)
def dig_well(run: Run) -> Done:
    """Long work, as a case list of a million rows is."""
    mark(run)
    time.sleep(float(run.arguments["seconds"]))
    leave_effect(run)
    return Done("There is water.")


@job(timeout=60)
def post(run: Run) -> Done:
    """Quick work that nobody waits for, as a mail is."""
    leave_effect(run)
    return Done("It is posted.")


@job()
def sow_forbidden_field(run: Run) -> Done:
    leave_effect(run)
    raise RuleBroken("The field belongs to somebody else.")


@job(attempts=2)
def stumble(run: Run) -> Done:
    mark(run)
    leave_effect(run)
    raise ValueError("a name that must not be logged")


@job(attempts=3)
def stumble_once(run: Run) -> Done:
    mark(run)
    leave_effect(run)
    if run.attempt.number == 1:
        raise ValueError("once")
    return Done("The second try worked.")


@job(attempts=1)
def drop_dead(run: Run) -> Done:
    mark(run)
    os.abort()


@job(timeout=1, attempts=1)
def wait_for_rain(run: Run) -> Done:
    mark(run)
    leave_effect(run)
    run.session.execute(text("SELECT pg_sleep(30)"))
    return Done("It rained.")


@job()
def come_back(run: Run) -> Later:
    leave_effect(run)
    return Later("The soil is frozen.", timedelta(hours=1))


@job()
def look_around(run: Run) -> Done:
    """Say which agencies the job can see: the rights it runs with."""
    names = run.session.execute(text("SELECT string_agg(name, ', ' ORDER BY name) FROM agencies")).scalar_one()
    return Done(names)
