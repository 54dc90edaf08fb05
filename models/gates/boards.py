"""What does the Board look at: the year in pictures, four figures, and what needs it?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, func
from sqlalchemy.orm import Session

from models.core.addresses import address_of, list_address
from models.gates.pictures.actions import actions_over_time, embedded_actions, overdue_actions, scoped_actions
from models.gates.pictures.estimates import estimates_of_year
from models.gates.pictures.grades import grades_by_year, own_and_moderated
from models.gates.pictures.returns import returns_by_agency
from models.gates.pictures.scopes import BoardScope, reviews_of, stages_of_year
from models.gates.pictures.sources import agreeing_sources
from models.gates.pictures.standards import section_11_standards
from models.gates.pictures.voices import people_heard
from models.gates.pictures.year import year_on_one_line
from models.plans.actions import Action, is_overdue
from models.plans.impact_analyses import Impact, ImpactCheck
from models.reviews.thematic_reviews import Stage, ThematicReview, next_stage
from models.rules.core.counts import count_words
from models.rules.documents.pictures import Picture
from models.rules.gates.pictures.voices import WITHHELD

LONG_OVERDUE = timedelta(days=90)


@dataclass(frozen=True)
class BoardFigure:
    """A number to be seen at once: of how many, what it counts, and the list of exactly these."""

    count: int
    of: int | None
    words: str
    href: str
    is_bad: bool = False


@dataclass(frozen=True)
class Need:
    """One thing that needs the Board: what it is about, with its address, and what is the matter with it."""

    name: str
    href: str
    words: str


@dataclass(frozen=True)
class BoardYear:
    """The year as the Board sees it."""

    scope: BoardScope
    on: date
    needs: tuple[Need, ...]
    figures: tuple[BoardFigure, ...]
    pictures: tuple[Picture, ...]


def board_year(session: Session, scope: BoardScope, *, on: date) -> BoardYear:
    """The Board's page on a day, as far as whoever asks may see it."""
    reviews, actions = _reviews(session, scope), _actions(session, scope, on)
    pictures = board_pictures(session, scope, on=on)
    heard = next(picture for picture in pictures if picture.name == "voices")
    figures = (*_figures(reviews, actions, scope, on), _heard(heard))
    return BoardYear(scope, on, tuple(_needs(reviews, actions, scope, on)), figures, pictures)


def _heard(voices: Picture) -> BoardFigure:
    """How many people were heard, as far as their picture may tell it."""
    counts = [key.count or 0 for key in voices.plot.key] if voices.plot is not None else []
    is_least = any(WITHHELD in row for row in voices.table)
    words = f"people were heard{', and more in small numbers' if is_least else ''}"
    return BoardFigure(sum(counts), None, words, "#p-voices")


def board_pictures(session: Session, scope: BoardScope, *, on: date) -> tuple[Picture, ...]:
    """The Board's pictures in the order in which they stand on its page and in its pack."""
    return tuple(make(session, scope, on) for make in PICTURES.values())


def board_picture(session: Session, name: str, scope: BoardScope, *, on: date) -> Picture:
    """The one of that name; KeyError where there is none."""
    return PICTURES[name](session, scope, on)


PICTURES: dict[str, Callable[[Session, BoardScope, date], Picture]] = {
    "year": year_on_one_line,
    "actions": actions_over_time,
    "overdue": overdue_actions,
    "embedded": embedded_actions,
    "sources": lambda session, scope, on: agreeing_sources(session, scope),
    "standards": lambda session, scope, on: section_11_standards(session, scope),
    "estimates": lambda session, scope, on: estimates_of_year(session, scope),
    "grades": lambda session, scope, on: grades_by_year(session, scope),
    "voices": lambda session, scope, on: people_heard(session, scope),
    "moderated": lambda session, scope, on: own_and_moderated(session, scope),
    "returns": returns_by_agency,
}
"""Every picture of the Board by the name that addresses and files have."""


def _reviews(session: Session, scope: BoardScope) -> Sequence[tuple[ThematicReview, date | None]]:
    """The year's reviews, each with the day on which its next stage is planned."""
    reviews = reviews_of(session, scope)
    planned = {(stage.review_id, stage.stage): stage.planned_on for stage in stages_of_year(session, scope)}
    following = ((review, next_stage(review.stage)) for review in reviews)
    return [(review, planned.get((review.id, stage)) if stage else None) for review, stage in following]


def _actions(session: Session, scope: BoardScope, on: date) -> Row[Any]:
    """All actions of agreed plans of any year: how many, open, overdue, long overdue, embedded."""
    is_open = Action.completed_on.is_(None)
    statement = scoped_actions(
        scope,
        func.count().label("every"),
        func.count().filter(is_open).label("open"),
        func.count().filter(is_overdue(on)).label("overdue"),
        func.count().filter(is_overdue(on - LONG_OVERDUE)).label("long_overdue"),
        func.count().filter(ImpactCheck.impact == Impact.EMBEDDED, ~is_open).label("embedded"),
    )
    return session.execute(statement.outerjoin(ImpactCheck, ImpactCheck.action_id == Action.id)).one()


def _needs(
    reviews: Sequence[tuple[ThematicReview, date | None]], actions: Row[Any], scope: BoardScope,
    on: date,
) -> Iterator[Need]:  # fmt: skip
    for review, planned_on in reviews:
        following = next_stage(review.stage)
        if planned_on is not None and planned_on < on and following is not None:
            late = count_words((on - planned_on).days, "day")
            yield Need(review.title, address_of(review), f"is {late} behind: {following.label.lower()} was due.")
        if review.stage is Stage.PROPOSED and not review.focus:
            yield Need(review.title, address_of(review), "waits for the Board to set its focus.")
    if actions.overdue:
        longer = f"; {actions.long_overdue:,} by more than {LONG_OVERDUE.days} days" if actions.long_overdue else ""
        words = f"{'is' if actions.overdue == 1 else 'are'} overdue{longer}."
        yield Need(count_words(actions.overdue, "action"), _action_list(scope, late="yes"), words)


def _action_list(scope: BoardScope, **asked: str) -> str:
    kind = scope.kind.value if scope.kind else None
    return list_address(Action, plans="agreed", reviews=kind, lead_agency_id=scope.agency_id, **asked)


def _figures(
    reviews: Sequence[tuple[ThematicReview, date | None]], actions: Row[Any], scope: BoardScope,
    on: date,
) -> tuple[BoardFigure, ...]:  # fmt: skip
    under_way = [planned_on for review, planned_on in reviews if review.stage is not Stage.CLOSED]
    late = sum(planned_on is not None and planned_on < on for planned_on in under_way)
    kind = scope.kind.value if scope.kind else None
    done = actions.every - actions.open
    return (
        BoardFigure(len(reviews) - late, len(reviews), "reviews run to plan",
                    list_address(ThematicReview, year=scope.year, kind=kind)),
        BoardFigure(actions.overdue, actions.open, "open actions are overdue", _action_list(scope, late="yes"),
                    actions.overdue > 0),
        BoardFigure(done, actions.every, f"actions complete, {actions.embedded:,} of them embedded",
                    _action_list(scope, completion="complete")),
    )  # fmt: skip
