"""How is somebody answered who has forgotten their password?"""

from __future__ import annotations

from jobs.core.queue import Done, Run, job
from models.accounts.password_asks import answer_ask
from models.core.clock import now


@job()
def answer_password_ask(run: Run) -> Done:
    """Write to whoever an ask is about, if there is such a person. What came of it is told to nobody else."""
    letterhead = run.equipment.letterhead(run.session)
    answer_ask(run.session, run.arguments["ask_id"], letterhead=letterhead, now=now())
    return Done("The ask was looked at.")
