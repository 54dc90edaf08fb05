"""Does arithmetic on the hash say the same of a bound as the ticket's own digits?"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.rules.sampling.ticket_bounds import EVERY, MOST_PLACES, NONE, TicketBound, bound_for

BOUNDS = st.builds(TicketBound, st.integers(0, 9), st.integers(1, MOST_PLACES)) | st.sampled_from([EVERY, NONE])
HASHES = st.integers(0, 2**256 - 1)


def ticket(number: int) -> str:
    return "0." + f"{number:064d}"[::-1]


@st.composite
def hashes_near_the_bound(draw: st.DrawFn) -> int:
    """Hashes whose tickets begin with noughts, which are rare at random."""
    places = draw(st.integers(0, MOST_PLACES))
    return draw(st.integers(0, 2**256 // 10**places - 1)) * 10**places


@given(BOUNDS, HASHES | hashes_near_the_bound())
def test_bound_holds_exactly_for_the_tickets_below_it(bound: TicketBound, number: int) -> None:
    below = Fraction(ticket(number)) < Fraction(bound.times, 10**bound.places)
    assert bound.holds(number) is below


@given(st.integers(1, 5000), st.integers(1, 10**9))
def test_bound_leaves_room_for_the_cases_needed(needed: int, population: int) -> None:
    bound = bound_for(needed, population)
    expected = population * Fraction(bound.times, 10**bound.places)
    assert bound == EVERY or expected >= needed + 4 * needed**0.5 + 5
    assume(bound != EVERY and bound.places < MOST_PLACES)
    assert expected <= 10 * (needed + 4 * needed**0.5 + 10)


def test_nothing_needed_is_no_ticket_and_a_small_stratum_is_read_whole() -> None:
    assert bound_for(0, 10**6) == NONE
    assert bound_for(4, 21) == EVERY
    assert bound_for(4, 0) == EVERY


@pytest.mark.parametrize("number", [0, 1, 255, 10**9, 2**256 - 1])
def test_extremes_hold_for_every_hash_and_for_none(number: int) -> None:
    assert EVERY.holds(number)
    assert not NONE.holds(number)
