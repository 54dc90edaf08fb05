"""Which agencies are given which drawn cases to audit, and what happens when a case is eliminated or a draw voided?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.audits.audit_outcomes import withdraw_audit
from models.audits.case_audits import AuditStatus, CaseAudit, audits_of_case
from models.core.clock import today
from models.core.errors import RuleBroken
from models.partnership.agencies import Agency
from models.partnership.sharing_agreements import agencies_without_agreement
from models.reviews.invitations import ReviewPart, invited_agencies
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words, list_words
from models.sampling.audit_samples import AuditSample, SampleStatus, after_voiding
from models.sampling.sample_cases import CaseStatus, SampleCase, after_elimination
from models.signatures.sign_offs import SignOffSubject
from models.signatures.signables import refuse_unsigned, signed_version, tools_of
from models.tools.answer_sheets import AnswerSheet, open_sheet, version_of
from models.tools.assurance_tools import AssuranceTool, ToolKind
from models.tools.tool_versions import ToolVersion


@dataclass(frozen=True)
class Opening:
    """What was opened; which invited agencies got no case because they have no agreement in date; which cases wait.

    `pending` are cases that may leave the sample: a second person has yet to decide, so no audit of them was opened.
    """

    audits: tuple[CaseAudit, ...]
    without_agreement: tuple[Agency, ...]
    pending: tuple[SampleCase, ...] = ()

    @property
    def sentence(self) -> str:
        """The facts in words."""
        words = f"{count_words(len(self.audits), 'case audit is', 'case audits are')} open."
        parts = (words, kept_out_sentence(self.without_agreement), pending_sentence(self.pending))
        return " ".join(part for part in parts if part)


def pending_sentence(cases: Sequence[SampleCase]) -> str:
    """Which cases get no audits while a second person has yet to decide on them; nothing when there are none.

    >>> pending_sentence([SampleCase(reference="A-1")])
    'No audits for A-1 yet: a second person has to decide whether the case leaves the sample.'
    >>> pending_sentence([])
    ''
    """
    if not cases:
        return ""
    listed, noun = _together([case.reference for case in cases]), "the case leaves" if len(cases) == 1 else "they leave"
    return f"No audits for {listed} yet: a second person has to decide whether {noun} the sample."


def _together(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def kept_out_sentence(agencies: Sequence[Agency]) -> str:
    """Which agencies get no cases, and why; nothing when there are none.

    >>> kept_out_sentence([Agency(name="Police"), Agency(name="Probation")])
    'No cases for Police and Probation: no signed Information Sharing Agreement in date.'
    >>> kept_out_sentence([])
    ''
    """
    names = [agency.name for agency in agencies]
    if not names:
        return ""
    return f"No cases for {list_words(names)}: no signed Information Sharing Agreement in date."


def the_case_audit_tool(session: Session, review: ThematicReview) -> AssuranceTool:
    """The one case-audit tool of a review; refuses when there is none, or more than one in use."""
    tools = tools_of(session, review.id, ToolKind.CASE_AUDIT)
    if not tools:
        raise RuleBroken("The review has no case-audit tool yet; copy the generic tool and amend it.")
    if tools[1:]:
        raise RuleBroken(f"The review has {len(tools)} case-audit tools in use; keep the one that goes out.")
    return tools[0]


def agencies_to_audit(session: Session, review_id: int) -> tuple[list[Agency], list[Agency]]:
    """The agencies invited to the case audits: those that may be sent cases today, and those that may not."""
    invited = invited_agencies(session, review_id, ReviewPart.CASE_AUDIT)
    without = agencies_without_agreement(session, [agency.id for agency in invited], today())
    kept_out = {agency.id for agency in without}
    return [agency for agency in invited if agency.id not in kept_out], without


def open_case_audits(
    session: Session, sample: AuditSample, *, due_on: date | None = None, only_cases: Sequence[int] = ()
) -> Opening:
    """Give each invited agency a form for each selected case it has none of yet, due on `due_on` or the sample's day.

    Refuses unless the case-audit tool, the key lines and the list of agencies carry the sponsor's signature as they
    stand now; agencies without a sharing agreement in date get no cases, and a case gets no audits while its
    elimination waits for a second person. `only_cases` limits it to these cases.
    Source: framework, "The audits process", "Information sharing" and appendix 1.
    """
    review = _review_of(session, sample)
    version = signed_version(session, review, the_case_audit_tool(session, review))
    refuse_unsigned(session, review, SignOffSubject.KEY_LINES)
    refuse_unsigned(session, review, SignOffSubject.INVITATIONS)
    may, without = agencies_to_audit(session, review.id)
    if not may:
        raise RuleBroken(kept_out_sentence(without) or "No agency is invited to the case audits yet.")
    due = due_on or sample.audits_due_on
    if due is None or due < today():
        raise RuleBroken("Give the day the audits are due; it must be still to come.")
    selected = _cases(session, sample.id, CaseStatus.SELECTED)
    cases = [case for case in selected if not only_cases or case.id in only_cases]
    audits = _open(session, review.id, cases, may, version, due)
    pending = pending_cases(session, sample.id)
    if not audits:
        reasons = ("Every agency has its audits already.", kept_out_sentence(without), pending_sentence(pending))
        raise RuleBroken(" ".join(reason for reason in reasons if reason))
    sample.audits_due_on = sample.audits_due_on or due
    session.flush()
    return Opening(tuple(audits), tuple(without), tuple(pending))


def pending_cases(session: Session, sample_id: int) -> list[SampleCase]:
    """The cases of a sample that get no audits now because their elimination waits for a second person."""
    audited = select(CaseAudit.id).where(CaseAudit.sample_case_id == SampleCase.id).exists()
    return _cases(session, sample_id, CaseStatus.ELIMINATION_PROPOSED, ~audited)


def _review_of(session: Session, sample: AuditSample) -> ThematicReview:
    if sample.status is not SampleStatus.DRAWN:
        raise RuleBroken("Audits are opened of a drawn sample only.")
    if sample.review_id is None:
        raise RuleBroken("The sample belongs to no review, so it has no case-audit tool.")
    return session.get_one(ThematicReview, sample.review_id)


def _cases(session: Session, sample_id: int, status: CaseStatus, *conditions: ColumnElement[bool]) -> list[SampleCase]:
    statement = select(SampleCase).where(SampleCase.sample_id == sample_id, SampleCase.status == status, *conditions)
    return list(session.scalars(statement.order_by(SampleCase.id)))


def _open(
    session: Session, review_id: int, cases: Iterable[SampleCase], agencies: Sequence[Agency], version: ToolVersion,
    due_on: date,
) -> list[CaseAudit]:  # fmt: skip
    audits = []
    for case in cases:
        has = {audit.agency_id for audit in audits_of_case(session, case.id)}
        audits += [
            CaseAudit(
                sample_case_id=case.id, review_id=review_id, agency_id=agency.id, due_on=due_on,
                sheet_id=open_sheet(session, version=version, agency_id=agency.id).id,
            )
            for agency in agencies
            if agency.id not in has
        ]  # fmt: skip
        session.add_all(audits)
        session.flush()
    return audits


@after_elimination
def replace_audits(session: Session, case: SampleCase, successor: SampleCase | None) -> None:
    """Take back an eliminated case's open audits; open the same agencies' audits of the case that stepped in.

    A case that had none, because its elimination was pending when they were opened, is followed by one that is audited
    as the rest of the sample is.
    """
    audits = audits_of_case(session, case.id)
    for audit in audits:
        if audit.status.is_open:
            withdraw_audit(session, audit, reason="The case has left the sample.")
    audits = audits or _audits_of_sample(session, case.sample_id)
    if successor is None or not audits:
        return
    first = audits[0]
    version = version_of(session, session.get_one(AnswerSheet, first.sheet_id))
    without = agencies_without_agreement(session, [audit.agency_id for audit in audits], today())
    may = {audit.agency_id for audit in audits} - {agency.id for agency in without}
    agencies = list(session.scalars(select(Agency).where(Agency.id.in_(may)).order_by(Agency.name)))
    _open(session, first.review_id, [successor], agencies, version, max(first.due_on, today()))


def _audits_of_sample(session: Session, sample_id: int) -> list[CaseAudit]:
    """The audits of a sample that were not taken back, those opened last first."""
    statement = select(CaseAudit).join(SampleCase, SampleCase.id == CaseAudit.sample_case_id)
    stands = (SampleCase.sample_id == sample_id, CaseAudit.status != AuditStatus.WITHDRAWN)
    return list(session.scalars(statement.where(*stands).order_by(CaseAudit.id.desc())))


@after_voiding
def withdraw_audits_of(session: Session, sample: AuditSample) -> None:
    """Take back the open audits of a draw that does not stand."""
    statement = select(CaseAudit).join(SampleCase, SampleCase.id == CaseAudit.sample_case_id)
    for audit in session.scalars(statement.where(SampleCase.sample_id == sample.id)):
        if audit.status.is_open:
            withdraw_audit(session, audit, reason=f"{sample.reference} is void.")
