"""How does a page that only reads ask a question once, however many of its parts, or its records, need the answer?

And how is a large statement about whoever asks put together once, and only filled in for each person and day? Stating
some fifty counts costs a page more than asking them, and from person to person only the person's id, their agencies and
the day differ. So those are left open. What is kept is the question: never an answer, and no value.

And how are many small questions about the same records one statement? Each is a fact, stated as a column about one
record where it belongs; whoever needs several of them has them told at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import lru_cache, wraps
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from sqlalchemy import ColumnElement, Date, Integer, Select, bindparam, case, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from models.core.access import Actor
from models.core.clock import today

P = ParamSpec("P")
R = TypeVar("R")

ANSWERS = "answers_of_this_page"
"""Where a session that only reads keeps what it was told; without it every question is asked of the database."""

TOGETHER = "asked_together"
"""Where a session keeps the keys of the records that what it reads now is about."""

Keys = Collection[int]


def remembering() -> dict[str, Any]:
    """What to give a session as `info`, for a page that only reads."""
    return {ANSWERS: {}}


def asked_once(ask: Callable[Concatenate[Session, P], R]) -> Callable[Concatenate[Session, P], R]:
    """Let `ask(session, …)` be answered once a page, where that page only reads. What it returns is not to be changed.

    >>> session, asked = Session(info=remembering()), []
    >>> size = asked_once(lambda session, word: asked.append(word) or len(word))
    >>> size(session, "hub"), size(session, "hub"), size(Session(), "hub"), asked
    (3, 3, 3, ['hub', 'hub'])
    """

    @wraps(ask)
    def answered(session: Session, /, *args: P.args, **kwargs: P.kwargs) -> R:
        answers: dict[Any, Any] | None = session.info.get(ANSWERS)
        if answers is None:
            return ask(session, *args, **kwargs)
        question = (ask, args, tuple(sorted(kwargs.items())))
        if question not in answers:
            answers[question] = ask(session, *args, **kwargs)
        answer: R = answers[question]
        return answer

    return answered


def asked_for_all(ask: Callable[[Session, Keys], Mapping[int, R]]) -> Callable[[Session, int], R]:
    """Let `ask(session, keys)`, which answers for several records, be asked as `ask(session, key)` for one.

    Where the session reads `together`, it is asked once for all of those records, otherwise once a page where that page
    only reads. What it returns is not to be changed; it must answer for every key.

    >>> asked = []
    >>> double = asked_for_all(lambda session, keys: asked.append(sorted(keys)) or {key: key * 2 for key in keys})
    >>> session = Session()
    >>> with together(session, [1, 2, 3]):
    ...     double(session, 1), double(session, 3), double(session, 8)
    (2, 6, 16)
    >>> double(session, 1), asked
    (2, [[1, 2, 3], [8], [1]])
    """

    @wraps(ask)
    def answered(session: Session, key: int, /) -> R:
        answers: dict[Any, Any] | None = session.info.get(ANSWERS)
        if answers is None:
            return ask(session, [key])[key]
        known: dict[int, R] = answers.setdefault(ask, {})
        if key not in known:
            keys: frozenset[int] = session.info.get(TOGETHER, frozenset())
            known.update(ask(session, keys if key in keys else [key]))
        return known[key]

    return answered


@contextmanager
def together(session: Session, keys: Iterable[int]) -> Iterator[None]:
    """Within this, what is asked about one of these records is asked about all of them at once. Only reads."""
    before = {name: session.info[name] for name in (ANSWERS, TOGETHER) if name in session.info}
    session.info.update({ANSWERS: before.get(ANSWERS, {}), TOGETHER: frozenset(keys)})
    try:
        yield
    finally:
        for name in (ANSWERS, TOGETHER):
            session.info.pop(name, None)
        session.info.update(before)


def by_key(keys: Iterable[int], rows: Iterable[tuple[int | None, R]]) -> dict[int, list[R]]:
    """The rows of each key, in their order; none for a key without any.

    >>> by_key([1, 2], [(2, "b"), (2, "a")])
    {1: [], 2: ['b', 'a']}
    """
    rows_of: dict[int | None, list[R]] = defaultdict(list)
    for key, row in rows:
        rows_of[key].append(row)
    return {key: rows_of.get(key, []) for key in keys}


Key = ColumnElement[int]
"""The key of the record that a fact is about, where the fact is stated."""

ASKED_ON: Any = bindparam("asked_on", type_=Date)
"""The day on which a fact is asked for, where it is stated."""

ASKED_OF: Any = bindparam("asked_of", type_=Integer, expanding=True)
"""The keys of the records that a statement is asked of, where it is stated once for any of them."""


class Fact(Generic[R]):
    """Something small to be told of one record: `fact(session, key)`. `state(key)` says it as a column.

    It is stated once for all records and days, so `state` is given a key that is left open and takes `ASKED_ON` for the
    day. What is told is not to be changed.
    """

    def __init__(self, state: Callable[[Key], ColumnElement[R]]) -> None:
        self.state = state
        self._answered = asked_for_all(self.told)

    def __call__(self, session: Session, key: int) -> R:
        return self._answered(session, key)

    def told(self, session: Session, keys: Keys) -> dict[int, R]:
        """What is told of several records."""
        return _told(session, {self: keys})[self]


def tell_at_once(session: Session, wanted: Mapping[Fact[Any], Keys]) -> None:
    """Have several facts, each about some records, told in one statement, where the session keeps answers."""
    answers: dict[Any, Any] | None = session.info.get(ANSWERS)
    if answers is None:
        return
    known = {fact: answers.setdefault(fact.told, {}) for fact in wanted}
    unknown = {fact: keys for fact in wanted if (keys := set(wanted[fact]) - known[fact].keys())}
    if unknown:
        for fact, told in _told(session, unknown).items():
            known[fact].update(told)


def _told(session: Session, wanted: Mapping[Fact[R], Keys]) -> dict[Fact[R], dict[int, R]]:
    asked: dict[str, Any] = {"keys": sorted({key for keys in wanted.values() for key in keys}), ASKED_ON.key: today()}
    asked |= {f"keys_of_{number}": sorted(keys) for number, keys in enumerate(wanted.values())}
    rows = session.execute(_stated_together(tuple(wanted)), asked).all()
    return {
        fact: {row[0]: row[place] for row in rows if row[0] in keys}
        for place, (fact, keys) in enumerate(wanted.items(), 1)
    }


@lru_cache(maxsize=200)
def _stated_together(facts: tuple[Fact[Any], ...]) -> Select[*tuple[Any, ...]]:
    """The statement that tells some facts, each of the records it is wanted of only."""
    key: Any = func.unnest(bindparam("keys", type_=ARRAY(Integer))).column_valued("key")
    columns = (
        case((key == func.any(bindparam(f"keys_of_{number}", type_=ARRAY(Integer))), fact.state(key)))
        for number, fact in enumerate(facts)
    )
    return select(key, *columns)


def values_of(asked: Select[R]) -> ColumnElement[list[R]]:
    """What a statement of one column selects, in its order, as one value; choices as their words."""
    return func.array(asked.scalar_subquery())


def rows_of(asked: Select[*tuple[Any, ...]]) -> ColumnElement[list[list[Any]]]:
    """What a statement of several columns selects, in its order, as one value; choices and days as their words."""
    row = func.jsonb_build_array(*asked.selected_columns)
    return func.array(asked.with_only_columns(row, maintain_column_froms=True).scalar_subquery())


_PERSON: Any = bindparam("asking_person", type_=Integer)
_AGENCIES: Any = bindparam("asking_agencies", type_=Integer, expanding=True)


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
    statements: dict[Any, R] = {}

    @wraps(state)
    def stated(actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> R:
        key = actor.database_role, actor.role, args, tuple(sorted(kwargs.items()))
        if key not in statements:
            statements[key] = state(_left_open(actor), ASKED_ON, *args, **kwargs)
        return statements[key]

    return stated


def filled_in(actor: Actor, on: date) -> dict[str, Any]:
    """What a statement that was made once is run with.

    >>> from models.core.access import Role
    >>> filled_in(Actor.person(3, Role.AGENCY_MEMBER, 7), date(2026, 12, 1))
    {'asking_person': 3, 'asking_agencies': [7], 'asked_on': datetime.date(2026, 12, 1)}
    """
    return {_PERSON.key: actor.person_id, _AGENCIES.key: list(actor.agency_ids), ASKED_ON.key: on}


def _left_open(actor: Actor) -> Actor:
    return replace(actor, person_id=_PERSON, agency_ids=_AGENCIES, request_id="", survey_token="")
