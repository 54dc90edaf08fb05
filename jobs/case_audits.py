"""How does what agencies have handed in reach the hub's own records of its cases?"""

from __future__ import annotations

from jobs.queue import Done, Run, job
from models.audit_outcomes import settle_audits


@job(timeout=300)
def settle_case_audits(run: Run) -> Done:
    """Mark the cases whose audits are all in as audited, and make findings of missing and poor records."""
    cases, findings = settle_audits(run.session)
    return Done(f"Cases marked as audited: {cases}; findings made of missing or poor records: {findings}.")
