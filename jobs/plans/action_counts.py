"""When are the actions of a month counted?"""

from __future__ import annotations

from datetime import date

from jobs.core.queue import Done, Run, job
from models.core.clock import today
from models.plans.action_counts import count_actions as count
from models.rules.core.counts import count_words
from models.rules.core.due_dates import month_ends_before


@job(timeout=300)
def count_actions(run: Run) -> Done:
    """Keep how actions stood on the last day of the month before the one this was due in, once however often it runs.

    A run that is late counts its own month, not the one in which it comes to it.
    """
    due_on = date.fromisoformat(run.arguments["due_on"]) if "due_on" in run.arguments else today()
    (on,) = month_ends_before(due_on, 1)
    written = count(run.session, on)
    return Done(f"{count_words(written, 'count')} of actions kept for {on:%B %Y}.")
