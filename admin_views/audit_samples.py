"""How does an officer plan a sample, bind the portal before witnesses, draw, and show what was drawn?"""

from __future__ import annotations

from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin_views.base import (
    OFFICERS,
    STAFF,
    Button,
    Column,
    Fact,
    Group,
    Panel,
    Screen,
    already_sent,
    page,
    person_id,
    role,
    row_action,
    screen,
    show_tag,
)
from admin_views.job_requests import waiting_url
from admin_views.kit.cards import Card, card
from admin_views.kit.forms import offer_choices, sent_form
from admin_views.kit.registry import link_to
from admin_views.sample_certificates import CertificatePages
from admin_views.sample_plans import PlanForm, plan_of
from models.access import Actor, Role
from models.audit_samples import (
    AuditSample,
    SampleStatus,
    ask_to_void,
    lock_sample,
    plan_sample,
    quick_draw,
    request_draw,
    reveal,
    void_sample,
)
from models.case_frames import CaseFrame
from models.documents import Document
from models.errors import RuleBroken
from models.job_requests import request_job
from models.rules.certificate_words import plan_words
from models.rules.sample_plans import parse_plan
from models.sample_cases import CaseStatus, SampleCase
from models.sample_draws import preview
from models.thematic_reviews import ThematicReview

VOIDABLE = (SampleStatus.LOCKED, SampleStatus.DRAWN)


@screen
class AuditSampleScreen(CertificatePages, Screen):
    """Samples: plan, preview, lock, reveal, draw. A draw is never repeated in silence; a voided one stays visible."""

    model = AuditSample
    title, noun, plural = "Audit samples", "sample", "samples"
    path, group, order = "audit-samples", Group.SAMPLES, 30
    may = {"list": STAFF, "details": STAFF, "edit": OFFICERS, "delete": OFFICERS, "export": STAFF}
    introduction = "Cases are drawn at random, so that nobody can be said to have picked them."
    columns = (
        "reference",
        "title",
        "review_id",
        "frame_id",
        Column("status", show=show_tag),
        "drawn_at",
        "audits_due_on",
    )
    details = (
        *columns,
        "kind",
        "requested_by_id",
        "witness",
        "commitment",
        "public_part",
        "plan_fingerprint",
        "void_reason",
    )
    search = ("reference", "title")
    filters = ("status", "review_id", "frame_id", "audits_due_on")
    sort = ("reference", "title", "drawn_at", "audits_due_on")
    default_sort = "-reference"
    fields = ("title", "review_id", "audits_due_on")
    labels = {
        "review_id": "Review",
        "frame_id": "Frame",
        "kind": "How the seed is made",
        "requested_by_id": "Officer",
        "drawn_at": "Drawn",
        "audits_due_on": "Audits due",
        "plan_fingerprint": "Plan fingerprint (SHA-256)",
        "commitment": "Commitment (SHA-256)",
    }

    def may_delete(self, record: AuditSample) -> bool:
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
        found = []
        if record.status is SampleStatus.PLANNED and role() in OFFICERS:
            found.append(Button("Preview and lock", self.link("preview_page", record_id=record.id), "main"))
        if record.status is SampleStatus.LOCKED and role() in OFFICERS:
            found.append(Button("Reveal and draw", self.link("ceremony", record_id=record.id), "main"))
        if record.status in VOIDABLE and not record.void_reason and role() in OFFICERS:
            found.append(Button("Ask to void", self.link("ask_void", record_id=record.id)))
        return found

    def panels(self, session: Session, record: AuditSample) -> list[Panel]:
        if record.drawn_at is None:
            return []
        return [*_strata_panels(session, record), _documents(session, record)]

    @page("/plan/", roles=OFFICERS, methods=("GET", "POST"))
    def plan_page(self) -> ResponseReturnValue:
        """Say which cases, in which strata, how many."""
        form = PlanForm(sent_form(), frame_id=request.args.get("frame_id", type=int))
        offer_choices(self.session, form)
        problems: list[tuple[str, str]] = []
        if request.method == "POST" and "_find" not in request.form:
            try:
                return redirect(self.link("preview_page", record_id=self._planned(form)))
            except RuleBroken as refusal:
                self.session.rollback()
                problems = [("", refusal.sentence)]
        return self.render("audit_samples/plan.html", form=form, problems=problems), 422 if problems else 200

    def _planned(self, form: PlanForm) -> str:
        sent = already_sent(self.session)
        if sent is not None:
            return sent
        frame = self.session.get(CaseFrame, form.frame_id.data) if form.frame_id.data else None
        if frame is None:
            raise RuleBroken("Choose the frame that the cases are drawn from.")
        plan, excluded = plan_of(self.session, form)
        preview(self.session, frame, plan, excluded)  # a plan that does not fit its frame is refused here
        sample = plan_sample(
            self.session,
            frame=frame,
            plan=plan,
            title=form.title.data or "",
            review_id=frame.review_id,
            audits_due_on=form.audits_due_on.data,
            excluded=excluded,
        )
        self.session.commit()
        return str(sample.id)

    @page("/<int:record_id>/preview/", roles=OFFICERS)
    def preview_page(self, record_id: int) -> ResponseReturnValue:
        """Who is in the population, what is asked, what is short. Nobody is named, nothing is drawn."""
        sample = self.get_record(record_id)
        if sample.status is not SampleStatus.PLANNED:
            return redirect(self.details_url(record_id))
        seen = preview(
            self.session, self.session.get_one(CaseFrame, sample.frame_id), parse_plan(sample.plan), sample.excluded
        )
        return self.render("audit_samples/preview.html", sample=sample, seen=seen, words=plan_words(sample.plan))

    @row_action("Lock the plan", roles=OFFICERS, tone="main", shown=lambda sample: False)
    def lock(self, session: Session, sample: AuditSample) -> ResponseReturnValue:
        """Bind the portal: from here on neither frame, plan nor secret part can change."""
        lock_sample(session, sample, frame=session.get_one(CaseFrame, sample.frame_id), person_id=person_id())
        session.commit()
        return redirect(self.link("ceremony", record_id=sample.id))

    @row_action("Quick draw", roles=OFFICERS, shown=lambda sample: False)
    def draw_quickly(self, session: Session, sample: AuditSample) -> ResponseReturnValue:
        """Draw without witnesses by a seed from the system; the certificate says so."""
        quick_draw(session, sample, seed=None, person_id=person_id())
        asked = request_draw(session, sample)
        session.commit()
        return redirect(waiting_url(asked, self.details_url(sample.id)))

    @page("/<int:record_id>/ceremony/", roles=OFFICERS, methods=("GET", "POST"))
    def ceremony(self, record_id: int) -> ResponseReturnValue:
        """The page for the meeting room: the commitment in large letters, then the public part and the witness."""
        sample = self.get_record(record_id)
        if sample.status is not SampleStatus.LOCKED:
            return redirect(self.details_url(record_id))
        if request.method == "GET":
            return self._show_ceremony(sample, [])
        try:
            return redirect(self._revealed(sample))
        except RuleBroken as refusal:
            self.session.rollback()
            return self._show_ceremony(self.get_record(record_id), [("public", refusal.sentence)])

    def _show_ceremony(self, sample: AuditSample, problems: list[tuple[str, str]]) -> ResponseReturnValue:
        frame = self.session.get_one(CaseFrame, sample.frame_id)
        shown = self.render("audit_samples/ceremony.html", sample=sample, frame=frame, problems=problems)
        return shown, 422 if problems else 200

    def _revealed(self, sample: AuditSample) -> str:
        if already_sent(self.session) is not None:
            self.session.rollback()
            return self.details_url(sample.id)
        reveal(
            self.session, sample, public=request.form.get("public", ""), witness=request.form.get("witness", "")[:200]
        )
        asked = request_draw(self.session, sample)
        self.session.commit()
        return waiting_url(asked, self.details_url(sample.id))

    @page("/<int:record_id>/ask-void/", roles=OFFICERS, methods=("GET", "POST"))
    def ask_void(self, record_id: int) -> ResponseReturnValue:
        """Ask the lead sponsor to void a draw, with a reason."""
        sample = self.get_record(record_id)
        problems: list[tuple[str, str]] = []
        if request.method == "POST":
            try:
                ask_to_void(self.session, sample, reason=request.form.get("reason", "")[:2000], person_id=person_id())
                self.session.commit()
                return redirect(self.details_url(record_id))
            except RuleBroken as refusal:
                self.session.rollback()
                sample, problems = self.get_record(record_id), [("reason", refusal.sentence)]
        return self.render("audit_samples/void.html", sample=sample, problems=problems), 422 if problems else 200

    @row_action(
        "Void this draw",
        roles={Role.SPONSOR},
        tone="warning",
        question="Void this draw? It stays visible; a new draw by the same plan is possible only then.",
        shown=lambda sample: bool(sample.void_reason) and sample.status in VOIDABLE,
    )
    def void(self, session: Session, sample: AuditSample) -> str:
        """The lead sponsor's word."""
        review = session.get(ThematicReview, sample.review_id) if sample.review_id else None
        void_sample(session, sample, person_id=person_id(), sponsor_id=review.sponsor_id if review else None)
        return f"{sample.reference} is void."

    @row_action("Make the certificate anew", roles=OFFICERS, shown=lambda sample: sample.drawn_at is not None)
    def renew(self, session: Session, sample: AuditSample) -> ResponseReturnValue:
        """The certificate with the eliminations made since."""
        asked = request_job(session, "make_certificate", {"sample_id": sample.id})
        session.commit()
        return redirect(waiting_url(asked, self.details_url(sample.id)))


def _strata_panels(session: Session, sample: AuditSample) -> list[Panel]:
    statement = select(SampleCase).where(SampleCase.sample_id == sample.id).order_by(SampleCase.id)
    strata: dict[str, list[tuple[Any, ...]]] = {}
    for case in session.scalars(statement):
        cell = (str(case.position), link_to(case, case.reference), case.ticket, show_tag(case.status))
        strata.setdefault(case.stratum, []).append(cell)
    return [Panel(name, ("Order", "Case", "Ticket", "Standing"), rows) for name, rows in strata.items()]


def _documents(session: Session, sample: AuditSample) -> Panel:
    found = session.scalars(
        select(Document).where(Document.subject == f"audit_samples:{sample.id}").order_by(Document.id.desc())
    )
    return Panel("Certificates", ("Document", "File"), [(link_to(one, one.title), one.file_name) for one in found])


@card(roles={Role.SPONSOR}, order=10)
def draws_to_void(session: Session, asked_by: Actor) -> Card | None:
    """Draws of the sponsor's own reviews that an officer asks to void."""
    count = session.scalar(
        select(func.count())
        .select_from(AuditSample)
        .join(ThematicReview, ThematicReview.id == AuditSample.review_id)
        .where(
            ThematicReview.sponsor_id == asked_by.person_id,
            AuditSample.void_reason != "",
            AuditSample.status.in_(VOIDABLE),
        )
    )
    return Card(count, "draws wait for your word on voiding them", "/audit-samples/", "warning") if count else None


@card(roles=OFFICERS, order=30)
def eliminations_to_approve(session: Session, asked_by: Actor) -> Card | None:
    """Proposed eliminations that need a second person, who must be somebody else."""
    count = session.scalar(
        select(func.count()).where(
            SampleCase.status == CaseStatus.ELIMINATION_PROPOSED, SampleCase.proposed_by_id != asked_by.person_id
        )
    )
    words = "eliminations wait for a second person"
    return Card(count, words, "/sample-cases/?status=elimination_proposed") if count else None
