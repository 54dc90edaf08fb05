"""How do the forms that agencies fill in become paper?"""

from __future__ import annotations

from jobs.documents.documents import PrintedDocument, document
from models.audits import answer_papers as facts
from models.documents.documents import DocumentKind
from models.rules.audits.answer_papers import blank_paper, filled_paper

document(
    PrintedDocument(
        "self_evaluation", kind=DocumentKind.SELF_EVALUATION, facts=facts.self_evaluation_form, paper=filled_paper
    )
)
document(
    PrintedDocument(
        "self_evaluation_blank", kind=DocumentKind.SELF_EVALUATION, facts=facts.blank_self_evaluation, paper=blank_paper
    )
)
document(PrintedDocument("case_audit", kind=DocumentKind.CASE_AUDIT, facts=facts.case_audit_form, paper=filled_paper))
document(
    PrintedDocument("case_audit_blank", kind=DocumentKind.CASE_AUDIT, facts=facts.blank_case_audit, paper=blank_paper)
)

document(
    PrintedDocument(
        "section_11_return", kind=DocumentKind.SECTION_11_RETURN, facts=facts.section_11_form, paper=filled_paper
    )
)
document(
    PrintedDocument(
        "section_11_return_blank", kind=DocumentKind.SECTION_11_RETURN, facts=facts.blank_section_11, paper=blank_paper
    )
)
