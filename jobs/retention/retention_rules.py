"""When does case-level data go that has been kept long enough?"""

from __future__ import annotations

from jobs.core.queue import Done, Run, job
from models.core.clock import today
from models.retention.retention_rules import erase_due as erase


@job(timeout=1800)
def erase_due(run: Run) -> Done:
    """Erase exactly what is due by today under the retention rules; run again, it finds nothing more."""
    runs = erase(run.session, today())
    things = sum(one.erased_count for one in runs)
    return Done(f"{things:,} {'thing' if things == 1 else 'things'} erased under {len(runs)} retention rules.")
