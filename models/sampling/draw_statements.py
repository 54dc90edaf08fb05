"""Which SQL asks a frame for its cases, their strata and their lowest tickets?"""

# ruff: noqa: S608 - every part of these statements is written here; values from people and files are always bound

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from models.rules.sampling.frame_slots import LAST_SLOT, FrameFacts, Slots
from models.rules.sampling.sample_plans import SamplePlan, TimeRule
from models.rules.sampling.strata import StrataKind
from models.rules.sampling.ticket_bounds import NONE, TicketBound

_TIME = {
    TimeRule.ANY: "true",
    TimeRule.STARTED_IN: "r.started_on BETWEEN :starts_on AND :ends_on",
    TimeRule.ENDED_IN: "r.ended_on BETWEEN :starts_on AND :ends_on",
    TimeRule.OPEN_AT: "(r.started_on <= :ends_on AND (r.ended_on IS NULL OR r.ended_on > :ends_on))",
}
_UNDATED = {
    TimeRule.STARTED_IN: "r.started_on IS NULL",
    TimeRule.ENDED_IN: "(r.started_on IS NULL AND r.ended_on IS NULL)",
    TimeRule.OPEN_AT: "r.started_on IS NULL",
}

_HASH = "sha256(convert_to(CAST(:prefix AS text) || reference, 'UTF8'))"

# A volatile function that is always true keeps the planner from merging the queries, which would hash each row once
# for every mention of "hash" (33 times). It may run in parallel workers, which OFFSET 0 or a CTE would prevent.
_HASHED_ONCE = f"CASE WHEN clock_timestamp() IS NOT NULL THEN {_HASH} END AS hash"

_COUNTS = "SELECT slot, count(*), count(*) FILTER (WHERE is_several)"

# The last nine decimal digits of the hash as a number: the sum of its parts, each times its power of 256 modulo 10^9.
# They are the first nine digits of the ticket, backwards. PostgreSQL 18 can read seven bytes at once.
_BYTES = " + ".join(f"get_byte(hash, {at}) * {pow(256, 31 - at, 10**9)}::bigint" for at in range(32))
_SEVENS = " + ".join(
    f"substr(hash, {at + 1}, 7)::bigint % 1000000000 * {pow(256, max(25 - at, 0), 10**9)}" for at in range(0, 32, 7)
)

# Every list ends with the value of LAST_SLOT, whose number is beyond any size: `least` finds it there.
_PLACE = "[least(slot, :size)]"
# CASE, because it keeps its order: the low bits settle most rows, and only then are all 32 bytes looked at.
_IS_BELOW_BOUND = f"""
    CASE WHEN get_byte(hash, 31) & (CAST(:masks AS int[])){_PLACE} = 0
         THEN {{tail}} % (CAST(:wholes AS int[])){_PLACE} < (CAST(:ends AS int[])){_PLACE}
          AND {{tail}} % (CAST(:steps AS int[])){_PLACE} = 0
         ELSE false END"""


def ticket_tail(server_version: int) -> str:
    """SQL for the last nine decimal digits of the 32 bytes "hash", for a PostgreSQL of this main version."""
    return f"(({_SEVENS if server_version >= 18 else _BYTES}) % 1000000000)"


@dataclass(frozen=True)
class DrawStatements:
    """One plan put to one frame: the SQL of its rows and the values that go with it."""

    frame: FrameFacts
    plan: SamplePlan
    slots: Slots
    excluded: Collection[str]
    server_version: int = 0

    @property
    def _of_theme(self) -> str:
        themes = "" if self.plan.themes is None else " AND r.theme = ANY (CAST(:themes AS text[]))"
        return f"r.frame_id = :frame{themes}"

    @property
    def _of_theme_and_time(self) -> str:
        return f"{self._of_theme} AND {_TIME[self.plan.time_frame.rule]}"

    @property
    def _of_population(self) -> str:
        kept = " AND r.reference <> ALL (CAST(:excluded AS text[]))" if self.excluded else ""
        return f"{self._of_theme_and_time}{kept}"

    @property
    def _slot(self) -> str:
        if self.plan.strata is StrataKind.LEVEL:
            return "coalesce(:highest - r.level_rank + 1, :last) AS slot, false AS is_several"
        return "coalesce(words.slot, :last) AS slot, coalesce(words.is_several, false) AS is_several"

    def _rows(self, *, sampled: str = "") -> str:
        rows = f"frame_rows AS r{sampled}"
        if self.plan.strata is StrataKind.LEVEL:
            return rows
        words = "unnest(CAST(:cells AS text[]), CAST(:cell_slots AS int[]), CAST(:severals AS boolean[]))"
        return f"{rows} LEFT JOIN {words} AS words (cell, slot, is_several) ON words.cell = r.{self.plan.strata.value}"

    def _single_cases(self) -> str:
        """The cases that have one row in the frame."""
        repeats = " AND NOT r.is_repeated" if self.frame.has_repeats else ""
        return f"SELECT {self._slot}, r.reference, {{hash}} FROM {self._rows()} WHERE {self._of_population}{repeats}"

    def _repeated_cases(self) -> str:
        """The cases that have several rows: each in the lowest slot among those rows that are in the population."""
        rows = f"SELECT {self._slot}, r.reference FROM {self._rows()} WHERE {self._of_population} AND r.is_repeated"
        recorded = "FILTER (WHERE slot < :last)"
        several = f"coalesce(min(slot) {recorded} < max(slot) {recorded}, false) OR bool_or(is_several)"
        cases = f"SELECT min(slot) AS slot, {several} AS is_several, reference FROM ({rows}) AS row GROUP BY reference"
        return f"SELECT slot, is_several, reference, {{hash}} FROM ({cases}) AS one"

    def _cases(self) -> list[str]:
        return [self._single_cases(), self._repeated_cases()] if self.frame.has_repeats else [self._single_cases()]

    def values(self) -> dict[str, object]:
        """The values of every statement but its bounds."""
        time, slots = self.plan.time_frame, self.slots
        return {
            "frame": self.frame.frame_id,
            "themes": slots.theme_cells,
            "starts_on": time.starts_on,
            "ends_on": time.ends_on,
            "excluded": sorted(self.excluded),
            "highest": slots.highest,
            "last": LAST_SLOT,
            "cells": list(slots.cells),
            "cell_slots": [slot for slot, _several in slots.cells.values()],
            "severals": [several for _slot, several in slots.cells.values()],
        }

    def bound_values(self, prefix: str, bounds: Mapping[int, TicketBound]) -> dict[str, object]:
        """The values of `cases_below_bounds`: the seed's prefix, and bounds by slot (none is NONE)."""
        slots, by_slot = self.slots, list(bounds.items())
        return self.values() | {
            "prefix": prefix,
            "size": slots.size,
            "masks": slots.by_place({slot: bound.mask for slot, bound in by_slot}, NONE.mask),
            "wholes": slots.by_place({slot: bound.whole for slot, bound in by_slot}, NONE.whole),
            "ends": slots.by_place({slot: bound.end for slot, bound in by_slot}, NONE.end),
            "steps": slots.by_place({slot: bound.step for slot, bound in by_slot}, NONE.step),
        }

    def counts(self) -> list[str]:
        """slot, cases, cases that might be in several strata."""
        return [f"{_COUNTS} FROM ({cases.format(hash='NULL')}) AS cases GROUP BY slot" for cases in self._cases()]

    def cases_below_bounds(self) -> list[str]:
        """The same, and the references of the cases whose ticket is below the bound of their slot."""
        is_below = _IS_BELOW_BOUND.format(tail=ticket_tail(self.server_version))
        below = f"array_agg(reference) FILTER (WHERE {is_below})"
        cases = (source.format(hash=_HASHED_ONCE) for source in self._cases())
        return [f"{_COUNTS}, {below} FROM ({source}) AS cases GROUP BY slot" for source in cases]

    def pilot(self) -> str:
        """slot, rows of the population on a sample of the frame's pages (`percent` of them)."""
        rows = f"SELECT {self._slot} FROM {self._rows(sampled=' TABLESAMPLE SYSTEM (:percent)')}"
        return f"SELECT slot, count(*) FROM ({rows} WHERE {self._of_population}) AS seen GROUP BY slot"

    @property
    def _kept_out(self) -> str:
        return f"FROM frame_rows AS r WHERE {self._of_theme_and_time} AND r.reference = ANY (CAST(:excluded AS text[]))"

    def excluded_count(self) -> str:
        """How many cases would be in the population if they were not excluded."""
        return f"SELECT count(DISTINCT r.reference) {self._kept_out}"

    def excluded_levels(self) -> str:
        """reference, highest level among its rows of the themes and time frame: of each case that is excluded."""
        return f"SELECT r.reference, max(r.level_rank) {self._kept_out} GROUP BY r.reference"

    def undated_row_count(self) -> str:
        """How many rows of the theme lack the date that the time frame needs."""
        undated = _UNDATED[self.plan.time_frame.rule]
        return f"SELECT count(*) FROM frame_rows AS r WHERE {self._of_theme} AND {undated}"
