"""Where is the report of a thematic review read, and taken on paper?"""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from admin_views.documents.papers import document_page
from admin_views.kit.base import STAFF, PageSet, expose


class ReviewReportPages(PageSet):
    """The report page of the reviews' screen."""

    @expose("/<int:record_id>/report/", roles=STAFF, methods=("GET", "POST"))
    def review_report(self, record_id: int) -> ResponseReturnValue:
        """Scope, method, sample, findings, triangulation, recommendations and plan, as a page or on paper."""
        review = self.get_record(record_id)
        back = self.details_url(record_id)
        return document_page(self, "review_report", {"review_id": review.id}, back, review.reference)
