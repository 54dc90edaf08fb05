"""What would a plan draw, and how does the draw itself enter the record?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.case_lists.case_frames import CaseFrame, refuse_erased
from models.core.clock import now
from models.core.errors import RuleBroken
from models.rules.sampling.allocation import Allocation, allocate, reserves_wanted, shortage_sentences
from models.rules.sampling.draws import Draw, DrawnStratum
from models.rules.sampling.frame_slots import FrameFacts
from models.rules.sampling.populations import Population
from models.rules.sampling.sample_plans import SamplePlan, parse_plan
from models.sampling.audit_samples import AuditSample, SampleStatus
from models.sampling.draw_sql import draw_cases, read_population
from models.sampling.sample_cases import CaseStatus, SampleCase


@dataclass(frozen=True)
class Preview:
    """What an officer sees before locking: the population, what the plan asks for, what is short. Names no case."""

    population: Population
    allocations: Mapping[str, Allocation]
    reserves: Mapping[str, int]
    shortages: tuple[str, ...]
    notes: tuple[str, ...]


def facts_of(frame: CaseFrame) -> FrameFacts:
    """What a draw must know about a frame. Refuses one whose rows are erased."""
    refuse_erased(frame)
    return FrameFacts(
        frame_id=frame.id,
        row_count=frame.row_count,
        case_count=frame.case_count,
        levels={int(rank): label for rank, label in frame.levels.items()},
        themes=frame.themes,
        agencies=frame.agencies,
        undated_row_count=frame.undated_count,
    )


def preview(session: Session, frame: CaseFrame, plan: SamplePlan, excluded: Collection[str] = ()) -> Preview:
    """Count the population of a plan and say where it is too small. Raises RuleBroken when the plan does not fit."""
    population = read_population(session, facts_of(frame), plan, excluded)
    allocations = allocate(population.strata, plan)
    reserves = {
        name: min(population.strata[name] - allocation.possible, reserves_wanted(plan, allocation.possible))
        for name, allocation in allocations.items()
    }
    return Preview(
        population=population,
        allocations=allocations,
        reserves=reserves,
        shortages=tuple(shortage_sentences(population.strata, allocations)),
        notes=tuple(population.sentences(plan.strata)),
    )


def draw_sample(session: Session, sample: AuditSample, frame: CaseFrame) -> Draw:
    """Draw the cases of a sample by its plan and seed and write them down. Refuses one not waiting to be drawn."""
    if sample.status is not SampleStatus.DRAWING or not sample.seed:
        raise RuleBroken("This sample does not wait for its draw.")
    plan = parse_plan(sample.plan)
    if plan.fingerprint() != sample.plan_fingerprint:
        raise RuleBroken("The plan is not the one that was locked.")
    draw = draw_cases(session, facts_of(frame), plan, sample.seed, sample.excluded)
    for stratum in draw.strata:
        session.add_all(_cases(sample, stratum))
    sample.status, sample.drawn_at = SampleStatus.DRAWN, now()
    session.flush()
    return draw


def _cases(sample: AuditSample, stratum: DrawnStratum) -> list[SampleCase]:
    standing = [(case, CaseStatus.SELECTED) for case in stratum.selected]
    standing += [(case, CaseStatus.RESERVE) for case in stratum.reserves]
    return [
        SampleCase(
            sample_id=sample.id,
            stratum=stratum.name,
            position=position,
            reference=case.reference,
            ticket=case.ticket,
            is_reserve=status is CaseStatus.RESERVE,
            status=status,
        )
        for position, (case, status) in enumerate(standing, start=1)
    ]
