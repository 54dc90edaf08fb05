"""How does the Board's pack become paper?"""

from __future__ import annotations

from jobs.documents.documents import PrintedDocument, document
from models.documents.documents import DocumentKind
from models.gates.board_packs import board_facts
from models.rules.gates.board_packs import board_paper

document(
    PrintedDocument("board_pack", kind=DocumentKind.BOARD_PACK, facts=board_facts, paper=board_paper, has_word=True)
)
