"""How did the demo's actions stand at the end of each month before?"""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from models.plans.action_counts import count_actions
from models.rules.core.due_dates import month_ends_before


def load_action_counts(session: Session, today: date) -> None:
    """The counts of each month of this year and the year before, as far as they are over, from the demo's own plans."""
    for on in month_ends_before(today, today.month + 11):
        count_actions(session, on)
