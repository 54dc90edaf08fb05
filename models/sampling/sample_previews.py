"""What would a plan draw from a frame, and is there anything to draw?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from models.case_lists.case_frames import CaseFrame, refuse_erased
from models.core.errors import RuleBroken
from models.rules.sampling.allocation import Allocation, allocate, reserves_wanted, shortage_sentences
from models.rules.sampling.drawable_plans import refuse_empty_draw, refuse_unknown_themes
from models.rules.sampling.frame_slots import FrameFacts
from models.rules.sampling.populations import Population
from models.rules.sampling.sample_plans import AllocationMethod, SamplePlan
from models.sampling.draw_sql import read_population


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


def of_filled_strata(
    session: Session, frame: CaseFrame, plan: SamplePlan, excluded: Collection[str] = ()
) -> SamplePlan:
    """A plan that asks one number of each stratum, put down by name for those that have a case; any other as it is.

    For people who say “two of each level”: they mean the levels that the list has. The preview shows the others empty.
    """
    if plan.method is not AllocationMethod.FIXED or not isinstance(plan.size, int):
        return plan
    strata = read_population(session, facts_of(frame), plan, excluded).strata
    filled = {name: plan.size for name, there in strata.items() if there}
    return replace(plan, size=filled) if 0 < len(filled) < len(strata) else plan


def refuse_undrawable(session: Session, frame: CaseFrame, plan: SamplePlan, excluded: Collection[str] = ()) -> Preview:
    """Refuse a plan that names a theme the frame has not, has an empty stratum, or would draw nothing; else count it.

    Raises RuleBroken also as `preview` does.
    """
    seen = preview(session, frame, plan, excluded)
    refusal = refusal_of(frame, plan, seen)
    if refusal:
        raise RuleBroken(refusal)
    return seen


def refusal_of(frame: CaseFrame, plan: SamplePlan, seen: Preview) -> str:
    """Why a plan whose population is counted cannot be drawn, in one sentence; empty when it can."""
    try:
        refuse_unknown_themes(plan, frame.themes)
        refuse_empty_draw(plan, seen.population.strata, seen.allocations)
    except RuleBroken as refusal:
        return refusal.sentence
    return ""
