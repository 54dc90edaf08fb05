"""Which drawn cases, agencies and audits do tests of case audits work with?"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.audits.audit_assignments import assign_auditor
from models.audits.audit_openings import open_case_audits
from models.audits.case_audits import CaseAudit, submit_audit
from models.audits.moderations import moderate_case
from models.case_lists.case_frames import CaseFrame
from models.case_lists.case_imports import ImportChoice, import_frame, open_check
from models.core.access import Role
from models.core.clock import today
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.partnership.sharing_agreements import SharingAgreement
from models.reviews.invitations import ReviewPart
from models.reviews.thematic_reviews import ThematicReview
from models.rules.sampling.sample_plans import parse_plan
from models.sampling.audit_samples import AuditSample, DrawKind, SampleBrief, plan_sample, quick_draw
from models.sampling.sample_cases import SampleCase
from models.sampling.sample_certificates import write_certificate
from models.sampling.sample_draws import draw_sample
from models.signatures.sign_offs import SignOffSubject
from models.signatures.signables import TOOL_SUBJECTS
from models.tools.answer_sheets import AnswerSheet, Given, save_answer
from models.tools.assurance_tools import ToolKind
from models.tools.starting_words import give_starting_words
from tests import make, make_tools

PLAN: dict[str, Any] = {
    "time_frame": {"rule": "any"},
    "themes": None,
    "strata": "level",
    "allocation": {"method": "fixed", "size": 1},
    "reserves": 1,
}


@dataclass
class Scene:
    """A review whose case audits may be opened: two strata with one case and one reserve each, and two agencies."""

    review: ThematicReview
    frame: CaseFrame
    sample: AuditSample
    police: Agency
    health: Agency


def agreement(session: Session, *agencies: Agency, days_left: int = 100) -> None:
    """A sharing agreement that holds for so many days more; one that has run out when they are negative."""
    for agency in agencies:
        session.add(
            SharingAgreement(
                agency_id=agency.id, version="1", signed_on=today() - timedelta(days=200), signed_by="A signatory",
                signed_by_role="Lead", valid_until_on=today() + timedelta(days=days_left),
            )
        )  # fmt: skip
    session.flush()


def frame(session: Session, review: ThematicReview, size: int = 1) -> CaseFrame:
    """Two children in need and two with a protection plan; twice as many of each as `size`."""
    lines = ["Case reference,Level,Start date"]
    levels = ("Child in need", "Child protection plan")
    lines += [f"C{number},{levels[number > 2 * size]},2026-01-{number:02}" for number in range(1, 4 * size + 1)]
    check = open_check(session, io.BytesIO("\n".join(lines).encode()), ImportChoice(), today=today())
    return import_frame(session, check, title="Frame", file_name="f.csv", review_id=review.id)


def drawn(session: Session, frame: CaseFrame, seed: str = "1", size: int = 1) -> AuditSample:
    """A sample of one case, or `size`, and one reserve in each level."""
    sample = plan_sample(
        session,
        brief=SampleBrief(title="Audit", audits_due_on=today() + timedelta(days=14)),
        frame=frame,
        plan=parse_plan({**PLAN, "allocation": {"method": "fixed", "size": size}}),
    )
    quick_draw(session, sample, seed=seed, person_id=None)
    write_certificate(session, sample, frame, draw_sample(session, sample, frame))
    return sample


def scene(session: Session, *, size: int = 1, **values: Any) -> Scene:
    """Everything signed, both agencies invited and with an agreement in date; `size` cases a level. Commits."""
    give_starting_words(session)
    make.hub(session).officer_id = make.person(session, Role.OFFICER).id
    review = make.review(session, **values)
    police, health = make.agency(session, "Northfield Police"), make.agency(session, "Trust", category="health")
    tool = make_tools.tool(session, review, ToolKind.CASE_AUDIT, title="Case audit tool")
    make_tools.invited(session, review, police, health, part=ReviewPart.CASE_AUDIT)
    make_tools.signed(session, review, TOOL_SUBJECTS[tool.kind], tool)
    make_tools.signed(session, review, SignOffSubject.KEY_LINES)
    make_tools.signed(session, review, SignOffSubject.INVITATIONS)
    agreement(session, police, health)
    case_frame = frame(session, review, size)
    scene = Scene(review, case_frame, drawn(session, case_frame, size=size), police, health)
    session.commit()
    return scene


def opened(session: Session, scene: Scene) -> list[CaseAudit]:
    """The audits of the scene: for each of two cases one of the police, then one of the trust."""
    return list(open_case_audits(session, scene.sample).audits)


def auditor(session: Session, agency: Agency, name: str = "", team: str = "South", **values: Any) -> Person:
    """Somebody of an agency, in a team, who may audit."""
    return make.person(
        session, Role.AGENCY_MEMBER, agency=agency, name=name or f"Auditor of {agency.name}", team=team, **values
    )


def assigned(session: Session, audit: CaseAudit, person: Person | None = None) -> Person:
    """An audit in somebody's hands: by default an auditor of its agency who is of another team."""
    chosen = person or auditor(session, session.get_one(Agency, audit.agency_id))
    assign_auditor(session, audit, auditor=chosen, case_team="North")
    return chosen


def submitted(session: Session, audit: CaseAudit, met: str = "Fully met") -> CaseAudit:
    """An audit handed in with one rating (and why, where that is asked)."""
    person = assigned(session, audit)
    sheet = session.get_one(AnswerSheet, audit.sheet_id)
    save_answer(session, sheet, Given("met", [met]), person_id=person.id)
    if met == "Not met":
        save_answer(session, sheet, Given("why", ["Nobody looked."]), person_id=person.id)
    submit_audit(session, audit, person_id=person.id)
    return audit


def cases(session: Session, sample: AuditSample) -> list[SampleCase]:
    """The drawn cases and reserves of a sample, in order."""
    return list(session.scalars(select(SampleCase).where(SampleCase.sample_id == sample.id).order_by(SampleCase.id)))


def witnessed(session: Session, size: int = 3) -> Scene:
    """Cases drawn before witnesses, twice `size` in all, of each of which both agencies have handed in an audit."""
    witnessed_scene = scene(session, size=size)
    for audit in opened(session, witnessed_scene):
        submitted(session, audit)
    session.execute(update(AuditSample).values(kind=DrawKind.CEREMONY))
    session.commit()
    return witnessed_scene


def moderated(session: Session, scene: Scene, grades: Sequence[str]) -> list[SampleCase]:
    """The first cases of the scene, moderated with these grades."""
    drawn = select(CaseAudit.sample_case_id).where(CaseAudit.review_id == scene.review.id)
    in_order = session.scalars(select(SampleCase).where(SampleCase.id.in_(drawn)).order_by(SampleCase.id)).all()
    for case, grade in zip(in_order, grades, strict=False):
        named = (ReferenceItem.list_name == ReferenceList.GRADE, ReferenceItem.code == grade)
        grade_id = session.scalars(select(ReferenceItem.id).where(*named)).one()
        moderate_case(session, case, grade_id=grade_id, reason="Talked through.", person_id=None)
    session.commit()
    return list(in_order[: len(grades)])
