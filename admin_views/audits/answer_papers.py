"""How do people get a form on paper, filled in or blank, or read the same as a page?"""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from admin_views.documents.papers import document_page
from admin_views.kit.base import Button, PageSet, expose
from admin_views.tools.answer_sheets import SHEET_READERS, AnsweredScreen


class AnswerPapers(PageSet):
    """The pages on which a form is read as a document, and taken on paper."""

    screen: AnsweredScreen

    @expose("/<int:record_id>/paper/", roles=SHEET_READERS, methods=("GET", "POST"))
    def filled_paper(self, record_id: int) -> ResponseReturnValue:
        """The form with its answers so far."""
        return self._paper(record_id, self.screen.paper_name)

    @expose("/<int:record_id>/paper/blank/", roles=SHEET_READERS, methods=("GET", "POST"))
    def blank_paper(self, record_id: int) -> ResponseReturnValue:
        """The form without answers, to read and to write on."""
        return self._paper(record_id, f"{self.screen.paper_name}_blank")

    def _paper(self, record_id: int, name: str) -> ResponseReturnValue:
        record = self.get_record(record_id)
        return document_page(self, name, {"record_id": record.id}, self.details_url(record_id), record.reference)

    def buttons(self, record: Any) -> list[Button]:
        """The form on paper, filled in and blank."""
        return self.screen.paper_buttons(record)
