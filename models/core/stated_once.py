"""How is a large statement about whoever asks put together once, and only filled in for each person and day?

Stating some fifty counts costs a page more than asking them, and from person to person only the person's id, their
agencies and the day differ. So those are left open. What is kept is the question: never an answer, and no value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Date, Integer, bindparam

from models.core.access import Actor

P = ParamSpec("P")
R = TypeVar("R")

_PERSON: Any = bindparam("asking_person", type_=Integer)
_AGENCIES: Any = bindparam("asking_agencies", type_=Integer, expanding=True)
_DAY: Any = bindparam("asked_on", type_=Date)


def stated_once(state: Callable[Concatenate[Actor, date, P], R]) -> Callable[Concatenate[Actor, P], R]:
    """Let `state(actor, on, …)`, which makes statements, be called as `stated(actor, …)`: once for each role.

    It is given an actor of that role whose person and agencies are left open, and a day that is; what it makes is run
    with `filled_in(actor, on)`. It may ask for the actor's role and `is_agency_bound`, and must read nothing.

    >>> from sqlalchemy import column
    >>> from models.core.access import Role
    >>> made = []
    >>> owned = stated_once(lambda actor, on: made.append(actor.role) or (column("owner") == actor.person_id))
    >>> ann, bo = Actor.person(1, Role.OFFICER, None), Actor.person(2, Role.OFFICER, None)
    >>> owned(ann) is owned(bo), str(owned(bo)), made
    (True, 'owner = :asking_person', [<Role.OFFICER: 'officer'>])
    """
    made: dict[Any, R] = {}

    @wraps(state)
    def stated(actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
        key = actor.database_role, actor.role, args, tuple(sorted(kwargs.items()))
        if key not in made:
            made[key] = state(_left_open(actor), _DAY, *args, **kwargs)
        return made[key]

    return stated


def filled_in(actor: Actor, on: date) -> dict[str, Any]:
    """What a statement that was made once is run with.

    >>> from models.core.access import Role
    >>> filled_in(Actor.person(3, Role.AGENCY_MEMBER, 7), date(2026, 12, 1))
    {'asking_person': 3, 'asking_agencies': [7], 'asked_on': datetime.date(2026, 12, 1)}
    """
    return {_PERSON.key: actor.person_id, _AGENCIES.key: list(actor.agency_ids), _DAY.key: on}


def _left_open(actor: Actor) -> Actor:
    return replace(actor, person_id=_PERSON, agency_ids=_AGENCIES, request_id="", survey_token="")
