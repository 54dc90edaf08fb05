"""How does what a review has found become paper?"""

from __future__ import annotations

from jobs.documents import document
from models.documents import DocumentKind
from models.rules.triangulation_paper import matrix_paper
from models.triangulation_reports import matrix_facts

document("triangulation_matrix", kind=DocumentKind.TRIANGULATION_MATRIX, facts=matrix_facts, paper=matrix_paper)
