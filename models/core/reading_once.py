"""How does a page that only reads ask a question once, however many of its parts, or its records, need the answer?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

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
