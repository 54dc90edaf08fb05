"""Does every case count once, in the stratum that the rules name?"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models.core.errors import RuleBroken
from models.rules.sampling.draws import draw_from_rows, settle_draw
from models.rules.sampling.populations import CaseReader, CaseRow, Population
from models.rules.sampling.sample_plans import SamplePlan, parse_plan
from models.rules.sampling.strata import NOT_RECORDED, StrataKind, row_keys, stratum_names

LEVELS = {1: "Early help", 2: "Child in need", 5: "Looked after"}


def plan(**parts: Any) -> SamplePlan:
    base = {"time_frame": {"rule": "any"}, "strata": "level", "allocation": {"method": "fixed", "size": 2}}
    return parse_plan(base | parts)


def row(reference: str, rank: int | None = None, theme: str | None = None, agency: str | None = None) -> CaseRow:
    return (2, reference, rank, theme, date(2025, 3, 1), None, agency)


def population(asked: SamplePlan, *rows: CaseRow, excluded: tuple[str, ...] = ()) -> Population:
    reader = CaseReader(asked, excluded)
    reader.read(rows)
    return reader.population(LEVELS)


def test_levels_are_listed_highest_first_and_blank_ones_last() -> None:
    counted = population(plan(), row("A", 1), row("B", None), row("C", 5), row("A", 2), row("A", None))
    assert list(counted.strata.items()) == [
        ("Looked after", 1),
        ("Child in need", 1),
        ("Early help", 0),
        ("Level not recorded", 1),
    ]
    assert counted.several_strata_count == 1
    assert counted.case_count == 3


def test_recorded_level_wins_over_a_blank_one_whichever_comes_first() -> None:
    for rows in ([row("A", None), row("A", 1)], [row("A", 1), row("A", None)]):
        assert population(plan(), *rows).strata == {"Looked after": 0, "Child in need": 0, "Early help": 1}


def test_case_of_several_themes_counts_under_the_first_by_name() -> None:
    asked = plan(strata="theme")
    counted = population(
        asked, row("A", theme="Neglect"), row("A", theme="b) Bullying"), row("B", theme="neglect ; Self-harm")
    )
    assert counted.strata == {"Bullying": 1, "Neglect": 1, "Self-harm": 0}
    assert counted.several_strata_count == 2


def test_only_chosen_themes_decide_and_the_plans_spelling_names_them() -> None:
    asked = plan(strata="theme", themes=["SELF-HARM", "Neglect"])
    counted = population(asked, row("A", theme="Bullying; self-harm"), row("B", theme="Bullying"), row("C"))
    assert counted.strata == {"Neglect": 0, "SELF-HARM": 1}


def test_themes_choose_among_levels_too() -> None:
    asked = plan(themes=["Neglect"])
    counted = population(asked, row("A", 1, "a) neglect"), row("A", 5, "Bullying"), row("B", 2, None))
    assert counted.strata == {"Looked after": 0, "Child in need": 0, "Early help": 1}


def test_agencies_are_told_apart_by_name_and_not_by_blanks() -> None:
    asked = plan(strata="agency")
    counted = population(
        asked, row("A", agency="Police"), row("B", agency=" police"), row("C", agency="Health"), row("D")
    )
    assert counted.strata == {"Health": 1, "Police": 2, "Agency not recorded": 1}


def test_cell_of_separators_only_is_not_recorded() -> None:
    assert row_keys(StrataKind.THEME, None, " ; |", None, None) == (NOT_RECORDED,)
    assert population(plan(strata="theme"), row("A", theme=" ; |")).strata == {"Theme not recorded": 1}


def test_two_levels_of_one_name_are_refused() -> None:
    with pytest.raises(RuleBroken, match="same name"):
        stratum_names(StrataKind.LEVEL, levels={1: "Early help", 2: "Early  help"})


def test_excluded_case_counts_as_excluded_only_when_it_would_have_been_in() -> None:
    asked = plan(themes=["Neglect"])
    counted = population(asked, row("A", 1, "Neglect"), row("B", 1, "Bullying"), excluded=("A", "B", "C"))
    assert (counted.case_count, counted.excluded_count) == (0, 1)


def test_sentences_tell_what_the_count_leaves_out() -> None:
    told = Population({"A": 1}, excluded_count=1, undated_row_count=1, several_strata_count=1200)
    assert told.sentences(StrataKind.THEME) == [
        "1 row has no date that the time frame asks for, so it is not in the population.",
        "1 case is kept out because of an earlier audit.",
        "1,200 cases are in several strata and counted once, in the first of them in alphabetical order.",
    ]
    assert Population({"A": 1}).sentences(StrataKind.LEVEL) == []


def test_reserves_go_on_where_the_selected_end_and_a_larger_draw_keeps_the_smaller() -> None:
    rows = [row(f"C-{number}", 1 + number % 2) for number in range(40)]
    small = draw_from_rows(rows, LEVELS, plan(reserves=6), "a seed")
    large = draw_from_rows(rows, LEVELS, plan(allocation={"method": "fixed", "size": 5}, reserves=3), "a seed")
    for stratum, other in zip(small.strata, large.strata, strict=True):
        assert [*stratum.selected, *stratum.reserves] == [*other.selected, *other.reserves]
        assert sorted(case.ticket for case in stratum.selected) == [case.ticket for case in stratum.selected]


def test_stratum_with_too_few_cases_gives_all_and_says_how_many_are_missing() -> None:
    drawn = draw_from_rows([row("A", 5)], LEVELS, plan(), "a seed")
    looked_after = drawn.strata[0]
    assert [case.reference for case in looked_after.selected] == ["A"]
    assert (looked_after.asked, looked_after.shortage, looked_after.reserves) == (2, 1, ())
    assert [stratum.shortage for stratum in drawn.strata] == [1, 2, 2]


def test_draw_from_an_empty_frame_is_all_shortage() -> None:
    drawn = draw_from_rows([], LEVELS, plan(), "a seed")
    assert all(not stratum.selected and stratum.shortage == 2 for stratum in drawn.strata)


def test_incomplete_candidates_are_never_drawn_from() -> None:
    with pytest.raises(ValueError, match="incomplete"):
        settle_draw(plan(), "a seed", Population({"Early help": 9}), {"Early help": ["A"]})
