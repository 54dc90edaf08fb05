"""Which cases does each agency audit, and how is an audit filled in, handed in, returned or taken back?"""

from __future__ import annotations

from sqlalchemy import and_
from sqlalchemy.orm import Session

from admin_views.audits.answer_papers import AnswerPapers
from admin_views.audits.audit_assignments import AssignmentPages, runs
from admin_views.audits.audit_openings import COLOURS, OpeningPages, show_status
from admin_views.audits.audit_outcomes import OutcomePages, settle
from admin_views.audits.case_audit_reports import ReviewCasePages
from admin_views.audits.own_audits import OwnAuditsPages
from admin_views.audits.ticked_audits import TickedPages
from admin_views.evidence.answer_findings import FindingPages, FindingsScreen
from admin_views.kit.base import (
    OFFICERS,
    Category,
    Fact,
    Filter,
    Part,
    Place,
    by_value,
    person_id,
    read_by,
    screen,
    tag,
)
from admin_views.kit.formats import show_date
from admin_views.messages.agency_reminders import RemindingPages
from admin_views.tools.answer_sheets import ANSWERERS, SHEET_READERS, AnsweringPages
from models.audits.case_audit_reports import overall_grade
from models.audits.case_audits import (
    OPEN,
    AuditStatus,
    CaseAudit,
    begin_audit,
    may_enter,
    submit_audit,
)
from models.core.clock import today
from models.partnership.agencies import Agency
from models.rules.evidence.triangulation import Source
from models.sampling.sample_cases import CaseStatus, SampleCase
from models.tools.answer_sheets import AnswerSheet

_LABELS = {status.label: COLOURS.get(status, "grey") for status in AuditStatus}
_DAYS_FOR_CHANGES = 7


@screen
class CaseAuditScreen(FindingsScreen):
    """Case audits: a form for each case and agency. Agencies see their own; only the assigned auditor fills one in."""

    model = CaseAudit
    page_sets = (
        AnsweringPages,
        AssignmentPages,
        RemindingPages,
        OutcomePages,
        AnswerPapers,
        OpeningPages,
        ReviewCasePages,
        TickedPages,
        OwnAuditsPages,
        FindingPages,
    )
    name, noun, plural = "Case audits", "case audit", "case audits"
    list_purpose = (
        "One agency's audit of one drawn case. An officer opens them on the sample's page, and each agency "
        "chooses its auditor."
    )
    list_begins_at = "/audit-samples"
    url, category, menu_order = "/case-audits", Category.SAMPLES, 50
    stands_in, part = Place.REVIEWS, Part.CASES
    review_page, leads_part = ("case_audits.cases", "review_id"), True
    roles = {**read_by(SHEET_READERS), "answer": ANSWERERS | OFFICERS}
    finding_source = Source.CASE_AUDIT
    paper_name = "case_audit"
    introduction = "A case is called by its reference only. Nobody audits a case of their own team."
    column_list = ("agency_id", "sample_case.reference", "status", "auditor_id", "due_on")
    column_beneath = "reference"
    column_details_list = (
        "sample_case.reference",
        "sample_case.level",
        "agency_id",
        "review_id",
        "auditor_id",
        "auditor_role",
        "case_team",
        "due_on",
        "submitted_at",
    )
    column_formatters = {"status": by_value(lambda status: tag(status.label, COLOURS.get(status, "grey")))}
    column_searchable_list = ("reference",)
    column_filters = (
        "status",
        Filter("late", "Late", options=(("yes", "Late"),),
               apply=lambda answer: and_(CaseAudit.status.in_(OPEN), CaseAudit.due_on < today())),
        "review_id",
        "agency_id",
        "auditor_id",
        "due_on",
    )  # fmt: skip
    column_sortable_list = ("reference", "agency_id", "status", "due_on")
    column_default_sort = ("reference", True)
    column_labels = {
        "review_id": "Review",
        "auditor_role": "Auditor's role",
        "case_team": "Team of the case",
        "submitted_at": "Handed in",
        "sample_case.reference": "Case",
        "sample_case.level": "Level of intervention",
    }

    def title_of(self, record: CaseAudit) -> str:
        case = self.session.get_one(SampleCase, record.sample_case_id)
        return f"Audit of case {case} by {self.session.get_one(Agency, record.agency_id).name}"

    def facts(self, session: Session, record: CaseAudit) -> list[Fact]:
        case = session.get_one(SampleCase, record.sample_case_id)
        facts = [*(Fact(*place) for place in case.places[1:]), Fact("Standing", show_status(record))]
        if case.status is CaseStatus.ELIMINATION_PROPOSED:
            facts.append(Fact("Wait", "The case may leave the sample: a second person has yet to decide."))
        words = overall_grade(session, record) if record.status.is_in else ""
        if words:
            facts.append(Fact("The agency's own grade", words))
        if record.record_state is not None:
            facts.append(Fact(f"Record {record.record_state.value}", record.record_note))
        if record.status is AuditStatus.RETURNED:
            facts.append(Fact("What should be changed", record.return_reason))
        if record.closing_note:
            facts.append(Fact("Why it is closed", record.closing_note))
        return facts

    # Filling in

    def may_answer(self, record: CaseAudit, sheet: AnswerSheet) -> bool:
        return sheet.is_open and may_enter(record, person_id(), is_officer=runs(self.session, record))

    def begin_answering(self, record: CaseAudit) -> None:
        begin_audit(self.session, record)

    def reading_facts(self, record: CaseAudit) -> list[Fact]:
        case = self.session.get_one(SampleCase, record.sample_case_id)
        agency = self.session.get_one(Agency, record.agency_id)
        return [
            Fact("Case", case.reference), *(Fact(*place) for place in case.places), Fact("Agency", agency.name),
            Fact("Standing", show_status(record)), Fact("Due", show_date(record.due_on)),
        ]  # fmt: skip

    def handed_in(self, record: CaseAudit) -> str:
        submit_audit(self.session, record, person_id=person_id(), is_officer=runs(self.session, record))
        settle(self.session, record)
        return f"{record.reference} is handed in."
