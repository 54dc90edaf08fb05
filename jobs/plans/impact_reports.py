"""How does an impact analysis become paper?"""

from __future__ import annotations

from jobs.documents.documents import PrintedDocument, document
from models.documents.documents import DocumentKind
from models.plans.impact_reports import impact_facts
from models.rules.plans.impact_reports import impact_paper

document(PrintedDocument("impact_analysis", kind=DocumentKind.IMPACT_ANALYSIS, facts=impact_facts, paper=impact_paper))
