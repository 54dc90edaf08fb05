"""How does the Board's pack become paper?"""

from __future__ import annotations

from jobs.documents import document
from models.board_packs import board_facts
from models.documents import DocumentKind
from models.rules.board_paper import board_paper

document("board_pack", kind=DocumentKind.BOARD_PACK, facts=board_facts, paper=board_paper)
