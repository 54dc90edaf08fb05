"""How are self-evaluations sent, filled in, handed in, returned and closed?"""

from __future__ import annotations

from admin_views.answer_sheets import SHEET_READERS, AnsweringPages
from admin_views.base import Button, Column, Group, screen, show_tag
from models.answer_sheets import AnswerSheet
from models.self_evaluations import SelfEvaluation


@screen
class SelfEvaluationScreen(AnsweringPages):
    """Self-evaluations of the reviews; people of an agency see and fill in their own."""

    model = SelfEvaluation
    title, noun, plural = "Self-evaluations", "self-evaluation", "self-evaluations"
    path, group, order = "self-evaluations", Group.REVIEWS, 50
    may = {"list": SHEET_READERS, "details": SHEET_READERS, "export": SHEET_READERS}
    columns = ("reference", "agency_id", "review_id", Column("status", show=show_tag), "due_on", "submitted_at")
    details = (*columns, "sent_at", "return_reason", "closed_at")
    search = ("reference",)
    filters = ("status", "review_id", "agency_id", "due_on")
    sort = ("reference", "due_on", "status", "submitted_at")
    default_sort = "-reference"
    labels = {
        "submitted_at": "Handed in",
        "sent_at": "Sent",
        "return_reason": "Asked for changes",
        "closed_at": "Closed",
    }

    def may_answer(self, record: SelfEvaluation, sheet: AnswerSheet) -> bool:
        return record.status.is_open and super().may_answer(record, sheet)

    def buttons(self, record: SelfEvaluation) -> list[Button]:
        return self.sheet_buttons(record)
