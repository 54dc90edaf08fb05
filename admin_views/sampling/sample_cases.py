"""What becomes of each drawn case: audited, or eliminated with a reason and a second person?"""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import (
    OFFICERS,
    STAFF,
    Button,
    Category,
    Fact,
    Part,
    Screen,
    action,
    by_value,
    expose,
    in_list,
    person_id,
    read_by,
    role,
    row_action,
    screen,
    show_tag,
)
from admin_views.kit.fields import RecordField, Required, TextField
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from models.audits.moderations import Moderation
from models.core.addresses import list_address
from models.core.clock import today
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.reviews.review_writes import runs_review_of
from models.rules.core.counts import count_words
from models.sampling.sample_cases import (
    CaseStatus,
    SampleCase,
    approve_elimination,
    propose_elimination,
    refuse_elimination,
)


class EliminationForm(Form):
    """Why a case should leave the sample."""

    reason_id = RecordField(
        "Reason",
        loader=ChoiceLoader(ReferenceItem, in_list(ReferenceList.ELIMINATION_REASON)),
        description="A missing or poor record is a finding, never a reason.",
    )
    note = TextField("Note", validators=[Required()], description="What a second person needs to know. Name nobody.")


def _waits_for_me(case: SampleCase) -> bool:
    """Whether a proposed elimination waits for whoever asks: for everybody but the person who proposed it."""
    return case.status is CaseStatus.ELIMINATION_PROPOSED and case.proposed_by_id != person_id()


@screen
class SampleCaseScreen(Screen):
    """Drawn cases and reserves. A case leaves only with a reason and a second person; the next reserve steps in."""

    model = SampleCase
    name, noun, plural = "Drawn cases", "case", "cases"
    list_purpose = (
        "The cases a draw has chosen, with their reserves, by reference only. They appear when a sample is drawn."
    )
    list_begins_at = "/audit-samples"
    url, category, menu_order = "/sample-cases", Category.SAMPLES, 40
    part = Part.CASES
    roles = read_by(STAFF)
    column_list = ("reference", "sample_id", "level", "stratum", "position", "ticket", "status")
    column_details_list = (
        *column_list,
        "divided_by",
        "is_reserve",
        "audited_on",
        "replaces_id",
        "reason_id",
        "reason_note",
        "proposed_by_id",
        "approved_by_id",
        "approved_at",
    )
    column_formatters = {"status": by_value(show_tag), "divided_by": by_value(str.capitalize)}
    column_searchable_list = ("reference",)
    column_filters = (
        "sample_id",
        "status",
        "level",
        "stratum",
        "audited_on",
    )
    column_sortable_list = ("reference", "sample_id", "stratum")
    column_default_sort = "id"
    column_labels = {
        "sample_id": "Sample",
        "level": "Level of intervention",
        "divided_by": "Each part is a",
        "replaces_id": "Stepped in for",
        "reason_id": "Reason",
        "ticket": "Draw number",
        "stratum": "Part of the draw",
        "proposed_by_id": "Elimination proposed by",
        "approved_by_id": "Approved by",
        "position": "Order",
    }

    def buttons(self, record: SampleCase) -> list[Button]:
        audits = Button("Audits side by side", list_address(Moderation, "case", record.id))
        if record.status is CaseStatus.SELECTED and role() in OFFICERS and runs_review_of(self.session, record):
            return [audits, Button("Propose to eliminate", self.link("propose", record_id=record.id))]
        return [audits] if record.status is not CaseStatus.RESERVE else []

    def facts(self, session: Session, record: SampleCase) -> list[Fact]:
        if record.status is not CaseStatus.ELIMINATION_PROPOSED:
            return []
        is_own = record.proposed_by_id == person_id()
        own = " You proposed the elimination, so somebody else decides." if is_own else ""
        return [Fact("Waits for", f"A second person’s word on leaving the sample.{own}")]

    @expose("/<int:record_id>/propose/", roles=OFFICERS, methods=("GET", "POST"))
    def propose(self, record_id: int) -> ResponseReturnValue:
        """Ask for a case to leave the sample."""
        case, form = self.get_record(record_id), EliminationForm(sent_form())
        return self.ask(
            form,
            self.details_url(record_id),
            lambda: self._propose(case, form),
            title=f"Propose to eliminate {case}",
            lead="A second person must approve. Then the next reserve of its part steps in.",
            button="Propose",
        )

    def _propose(self, case: SampleCase, form: EliminationForm) -> str:
        reason = self.session.get_one(ReferenceItem, form.reason_id.data)
        propose_elimination(self.session, case, reason=reason, note=form.note.data or "", person=self._self())
        return f"{case.reference} waits for a second person's word."

    def _self(self) -> Person:
        return self.session.get_one(Person, person_id())

    @row_action("Approve the elimination", roles=OFFICERS, tone="main", shown=_waits_for_me,
                confirmation="Eliminate this case? The next reserve of its part steps in.")  # fmt: skip
    def approve(self, session: Session, case: SampleCase) -> str:
        """The second person's word."""
        successor = approve_elimination(session, case, person=self._self())
        if successor is None:
            return f"{case.reference} is eliminated. No reserve is left in {case.stratum}, so it is one case short."
        return f"{case.reference} is eliminated; {successor.reference} steps in."

    @row_action("Keep the case", roles=OFFICERS, shown=_waits_for_me)
    def keep(self, session: Session, case: SampleCase) -> str:
        """The second person does not agree."""
        refuse_elimination(session, case, person=self._self())
        return f"{case.reference} stays in the sample; open its audits if they have waited for this."

    @action("mark-audited", "Audited today", "Mark these cases as audited today?", roles=OFFICERS)
    def mark_audited(self, session: Session, cases: list[SampleCase]) -> str:
        """A case audited now is left out of draws for a year."""
        for case in cases:
            case.audited_on = today()
        return f"{count_words(len(cases), 'case is', 'cases are')} marked as audited today."
