"""How does a test start the portal's own processes? As `python -m tests.faults.crew relay|worker|scheduler {…}`."""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from jobs.core import relay, schedule, worker
from models.partnership.mail_servers import MailServer
from models.partnership.partnership_settings import FixedSettings
from tests.faults.held_jobs import hold_jobs


def follow_parent() -> None:
    """End with the test that started us, also when it was killed and could not say so."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def run_worker(**settings: Any) -> None:
    mail = settings.pop("mail_server", None)
    if settings.pop("holds_jobs", False):
        hold_jobs()
    fixed = FixedSettings(mail_server=MailServer(**mail) if mail else None)
    worker.run(fixed=fixed, **settings)


def run_scheduler(**settings: Any) -> None:
    """Every schedule that is passed runs daily at midnight and catches up each missed day; without any, the portal's
    own, made to plough and to catch up. `clock` makes time pass faster, for all schedulers alike.
    """
    clock = settings.pop("clock", None)
    if clock:
        schedule.now = fast_clock(**clock)
    names = settings.pop("schedules", None)
    midnight = datetime.time(0)
    schedules = (
        [schedule.Schedule(name, "plough", midnight, catches_up=True) for name in names]
        if names
        else ploughing_schedules()
    )
    schedule.run(schedules=schedules, look_seconds=0.1, **settings)


def ploughing_schedules() -> list[schedule.Schedule]:
    """The portal's own schedules, but that each asks for a job whose effects can be counted, for every due run."""
    return [dataclasses.replace(each, job="plough", catches_up=True) for each in schedule.SCHEDULES]


def fast_clock(origin: float, start: str, speed: float) -> Callable[[], datetime.datetime]:
    """A clock that showed `start` at the moment `origin` (seconds since 1970) and runs `speed` times as fast since."""
    began = datetime.datetime.fromisoformat(start)
    return lambda: began + datetime.timedelta(seconds=(time.time() - origin) * speed)


def main(part: str, settings: dict[str, Any]) -> None:
    """Run one part until it is told to stop, or killed."""
    parts: dict[str, Callable[..., None]] = {"relay": relay.run, "worker": run_worker, "scheduler": run_scheduler}
    parts[part](**settings)


if __name__ == "__main__":
    follow_parent()
    main(sys.argv[1], json.loads(sys.argv[2]))
