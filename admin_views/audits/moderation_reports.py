"""What do the agencies say of one case side by side, and which grade is it given, on one page?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import Form

from admin_views.documents.papers import document_page, occasion
from admin_views.kit.base import OFFICERS, STAFF, Button, PageSet, expose, in_list, person_id, role
from admin_views.kit.conflicts import version_of
from admin_views.kit.fields import RecordField, Required, TextField
from admin_views.kit.forms import offer_choices, sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.looks import note_shown
from admin_views.partnership.hubs import may_run
from models.audits.case_audit_reports import CaseRow, sample_audits
from models.audits.case_audits import CaseAudit, audits_of_case
from models.audits.moderation_reports import moderation_facts
from models.audits.moderations import Moderation, moderate_case, moderation_of
from models.audits.moved_grades import moved_grades
from models.core.addresses import address_by_id, list_address
from models.evidence.findings import Finding
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.reviews.thematic_reviews import ThematicReview
from models.sampling.audit_samples import AuditSample
from models.sampling.sample_cases import SampleCase

_TEMPLATE = "moderations/case.html"


class ModerationForm(Form):
    """One grade for the whole case, and why."""

    grade_id = RecordField("Moderated grade", loader=ChoiceLoader(ReferenceItem, in_list(ReferenceList.GRADE)))
    reason = TextField(
        "Reason", validators=[Required()], description="Why this grade, in particular where the agencies differ."
    )
    discussion = TextField("Notes of the discussion", description="Name nobody of the family.")


@dataclass(frozen=True)
class Place:
    """Where a case stands among those of its sample: its own row, its neighbours, and which is moderated next."""

    row: CaseRow
    number: int
    count: int
    before: CaseRow | None
    after: CaseRow | None
    following: CaseRow | None


class CaseModerationPages(PageSet):
    """The pages of the moderated grades' screen that are about one case."""

    @expose("/case/<int:case_id>/", roles=STAFF)
    def side(self, case_id: int) -> str:
        """The agencies' grades and answers beside each other, where they differ first, and the moderated grade."""
        case, moderation = self.case(case_id), moderation_of(self.session, case_id)
        form = ModerationForm(obj=moderation)
        offer_choices(self.session, form)
        version = version_of((moderation,))
        return self.render(_TEMPLATE, form=form, problems=[], theirs=[], row_version=version, **self._shown(case))

    @expose("/case/<int:case_id>/moderate/", roles=OFFICERS, methods=("GET", "POST"))
    def moderate(self, case_id: int) -> ResponseReturnValue:
        """The same page for whoever gives the case its moderated grade, with the reason, and goes on to the next."""
        case, moderation = self.case(case_id), moderation_of(self.session, case_id)
        if not self.runs(case):
            abort(403)
        form, shown = ModerationForm(sent_form(), obj=moderation), self._shown(case)
        back = self.link("side", case_id=case_id)
        onward = back if "stay" in request.form else shown["onward"]
        return self.ask(form, back, lambda: (self._moderated(case, form), onward), template=_TEMPLATE,
                        over=(moderation,), **shown)  # fmt: skip

    def _moderated(self, case: SampleCase, form: ModerationForm) -> str:
        moderation = moderate_case(
            self.session, case, grade_id=form.grade_id.data, reason=form.reason.data or "",
            discussion=form.discussion.data or "", person_id=person_id(),
        )  # fmt: skip
        return f"{case} is moderated: {self.session.get_one(ReferenceItem, moderation.grade_id).label}."

    @expose("/case/<int:case_id>/paper/", roles=STAFF, methods=("GET", "POST"))
    def paper(self, case_id: int) -> ResponseReturnValue:
        """Everything about the case as a document: GET reads it as a page, POST asks for the PDF."""
        case = self.case(case_id)
        note_shown(*audits_of_case(self.session, case_id))
        back = self.link("side", case_id=case_id)
        return document_page(self, "moderated_result", {"case_id": case.id}, back, str(case))

    # What the pages above use

    def case(self, case_id: int) -> SampleCase:
        """The drawn case of the address; 404 where there is none."""
        case = self.session.get(SampleCase, min(case_id, 2**31 - 1)) or abort(404)
        note_shown(case)
        return case

    def runs(self, case: SampleCase) -> bool:
        """Whether whoever asks is an officer of the case's review."""
        review = self._review_of(case)
        return role() in OFFICERS and review is not None and may_run(self.session, review.hub_id)

    def _review_of(self, case: SampleCase) -> ThematicReview | None:
        sample = self.session.get_one(AuditSample, case.sample_id)
        return self.session.get(ThematicReview, sample.review_id) if sample.review_id else None

    def _shown(self, case: SampleCase) -> dict[str, Any]:
        """What the page of a case shows beside its form."""
        rows = [row for row in sample_audits(self.session, case.sample_id).rows if row.audits]
        place, review = _place(rows, case), self._review_of(case)
        own = place.row if place is not None else CaseRow(case, {}, "")
        note_shown(*own.audits.values())
        cases = list_address(CaseAudit, "review", review.id) if review is not None else list_address(Moderation)
        following = place.following if place is not None else None
        return {
            "review": review, "case": case, "place": place, "cases": cases,
            "facts": moderation_facts(self.session, occasion(self.session), case_id=case.id),
            "audits": {audit.reference: audit for audit in own.audits.values()},
            "may_moderate": self.runs(case) and (own.is_ready or bool(own.grade)), "progress": own.progress,
            "following": following.case if following is not None else None,
            "onward": self.link("side", case_id=following.case.id) if following is not None else cases,
            "findings": self._findings(case) if own.grade else [],
            "moved": moved_grades(self.session, review.id) if review is not None else None,
        }  # fmt: skip

    def _findings(self, case: SampleCase) -> list[Button]:
        moderation = moderation_of(self.session, case.id)
        return finding_buttons(self, moderation) if moderation is not None and self.runs(case) else []


def _place(rows: list[CaseRow], case: SampleCase) -> Place | None:
    """A case among those of its sample that are audited; None for one that is not."""
    number = next((number for number, row in enumerate(rows) if row.case.id == case.id), None)
    if number is None:
        return None
    following = [*rows[number + 1 :], *rows[:number]]
    ready = next((row for row in following if row.is_ready), None)
    later = next((row for row in rows[number + 1 :] if row.grade), None)
    return Place(
        rows[number], number + 1, len(rows), before=rows[number - 1] if number else None,
        after=rows[number + 1] if rows[number + 1 :] else None,
        following=ready or (later if rows[number].grade else None),
    )  # fmt: skip


def finding_buttons(pages: Any, record: Moderation) -> list[Button]:
    """The finding that was made of a moderated case, or the way to make one; nothing for who may not.

    `pages` is the moderated grades' screen or one of its sets.
    """
    if role() not in OFFICERS:
        return []
    origin = f"moderations:{record.id}"
    key = pages.session.scalar(
        select(Finding.id).where(Finding.review_id == record.review_id, Finding.origin == origin)
    )
    if key is not None:
        return [Button("See the finding", address_by_id(Finding, key))]
    return [Button("Make a finding", pages.link("make_finding", record_id=record.id))]
