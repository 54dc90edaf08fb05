"""What does the mark of a key line hang on: would it stay without any one source, or without any one item?

Rule. Each source that speaks, and each single item, is left out in turn and the row is marked again by the same rule.
A row whose mark changes for an item *hangs on one item*; one whose mark changes for a source only, *hangs on one
source*; else it *stands firm*. The strongest item is among those left out, so no row that hangs on it is missed. Items
of one source that say the same with the same strength are alike: one of them stands for all, which is why counted
evidence is enough. A silent row has no mark to lose.
Source: leaving one out, the sensitivity analysis of reviews of evidence (Cochrane Handbook, chapter 10).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import fsum

from models.rules.core.counts import noun_of
from models.rules.evidence.thresholds import USUAL, Thresholds
from models.rules.evidence.triangulation import (
    Cell,
    Item,
    Mark,
    Source,
    Strength,
    Verdict,
    cells_of,
    level_of,
    mark_of,
    mark_of_cells,
    meaning_of,
    said_of,
    spoken,
    verdict_of,
    weight_of,
)


@dataclass(frozen=True)
class Loss:
    """One thing without which a row had another mark: an item (of several alike, one), or, with no item, a source."""

    source: Source
    mark: Mark
    item: Item | None = None


@dataclass(frozen=True)
class Footing:
    """The items, the strongest first, and the sources without any one of which the mark would not stay."""

    items: tuple[Loss, ...] = ()
    sources: tuple[Loss, ...] = ()

    @property
    def hangs_on(self) -> str:
        """What the mark hangs on, in two words; empty where it stands firm.

        >>> Footing().hangs_on, Footing(sources=(Loss(Source.CASE_AUDIT, Mark.AGREE),)).hangs_on
        ('', 'one source')
        """
        return "one item" if self.items else "one source" if self.sources else ""

    def sentence(self, thresholds: Thresholds = USUAL) -> str:
        """What the row would be without what it hangs on; empty where it stands firm.

        >>> lost = Loss(Source.CASE_AUDIT, Mark.AGREE, Item(Source.CASE_AUDIT, 0.0, Strength.STRONG))
        >>> others = Loss(Source.CASE_AUDIT, Mark.AGREE), Loss(Source.PRACTITIONERS, Mark.SILENT)
        >>> Footing((lost,), others).sentence().split(": ")[1].split("; ")[0]
        'without the one strong item of concern from case audit the sources would agree'
        >>> Footing(sources=others[1:]).sentence()
        'Hangs on one source: without practitioners fewer than two would speak.'
        """
        if not self.hangs_on:
            return ""
        told = {(loss.source, loss.mark) for loss in self.items[:1]}
        rest = [loss for loss in self.sources if (loss.source, loss.mark) not in told]
        parts = [_without_item(loss, thresholds) for loss in self.items[:1]]
        parts += [_without_sources(mark, rest, thresholds) for mark in Mark if any(loss.mark is mark for loss in rest)]
        return f"Hangs on {self.hangs_on}: {'; '.join(parts)}."


FIRM = Footing()


def footing_of(items: Iterable[Item], thresholds: Thresholds = USUAL) -> Footing:
    """What the mark of these items hangs on.

    >>> good, poor = [[Item(source, level) for source in Source] for level in (1.0, 0.0)]
    >>> footing_of(good) == FIRM, footing_of(good[:2]).hangs_on, footing_of(good[:1]) == FIRM
    (True, 'one item', True)
    >>> footing_of([*good, poor[1], poor[1], poor[1]]).items
    ()
    >>> [loss.mark.value for loss in footing_of([*good[:4], poor[4]]).items]
    ['agree']
    """
    alike = _alike(items)
    sums = {source: _sum_of(parts, thresholds) for source, parts in alike.items()}
    verdicts = {source: verdict_of(level_of(*each), thresholds) for source, each in sums.items()}
    mark = mark_of(verdicts.values(), thresholds)
    if mark is Mark.SILENT:
        return FIRM
    sources = [Loss(source, _marked(verdicts, source, None, thresholds)) for source in verdicts]
    lost = [
        Loss(source, _marked(verdicts, source, verdict, thresholds), item)
        for source, parts in alike.items()
        for item in parts
        if (verdict := _verdict_without(item, sums[source], thresholds)) is not verdicts[source]
    ]
    lost.sort(key=lambda loss: -weight_of(loss.item, thresholds) if loss.item else 0)
    return Footing(_changing(lost, mark), _changing(sources, mark))


@dataclass(frozen=True)
class Reckoned:
    """What follows from the items of a key line alone: its cells, its mark, what that means and what it hangs on."""

    cells: Mapping[Source, Cell]
    mark: Mark
    meaning: str
    footing: Footing


@lru_cache(maxsize=20_000)
def reckoned(items: tuple[Item, ...], thresholds: Thresholds = USUAL) -> Reckoned:
    """All of it by the rules above, reckoned once for the same items: the pages of a year show the same rows again.

    >>> row = reckoned(tuple(Item(source, level) for source, level in zip(Source, (1.0, 1.0, 0.0))))
    >>> row.mark.value, row.footing.hangs_on, len(row.cells)
    ('conflict', 'one item', 3)
    """
    cells = cells_of(items, thresholds)
    return Reckoned(
        cells, mark_of_cells(cells, thresholds), meaning_of(cells, thresholds), footing_of(items, thresholds)
    )


def hanging_words(hanging: Iterable[str]) -> str:
    """How many of several rows hang on one item and how many on one source, as a sentence; empty where none does.

    >>> hanging_words(["one item", "", "one source", "one item"])
    '2 marks hang on one item, 1 hangs on one source.'
    >>> hanging_words(["one source"]), hanging_words([""])
    ('1 mark hangs on one source.', '')
    """
    counts = Counter(words for words in hanging if words)
    parts = [(counts[words], words) for words in ("one item", "one source") if counts[words]]
    if not parts:
        return ""
    (first, words), *others = parts
    told = f"{first:,} {noun_of(first, 'mark hangs', 'marks hang')} on {words}"
    return told + "".join(f", {count:,} {noun_of(count, 'hangs', 'hang')} on {more}" for count, more in others) + "."


def _alike(items: Iterable[Item]) -> dict[Source, list[Item]]:
    """The items by source, those that say the same with the same strength as one with their number."""
    counts: Counter[tuple[Source, float, Strength]] = Counter()
    for item in items:
        counts[item.source, item.level, item.strength] += item.count
    gathered: dict[Source, list[Item]] = {}
    for (source, level, strength), count in sorted(counts.items()):
        gathered.setdefault(source, []).append(Item(source, level, strength, count))
    return {source: gathered[source] for source in Source if source in gathered}


def _sum_of(items: Sequence[Item], thresholds: Thresholds) -> tuple[float, int]:
    weights = [weight_of(item, thresholds) * item.count for item in items]
    return fsum(item.level * weight for item, weight in zip(items, weights, strict=True)), sum(weights)


def _verdict_without(item: Item, whole: tuple[float, int], thresholds: Thresholds) -> Verdict | None:
    """What the source of an item would say without one such item; None when it would be silent."""
    (said, weight), lost = whole, weight_of(item, thresholds)
    return verdict_of(level_of(said - item.level * lost, weight - lost), thresholds) if weight > lost else None


def _marked(
    verdicts: Mapping[Source, Verdict], source: Source, verdict: Verdict | None, thresholds: Thresholds
) -> Mark:
    """The mark of the row if the source had this verdict, or said nothing."""
    others = [each for other, each in verdicts.items() if other is not source]
    return mark_of([*others, verdict] if verdict else others, thresholds)


def _changing(losses: Iterable[Loss], mark: Mark) -> tuple[Loss, ...]:
    return tuple(loss for loss in losses if loss.mark is not mark)


def _without_item(loss: Loss, thresholds: Thresholds) -> str:
    item = loss.item or Item(loss.source, 0.5)
    which = f"any one of {item.count:,} {item.strength} items" if item.count > 1 else f"the one {item.strength} item"
    said = said_of(verdict_of(item.level, thresholds))
    return f"without {which} {said} from {spoken(loss.source)} {_would_be(loss.mark, thresholds)}"


def _without_sources(mark: Mark, losses: Iterable[Loss], thresholds: Thresholds) -> str:
    names = " or ".join(spoken(loss.source) for loss in losses if loss.mark is mark)
    return f"without {names} {_would_be(mark, thresholds)}"


def _would_be(mark: Mark, thresholds: Thresholds) -> str:
    if mark is Mark.SILENT:
        return f"fewer than {thresholds.fewest_words} would speak"
    return f"the sources would {mark.label.lower()}"
