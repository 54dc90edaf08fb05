"""How does the moderated result of a case become paper?"""

from __future__ import annotations

from jobs.documents import document
from models.documents import DocumentKind
from models.moderation_reports import moderation_facts
from models.rules.moderation_paper import moderation_paper

document("moderated_result", kind=DocumentKind.MODERATED_RESULT, facts=moderation_facts, paper=moderation_paper)
