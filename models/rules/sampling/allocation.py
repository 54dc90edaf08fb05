"""How many cases does each stratum give, and where are there too few?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.core.errors import RuleBroken
from models.rules.sampling.sample_plans import WIDEST, AllocationMethod, SamplePlan

LEAST_RESERVES = 2
"""Of each stratum that is drawn from, unless the plan says otherwise (practice of the CFSR: at least as many again)."""


@dataclass(frozen=True)
class Allocation:
    """What a plan asks of one stratum, and how much of it the stratum can give. Counts are cases."""

    asked: int
    possible: int

    @property
    def shortage(self) -> int:
        """How many cases of those asked for are missing."""
        return self.asked - self.possible


def largest_remainder(weights: Mapping[str, int], total: int) -> dict[str, int]:
    """Divide a whole number in proportion to weights (Hamilton's method, Hare quota). The parts add up to the total.

    Ties go to the stratum listed first; a weight of nothing gets nothing. With no weight at all, everybody counts as
    one.

    >>> largest_remainder({"Yellows": 47000, "Whites": 16000, "Reds": 15900, "Greens": 12000}, 10)
    {'Yellows': 5, 'Whites': 2, 'Reds': 2, 'Greens': 1}
    """
    if not any(weights.values()):
        weights = dict.fromkeys(weights, 1)
    everything = sum(weights.values())
    parts = {name: total * weight // everything for name, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda name: -(total * weights[name] % everything))
    for name in by_remainder[: total - sum(parts.values())]:
        parts[name] += 1
    return parts


def allocate(populations: Mapping[str, int], plan: SamplePlan) -> dict[str, Allocation]:
    """The cases asked of each stratum and those it can give, in the order of `populations` (cases by stratum).

    "fixed" takes its number from every stratum, or the numbers named; the others take one number in all ("neyman" by
    the cases of each stratum and how mixed its earlier grades were), which is met
    whenever the population is that large: no stratum gives more than it has, a small one's share passes to the others.
    Every stratum that has cases gives at least the plan's minimum, or all it has.

    Raises RuleBroken when the plan names a stratum that is not there, or when the minimums need more than the number.
    """
    if isinstance(plan.size, Mapping):
        quotas = _named(populations, plan.size, plan.minimum)
    elif plan.method is AllocationMethod.FIXED:
        quotas = dict.fromkeys(populations, max(plan.size, plan.minimum))
    else:
        quotas = _shared(populations, plan.size, plan)
    return {name: Allocation(quotas[name], min(quotas[name], there)) for name, there in populations.items()}


def divided(
    populations: Mapping[str, int], total: int, method: AllocationMethod, weights: Mapping[str, int] | None = None
) -> dict[str, int]:
    """A number of cases divided as a plan divides it, by weights of its own where given; at least one of each stratum
    that has cases, where the number reaches so far, and never more than a stratum has.

    >>> divided({"Early help": 900, "Protection": 3}, 10, AllocationMethod.EQUAL)
    {'Early help': 7, 'Protection': 3}
    """
    filled = {name: there for name, there in populations.items() if there}
    floors = dict.fromkeys(filled, 1 if total >= len(filled) else 0)
    if weights is None:
        weights = filled if method is AllocationMethod.PROPORTIONAL else dict.fromkeys(filled, 1)
    parts = filled if total >= sum(filled.values()) else _bounded(weights, total, floors, filled)
    return {name: parts.get(name, 0) for name in populations}


def neyman_weights(populations: Mapping[str, int], spreads: Mapping[str, int]) -> dict[str, int]:
    """What Neyman's division goes by: cases times the spread of earlier grades, in thousandths (Cochran, Sampling
    Techniques, 3rd edition 1977, 5.5). Where none is known the widest is taken, for that asks for the most cases.

    >>> neyman_weights({"Early help": 900, "Protection": 100}, {"early help": 276})
    {'Early help': 248400, 'Protection': 50000}
    """
    known = {name.casefold(): spread for name, spread in spreads.items()}
    return {name: there * known.get(name.casefold(), WIDEST) for name, there in populations.items()}


def reserves_wanted(plan: SamplePlan, selected: int) -> int:
    """The number of reserves for `selected` cases of a stratum: the plan's number, or as many again, at least 2.

    By default a stratum that gives nothing needs no reserve.
    """
    if plan.reserves is not None:
        return plan.reserves
    return max(selected, LEAST_RESERVES) if selected else 0


def shortage_sentences(populations: Mapping[str, int], allocations: Mapping[str, Allocation]) -> list[str]:
    """What an officer is told before the plan is locked, one sentence for each stratum that cannot give its number.

    >>> shortage_sentences({"Early help": 3}, {"Early help": Allocation(asked=8, possible=3)})
    ['Early help: the plan asks for 8 and there are only 3.']
    """
    return [
        f"{name}: the plan asks for {allocation.asked} and there {_only(populations[name])}."
        for name, allocation in allocations.items()
        if allocation.shortage
    ]


def _only(count: int) -> str:
    return {0: "are none", 1: "is only 1"}.get(count, f"are only {count}")


def _named(populations: Mapping[str, int], sizes: Mapping[str, int], minimum: int) -> dict[str, int]:
    by_key = {name.casefold(): name for name in populations}
    strangers = [name for name in sizes if name.casefold() not in by_key]
    if strangers:
        raise RuleBroken(f"The plan asks for cases of “{strangers[0][:60]}”, which is no stratum of this frame.")
    sizes_by_stratum = {by_key[name.casefold()]: size for name, size in sizes.items()}
    return {name: max(sizes_by_stratum.get(name, 0), minimum) for name in populations}


def _shared(populations: Mapping[str, int], size: int, plan: SamplePlan) -> dict[str, int]:
    filled, minimum = {name: there for name, there in populations.items() if there}, plan.minimum
    floors = {name: min(minimum, there) for name, there in filled.items()}
    if sum(floors.values()) > size:
        raise RuleBroken(
            f"A minimum of {minimum} for each of {len(filled)} strata needs {sum(floors.values())} cases, "
            f"more than the {size} of the plan."
        )
    weights = _weights(filled, plan)
    beyond = size - sum(filled.values())
    if beyond >= 0:
        parts = filled
        spread = largest_remainder(weights or dict.fromkeys(populations, 1), beyond)
    else:
        parts, spread = _bounded(weights, size, floors, filled), {}
    return {name: parts.get(name, 0) + spread.get(name, 0) for name in populations}


def _weights(filled: Mapping[str, int], plan: SamplePlan) -> Mapping[str, int]:
    if plan.method is AllocationMethod.EQUAL:
        return dict.fromkeys(filled, 1)
    return filled if plan.spreads is None else neyman_weights(filled, plan.spreads)


def _bounded(
    weights: Mapping[str, int], size: int, floors: Mapping[str, int], ceilings: Mapping[str, int]
) -> dict[str, int]:
    """Largest remainder, again and again among those whose part lies within their bounds, until all do.

    Parts above a ceiling are settled first (that raises the others), then those below a floor.
    """
    settled: dict[str, int] = {}
    while True:
        open_weights = {name: weight for name, weight in weights.items() if name not in settled}
        parts = largest_remainder(open_weights, size - sum(settled.values()))
        beyond = _outside(parts, ceilings, floors)
        if not beyond:
            return settled | parts
        settled |= beyond


def _outside(parts: Mapping[str, int], ceilings: Mapping[str, int], floors: Mapping[str, int]) -> dict[str, int]:
    over = {name: ceilings[name] for name, part in parts.items() if part > ceilings[name]}
    return over or {name: floors[name] for name, part in parts.items() if part < floors[name]}
