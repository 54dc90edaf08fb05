"""A row of each table about case lists, draws, case audits, and what agencies send in."""

from __future__ import annotations

from models.audits.audit_assignments import AuditInvolvement
from models.audits.case_audits import CaseAudit
from models.audits.moderations import Moderation
from models.case_lists.case_frames import CaseFrame
from models.case_lists.case_lists import CaseList, CaseListPiece
from models.case_lists.frame_rows import FrameRow
from models.core.clock import now
from models.partnership.reference_items import ReferenceItem
from models.returns.escalations import Escalation
from models.returns.section_11_cycles import Section11Cycle
from models.returns.section_11_returns import Section11Return, Section11Score
from models.returns.self_evaluations import SelfEvaluation
from models.reviews.thematic_reviews import ThematicReview
from models.sampling.audit_samples import AuditSample
from models.sampling.sample_cases import SampleCase
from models.tools.answer_sheets import AnswerSheet, SheetAnswer
from models.tools.assurance_tools import AssuranceTool
from models.tools.tool_versions import ToolVersion
from tests import make_audits
from tests.wall.sides import DAY, Side, makes


@makes(CaseFrame)
def frame(side: Side) -> CaseFrame:
    return make_audits.frame(side.session, side.row(ThematicReview))


@makes(FrameRow)
def frame_row(side: Side) -> FrameRow:
    return side.session.query(FrameRow).filter_by(frame_id=side.id(CaseFrame), row_number=2).one()


@makes(CaseList)
def case_list(side: Side) -> CaseList:
    return CaseList(file_name="f.csv", size=1, review_id=side.id(ThematicReview), frame_id=side.id(CaseFrame))


@makes(CaseListPiece)
def case_list_piece(side: Side) -> CaseListPiece:
    return CaseListPiece(list_id=side.id(CaseList), number=1, sealed=b"sealed")


@makes(AuditSample)
def sample(side: Side) -> AuditSample:
    return AuditSample(
        frame_id=side.id(CaseFrame), title=side.name, year=2026, plan={}, review_id=side.id(ThematicReview)
    )


@makes(SampleCase)
def sample_case(side: Side) -> SampleCase:
    return SampleCase(
        sample_id=side.id(AuditSample), stratum="S", position=1, reference="C1", ticket="0", is_reserve=False,
        status="selected",
    )  # fmt: skip


def blank_sheet(side: Side) -> AnswerSheet:
    return AnswerSheet(version_id=side.id(ToolVersion), agency_id=side.agency.id, is_open=not side.is_shut)


@makes(AnswerSheet)
def answer_sheet(side: Side) -> AnswerSheet:
    """The sheet of the side's case audit."""
    return blank_sheet(side)


@makes(CaseAudit)
def case_audit(side: Side) -> CaseAudit:
    """In the hands of the side's person; the one that is shut is handed in."""
    handed_in = {"status": "submitted", "submitted_at": now()} if side.is_shut else {"status": "assigned"}
    return CaseAudit(
        sample_case_id=side.id(SampleCase), review_id=side.id(ThematicReview), agency_id=side.agency.id,
        sheet_id=side.id(AnswerSheet), due_on=DAY, auditor_id=side.person.id, **handed_in,
    )  # fmt: skip


@makes(SheetAnswer)
def sheet_answer(side: Side) -> SheetAnswer:
    """On the sheet of the case audit, which is its auditor's alone."""
    return SheetAnswer(sheet_id=side.row(CaseAudit).sheet_id, question_key="files", value=[])


@makes(AuditInvolvement)
def audit_involvement(side: Side) -> AuditInvolvement:
    return AuditInvolvement(audit_id=side.id(CaseAudit), person_id=side.person.id)


@makes(Moderation)
def moderation(side: Side) -> Moderation:
    return Moderation(
        sample_case_id=side.id(SampleCase), review_id=side.id(ThematicReview), grade_id=side.id(ReferenceItem),
        reason="R",
    )  # fmt: skip


@makes(SelfEvaluation)
def self_evaluation(side: Side) -> SelfEvaluation:
    handed_in = {"status": "submitted", "submitted_at": now()} if side.is_shut else {}
    return SelfEvaluation(
        review_id=side.id(ThematicReview), family_id=1, agency_id=side.agency.id, due_on=DAY,
        sheet_id=side.kept(blank_sheet(side)).id, **handed_in,
    )  # fmt: skip


@makes(Section11Cycle)
def section_11_cycle(side: Side) -> Section11Cycle:
    return Section11Cycle(title=f"Cycle {side.name}", tool_id=side.id(AssuranceTool), opens_on=DAY, due_on=DAY)


@makes(Section11Return)
def section_11_return(side: Side) -> Section11Return:
    closed = {"status": "closed", "submitted_at": now(), "closed_at": now()} if side.is_shut else {}
    return Section11Return(
        cycle_id=side.id(Section11Cycle), agency_id=side.agency.id, due_on=DAY,
        sheet_id=side.kept(blank_sheet(side)).id, **closed,
    )  # fmt: skip


@makes(Section11Score)
def section_11_score(side: Side) -> Section11Score:
    return Section11Score(return_id=side.id(Section11Return), question_key="trained", score=1, reason="R")


@makes(Escalation)
def escalation(side: Side) -> Escalation:
    return Escalation(
        agency_id=side.agency.id, review_id=side.id(ThematicReview), subject=side.name, what="W", due_on=DAY, number=1,
        step_id=side.id(ReferenceItem), step_label="Letter", climbed_on=DAY, said="S",
    )  # fmt: skip
