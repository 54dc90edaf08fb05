"""Which cases may be drawn under a plan, and to which stratum does each belong?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from models.core.errors import RuleBroken
from models.rules.core.counts import count_words, noun_of
from models.rules.sampling.sample_plans import SamplePlan
from models.rules.sampling.strata import NOT_RECORDED, Key, StrataKind, row_keys, stratum_names, theme_keys

CaseRow = tuple[int, str, int | None, str | None, date | None, date | None, str | None]
"""row_number, reference, level_rank, theme, started_on, ended_on, agency: a row as the case-list checker gives it."""

_CASES = ("case is", "cases are")


@dataclass(frozen=True)
class Population:
    """How many cases each stratum has, by its name in listing order, and what a reader should know about the count.

    `excluded_count`: cases that met theme and time frame and were kept out by the plan's exclusions.
    `undated_row_count`: rows of the theme whose missing date keeps the time frame from being tested, so they are out.
    `several_strata_count`: cases that would belong to more than one stratum; each is counted in one of them only.
    """

    strata: Mapping[str, int]
    excluded_count: int = 0
    undated_row_count: int = 0
    several_strata_count: int = 0

    @property
    def case_count(self) -> int:
        """All cases that may be drawn; each counts once."""
        return sum(self.strata.values())

    def sentences(self, kind: StrataKind) -> list[str]:
        """What the count leaves out or settles, for the page before locking and for the certificate.

        >>> Population({"Level 1": 9}, undated_row_count=6).sentences(StrataKind.LEVEL)
        ['6 rows have no date that the time frame asks for, so they are not in the population.']
        """
        wins = "the highest of them" if kind is StrataKind.LEVEL else "the first of them in alphabetical order"
        sentences = []
        if self.undated_row_count:
            rows = count_words(self.undated_row_count, "row has", "rows have")
            they_are = noun_of(self.undated_row_count, "it is", "they are")
            sentences.append(f"{rows} no date that the time frame asks for, so {they_are} not in the population.")
        if self.excluded_count:
            sentences.append(f"{count_words(self.excluded_count, *_CASES)} kept out because of an earlier audit.")
        if self.several_strata_count:
            sentences.append(
                f"{count_words(self.several_strata_count, *_CASES)} in several strata and counted once, in {wins}."
            )
        return sentences


@dataclass
class CaseReader:
    """Takes the rows of a frame one by one and gathers the cases of a plan's population; the plain way, without SQL.

    A case is in when any of its rows meets theme and time frame; it belongs to the lowest key among those rows.
    """

    plan: SamplePlan
    excluded: Collection[str] = ()
    keys: dict[str, Key] = field(default_factory=dict)
    kept_out: set[str] = field(default_factory=set)
    in_several: set[str] = field(default_factory=set)
    themes: set[str] = field(default_factory=set)
    agencies: set[str] = field(default_factory=set)
    ranks: set[int] = field(default_factory=set)
    undated_row_count: int = 0

    def __post_init__(self) -> None:
        self.excluded = frozenset(self.excluded)
        self._stems = self.plan.theme_stems

    def read(self, rows: Iterable[CaseRow]) -> None:
        """Take these rows in."""
        for row in rows:
            self.take(row)

    def take(self, row: CaseRow) -> None:
        """Take one row in."""
        _number, reference, rank, theme, started_on, ended_on, agency = row
        self._note_words(rank, theme, agency)
        if self._stems is not None and not theme_keys(theme, self._stems):
            return
        frame = self.plan.time_frame
        self.undated_row_count += frame.lacks_date(started_on, ended_on)
        if not frame.holds(started_on, ended_on):
            return
        if reference in self.excluded:
            self.kept_out.add(reference)
        else:
            self._join(reference, row_keys(self.plan.strata, rank, theme, agency, self._stems))

    def _note_words(self, rank: int | None, theme: str | None, agency: str | None) -> None:
        if rank is not None:
            self.ranks.add(rank)
        if theme:
            self.themes.add(theme)
        if agency:
            self.agencies.add(agency)

    def _join(self, reference: str, keys: tuple[Key, ...]) -> None:
        before = self.keys.get(reference, keys[0])
        strata = {before, *keys} - {NOT_RECORDED}
        if len(strata) > 1:
            self.in_several.add(reference)
        self.keys[reference] = min(before, keys[0])

    def names(self, levels: Mapping[int, str]) -> dict[Key, str]:
        """The names of the strata of the rows read, by key in listing order. Raises RuleBroken on a nameless level."""
        if self.ranks - levels.keys():
            raise RuleBroken("The frame has rows of a level that it gives no name.")
        return stratum_names(
            self.plan.strata, levels=levels, themes=self.themes, agencies=self.agencies, chosen=self.plan.themes
        )

    def population(self, levels: Mapping[int, str]) -> Population:
        """The counts by stratum. `levels` are the frame's words by rank."""
        names = self.names(levels)
        return Population(
            counted(names, Counter(self.keys.values())),
            len(self.kept_out),
            self.undated_row_count,
            len(self.in_several),
        )

    def cases(self, levels: Mapping[int, str]) -> dict[str, list[str]]:
        """The references of each stratum, by its name."""
        names = self.names(levels)
        references: dict[str, list[str]] = {name: [] for name in names.values()}
        for reference, key in self.keys.items():
            references[names[key]].append(reference)
        return references


def counted(names: Mapping[Key, str], counts: Mapping[Key, int]) -> dict[str, int]:
    """Cases by stratum name in listing order; the stratum for blank cells only when it has cases."""
    return {name: counts.get(key, 0) for key, name in names.items() if key != NOT_RECORDED or counts.get(key)}
