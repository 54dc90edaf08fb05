"""When is case-level data erased that has been kept long enough?"""

from __future__ import annotations

import time
from datetime import timedelta

from jobs.core.queue import Done, Later, Run, job
from models.core.clock import today
from models.documents.job_requests import started_at
from models.retention.retention_rules import due_in_all, erased_since
from models.retention.retention_rules import erase_due as erase
from models.rules.core.counts import count_words

STRETCH_SECONDS = 600.0  # so long one attempt goes on; then others may have the worker before it starts again


@job(timeout=1800)
def erase_due(run: Run) -> Done | Later:
    """Erase exactly what is due by today under the retention rules; run again, it finds nothing more.

    Each portion is committed by itself, beside this job's own transaction, which only holds the request: a process
    killed in between has lost the portion in hand, and whoever starts again goes on there.
    """
    until, day, gone = time.monotonic() + STRETCH_SECONDS, today(), 0
    with run.equipment.sessions(info={"actor": run.session.info["actor"]}) as apart:
        total = max(1, due_in_all(apart, day))
        for portion in erase(apart, day):
            apart.commit()
            gone += portion.holding_count
            run.report(100 * gone / total, f"{gone:,} of {total:,} erased")
            if time.monotonic() > until:
                return Later(f"{gone:,} of {total:,} erased; it goes on at once.", timedelta(0))
    things, rules = erased_since(run.session, started_at(run.session, run.attempt.request_id))
    return Done(f"{count_words(things, 'thing')} erased under {count_words(rules, 'retention rule')}.")
