"""Where do the sources of a review agree, partly agree or conflict, and where are they silent?

Rule. Each source rates a key line between 0 (a concern) and 1 (a strength): the mean of its items,
each weighted by how well it is evidenced. Below the partnership's lower threshold (as a rule 0.4) a source speaks of
concern, above the upper one (0.6) of strength, else it is mixed.
A row is *silent* (silence) while fewer sources speak than are needed, as a rule two; in *conflict* (dissonance) when
one speaks of strength and another of concern; its sources *agree* (agreement) when all that speak say the same; and
they *partly agree* (partial agreement) when some are mixed and none contradicts another.
Sources: framework, "The reviews"; the convergence coding of the triangulation protocol: Farmer, Robinson, Elliott and
Eyles, Qualitative Health Research 16 (2006), 377-394; O'Cathain, Murphy and Nicholl, BMJ 341 (2010), c4587.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from models.core.choices import Choice
from models.rules.core.counts import list_words, lower_first, upper_first
from models.rules.evidence.thresholds import USUAL, Thresholds


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
        return _LEVELS[self]


_LEVELS = {Verdict.STRENGTH: 1.0, Verdict.MIXED: 0.5, Verdict.CONCERN: 0.0}


class Strength(Choice):
    """How well an item is evidenced."""

    WEAK = "weak"
    MODERATE = "moderate"
    STRONG = "strong"

    @property
    def weight(self) -> int:
        return {Strength.WEAK: 1, Strength.MODERATE: 2, Strength.STRONG: 3}[self]


class Mark(Choice):
    """What the sources of one key line say together, in plain words; the meaning begins with the literature's word."""

    AGREE = "agree", "Agree", "Agreement: all sources that speak say the same."
    PARTLY = "partly", "Partly agree", "Partial agreement: some sources are mixed, none contradicts another."
    CONFLICT = "conflict", "Conflict", "Dissonance: one source speaks of strength, another of concern."
    SILENT = "silent", "Silent", "Silence: too few sources speak to be set side by side."

    @property
    def counted(self) -> str:
        """The word after a number of key lines.

        >>> [mark.counted for mark in Mark]
        ['agree', 'partly agree', 'in conflict', 'silent']
        """
        return "in conflict" if self is Mark.CONFLICT else self.label.lower()


LOOKED_INTO = (Mark.CONFLICT, Mark.PARTLY, Mark.AGREE, Mark.SILENT)
"""The marks in the order in which they are looked into."""
FEWEST_SOURCES = USUAL.fewest_sources


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
    verdict: Verdict


def verdict_of(level: float, thresholds: Thresholds = USUAL) -> Verdict:
    """The word for a level between 0 and 1.

    >>> [verdict_of(level).value for level in (0.0, 0.4, 0.6, 1.0)]
    ['concern', 'mixed', 'mixed', 'strength']
    """
    if level < thresholds.low:
        return Verdict.CONCERN
    return Verdict.STRENGTH if level > thresholds.high else Verdict.MIXED


def weight_of(item: Item, thresholds: Thresholds = USUAL) -> int:
    """How much one piece of an item weighs.

    >>> weight_of(Item(Source.CASE_AUDIT, 1.0, Strength.STRONG, count=4))
    3
    """
    if item.strength is Strength.MODERATE:
        return thresholds.moderate_weight
    return thresholds.weak_weight if item.strength is Strength.WEAK else thresholds.strong_weight


def cells_of(items: Iterable[Item], thresholds: Thresholds = USUAL) -> dict[Source, Cell]:
    """The items of one key line gathered by source; a source that says nothing has no cell.

    >>> cells = cells_of([Item(Source.CASE_AUDIT, 0.0, Strength.STRONG), Item(Source.CASE_AUDIT, 1.0, Strength.WEAK)])
    >>> cells[Source.CASE_AUDIT]
    Cell(level=0.25, count=2, weight=4, verdict=<Verdict.CONCERN: 'concern'>)
    >>> said = [Item(Source.CASE_AUDIT, 1.0, Strength.WEAK, count=3), Item(Source.CASE_AUDIT, 0.0, Strength.WEAK)]
    >>> cells_of(said)[Source.CASE_AUDIT].level
    0.75
    """
    gathered: dict[Source, list[Item]] = {}
    for item in items:
        gathered.setdefault(item.source, []).append(item)
    return {source: _cell(gathered[source], thresholds) for source in Source if source in gathered}


def _cell(items: Sequence[Item], thresholds: Thresholds) -> Cell:
    weights = [weight_of(item, thresholds) * item.count for item in items]
    said = fsum(item.level * weight for item, weight in zip(items, weights, strict=True))
    level = level_of(said, sum(weights))
    return Cell(level, sum(item.count for item in items), sum(weights), verdict_of(level, thresholds))


def level_of(said: float, weight: int) -> float:
    """A weighted mean to four places, so that no last digit of a computer decides a verdict."""
    return round(said / weight, 4)


def mark_of(verdicts: Collection[Verdict], thresholds: Thresholds = USUAL) -> Mark:
    """The mark of a row whose speaking sources have these verdicts, one each.

    >>> good, both, poor = Verdict.STRENGTH, Verdict.MIXED, Verdict.CONCERN
    >>> [mark_of(said).value for said in ([good], [good, good], [good, both], [both, both], [good, both, poor])]
    ['silent', 'agree', 'partly', 'agree', 'conflict']
    """
    if len(verdicts) < thresholds.fewest_sources:
        return Mark.SILENT
    said = set(verdicts)
    if {Verdict.STRENGTH, Verdict.CONCERN} <= said:
        return Mark.CONFLICT
    return Mark.AGREE if len(said) == 1 else Mark.PARTLY


def mark_of_cells(cells: Mapping[Source, Cell], thresholds: Thresholds = USUAL) -> Mark:
    """The mark of a row."""
    return mark_of([cell.verdict for cell in cells.values()], thresholds)


def meaning_of(cells: Mapping[Source, Cell], thresholds: Thresholds = USUAL) -> str:
    """What a row says, as a sentence the team may amend: who speaks of what, what follows, and who is silent.

    >>> good, poor = Cell(0.9, 3, 6, Verdict.STRENGTH), Cell(0.1, 1, 2, Verdict.CONCERN)
    >>> meaning_of({Source.SELF_EVALUATION: good, Source.CASE_AUDIT: poor}).partition(". ")[0]
    'Self-evaluation speaks of strength, case audit of concern: find out why they differ before recommending anything'
    >>> meaning_of(dict.fromkeys(list(Source)[1:], poor)).partition(". ")[2]
    'Nothing from self-evaluation.'
    >>> meaning_of({})
    'No source says anything of this key line yet.'
    """
    if not cells:
        return "No source says anything of this key line yet."
    quiet = silent_sources(cells)
    silence = f" Nothing from {list_words([spoken(source) for source in quiet])}." if quiet else ""
    return f"{_what_they_say(cells, thresholds)}{silence}"


def silent_sources(cells: Mapping[Source, Cell]) -> list[Source]:
    """The expected sources that say nothing of a key line; every review expects all five."""
    return [source for source in Source if source not in cells]


def _what_they_say(cells: Mapping[Source, Cell], thresholds: Thresholds) -> str:
    mark = mark_of_cells(cells, thresholds)
    if mark is Mark.SILENT:
        return _too_few(cells, thresholds)
    groups = [
        (verdict, speakers)
        for verdict in Verdict
        if (speakers := [source for source, cell in cells.items() if cell.verdict is verdict])
    ]
    (verdict, speakers), *others = groups
    names = upper_first(list_words([spoken(source) for source in speakers]))
    if not others:
        return f"{names} agree and speak {said_of(verdict)}."
    words = f"{names} {_speaks(speakers)} {said_of(verdict)}"
    words += "".join(f", {list_words([spoken(source) for source in more])} {said_of(other)}" for other, more in others)
    ending = ": find out why they differ before recommending anything."
    return f"{words}{ending if mark is Mark.CONFLICT else '; they agree in part.'}"


def _too_few(cells: Mapping[Source, Cell], thresholds: Thresholds) -> str:
    names, verb = list_words([spoken(source) for source in cells]), _speaks(list(cells))
    if len(cells) == 1:
        (cell,) = cells.values()
        return f"Only {names} {verb}, {said_of(cell.verdict)}; nothing can be set beside it yet."
    return f"Only {names} {verb}; at least {thresholds.fewest_words} sources must, so no mark is given yet."


def _speaks(sources: Sequence[Source]) -> str:
    is_one = len(sources) == 1 and sources[0] in (Source.SELF_EVALUATION, Source.CASE_AUDIT)
    return "speaks" if is_one else "speak"


def said_of(verdict: Verdict) -> str:
    """What a verdict speaks of, inside a sentence."""
    return "of both strength and concern" if verdict is Verdict.MIXED else f"of {verdict.value}"


def spoken(source: Source) -> str:
    """A source's name inside a sentence."""
    return lower_first(source.label)
