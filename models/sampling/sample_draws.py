"""How does a draw enter the record?"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from models.case_lists.case_frames import CaseFrame, level_word
from models.core.clock import now
from models.core.errors import RuleBroken
from models.rules.sampling.draws import Draw, DrawnStratum
from models.rules.sampling.sample_plans import SamplePlan, parse_plan
from models.rules.sampling.strata import StrataKind
from models.sampling.audit_samples import AuditSample, SampleStatus
from models.sampling.draw_sql import draw_cases, levels_among
from models.sampling.sample_cases import CaseStatus, SampleCase
from models.sampling.sample_previews import facts_of


def draw_sample(session: Session, sample: AuditSample, frame: CaseFrame) -> Draw:
    """Draw the cases of a sample by its plan and seed and write them down. Refuses one not waiting to be drawn."""
    if sample.status is not SampleStatus.DRAWING or not sample.seed:
        raise RuleBroken("This sample does not wait for its draw.")
    plan = parse_plan(sample.plan)
    if plan.fingerprint() != sample.plan_fingerprint:
        raise RuleBroken("The plan is not the one that was locked.")
    draw = draw_cases(session, facts_of(frame), plan, sample.seed, sample.excluded)
    levels = _levels(session, frame, plan, draw)
    for stratum in draw.strata:
        session.add_all(_cases(sample, plan, stratum, levels))
    sample.status, sample.drawn_at = SampleStatus.DRAWN, now()
    session.flush()
    return draw


def _levels(session: Session, frame: CaseFrame, plan: SamplePlan, draw: Draw) -> dict[str, str]:
    """The level of each drawn case and reserve in the frame's own words, whatever the sample is divided by."""
    drawn = {case.reference: stratum.name for stratum in draw.strata for case in (*stratum.selected, *stratum.reserves)}
    if plan.strata is StrataKind.LEVEL:
        return drawn
    ranks = levels_among(session, facts_of(frame), plan, drawn)
    return {reference: level_word(frame, rank) for reference, rank in ranks.items()}


def _cases(sample: AuditSample, plan: SamplePlan, stratum: DrawnStratum, levels: Mapping[str, str]) -> list[SampleCase]:
    standing = [(case, CaseStatus.SELECTED) for case in stratum.selected]
    standing += [(case, CaseStatus.RESERVE) for case in stratum.reserves]
    return [
        SampleCase(
            sample_id=sample.id,
            stratum=stratum.name,
            level=levels[case.reference],
            divided_by=plan.strata.value,
            position=position,
            reference=case.reference,
            ticket=case.ticket,
            is_reserve=status is CaseStatus.RESERVE,
            status=status,
        )
        for position, (case, status) in enumerate(standing, start=1)
    ]
