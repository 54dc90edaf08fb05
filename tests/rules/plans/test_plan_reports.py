"""Do the counts, the order and the fingerprint of an action-plan report hold for any plan?"""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.core.errors import RuleBroken
from models.rules.plans.plan_reports import BRAG_WORDS, ReportAction, ReportUpdate, summarise
from tests.pdf.pdf_facts import TODAY, action, report, report_of

days = st.integers(-400, 400).map(lambda shift: TODAY + timedelta(days=shift))
actions = st.builds(
    ReportAction,
    reference=st.integers(1, 99).map("AP-1/{:02d}".format),
    action=st.just("Do it"),
    brag_code=st.sampled_from(sorted(BRAG_WORDS)),
    brag_label=st.sampled_from(["", "A word"]),
    lead_agency=st.sampled_from(["", "Police", "Health"]),
    due_on=st.none() | days,
    original_due_on=st.none() | days,
    completed_on=st.none() | days,
)


@given(st.lists(actions, max_size=30))
def test_every_action_stands_in_one_group_and_every_count_adds_up(report_actions: list[ReportAction]) -> None:
    summary = summarise(report_of(report_actions))
    printed = [action for group in summary.groups for action in group.actions]
    assert sorted(printed, key=id) == sorted(report_actions, key=id)
    assert summary.count == len(report_actions) == sum(brag.count for brag in summary.brag)
    assert summary.overdue_count == sum(brag.overdue_count for brag in summary.brag)
    assert sum(agency.count for agency in summary.agencies) == len(report_actions)
    assert sum(agency.overdue_count for agency in summary.agencies) == summary.overdue_count
    assert all(sum(agency.by_code) == agency.count for agency in summary.agencies)


@given(st.lists(actions, max_size=30))
def test_overdue_actions_come_before_all_others_and_the_longest_overdue_first(
    report_actions: list[ReportAction],
) -> None:
    printed = [action for group in summarise(report_of(report_actions)).groups for action in group.actions]
    late = [action.is_overdue(TODAY) for action in printed]
    assert late == sorted(late, reverse=True)
    lateness = [action.days_overdue(TODAY) for action in printed if action.is_overdue(TODAY)]
    assert lateness == sorted(lateness, reverse=True)


@given(actions)
def test_a_complete_action_is_never_overdue(report_action: ReportAction) -> None:
    assert not (report_action.is_complete and report_action.is_overdue(TODAY))
    assert report_action.days_overdue(TODAY) >= 0


def test_an_action_due_today_is_not_overdue_and_one_due_yesterday_is_by_one_day() -> None:
    due_today = action(1, brag_code="green", due_on=TODAY, completed_on=None)
    late = replace(due_today, due_on=TODAY - timedelta(days=1))
    assert (due_today.days_overdue(TODAY), late.days_overdue(TODAY)) == (0, 1)


def test_an_undated_action_stands_after_the_dated_ones_still_to_be_done() -> None:
    undated = action(1, brag_code="green", due_on=None, completed_on=None)
    dated = action(2, brag_code="green", due_on=TODAY + timedelta(days=300), completed_on=None)
    (group,) = summarise(report_of([undated, dated])).groups
    assert [action.reference for action in group.actions] == [dated.reference, undated.reference]


def test_due_soon_counts_open_actions_of_the_next_four_weeks_only() -> None:
    actions = [
        action(at, brag_code="green", due_on=TODAY + timedelta(days=at), completed_on=None) for at in (0, 28, 29)
    ]
    done = action(9, brag_code="blue", due_on=TODAY + timedelta(days=3), completed_on=TODAY)
    assert summarise(report_of([*actions, done])).due_soon_count == 2


def test_the_partnerships_own_words_for_ratings_are_used() -> None:
    summary = summarise(report_of([action(1, brag_code="amber", brag_label="Amber – watch")]))
    assert {brag.code: brag.label for brag in summary.brag}["amber"] == "Amber – watch"


def test_the_usual_four_ratings_are_listed_even_when_empty_and_unrated_only_when_used() -> None:
    assert [brag.code for brag in summarise(report(0)).brag] == ["red", "amber", "green", "blue"]
    assert summarise(report_of([action(1, brag_code="none")])).brag[-1].code == "none"


def test_an_unknown_rating_is_refused_in_a_sentence() -> None:
    with pytest.raises(RuleBroken, match="other than blue, green, amber, red or none"):
        report_of([action(1, brag_code="purple")])


def test_an_action_without_lead_agency_is_counted_under_a_plain_phrase() -> None:
    assert summarise(report_of([action(1, lead_agency="")])).agencies[0].agency == "No lead agency named"


def test_the_sentence_says_the_chart_in_words() -> None:
    actions = [action(1, brag_code="red", brag_label="Red", due_on=date(2020, 1, 1), completed_on=None)]
    assert summarise(report_of(actions)).sentence == "1 action by rating: Red 1. Overdue: 1."


def test_the_fingerprint_changes_with_every_fact_and_not_otherwise() -> None:
    original = report(3)
    assert original.fingerprint == report(3).fingerprint
    changed = [
        report(3, version="4"),
        report(3, made_on=date(2026, 11, 23)),
        report_of([*original.actions[:2], replace(original.actions[2], owner_name="Someone else")]),
        report_of([*original.actions[:2], replace(original.actions[2], latest_update=ReportUpdate(TODAY, "new"))]),
        report_of(original.actions[::-1]),
    ]
    assert len({original.fingerprint, *(variant.fingerprint for variant in changed)}) == len(changed) + 1


def test_the_fingerprint_of_known_facts_never_changes_between_releases() -> None:
    empty = replace(report(0), partnership="P", reference="R", title="T", made_by="")
    assert empty.fingerprint == "1048804cb0213e93ea2d2c2d8eb7f7d8a58d003710d9054caea4b45f5d127263"
