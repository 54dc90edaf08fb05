"""Do the four marks keep what they promise, whatever the evidence, and is what a mark hangs on found by leaving out?"""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from models.rules.evidence.footings import FIRM, footing_of
from models.rules.evidence.thresholds import USUAL, Thresholds, thresholds_from
from models.rules.evidence.triangulation import (
    Item,
    Mark,
    Source,
    Strength,
    Verdict,
    cells_of,
    mark_of,
    mark_of_cells,
    meaning_of,
)

LEVEL = st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 2 / 3, 0.75, 1.0])
ITEM = st.builds(Item, st.sampled_from(Source), LEVEL, st.sampled_from(Strength), st.integers(1, 4))
ITEMS = st.lists(ITEM, max_size=14)
WEIGHTS = st.lists(st.integers(1, 9), min_size=3, max_size=3).map(sorted)
THRESHOLDS = st.builds(
    lambda fewest, percent, weights: Thresholds(fewest, percent, *weights),
    st.integers(2, 5),
    st.integers(1, 50),
    WEIGHTS,
)


def marked(items: list[Item], thresholds: Thresholds = USUAL) -> Mark:
    return mark_of_cells(cells_of(items, thresholds), thresholds)


def one_by_one(items: list[Item]) -> list[Item]:
    return [replace(item, count=1) for item in items for _ in range(item.count)]


def test_every_row_of_five_sources_has_the_mark_that_the_four_words_define() -> None:
    for said in product((None, *Verdict), repeat=len(Source)):
        verdicts = [verdict for verdict in said if verdict]
        speak, strength, concern = len(verdicts), Verdict.STRENGTH in verdicts, Verdict.CONCERN in verdicts
        wanted = {
            Mark.SILENT: speak < 2,
            Mark.CONFLICT: speak >= 2 and strength and concern,
            Mark.AGREE: speak >= 2 and len(set(verdicts)) == 1,
            Mark.PARTLY: speak >= 2 and Verdict.MIXED in verdicts and strength != concern,
        }
        assert [mark for mark, holds in wanted.items() if holds] == [mark_of(verdicts)]


@given(ITEMS, THRESHOLDS, st.randoms())
def test_order_and_grouping_of_items_do_not_matter(items: list[Item], by: Thresholds, dice: random.Random) -> None:
    mixed = one_by_one(items)
    dice.shuffle(mixed)
    assert marked(mixed, by) is marked(items, by)
    assert cells_of(mixed, by) == cells_of(items, by)
    assert footing_of(mixed, by) == footing_of(items, by)


@given(ITEMS, THRESHOLDS)
def test_strength_and_concern_are_treated_alike(items: list[Item], by: Thresholds) -> None:
    mirrored = [replace(item, level=1 - item.level) for item in items]
    assert marked(mirrored, by) is marked(items, by)


@given(ITEMS, THRESHOLDS, st.sampled_from(Source), st.sampled_from(Strength))
def test_item_of_the_majority_never_makes_a_conflict(
    items: list[Item], by: Thresholds, source: Source, strength: Strength
) -> None:
    cells = cells_of(items, by)
    said = {cell.verdict for cell in cells.values()}
    if {Verdict.STRENGTH, Verdict.CONCERN} <= said:
        return
    level = Verdict.CONCERN.level if Verdict.CONCERN in said else Verdict.STRENGTH.level
    assert marked([*items, Item(source, level, strength)], by) is not Mark.CONFLICT


@given(ITEMS, THRESHOLDS)
def test_wider_middle_never_makes_a_conflict_and_more_sources_asked_for_only_silence(
    items: list[Item], by: Thresholds
) -> None:
    wider = replace(by, mixed_percent=max(1, by.mixed_percent - 7))
    stricter = replace(by, fewest_sources=min(5, by.fewest_sources + 1))
    assert marked(items, wider) is not Mark.CONFLICT or marked(items, by) is Mark.CONFLICT
    assert marked(items, stricter) in (Mark.SILENT, marked(items, by))


@given(ITEMS, THRESHOLDS)
def test_footing_names_exactly_what_a_row_is_marked_otherwise_without(items: list[Item], by: Thresholds) -> None:
    mark, single, footing = marked(items, by), one_by_one(items), footing_of(items, by)
    if mark is Mark.SILENT:
        assert footing == FIRM
        return
    without = {source: marked([item for item in items if item.source is not source], by) for source in Source}
    speaking = {item.source for item in items}
    wanted = {(source, other) for source, other in without.items() if source in speaking and other is not mark}
    assert {(loss.source, loss.mark) for loss in footing.sources} == wanted
    left_out = [(item, marked([*single[:at], *single[at + 1 :]], by)) for at, item in enumerate(single)]
    lost = {(item, other) for item, other in left_out if other is not mark}
    assert {(replace(loss.item, count=1), loss.mark) for loss in footing.items if loss.item} == lost
    assert bool(footing.sentence(by)) == bool(footing.hangs_on) == bool(wanted or lost)


@given(ITEMS, THRESHOLDS)
def test_strongest_item_that_a_mark_hangs_on_is_told_first(items: list[Item], by: Thresholds) -> None:
    strengths = [list(Strength).index(loss.item.strength) for loss in footing_of(items, by).items if loss.item]
    weights = [(by.weak_weight, by.moderate_weight, by.strong_weight)[place] for place in strengths]
    assert weights == sorted(weights, reverse=True)


@given(ITEMS, THRESHOLDS)
def test_sentence_of_a_row_names_every_source_once(items: list[Item], by: Thresholds) -> None:
    sentence = meaning_of(cells_of(items, by), by).lower()
    if items:
        assert all(source.label.lower() in sentence for source in Source)
    assert ("find out why" in sentence) == (marked(items, by) is Mark.CONFLICT)
    assert ("agree in part" in sentence) == (marked(items, by) is Mark.PARTLY)


@given(THRESHOLDS)
def test_thresholds_are_kept_whole(by: Thresholds) -> None:
    assert thresholds_from(by.kept) == by
    assert by.low <= by.high


def test_row_gone_through_by_hand_in_the_method_is_marked_as_it_says() -> None:
    items = [
        Item(Source.PRACTITIONERS, 1.0, Strength.MODERATE, 2),
        Item(Source.SELF_EVALUATION, 1.0, Strength.MODERATE),
        Item(Source.CASE_AUDIT, 0.0, Strength.STRONG),
        Item(Source.CASE_AUDIT, 1.0, Strength.WEAK),
    ]
    assert {source: cell.level for source, cell in cells_of(items).items()} == {
        Source.SELF_EVALUATION: 1.0,
        Source.CASE_AUDIT: 0.25,
        Source.PRACTITIONERS: 1.0,
    }
    assert (marked(items), footing_of(items).hangs_on) == (Mark.CONFLICT, "one item")
    assert {loss.mark for loss in footing_of(items).items} == {Mark.AGREE}
    assert marked(items, replace(USUAL, mixed_percent=25)) is Mark.PARTLY
