"""How does an officer bind the portal before witnesses, draw, and show what was drawn?"""

from __future__ import annotations

from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.documents.job_requests import waiting_url
from admin_views.kit.actions import pressed_elsewhere
from admin_views.kit.base import OFFICERS, PageSet, Panel, already_sent, expose, person_id, row_action, show_tag
from admin_views.kit.looks import note_shown
from admin_views.kit.registry import link_to
from models.audits.sample_estimates import earlier_grades
from models.case_lists.case_frames import CaseFrame
from models.core.errors import RuleBroken
from models.documents.documents import Document
from models.rules.sampling.sample_certificate_words import plan_words
from models.rules.sampling.sample_plans import parse_plan
from models.rules.sampling.sample_sizes import SizeWords, size_words
from models.rules.sampling.strata import StrataKind, stratum_word
from models.sampling.audit_samples import AuditSample, SampleStatus, lock_sample, quick_draw, request_draw, reveal
from models.sampling.sample_cases import SampleCase
from models.sampling.sample_previews import Preview, preview, refusal_of


class DrawPages(PageSet):
    """From the preview of a plan to the drawn cases; part of the samples' screen."""

    @expose("/<int:record_id>/preview/", roles=OFFICERS)
    def preview_page(self, record_id: int) -> ResponseReturnValue:
        """Who is in the population, what is asked, what is short. Nobody is named, nothing is drawn."""
        sample = self.get_record(record_id)
        if sample.status is not SampleStatus.PLANNED:
            return redirect(self.details_url(record_id))
        frame, plan = self.session.get_one(CaseFrame, sample.frame_id), parse_plan(sample.plan)
        seen = preview(self.session, frame, plan, sample.excluded)
        return self.render(
            "audit_samples/preview.html", sample=sample, seen=seen, words=plan_words(sample.plan),
            refusal=refusal_of(frame, plan, seen), stratum=stratum_word(plan.strata),
            size=_size(self.session, sample, seen),
        )  # fmt: skip

    @row_action("Lock the plan", roles=OFFICERS, tone="main", shown=pressed_elsewhere)
    def lock(self, session: Session, sample: AuditSample) -> ResponseReturnValue:
        """Bind the portal: from here on neither frame, plan nor secret part can change."""
        lock_sample(session, sample, frame=session.get_one(CaseFrame, sample.frame_id), person_id=person_id())
        session.commit()
        return redirect(self.link("ceremony", record_id=sample.id))

    @row_action("Quick draw", roles=OFFICERS, shown=pressed_elsewhere)
    def draw_quickly(self, session: Session, sample: AuditSample) -> ResponseReturnValue:
        """Draw without witnesses by a seed from the system; the certificate says so."""
        quick_draw(session, sample, seed=None, person_id=person_id())
        asked = request_draw(session, sample)
        session.commit()
        return redirect(waiting_url(asked, self.details_url(sample.id)))

    @expose("/<int:record_id>/ceremony/", roles=OFFICERS, methods=("GET", "POST"))
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


def _size(session: Session, sample: AuditSample, seen: Preview) -> SizeWords:
    """What the number of cases can tell; by last year's grades too, where an earlier draw has the same parts."""
    drawn = {name: allocation.possible for name, allocation in seen.allocations.items()}
    return size_words(seen.population.strata, drawn, earlier_grades(session, sample.review_id, sample.plan["strata"]))


def drawn_panels(session: Session, sample: AuditSample) -> list[Panel]:
    """The cases of a drawn sample, stratum by stratum, and its certificates."""
    return [*_strata_panels(session, sample), _documents(session, sample)]


def _strata_panels(session: Session, sample: AuditSample) -> list[Panel]:
    statement = select(SampleCase).where(SampleCase.sample_id == sample.id).order_by(SampleCase.id)
    kind = StrataKind(sample.plan["strata"])
    word = "" if kind is StrataKind.LEVEL else f"{stratum_word(kind)}: "
    strata: dict[str, list[tuple[Any, ...]]] = {}
    for case in session.scalars(statement):
        note_shown(case)
        cell = (str(case.position), link_to(case, case.reference), case.ticket, case.level, show_tag(case.status))
        strata.setdefault(case.stratum, []).append(cell)
    headings = ("Order", "Case", "Ticket", "Level of intervention", "Standing")
    return [Panel(f"{word}{name}", headings, rows) for name, rows in strata.items()]


def _documents(session: Session, sample: AuditSample) -> Panel:
    documents = session.scalars(
        select(Document).where(Document.subject == f"audit_samples:{sample.id}").order_by(Document.id.desc())
    )
    return Panel(
        "Certificates",
        ("Document", "File"),
        [(link_to(document, document.title), document.file_name) for document in documents],
    )
