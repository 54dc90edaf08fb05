"""How does an action plan become a PDF that somebody asked for?"""

from __future__ import annotations

from jobs.documents.documents import PrintedDocument, document
from jobs.pdf.plans import plan_reports
from models.documents.documents import DocumentKind
from models.plans.plan_reports import plan_facts
from models.rules.core.counts import count_words
from models.rules.plans.plan_report_paper import plan_paper
from models.rules.plans.plan_reports import PlanReport
from models.rules.plans.plan_summary_paper import plan_summary


def _sentence(report: PlanReport) -> str:
    return f"The action plan is ready: {count_words(len(report.actions), 'action')}."


document(
    PrintedDocument(
        "plan_pdf",
        kind=DocumentKind.ACTION_PLAN,
        facts=plan_facts,
        paper=plan_paper,
        build=plan_reports.build,
        sentence=_sentence,
    )
)
document(
    PrintedDocument(
        "plan_summary",
        kind=DocumentKind.PLAN_SUMMARY,
        facts=plan_facts,
        paper=plan_summary,
        build=plan_reports.build_summary,
    )
)
