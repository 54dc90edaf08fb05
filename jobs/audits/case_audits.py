"""How do agencies' audits reach the hub's own records, and how does an auditor learn of an audit?"""

from __future__ import annotations

from jobs.core.queue import Done, Run, job
from models.audits.audit_outcomes import settle_audits
from models.audits.auditor_messages import write_to_auditor
from models.core.access import Actor
from models.core.db import act_as


@job(timeout=300)
def settle_case_audits(run: Run) -> Done:
    """Mark the cases whose audits are all in as audited, and make findings of missing and poor records."""
    cases, findings = settle_audits(run.session)
    return Done(f"Cases marked as audited: {cases}; findings made of missing or poor records: {findings}.")


@job(timeout=60)
def tell_auditor(run: Run) -> Done:
    """Write to an auditor that an audit is assigned to them, or not any more. The portal sends the letter itself."""
    act_as(run.session, Actor.system(f"job-{run.attempt.request_id}"))
    written = write_to_auditor(run.session, **run.arguments, portal=run.equipment.address)
    return Done("The auditor is told." if written else "There was nothing to tell.")
