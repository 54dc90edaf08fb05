"""How do the forms that agencies fill in become paper?"""

from __future__ import annotations

from jobs.documents import document
from models.answer_reports import blank_case_audit, blank_self_evaluation, case_audit_form, self_evaluation_form
from models.documents import DocumentKind
from models.rules.answer_papers import blank_paper, filled_paper

document("self_evaluation", kind=DocumentKind.SELF_EVALUATION, facts=self_evaluation_form, paper=filled_paper)
document("self_evaluation_blank", kind=DocumentKind.SELF_EVALUATION, facts=blank_self_evaluation, paper=blank_paper)
document("case_audit", kind=DocumentKind.CASE_AUDIT, facts=case_audit_form, paper=filled_paper)
document("case_audit_blank", kind=DocumentKind.CASE_AUDIT, facts=blank_case_audit, paper=blank_paper)
