"""How does an action plan become a PDF that somebody asked for?"""

from __future__ import annotations

import re

from jobs.pdf import action_plans
from jobs.queue import Done, Run, job
from models.clock import today
from models.documents import DocumentKind, keep_document
from models.people import Person
from models.plan_reports import ReportScope, plan_report


@job(timeout=300)
def make_plan_pdf(run: Run) -> Done:
    """The PDF of a plan, a review's plans, one agency's actions or a chosen list, as far as the asker may see them."""
    scope = ReportScope.from_arguments(run.arguments)
    asker = run.session.get(Person, run.attempt.requested_by_id) if run.attempt.requested_by_id else None
    run.report(5, "Reading the actions")
    report = plan_report(
        run.session,
        scope,
        made_on=today(),
        partnership=run.equipment.partnership,
        made_by=asker.name if asker else "",
    )
    run.report(25, f"Drawing {len(report.actions)} actions")
    content = action_plans.build(report)
    run.report(90, "Keeping the document")
    document = keep_document(
        run.session,
        kind=DocumentKind.ACTION_PLAN,
        title=f"{report.title} ({report.scope[0].lower()}{report.scope[1:]})",
        file_name=f"{_file_name(report.reference)}-{report.made_on.isoformat()}.pdf",
        media_type="application/pdf",
        content=content,
        subject=f"action_plans:{scope.plan_id}" if scope.plan_id else "",
        agency_id=asker.agency_id if asker and asker.actor().is_agency_bound else None,
        made_by_id=run.attempt.requested_by_id,
    )
    count = len(report.actions)
    return Done(f"The action plan is ready: {count:,} {'action' if count == 1 else 'actions'}.", document.id)


def _file_name(reference: str) -> str:
    """A reference as part of a file's name.

    >>> _file_name("AP-2026-01, AP-2026-02")
    'AP-2026-01-AP-2026-02'
    """
    return re.sub(r"[^A-Za-z0-9-]+", "-", reference).strip("-")
