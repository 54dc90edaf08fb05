"""What is due to be erased on a day, exactly?

Source: framework, "Information sharing"; data is kept no longer than its purpose requires, and never erased on hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from models.rules.core.due_dates import months_after


@dataclass(frozen=True)
class Holding:
    """One thing that is kept: its id, the review it belongs to (None: to none), and the day it was made."""

    id: int
    review_id: int | None
    made_on: date


@dataclass(frozen=True)
class ReviewClocks:
    """When each review's clock started (closed or completed; reviews still going are missing), and those on hold."""

    started_on: Mapping[int, date] = field(default_factory=dict)
    on_hold: frozenset[int] = frozenset()


def erase_on(holding: Holding, clocks: ReviewClocks, months: int) -> date | None:
    """The day from which a holding is due: that many months after its review's clock started, or, when it belongs to
    no review, after it was made. None while its review still goes on.

    >>> clocks = ReviewClocks({7: date(2026, 1, 31)})
    >>> erase_on(Holding(1, 7, date(2025, 6, 1)), clocks, 1), erase_on(Holding(2, 8, date(2025, 6, 1)), clocks, 1)
    (datetime.date(2026, 2, 28), None)
    >>> erase_on(Holding(3, None, date(2025, 6, 1)), clocks, 12)
    datetime.date(2026, 6, 1)
    """
    started = holding.made_on if holding.review_id is None else clocks.started_on.get(holding.review_id)
    return None if started is None else months_after(started, months)


def due_holdings(holdings: Iterable[Holding], clocks: ReviewClocks, months: int, today: date) -> list[int]:
    """The ids of exactly those holdings that are due by today and under no hold, in their order.

    >>> clocks = ReviewClocks({7: date(2025, 1, 1), 8: date(2025, 1, 1)}, frozenset({8}))
    >>> due_holdings([Holding(1, 7, date(2024, 1, 1)), Holding(2, 8, date(2024, 1, 1))], clocks, 12, date(2026, 1, 1))
    [1]
    >>> due_holdings([Holding(1, 7, date(2024, 1, 1))], clocks, 12, date(2025, 12, 31))
    []
    """
    due = []
    for holding in holdings:
        due_on = erase_on(holding, clocks, months)
        if due_on is not None and due_on <= today and holding.review_id not in clocks.on_hold:
            due.append(holding.id)
    return due
