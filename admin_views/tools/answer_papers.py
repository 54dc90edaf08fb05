"""How do people get a form on paper, filled in or blank, or read the same as a page?"""

from __future__ import annotations

from typing import Any, ClassVar

from flask.typing import ResponseReturnValue

from admin_views.documents.papers import document_buttons, document_page
from admin_views.kit.base import STAFF, Button, Screen, expose
from admin_views.kit.permissions import Roles
from models.core.access import Role

ANSWERERS: Roles = frozenset({Role.AGENCY_MEMBER})
"""Who answers for an agency: its members. Its managers read what it says, and choose its auditors."""

AGENCY_PEOPLE: Roles = ANSWERERS | {Role.MANAGER}
SHEET_READERS: Roles = STAFF | AGENCY_PEOPLE


class AnswerPapers(Screen):
    """The pages of a screen whose forms are documents: `paper_name` and the same with `_blank`."""

    paper_name: ClassVar[str] = "self_evaluation"

    @expose("/<int:record_id>/paper/", roles=SHEET_READERS, methods=("GET", "POST"))
    def filled_paper(self, record_id: int) -> ResponseReturnValue:
        """The form with its answers so far."""
        return self._paper(record_id, self.paper_name)

    @expose("/<int:record_id>/paper/blank/", roles=SHEET_READERS, methods=("GET", "POST"))
    def blank_paper(self, record_id: int) -> ResponseReturnValue:
        """The form without answers, to read and to write on."""
        return self._paper(record_id, f"{self.paper_name}_blank")

    def _paper(self, record_id: int, name: str) -> ResponseReturnValue:
        record: Any = self.get_record(record_id)
        return document_page(self, name, {"record_id": record.id}, self.details_url(record_id), record.reference)

    def paper_buttons(self, record: Any) -> list[Button]:
        """The form, filled in and blank, each as PDF and as a page."""
        filled, blank = (self.link(name, record_id=record.id) for name in ("filled_paper", "blank_paper"))
        return [*document_buttons(filled, "Form"), *document_buttons(blank, "Blank form")]
