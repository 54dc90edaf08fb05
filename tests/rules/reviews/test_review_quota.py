"""Does the quota of the framework hold, and does only the Board go beyond it?"""

from __future__ import annotations

from itertools import permutations

import pytest

from models.core.errors import RuleBroken
from models.rules.reviews.review_quota import QUOTA, check_quota

FULL_YEAR = ["children", "children", "adults", "adults", "combined"]


def test_a_full_year_has_two_children_two_adults_and_one_combined_review() -> None:
    held: list[str] = []
    for kind in FULL_YEAR:
        check_quota(kind, 2026, held, "")
        held.append(kind)
    assert sorted(held) == sorted(FULL_YEAR)


@pytest.mark.parametrize("kind", list(QUOTA))
def test_one_review_more_needs_the_boards_reason(kind: str) -> None:
    for blank in ("", "  ", "\u00a0\n"):
        with pytest.raises(RuleBroken, match="2026 already has") as refusal:
            check_quota(kind, 2026, FULL_YEAR, blank)
        assert refusal.value.sentence.endswith("needs the Board's reason.")
    check_quota(kind, 2026, FULL_YEAR, "Agreed by the Board on 3 March after a joint inspection.")


@pytest.mark.parametrize(("kind", "other"), list(permutations(QUOTA, 2)))
def test_reviews_of_another_kind_take_no_place(kind: str, other: str) -> None:
    check_quota(kind, 2026, [other] * 5, "")


def test_review_of_no_known_kind_is_refused() -> None:
    with pytest.raises(RuleBroken, match="children"):
        check_quota("staff", 2026, [], "Agreed by the Board.")
