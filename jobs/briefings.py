"""How does a seven-minute briefing become paper?"""

from __future__ import annotations

from jobs.documents import document
from jobs.pdf import briefings
from models.briefings import briefing_facts
from models.documents import DocumentKind
from models.rules.briefing_paper import briefing_paper

document(
    "briefing",
    kind=DocumentKind.BRIEFING,
    facts=briefing_facts,
    paper=briefing_paper,
    build=briefings.build,
    check=briefings.refuse_unwritten,
)
