"""How long are finished requests kept?"""

from __future__ import annotations

from datetime import timedelta

from jobs.core.queue import Done, Run, job
from models.core.clock import now
from models.documents.job_requests import clear_finished

KEPT_DAYS = 180


@job()
def clear_old_requests(run: Run) -> Done:
    """Delete requests that finished half a year ago; failed ones stay until somebody has looked at them."""
    cleared = clear_finished(run.session, now() - timedelta(days=KEPT_DAYS))
    return Done(f"{cleared} old requests cleared.")
