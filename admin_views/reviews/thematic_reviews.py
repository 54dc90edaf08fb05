"""Which thematic reviews run this year, at which stage, and what belongs to each?"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.documents.papers import document_buttons
from admin_views.evidence.evidence_readers import ReaderPages
from admin_views.evidence.triangulations import TriangulationPages
from admin_views.gates.board_packs import BoardPackPages
from admin_views.gates.boards import BoardPages
from admin_views.gates.programmes import ProgrammePages
from admin_views.gates.review_gates import GatePages
from admin_views.gates.review_progress import WorkspacePages, overview_of
from admin_views.gates.review_reports import ReviewReportPages
from admin_views.kit.base import (
    ADMINISTRATORS,
    OFFICERS,
    READERS,
    Button,
    Category,
    Fact,
    Part,
    Place,
    Screen,
    TextField,
    by_value,
    kept_by,
    role,
    screen,
    show_tag,
)
from admin_views.kit.fields import RecordField
from admin_views.kit.formats import show_date
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.partnership.hubs import own_hubs_only
from admin_views.signatures.signables import SignablePages
from models.core.access import Role
from models.core.addresses import list_address
from models.core.clock import today
from models.partnership.hubs import Hub
from models.partnership.people import Person
from models.plans.action_plans import ActionPlan
from models.reviews.review_stages import give_timetable
from models.reviews.thematic_reviews import ThematicReview


@screen
class ThematicReviewScreen(Screen):
    """The reviews of each year: two for children, two for adults and one combined, unless the Board overrides.

    Officers run the reviews of their own hubs; administrators any.
    """

    model = ThematicReview
    has_history = False
    details_template = "thematic_reviews/overview.html"
    page_sets = (
        WorkspacePages,
        GatePages,
        SignablePages,
        ProgrammePages,
        BoardPages,
        BoardPackPages,
        ReviewReportPages,
        TriangulationPages,
        ReaderPages,
    )
    name, noun, plural = "Thematic reviews", "review", "reviews"
    list_purpose = (
        "A thematic review looks at how agencies work together on one theme: it is scoped, hears five kinds of "
        "evidence, and ends in an improvement plan."
    )
    url, category, menu_order = "/thematic-reviews", Category.REVIEWS, 10
    stands_in, part = Place.REVIEWS, Part.OVERVIEW
    roles = kept_by(OFFICERS, delete=ADMINISTRATORS)
    column_list = ("title", "kind", "stage", "year", "sponsor_id")
    column_beneath = "reference"
    column_details_list = (
        "reference",
        *column_list,
        "hub_id",
        "priority_id",
        "focus",
        "period_starts_on",
        "period_ends_on",
    )
    column_formatters = {"kind": by_value(show_tag), "stage": by_value(show_tag)}
    column_searchable_list = ("reference", "title", "focus")
    column_filters = ("year", "kind", "stage", "hub_id", "sponsor_id", "priority_id")
    column_sortable_list = ("reference", "title", "year", "stage")
    column_default_sort = ("reference", True)
    form_columns = (
        "title",
        "kind",
        "year",
        "hub_id",
        "priority_id",
        "sponsor_id",
        "focus",
        "period_starts_on",
        "period_ends_on",
        "quota_override_reason",
        "quota_override_on",
    )
    form_overrides = {"focus": TextField, "quota_override_reason": TextField}
    column_labels = {
        "sponsor_id": "Lead sponsor",
        "priority_id": "Strategic priority",
        "period_starts_on": "Period under review from",
        "period_ends_on": "Period under review to",
        "quota_override_reason": "Board override of the quota: reason",
        "quota_override_on": "Board override of the quota: date",
    }
    column_descriptions = {
        "quota_override_reason": "Only for a review beyond two children, two adults and one combined a year."
    }
    form_args = {"sponsor_id": {"narrow": lambda people: people.where(Person.role == Role.SPONSOR)}}

    def build_new_instance(self) -> ThematicReview:
        return ThematicReview(year=today().year)

    def on_form_ready(self, form: Form, record: ThematicReview) -> None:
        if isinstance(form["hub_id"], RecordField):
            form["hub_id"].loader = ChoiceLoader(Hub, own_hubs_only(Hub.id))

    def on_model_change(self, form: Form, model: ThematicReview, is_created: bool) -> None:
        if is_created:
            give_timetable(self.session, model, on=today())

    def facts(self, session: Session, record: ThematicReview) -> list[Fact]:
        if record.quota_override_on is None:
            return []
        words = f"{show_date(record.quota_override_on)}: {record.quota_override_reason}"
        return [Fact("Board override of the quota", words)]

    def details_of(self, record: ThematicReview) -> dict[str, Any]:
        return {**super().details_of(record), **overview_of(self.session, record)}

    def list_buttons(self) -> list[Button]:
        return [Button("Programme of the year", self.link("programme_page"))]

    def buttons(self, record: ThematicReview) -> list[Button]:
        if role() not in READERS | {Role.MANAGER}:
            return []
        return [
            Button("Action plan as PDF", list_address(ActionPlan, "review", record.id, "pdf"), is_post=True),
            Button("Read the plan as a page", list_address(ActionPlan, "review", record.id, "report")),
            *document_buttons(self.link("review_report", record_id=record.id), "Report", "review_report"),
        ]
