"""How does what a review has found become paper?"""

from __future__ import annotations

from jobs.documents.documents import PrintedDocument, document
from models.documents.documents import DocumentKind
from models.evidence.triangulation_reports import matrix_facts
from models.rules.evidence.triangulation_reports import matrix_paper

document(
    PrintedDocument(
        "triangulation_matrix", kind=DocumentKind.TRIANGULATION_MATRIX, facts=matrix_facts, paper=matrix_paper
    )
)
