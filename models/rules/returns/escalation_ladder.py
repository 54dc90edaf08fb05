"""Which step of the ladder has a late return reached, and when is the next one due?

Source: framework, appendix 1 ("Address areas of concern or non-engagement through the relevant other leads"); DOMAIN
b8: reminder, officer's call, sponsor to the agency's lead, that agency's executive, Board. The steps are the
partnership's own words, each with its days after the due date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from models.core.errors import RuleBroken

SPONSOR = "sponsor"
"""The code of the step at which the lead sponsor has something to do."""

REMINDER = "reminder"
"""The code of the step at which the agency is written to."""


CALL = "officer_call"
"""The code of the step at which the officer speaks to the agency."""


@dataclass(frozen=True)
class Step:
    """One step of the ladder: its id and code in the list of steps, its label, and its days after the due date."""

    id: int
    code: str
    label: str
    days: int


def next_step(steps: Sequence[Step], taken_count: int) -> Step | None:
    """The step after those taken, one at a time and in order; None at the top.

    >>> ladder = (Step(1, "reminder", "Reminder", 1), Step(2, "officer_call", "Officer's call", 3))
    >>> next_step(ladder, 0).label, next_step(ladder, 2)
    ('Reminder', None)
    """
    return steps[taken_count] if taken_count < len(steps) else None


def step_due_on(step: Step, due_on: date) -> date:
    """The day from which a step is to be taken.

    >>> step_due_on(Step(2, "officer_call", "Officer's call", 3), date(2026, 3, 30))
    datetime.date(2026, 4, 2)
    """
    return due_on + timedelta(days=step.days)


def refuse_step(steps: Sequence[Step], taken_count: int, code: str, due_on: date, today: date) -> Step:
    """The step that is taken now. Refuses before the return is late, at the top, and a step that is not the next.

    >>> ladder = (Step(1, "reminder", "Reminder", 1), Step(2, "officer_call", "Officer's call", 3))
    >>> refuse_step(ladder, 0, "officer_call", date(2026, 3, 1), date(2026, 3, 9))
    Traceback (most recent call last):
    models.core.errors.RuleBroken: The next step is: Reminder. Steps are taken one at a time, in order.
    """
    if due_on >= today:
        raise RuleBroken("This is not late yet; nothing climbs before its day has passed.")
    step = next_step(steps, taken_count)
    if step is None:
        raise RuleBroken("This stands at the top of the ladder already.")
    if code != step.code:
        raise RuleBroken(f"The next step is: {step.label}. Steps are taken one at a time, in order.")
    return step
