"""Which groups can the demo partnership ask, and which of them has nobody asked yet?"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.orm import Session

from models.feedback.feedback_groups import FeedbackGroup, FoundThrough, GroupKind


class _Group(NamedTuple):
    name: str
    kind: GroupKind
    found_through: FoundThrough
    note: str = ""
    is_active: bool = True


PARENTS, YOUNG, CARERS = "Parents' Tuesday group", "Young people's forum", "Carers' breakfast"
ADULTS, RESIDENTS, CARE_LEAVERS = "Adults' experience panel", "Care home residents' circle", "Care leavers' council"
HEALTH_VISITORS, FRONT_LINE, MANAGERS = "Health visitors' network", "Front-line workers, all agencies", "Team managers"

GROUPS = (
    _Group(PARENTS, GroupKind.FAMILIES, FoundThrough.COMMUNITY_GROUP, "Meets with a crèche; no letters, please."),
    _Group(YOUNG, GroupKind.SERVICE_USERS, FoundThrough.SCHOOL, "After half past three, with a youth worker."),
    _Group(CARE_LEAVERS, GroupKind.SERVICE_USERS, FoundThrough.SERVICE_PROVIDER),
    _Group(ADULTS, GroupKind.SERVICE_USERS, FoundThrough.SERVICE_PROVIDER, "Paid for their time."),
    _Group(RESIDENTS, GroupKind.SERVICE_USERS, FoundThrough.SERVICE_PROVIDER, "Short visits, one question at a time."),
    _Group(CARERS, GroupKind.CARERS, FoundThrough.COMMUNITY_GROUP),
    _Group("Young carers' club", GroupKind.CARERS, FoundThrough.SCHOOL),
    _Group("Families who travel", GroupKind.FAMILIES, FoundThrough.COMMUNITY_GROUP, "Ask through the liaison worker."),
    _Group("Deaf adults' meeting", GroupKind.SERVICE_USERS, FoundThrough.COMMUNITY_GROUP, "Needs an interpreter."),
    _Group(HEALTH_VISITORS, GroupKind.PRACTITIONERS, FoundThrough.AGENCY),
    _Group(FRONT_LINE, GroupKind.PRACTITIONERS, FoundThrough.AGENCY),
    _Group(MANAGERS, GroupKind.PRACTITIONERS, FoundThrough.AGENCY),
    _Group("Night staff and porters", GroupKind.PRACTITIONERS, FoundThrough.AGENCY, "Never at a desk: ask on paper."),
    _Group("Fathers' workshop", GroupKind.FAMILIES, FoundThrough.OTHER, "Stopped meeting in the spring.", False),
)


def load_feedback_groups(session: Session) -> dict[str, FeedbackGroup]:
    """Fourteen groups of all kinds, by name; five of them nobody has heard."""
    made = {one.name: FeedbackGroup(**one._asdict(), contact="Through the group's worker (made up)") for one in GROUPS}
    session.add_all(made.values())
    session.flush()
    return made
