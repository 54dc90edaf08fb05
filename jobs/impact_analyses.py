"""How does an impact analysis become paper?"""

from __future__ import annotations

from jobs.documents import document
from models.documents import DocumentKind
from models.impact_reports import impact_facts
from models.rules.impact_paper import impact_paper

document("impact_analysis", kind=DocumentKind.IMPACT_ANALYSIS, facts=impact_facts, paper=impact_paper)
