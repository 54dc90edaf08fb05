"""Which samples are there, what was planned and drawn, and who may void a draw?"""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session, object_session
from wtforms import Form

from admin_views.audits.audit_openings import sample_buttons
from admin_views.documents.papers import document_buttons
from admin_views.kit.base import (
    NOBODY,
    OFFICERS,
    READERS,
    STAFF,
    Button,
    Category,
    Fact,
    Panel,
    Part,
    Screen,
    by_value,
    expose,
    kept_by,
    person_id,
    role,
    row_action,
    screen,
    show_tag,
)
from admin_views.kit.fields import Required, TextField
from admin_views.kit.forms import sent_form
from admin_views.kit.registry import link_by_title
from admin_views.kit.workspace.panels import review_panel
from admin_views.partnership.hubs import offer_own_reviews
from admin_views.sampling.sample_certificates import CertificatePages
from admin_views.sampling.sample_draws import DrawPages, drawn_panels
from admin_views.sampling.sample_plans import PlanPages
from models.audits.sample_estimates import estimates_of
from models.core.access import Role
from models.plans.impact_reports import change_to
from models.reviews.review_writes import runs_review_of
from models.reviews.thematic_reviews import ThematicReview
from models.rules.sampling.sample_certificate_words import plan_words
from models.sampling.audit_samples import AuditSample, SampleStatus, ask_to_void, void_sample

VOIDABLE = (SampleStatus.LOCKED, SampleStatus.DRAWN)


class VoidForm(Form):
    """Why a draw should not stand."""

    reason = TextField("Reason", validators=[Required()], description="Read by the sponsor, and by anybody afterwards.")


def _may_be_voided_by(sample: AuditSample, sponsor_id: int) -> bool:
    """Whether the voiding of a draw waits for this person, who must be its review's lead sponsor."""
    session = object_session(sample)
    review = session.get(ThematicReview, sample.review_id) if session and sample.review_id else None
    is_asked = bool(sample.void_reason) and sample.status in VOIDABLE
    return is_asked and review is not None and review.sponsor_id == sponsor_id


@screen
class AuditSampleScreen(Screen):
    """Samples: plan, preview, lock, reveal, draw. A draw is never repeated in silence; a voided one stays visible."""

    model = AuditSample
    page_sets = (PlanPages, DrawPages, CertificatePages)
    name, noun, plural = "Audit samples", "sample", "samples"
    list_purpose = (
        "A sample is a number of cases drawn at random from each level of intervention. It begins on the page of "
        "a frozen case frame."
    )
    list_begins_at = "/case-frames"
    url, category, menu_order = "/audit-samples", Category.SAMPLES, 30
    part = Part.CASES
    roles = kept_by(OFFICERS, readers=STAFF, create=NOBODY)
    introduction = "Cases are drawn at random, so that nobody can be said to have picked them."
    column_list = ("title", "review_id", "frame_id", "status", "drawn_at", "audits_due_on")
    column_beneath = "reference"
    column_details_list = (
        *column_list[1:],
        "kind",
        "requested_by_id",
        "witness",
        "commitment",
        "public_part",
        "plan_fingerprint",
        "void_reason",
    )
    column_formatters = {"status": by_value(show_tag)}
    column_searchable_list = ("reference", "title")
    column_filters = ("status", "review_id", "frame_id", "audits_due_on")
    column_sortable_list = ("reference", "title", "drawn_at", "audits_due_on")
    column_default_sort = ("reference", True)
    form_columns = ("title", "review_id", "audits_due_on")
    column_labels = {
        "review_id": "Review",
        "frame_id": "Frame",
        "kind": "How the seed is made",
        "requested_by_id": "Officer",
        "drawn_at": "Drawn",
        "audits_due_on": "Audits due",
        "plan_fingerprint": "Plan fingerprint (SHA-256)",
        "commitment": "Commitment (SHA-256)",
    }

    def on_form_ready(self, form: Form, record: AuditSample) -> None:
        offer_own_reviews(form, record)

    def can_delete_record(self, record: AuditSample) -> bool:
        return record.status is SampleStatus.PLANNED

    def list_buttons(self) -> list[Button]:
        check = Button("Check a draw", self.link("check_page"))
        return [Button("Plan a sample", self.link("plan_page"), "main"), check] if role() in OFFICERS else [check]

    def facts(self, session: Session, record: AuditSample) -> list[Fact]:
        words = [Fact(label, value) for label, value in plan_words(record.plan)]
        if record.seed and record.status is SampleStatus.DRAWN:
            words.append(Fact("Seed", record.seed))
        return words

    def buttons(self, record: AuditSample) -> list[Button]:
        buttons: list[Button] = []
        runs = role() in OFFICERS and runs_review_of(self.session, record)
        if record.status is SampleStatus.PLANNED and runs:
            buttons.append(Button("Preview and lock", self.link("preview_page", record_id=record.id), "main"))
            buttons.append(Button("Change the plan", self.link("change_plan", record_id=record.id)))
        if record.status is SampleStatus.LOCKED and runs:
            buttons.append(Button("Reveal and draw", self.link("ceremony", record_id=record.id), "main"))
        if record.status in VOIDABLE and not record.void_reason and runs:
            buttons.append(Button("Ask to void", self.link("ask_void", record_id=record.id)))
        if record.drawn_at:
            buttons += document_buttons(self.link("certificate_page", record_id=record.id), "Certificate")
        return [*buttons, *sample_buttons(record)]

    def details_of(self, record: AuditSample) -> dict[str, Any]:
        """The sample, and of one that is drawn what it says of all cases and of a change, or why it says nothing."""
        pictures = list(estimates_of(self.session, [record]).values())
        change = change_to(self.session, record) if record.drawn_at else None
        return {**super().details_of(record), "pictures": [*pictures, *([change] if change is not None else [])]}

    def panels(self, session: Session, record: AuditSample) -> list[Panel]:
        return drawn_panels(session, record) if record.drawn_at else []

    @expose("/<int:record_id>/ask-void/", roles=OFFICERS, methods=("GET", "POST"))
    def ask_void(self, record_id: int) -> ResponseReturnValue:
        """Ask the lead sponsor to void a draw, with a reason."""
        sample, form = self.get_record(record_id), VoidForm(sent_form())
        return self.ask(
            form,
            self.details_url(record_id),
            lambda: self._ask_sponsor(sample, form.reason.data or ""),
            title=f"Ask to void {sample}",
            lead="The review's lead sponsor decides. A voided draw stays visible with its reason.",
            button="Ask the sponsor",
        )

    def _ask_sponsor(self, sample: AuditSample, reason: str) -> str:
        ask_to_void(self.session, sample, reason=reason, person_id=person_id())
        return "The lead sponsor is asked to void this draw."

    @row_action(
        "Void this draw",
        roles={Role.SPONSOR},
        tone="warning",
        confirmation="Void this draw? It stays visible; a new draw by the same plan is possible only then.",
        shown=lambda sample: _may_be_voided_by(sample, person_id()),
    )
    def void(self, session: Session, sample: AuditSample) -> str:
        """The lead sponsor's word."""
        review = session.get(ThematicReview, sample.review_id) if sample.review_id else None
        void_sample(session, sample, person_id=person_id(), sponsor_id=review.sponsor_id if review else None)
        return f"{sample.reference} is void."


@review_panel(Part.CASES, order=40, roles=READERS)
def _samples(session: Session, review: ThematicReview) -> Panel:
    samples = session.scalars(
        select(AuditSample).where(AuditSample.review_id == review.id).order_by(AuditSample.reference)
    )
    rows = [(link_by_title(sample), show_tag(sample.status)) for sample in samples]
    return Panel("Audit samples", ("Sample", "Status"), rows)
