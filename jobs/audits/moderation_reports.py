"""How does the moderated result of a case become paper?"""

from __future__ import annotations

from jobs.documents.documents import PrintedDocument, document
from models.audits.moderation_reports import moderation_facts
from models.documents.documents import DocumentKind
from models.rules.audits.moderation_reports import moderation_paper
from models.rules.audits.moderations import ModerationFacts


def _sentence(facts: ModerationFacts) -> str:
    return "The moderated result is ready." if facts.moderated else "The audits side by side are ready."


document(
    PrintedDocument(
        "moderated_result",
        kind=DocumentKind.MODERATED_RESULT,
        facts=moderation_facts,
        paper=moderation_paper,
        sentence=_sentence,
    )
)
