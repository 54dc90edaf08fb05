"""Which groups can the demo partnership ask, and which of them has nobody asked yet?"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.orm import Session

from app.demo.words import words_of
from models.feedback.feedback_groups import FeedbackGroup, FoundThrough, GroupKind


class _Group(NamedTuple):
    name: str
    kind: GroupKind
    found_through: FoundThrough
    note: str = ""
    is_active: bool = True


GROUPS = words_of("feedback_groups", "groups", tuple[_Group, ...])


def load_feedback_groups(session: Session) -> dict[str, FeedbackGroup]:
    """Fourteen groups of all kinds, by name; five of them nobody has heard."""
    groups = {
        group.name: FeedbackGroup(**group._asdict(), contact="Through the group's worker (made up)") for group in GROUPS
    }
    session.add_all(groups.values())
    session.flush()
    return groups
