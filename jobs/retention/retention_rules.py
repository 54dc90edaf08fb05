"""When is case-level data erased that has been kept long enough?"""

from __future__ import annotations

from jobs.core.queue import Done, Run, job
from models.core.clock import today
from models.retention.retention_rules import erase_due as erase
from models.rules.core.counts import count_words


@job(timeout=1800)
def erase_due(run: Run) -> Done:
    """Erase exactly what is due by today under the retention rules; run again, it finds nothing more."""
    runs = erase(run.session, today())
    things = count_words(sum(each.erased_count for each in runs), "thing")
    return Done(f"{things} erased under {count_words(len(runs), 'retention rule')}.")
