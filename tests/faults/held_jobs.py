"""How is a real job held in the middle of its work, so that a test knows what its kill has hit?

`hold_jobs` puts a stop into the portal's own jobs: at one of their own reports of progress, when much is written in the
open transaction and nothing is committed, they leave a mark apart and wait until the test opens the gate.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace

from sqlalchemy import func, select, text

from jobs.core.queue import JOBS, Done, JobFunction, Later, Run
from models.core.rooms import load_rooms
from models.sampling.sample_cases import SampleCase

STOPS = {"draw_sample": 70, "make_plan_pdf": 90}
"""Percent at which each job stops: its cases are written, its certificate is not; the PDF is drawn but not kept."""

PATIENCE = 60.0  # seconds; a job that is never let go on fails its test rather than hold the suite


class HeldRun(Run):
    """A run that stops at one report of its job and there only."""

    def report(self, percent: float, words: str = "") -> None:
        super().report(percent, words)
        if percent == STOPS[self.attempt.name]:
            self._leave_mark(self.session.scalar(select(func.count()).select_from(SampleCase)) or 0)
            self._await_gate()

    def _leave_mark(self, case_count: int) -> None:
        values = {"id": self.attempt.request_id, "pid": os.getpid(), "count": case_count}
        with self.equipment.sessions.begin() as apart:
            apart.execute(text("INSERT INTO field.holds VALUES (:id, :pid, :count)"), values)

    def _await_gate(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with self.equipment.sessions() as apart:
                if apart.scalar(text("SELECT EXISTS (SELECT FROM field.gate)")):
                    return
            time.sleep(0.05)
        raise TimeoutError("nobody opened the gate")


def held(function: JobFunction) -> JobFunction:
    def run_held(run: Run) -> Done | Later:
        return function(HeldRun(run.session, run.attempt, run.equipment))

    return run_held


def hold_jobs() -> None:
    """In this process, from now on."""
    load_rooms("models", "jobs")
    for name in STOPS:
        JOBS[name] = replace(JOBS[name], function=held(JOBS[name].function))
