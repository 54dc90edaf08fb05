"""Which cases are selected, and which stand by, once the population and the seed are known?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from models.core.errors import RuleBroken
from models.rules.sampling.allocation import Allocation, allocate, reserves_wanted
from models.rules.sampling.populations import CaseReader, CaseRow, Population
from models.rules.sampling.sample_plans import SamplePlan, exclude
from models.rules.sampling.sampling import display_ticket, lowest, seed_text


class DrawnCase(NamedTuple):
    """A drawn case and its ticket as it is shown (cut to nine digits)."""

    reference: str
    ticket: str


@dataclass(frozen=True)
class DrawnStratum:
    """One stratum of a draw: `selected` and `reserves` in the order of their tickets; reserves are the next ones."""

    name: str
    population: int
    asked: int
    selected: tuple[DrawnCase, ...]
    reserves: tuple[DrawnCase, ...]

    @property
    def shortage(self) -> int:
        """How many cases of those asked for are missing."""
        return self.asked - len(self.selected)


@dataclass(frozen=True)
class Draw:
    """A whole draw: the exact seed, the population it was made from, and the strata in listing order."""

    seed: str
    population: Population
    strata: tuple[DrawnStratum, ...]


def tickets_needed(population: Population, plan: SamplePlan) -> dict[str, int]:
    """How many of its lowest tickets each stratum must show: selected and reserves, as far as there are cases."""
    return {
        name: min(population.strata[name], allocation.possible + reserves_wanted(plan, allocation.possible))
        for name, allocation in allocate(population.strata, plan).items()
    }


def settle_draw(
    plan: SamplePlan, seed: str | int, population: Population, candidates: Mapping[str, Iterable[str]]
) -> Draw:
    """The draw, when `candidates` hold at least the cases with the lowest tickets of each stratum.

    Raises RuleBroken when the seed is no seed or the plan does not fit the population (see `allocate`).
    """
    allocations = allocate(population.strata, plan)
    drawn = (
        _drawn(name, allocation, population.strata[name], plan, seed, candidates)
        for name, allocation in allocations.items()
    )
    return Draw(seed_text(seed), population, tuple(drawn))


def _drawn(
    name: str,
    allocation: Allocation,
    population: int,
    plan: SamplePlan,
    seed: str | int,
    candidates: Mapping[str, Iterable[str]],
) -> DrawnStratum:
    selected = allocation.possible
    pairs = lowest(seed, candidates.get(name, ()), selected + reserves_wanted(plan, selected))
    if len(pairs) < min(population, selected + reserves_wanted(plan, selected)):
        raise ValueError(f"candidates of {name} are incomplete")
    cases = tuple(DrawnCase(reference, display_ticket(ticket)) for ticket, reference in pairs)
    return DrawnStratum(name, population, allocation.asked, cases[:selected], cases[selected:])


def draw_from_rows(
    rows: Iterable[CaseRow],
    levels: Mapping[int, str],
    plan: SamplePlan,
    seed: str | int,
    excluded: Collection[str] = (),
) -> Draw:
    """The whole draw from the rows of a frame, in plain Python: the way a stranger checks it.

    `levels` are the frame's words by rank; `excluded` the references the plan keeps out. Raises RuleBroken when they
    are not those that the plan was fingerprinted with.
    """
    check_exclusions(plan, excluded)
    reader = CaseReader(plan, excluded)
    reader.read(rows)
    return settle_draw(plan, seed, reader.population(levels), reader.cases(levels))


def check_exclusions(plan: SamplePlan, excluded: Collection[str]) -> None:
    """Raise RuleBroken unless these references are the plan's own exclusions, by number and fingerprint.

    >>> from models.rules.sampling.sample_plans import parse_plan
    >>> plan = {"time_frame": {"rule": "any"}, "strata": "level", "allocation": {"method": "fixed", "size": 1}}
    >>> check_exclusions(parse_plan(plan), [])
    """
    exclusions = plan.exclusions
    if exclusions is None and not excluded:
        return
    if exclusions is None or exclude(excluded, months=exclusions.months) != exclusions:
        raise RuleBroken("The excluded cases are not those that the plan was locked with.")
