"""How is a real job held in the middle of its work, so that a test knows what its kill has hit?

`hold_jobs` puts a stop into the portal's own jobs, where much is written in the open transaction and nothing of that is
committed, or a letter is with the mail server and not yet stamped: they leave a mark apart and wait until the test
opens the gate.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from types import ModuleType
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from jobs.case_lists import case_lists
from jobs.core.queue import JOBS, Done, JobFunction, Later, Run
from jobs.messages import messages
from jobs.retention import retention_rules
from models.core.rooms import load_rooms
from models.retention.erasures import ERASABLE
from models.retention.retention_rules import RetentionRun
from models.sampling.sample_cases import SampleCase

STOPS = {"draw_sample": 70, "make_plan_pdf": 90, "freeze_case_list": None, "send_message": None, "erase_due": None}
"""Percent at which a job stops: its cases are written, its certificate is not; the PDF is drawn but not kept. None: it
stops where `hold_jobs` says, when a frame is loaded, a letter is with the server, a second portion is erased."""

PATIENCE = 180.0  # seconds; a job that is never let go on fails its test rather than hold the suite
_running: list[Run] = []


class HeldRun(Run):
    """A run that stops at one report of its job and there only."""

    def report(self, percent: float, words: str = "") -> None:
        super().report(percent, words)
        if percent == STOPS[self.attempt.name]:
            stop(self)


def stop(run: Run) -> None:
    """Leave a mark, and wait for the gate."""
    count = run.session.scalar(select(func.count()).select_from(SampleCase)) or 0
    values = {"id": run.attempt.request_id, "pid": os.getpid(), "count": count}
    with run.equipment.sessions.begin() as apart:
        apart.execute(text("INSERT INTO field.holds VALUES (:id, :pid, :count)"), values)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with run.equipment.sessions() as apart:
            if apart.scalar(text("SELECT EXISTS (SELECT FROM field.gate)")):
                return
        time.sleep(0.05)
    raise TimeoutError("nobody opened the gate")


def held(function: JobFunction) -> JobFunction:
    def run_held(run: Run) -> Done | Later:
        held_run = HeldRun(run.session, run.attempt, run.equipment)
        _running[:] = [held_run]
        return function(held_run)

    return run_held


def stop_after(module: ModuleType, name: str) -> None:
    """Let the job that is running stop as soon as a function has returned that it calls by this name."""
    real: Callable[..., Any] = getattr(module, name)

    def called(*arguments: Any, **values: Any) -> Any:
        outcome = real(*arguments, **values)
        stop(_running[0])
        return outcome

    setattr(module, name, called)


def stop_in_the_second_portion() -> None:
    """Let the erasure stop when one portion is committed and the next is erased, but not committed."""
    real = retention_rules.erase

    def erase(session: Session, day: date) -> Iterator[RetentionRun]:
        for number, portion in enumerate(real(session, day), 1):
            if number == 2:
                stop(_running[0])
            yield portion

    retention_rules.erase = erase
    for what, erasable in ERASABLE.items():
        ERASABLE[what] = replace(erasable, portion=2)


def hold_jobs() -> None:
    """In this process, from now on."""
    load_rooms("models", "jobs")
    for name in STOPS:
        JOBS[name] = replace(JOBS[name], function=held(JOBS[name].function))
    stop_after(case_lists, "import_frame")
    stop_after(messages, "send")
    stop_in_the_second_portion()
