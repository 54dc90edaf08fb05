"""How does the home page of an officer show, agency by agency, which self-evaluations are in and which are late?"""

from __future__ import annotations

from sqlalchemy.orm import Session

from admin_views.kit.base import OFFICERS, Filter
from admin_views.kit.homes.side_cards import Share, SideCard, SideLine, shares_of, side_card
from admin_views.kit.requests import actor
from models.core.access import Actor
from models.core.addresses import list_address
from models.core.clock import today
from models.returns.agency_returns import OPEN
from models.returns.returned_evaluations import AgencyReturns, of_open_reviews, returns_by_agency
from models.returns.self_evaluations import SelfEvaluation
from models.rules.core.counts import count_words

_SHOWN = 8
_STATES = (("in", "Handed in"), ("to-come", "Not due yet"), ("late", "Late"))


def _is_at(state: str) -> object:
    is_open = SelfEvaluation.status.in_(OPEN)
    is_late = SelfEvaluation.due_on < today()
    return {"in": ~is_open, "late": is_open & is_late, "to-come": is_open & ~is_late}[state]


OF_MY_REVIEWS = Filter(
    "reviews", "Reviews", options=(("open", "My open reviews"),),
    apply=lambda answer: of_open_reviews(actor(), today()),
)  # fmt: skip
"""Narrows the self-evaluations to the open reviews that the asking person runs or sponsors."""

RETURNED = Filter("returned", "Returned", options=_STATES, apply=_is_at)  # type: ignore[arg-type]
"""Narrows the self-evaluations to those that are in, late or not due yet."""


@side_card(roles=OFFICERS, order=10)
def returns_card(session: Session, asked_by: Actor) -> SideCard | None:
    """A bar for each agency: what is in of what was asked for, late in red."""
    agencies = returns_by_agency(session, asked_by, today())
    if not agencies:
        return None
    total = sum(each.asked for each in agencies)
    whole = _shares(
        sum(each.returned for each in agencies), sum(each.late for each in agencies),
        sum(each.to_come for each in agencies),
    )  # fmt: skip
    more = f"{count_words(total, 'self-evaluation')} of my open reviews"
    hidden = f", of {count_words(len(agencies), 'agency', 'agencies')}" if len(agencies) > _SHOWN else ""
    lines = [_line(each) for each in agencies[:_SHOWN]]
    return SideCard("returns", "Returns by agency", lines, whole, more + hidden, _address())


def _line(each: AgencyReturns) -> SideLine:
    late = f", {each.late} late" if each.late else ""
    shares = _shares(each.returned, each.late, each.to_come, agency_id=each.agency_id)
    words = f"{each.returned} of {each.asked} in{late}"
    return SideLine(each.agency, _address(agency_id=each.agency_id), small=words, shares=shares, whole=each.asked)


def _shares(returned: int, late: int, to_come: int, **asked: object) -> tuple[Share, ...]:
    return shares_of(
        (
            Share("handed in", returned, "green", _address(returned="in", **asked)),
            Share("late", late, "red", _address(returned="late", **asked)),
            Share("not due yet", to_come, "track", _address(returned="to-come", **asked)),
        )
    )


def _address(**asked: object) -> str:
    return list_address(SelfEvaluation, reviews="open", **asked)
