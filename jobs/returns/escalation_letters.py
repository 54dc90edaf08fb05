"""How does the letter to an agency that does not engage become paper?"""

from __future__ import annotations

from jobs.documents.documents import PrintedDocument, document
from models.documents.documents import DocumentKind
from models.returns.escalation_letters import letter_to_print
from models.rules.returns.escalation_letters import letter_paper

document(
    PrintedDocument(
        "non_engagement_letter", kind=DocumentKind.NON_ENGAGEMENT_LETTER, facts=letter_to_print, paper=letter_paper
    )
)
