"""Which number stands for each stratum of a frame in the database's statements?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.rules.sampling.sample_plans import SamplePlan
from models.rules.sampling.strata import NOT_RECORDED, Key, StrataKind, agency_keys, stratum_names, theme_keys

LAST_SLOT = NOT_RECORDED[0]
"""The slot of rows whose cell is blank: above every other, as its key is."""


@dataclass(frozen=True)
class FrameFacts:
    """What a draw has to know about a frozen frame before it reads the rows.

    `levels`: the words of the levels that occur, by rank. `themes`, `agencies`: rows by distinct cell, complete.
    `row_count` above `case_count` says that some cases have several rows (`is_repeated`). `undated_row_count`: rows
    without a start date, None when nobody counted them.
    """

    frame_id: int
    row_count: int
    case_count: int
    levels: Mapping[int, str]
    themes: Mapping[str, int]
    agencies: Mapping[str, int]
    undated_row_count: int | None = None

    @property
    def has_repeats(self) -> bool:
        """Whether any case has more than one row."""
        return self.row_count > self.case_count


@dataclass(frozen=True)
class Slots:
    """Slot numbers from 1 in listing order (gaps where a rank is unused), and what puts a row into its slot.

    `names`: slot -> name of the stratum. `highest`: the highest rank, slot 1 of levels. `cells`: cell -> (slot, whether
    it holds values of several strata), for themes or agencies. `theme_cells`: the cells that hold a chosen theme, None
    when the plan takes all.
    """

    names: Mapping[int, str]
    highest: int
    cells: Mapping[str, tuple[int, bool]]
    theme_cells: list[str] | None

    @property
    def size(self) -> int:
        """How long a list by slot must be; its last place is for LAST_SLOT."""
        return max((slot for slot in self.names if slot != LAST_SLOT), default=0) + 1

    def by_place(self, by_slot: Mapping[int, int], otherwise: int) -> list[int]:
        """Values by slot as a list whose first place is slot 1 and whose last is LAST_SLOT's."""
        return [by_slot.get(slot, otherwise) for slot in (*range(1, self.size), LAST_SLOT)]


def slots_of(frame: FrameFacts, plan: SamplePlan) -> Slots:
    """The slots of the strata that a plan makes of a frame. Raises RuleBroken as `stratum_names` does.

    >>> from models.rules.sampling.sample_plans import parse_plan
    >>> plan = {"time_frame": {"rule": "any"}, "strata": "level", "allocation": {"method": "fixed", "size": 1}}
    >>> slots_of(FrameFacts(1, 9, 9, {1: "Early help", 4: "Looked after"}, {}, {}), parse_plan(plan)).names
    {1: 'Looked after', 4: 'Early help', 1048576: 'Level not recorded'}
    """
    keys = stratum_names(
        plan.strata, levels=frame.levels, themes=frame.themes, agencies=frame.agencies, chosen=plan.themes
    )
    highest = max(frame.levels, default=0)
    if plan.strata is StrataKind.LEVEL:
        numbers = {key: highest + key[0] + 1 for key in keys}
    else:
        numbers = {key: number for number, key in enumerate(keys, start=1)}
    numbers[NOT_RECORDED] = LAST_SLOT
    stems = plan.theme_stems
    return Slots(
        names={numbers[key]: name for key, name in keys.items()},
        highest=highest,
        cells=_cells(frame, plan, numbers),
        theme_cells=None if stems is None else [cell for cell in frame.themes if theme_keys(cell, stems)],
    )


def _cells(frame: FrameFacts, plan: SamplePlan, numbers: Mapping[Key, int]) -> dict[str, tuple[int, bool]]:
    if plan.strata is StrataKind.LEVEL:
        return {}
    if plan.strata is StrataKind.THEME:
        keys_of = {cell: theme_keys(cell, plan.theme_stems) for cell in frame.themes}
    else:
        keys_of = {cell: agency_keys(cell) for cell in frame.agencies}
    return {cell: (numbers[keys[0]], len(keys) > 1) for cell, keys in keys_of.items() if keys}
