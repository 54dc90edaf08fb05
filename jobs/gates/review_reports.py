"""How does the report of a thematic review become paper?"""

from __future__ import annotations

from jobs.documents.documents import PrintedDocument, document
from models.documents.documents import DocumentKind
from models.gates.review_reports import review_facts
from models.rules.gates.review_reports import review_paper

document(
    PrintedDocument(
        "review_report", kind=DocumentKind.REVIEW_REPORT, facts=review_facts, paper=review_paper, has_word=True
    )
)
