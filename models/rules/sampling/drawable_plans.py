"""Can a plan be drawn at all: does the list have its themes, and a case for every stratum that it asks of?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from models.core.errors import RuleBroken
from models.rules.sampling.allocation import Allocation
from models.rules.sampling.sample_plans import SamplePlan
from models.rules.sampling.strata import StrataKind, label_of, stem_of, theme_labels

_NAMED = 5
"""Names in one sentence; of more, the rest is counted."""


def refuse_unknown_themes(plan: SamplePlan, cells: Iterable[str]) -> None:
    """Raise RuleBroken when a theme of the plan is none of the frame's, whose theme cells these are.

    Capitals, blanks and a code list's letter do not count.

    >>> from models.rules.sampling.sample_plans import parse_plan
    >>> plan = {"time_frame": {"rule": "any"}, "strata": "level", "allocation": {"method": "fixed", "size": 1}}
    >>> refuse_unknown_themes(parse_plan({**plan, "themes": ["NEGLECT"]}), ["a) Neglect; Bullying"])
    """
    if plan.themes is None:
        return
    known = {stem for cell in cells for stem in theme_labels(cell)}
    strangers = [theme for theme in plan.themes if stem_of(theme) not in known]
    if strangers:
        raise RuleBroken(f"The list has no theme {_listed(strangers)}. Choose among the themes that it has.")


def refuse_empty_draw(plan: SamplePlan, strata: Mapping[str, int], allocations: Mapping[str, Allocation]) -> None:
    """Raise RuleBroken when a plan would draw nothing, or has an empty stratum.

    `strata` are cases by stratum. A stratum is empty when it has no case although the plan asks for some, or although
    the plan names it by its theme. A level that has no case and is asked for none is only a level without a case.

    >>> from models.rules.sampling.sample_plans import parse_plan
    >>> plan = {"time_frame": {"rule": "any"}, "strata": "level", "allocation": {"method": "fixed", "size": 1}}
    >>> refuse_empty_draw(parse_plan(plan), {"Early help": 3}, {"Early help": Allocation(1, 1)})
    """
    if not sum(strata.values()):
        raise RuleBroken(
            "Nothing would be drawn: no case of the list meets this plan. Choose other dates, themes or another list."
        )
    named = {label_of(theme) for theme in plan.themes or ()} if plan.strata is StrataKind.THEME else set()
    empty = [name for name, there in strata.items() if not there and (allocations[name].asked or name in named)]
    if empty:
        raise RuleBroken(f"There is no case to draw for {_listed(empty)}. {_way_out(plan)}")


def _way_out(plan: SamplePlan) -> str:
    if plan.strata is StrataKind.THEME and plan.themes is not None:
        return "Choose other dates, or leave that theme out."
    return "Choose other dates or themes, or ask for one number of cases in all, which passes over what is empty."


def _listed(names: list[str]) -> str:
    quoted = [f"“{name[:60]}”" for name in names[:_NAMED]]
    more = f"{len(names) - _NAMED} more" if names[_NAMED:] else quoted.pop()
    return f"{', '.join(quoted)} and {more}" if quoted else more
