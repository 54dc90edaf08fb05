"""Which case lists, frames and draws does the demo partnership have?"""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case_lists.case_frames import CaseFrame
from models.case_lists.case_imports import ImportChoice, import_frame, open_check
from models.documents.job_requests import request_job
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.reviews.thematic_reviews import ThematicReview
from models.rules.case_lists.demo import (
    DemoList,
    adult_safeguarding,
    as_csv,
    children_by_level,
    children_in_need,
    looked_after_episodes,
)
from models.rules.sampling.sample_plans import SamplePlan, parse_plan
from models.sampling.audit_samples import (
    AuditSample,
    DrawKind,
    SampleBrief,
    lock_sample,
    plan_sample,
    quick_draw,
    reveal,
)
from models.sampling.sample_cases import CaseStatus, SampleCase, approve_elimination, propose_elimination
from models.sampling.sample_certificates import write_certificate
from models.sampling.sample_draws import draw_sample
from models.sampling.sample_previews import of_filled_strata

SEED = "Triangulate demo"


def load_samples(session: Session, reviews: list[ThematicReview], people: dict[str, Person], today: date) -> None:
    """Four frames, a finished draw with an elimination, a quick draw, one locked plan and one that is only planned."""
    under_five, self_neglect, exploitation, care_homes = reviews[:4]
    until = today - timedelta(days=30)
    by_status = ImportChoice(columns={"level": "Case status"})
    levels = freeze(session, children_by_level(SEED, until), under_five, people["officer"], today, by_status)
    adults = freeze(session, adult_safeguarding(SEED, until), self_neglect, people["officer2"], today)
    needs = freeze(session, children_in_need(SEED, until), exploitation, people["officer"], today)
    freeze(session, looked_after_episodes(SEED, until), exploitation, people["officer"], today)
    _ceremony(session, levels, under_five, people, today)
    _quick(session, adults, self_neglect, people["officer2"], today)
    plan = plan_of("theme", "proportional", 12, time_frame=_year_to(until))
    sample = plan_sample(
        session,
        brief=SampleBrief(title="Exploitation: children in need", review_id=exploitation.id),
        frame=needs,
        plan=plan,
    )
    lock_sample(session, sample, frame=needs, person_id=people["officer"].id)
    plan = plan_of("level", "fixed", 3)
    plan_sample(
        session, brief=SampleBrief(title="Care homes: first idea", review_id=care_homes.id), frame=adults, plan=plan
    )


def freeze(
    session: Session,
    demo_list: DemoList,
    review: ThematicReview,
    officer: Person,
    today: date,
    choice: ImportChoice | None = None,
) -> CaseFrame:
    """A frame of a made-up list, imported as a file would be."""
    check = open_check(session, io.BytesIO(as_csv(demo_list)), choice or ImportChoice(), today=today)
    name = f"{demo_list.title.lower().replace(' ', '-')}.csv"
    return import_frame(
        session, check, title=f"{demo_list.title} (made up)", file_name=name, review_id=review.id, person_id=officer.id
    )


def plan_of(strata: str, method: str, size: int, time_frame: dict[str, Any] | None = None) -> SamplePlan:
    """A plan with two reserves of each stratum."""
    return parse_plan(
        {
            "time_frame": time_frame or {"rule": "any"},
            "themes": None,
            "strata": strata,
            "allocation": {"method": method, "size": size, "minimum": 0 if method == "fixed" else 1},
            "reserves": 2,
        }
    )


def drawable(session: Session, frame: CaseFrame, size: int, time_frame: dict[str, Any]) -> SamplePlan:
    """A plan by level that asks so many of each level that has a case in its time, and none of the others."""
    return of_filled_strata(session, frame, plan_of("level", "fixed", size, time_frame))


def _year_to(until: date) -> dict[str, Any]:
    return {"rule": "started_in", "from": (until - timedelta(days=364)).isoformat(), "to": until.isoformat()}


def _ceremony(
    session: Session, frame: CaseFrame, review: ThematicReview, people: dict[str, Person], today: date
) -> None:
    """A draw before a witness, after which one case left the sample and its reserve stepped in."""
    sample = plan_sample(
        session,
        brief=SampleBrief(
            title="Neglect of children under five", review_id=review.id, audits_due_on=today + timedelta(days=9)
        ),
        frame=frame,
        plan=drawable(session, frame, 2, {"rule": "started_in", "from": "2024-01-01", "to": today.isoformat()}),
    )
    draw_before_witness(session, sample, frame, people, "4 6 1 3 2 2 5 6 1 4")
    case = session.scalars(
        select(SampleCase)
        .where(SampleCase.sample_id == sample.id, SampleCase.status == CaseStatus.SELECTED)
        .order_by(SampleCase.id)
    ).first()
    reason = session.scalars(
        select(ReferenceItem).where(
            ReferenceItem.list_name == ReferenceList.ELIMINATION_REASON, ReferenceItem.code == "transferred"
        )
    ).one()
    if case is not None:
        note = "The family moved to another county in the spring."
        propose_elimination(session, case, reason=reason, note=note, person=people["officer"])
        approve_elimination(session, case, person=people["officer2"])


def draw_before_witness(
    session: Session, sample: AuditSample, frame: CaseFrame, people: dict[str, Person], dice: str
) -> None:
    """Bind the portal, take the dice thrown aloud, and draw: of such a draw something may be said of all cases."""
    lock_sample(session, sample, frame=frame, person_id=people["officer"].id)
    reveal(session, sample, public=dice, witness=people["sponsor"].name)
    draw(session, sample, frame)


def _quick(session: Session, frame: CaseFrame, review: ThematicReview, officer: Person, today: date) -> None:
    sample = plan_sample(
        session,
        brief=SampleBrief(
            title="Self-neglect: concerns and enquiries",
            kind=DrawKind.QUICK,
            review_id=review.id,
            audits_due_on=today - timedelta(days=4),
        ),
        frame=frame,
        plan=plan_of("level", "equal", 8),
    )
    quick_draw(session, sample, seed=None, person_id=officer.id)
    draw(session, sample, frame)


def draw(session: Session, sample: AuditSample, frame: CaseFrame) -> None:
    """Draw what is locked and revealed, with its certificate."""
    write_certificate(session, sample, frame, draw_sample(session, sample, frame))
    request_job(session, "make_certificate", {"sample_id": sample.id})
