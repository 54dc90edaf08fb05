"""How does a test start the portal's own processes? As `python -m tests.faults.crew relay|worker|scheduler {…}`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import time
from typing import Any

from jobs import relay, schedule, worker
from jobs.mail import MailServer


def run_worker(**settings: Any) -> None:
    mail = settings.pop("mail_server", None)
    worker.run(mail_server=MailServer(**mail) if mail else None, **settings)


def run_scheduler(**settings: Any) -> None:
    """Every schedule that is passed runs daily at midnight and catches up each missed day."""
    names = settings.pop("schedules")
    schedules = [schedule.Schedule(name, "plough", time(0), catches_up=True) for name in names]
    schedule.run(schedules=schedules, look_seconds=0.1, **settings)


def main(part: str, settings: dict[str, Any]) -> None:
    """Run one part until it is told to stop, or killed."""
    parts: dict[str, Callable[..., None]] = {"relay": relay.run, "worker": run_worker, "scheduler": run_scheduler}
    parts[part](**settings)


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
