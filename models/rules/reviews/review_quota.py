"""How many thematic reviews may a year have, and when may the Board go beyond?"""

from __future__ import annotations

from collections.abc import Iterable

from models.core.errors import RuleBroken

QUOTA = {"children": 2, "adults": 2, "combined": 1}
"""Framework, "The hubs": up to five a year, two each for children and adults and one combined."""


def check_quota(kind: str, year: int, others: Iterable[str], override_reason: str) -> None:
    """Refuse one review more than the framework allows, unless the Board's reason is given.

    `others` are the kinds of the year's other reviews. Raises RuleBroken with the sentence people read, also for a kind
    of review that the framework does not know.

    >>> check_quota("adults", 2026, ["adults", "children"], "")
    >>> check_quota("combined", 2026, ["combined"], "Agreed by the Board after a joint inspection.")
    >>> check_quota("combined", 2026, ["combined"], " ")
    Traceback (most recent call last):
    models.core.errors.RuleBroken: 2026 already has its combined review; another one needs the Board's reason.
    """
    if kind not in QUOTA:
        raise RuleBroken("A thematic review is about children, about adults, or combined.")
    taken = sum(1 for other in others if other == kind)
    if taken < QUOTA[kind] or override_reason.strip():
        return
    have = "its combined review" if kind == "combined" else f"its two {kind} reviews"
    raise RuleBroken(f"{year} already has {have}; another one needs the Board's reason.", field="kind")
