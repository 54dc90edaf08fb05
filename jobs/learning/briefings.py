"""How does a seven-minute briefing become paper?"""

from __future__ import annotations

from jobs.documents.documents import PrintedDocument, document
from jobs.pdf.learning import briefings
from models.documents.documents import DocumentKind
from models.learning.briefings import briefing_facts
from models.rules.learning.briefing_paper import briefing_paper

document(
    PrintedDocument(
        "briefing",
        kind=DocumentKind.BRIEFING,
        facts=briefing_facts,
        paper=briefing_paper,
        build=briefings.build,
        check=briefings.refuse_unwritten,
        has_word=True,
    )
)
