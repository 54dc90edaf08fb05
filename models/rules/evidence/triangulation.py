"""Where do the sources of a review agree, where do they conflict, and where are they silent?

Rule. Each source rates a key line between 0 (a concern) and 1 (a strength): the mean of its items,
each weighted by how well it is evidenced. Below 0.4 a source speaks of concern, above 0.6 of strength, else it is
mixed.
A row is *silent* while fewer than two sources speak, in *conflict* when one speaks of strength and another of concern,
and otherwise they *agree*. Source: framework, "The reviews"; DOMAIN b8 (evidence grid; two sources or more).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.core.choices import Choice
from models.rules.core.counts import list_words


class Source(Choice):
    """The five kinds of source that a review sets beside each other."""

    SELF_EVALUATION = "self_evaluation", "Self-evaluation"
    CASE_AUDIT = "case_audit"
    SERVICE_USERS = "service_users", "Service users and carers"
    PRACTITIONERS = "practitioners"
    REVIEWS_AND_INSPECTIONS = "reviews_and_inspections"


class Verdict(Choice):
    """How things stand according to one item."""

    STRENGTH = "strength"
    MIXED = "mixed"
    CONCERN = "concern"

    @property
    def level(self) -> float:
        return {Verdict.STRENGTH: 1.0, Verdict.MIXED: 0.5, Verdict.CONCERN: 0.0}[self]


class Strength(Choice):
    """How well an item is evidenced."""

    WEAK = "weak"
    MODERATE = "moderate"
    STRONG = "strong"

    @property
    def weight(self) -> int:
        return {Strength.WEAK: 1, Strength.MODERATE: 2, Strength.STRONG: 3}[self]


class Mark(Choice):
    """What the sources of one key line say together."""

    AGREE = "agree"
    CONFLICT = "conflict"
    SILENT = "silent"


LOW, HIGH = 0.4, 0.6
FEWEST_SOURCES = 2


@dataclass(frozen=True)
class Item:
    """One piece of evidence, or several that say the same: what it says (0 to 1) and how much each weighs."""

    source: Source
    level: float
    strength: Strength = Strength.MODERATE
    count: int = 1


@dataclass(frozen=True)
class Cell:
    """What one source says about one key line."""

    level: float
    count: int
    weight: int

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.level)


def verdict_of(level: float) -> Verdict:
    """The word for a level between 0 and 1.

    >>> [verdict_of(level).value for level in (0.0, 0.4, 0.6, 1.0)]
    ['concern', 'mixed', 'mixed', 'strength']
    """
    if level < LOW:
        return Verdict.CONCERN
    return Verdict.STRENGTH if level > HIGH else Verdict.MIXED


def cells_of(items: Iterable[Item]) -> dict[Source, Cell]:
    """The items of one key line gathered by source; a source that says nothing has no cell.

    >>> cells = cells_of([Item(Source.CASE_AUDIT, 0.0, Strength.STRONG), Item(Source.CASE_AUDIT, 1.0, Strength.WEAK)])
    >>> cells[Source.CASE_AUDIT]
    Cell(level=0.25, count=2, weight=4)
    >>> cells_of([Item(Source.CASE_AUDIT, 1.0, Strength.WEAK, count=3), Item(Source.CASE_AUDIT, 0.0, Strength.WEAK)])
    {<Source.CASE_AUDIT: 'case_audit'>: Cell(level=0.75, count=4, weight=4)}
    """
    gathered: dict[Source, list[Item]] = {}
    for item in items:
        gathered.setdefault(item.source, []).append(item)
    return {source: _cell(gathered[source]) for source in Source if source in gathered}


def _cell(items: Sequence[Item]) -> Cell:
    weights = [item.strength.weight * item.count for item in items]
    level = sum(item.level * weight for item, weight in zip(items, weights, strict=True)) / sum(weights)
    return Cell(round(level, 4), sum(item.count for item in items), sum(weights))


def mark_of(cells: Mapping[Source, Cell]) -> Mark:
    """Whether the sources of a key line agree, conflict or are silent.

    >>> good, poor = Cell(0.9, 3, 6), Cell(0.1, 1, 2)
    >>> mark_of({Source.SELF_EVALUATION: good}), mark_of({Source.SELF_EVALUATION: good, Source.CASE_AUDIT: poor})
    (<Mark.SILENT: 'silent'>, <Mark.CONFLICT: 'conflict'>)
    """
    if len(cells) < FEWEST_SOURCES:
        return Mark.SILENT
    verdicts = {cell.verdict for cell in cells.values()}
    return Mark.CONFLICT if {Verdict.STRENGTH, Verdict.CONCERN} <= verdicts else Mark.AGREE


def meaning_of(cells: Mapping[Source, Cell], expected: Sequence[Source] = tuple(Source)) -> str:
    """What a row says, as a sentence the team may amend: who speaks of what, what follows, and who is silent.

    >>> good, poor = Cell(0.9, 3, 6), Cell(0.1, 1, 2)
    >>> both = [Source.SELF_EVALUATION, Source.CASE_AUDIT]
    >>> meaning_of({Source.SELF_EVALUATION: good, Source.CASE_AUDIT: poor}, both)
    'Self-evaluation speaks of strength, case audit of concern: find out why they differ before recommending anything.'
    >>> meaning_of({Source.CASE_AUDIT: poor}, both)
    'Only case audit speaks, of concern; nothing can be set beside it yet. Nothing from self-evaluation.'
    >>> meaning_of({})
    'No source says anything of this key line yet.'
    """
    if not cells:
        return "No source says anything of this key line yet."
    quiet = [source for source in expected if source not in cells]
    silence = f" Nothing from {list_words([_said(source) for source in quiet])}." if quiet else ""
    return f"{_what_they_say(cells)}{silence}"


def _what_they_say(cells: Mapping[Source, Cell]) -> str:
    mark = mark_of(cells)
    if mark is Mark.SILENT:
        (source, cell), *_ = cells.items()
        return f"Only {_said(source)} {_speaks([source])}, {_of(cell.verdict)}; nothing can be set beside it yet."
    groups = [
        (verdict, speakers)
        for verdict in Verdict
        if (speakers := [source for source, cell in cells.items() if cell.verdict is verdict])
    ]
    (verdict, speakers), *others = groups
    names = _capital(list_words([_said(source) for source in speakers]))
    if not others:
        return f"{names} agree and speak {_of(verdict)}."
    words = f"{names} {_speaks(speakers)} {_of(verdict)}"
    words += "".join(f", {list_words([_said(source) for source in more])} {_of(other)}" for other, more in others)
    ending = ": find out why they differ before recommending anything." if mark is Mark.CONFLICT else "; no conflict."
    return f"{words}{ending}"


def _speaks(sources: Sequence[Source]) -> str:
    is_one = len(sources) == 1 and sources[0] in (Source.SELF_EVALUATION, Source.CASE_AUDIT)
    return "speaks" if is_one else "speak"


def _of(verdict: Verdict) -> str:
    return "of both strength and concern" if verdict is Verdict.MIXED else f"of {verdict.value}"


def _said(source: Source) -> str:
    return source.label[0].lower() + source.label[1:]


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
