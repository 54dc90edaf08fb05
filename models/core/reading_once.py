"""How does a page that only reads ask a question once, however many of its parts need the answer?"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

P = ParamSpec("P")
R = TypeVar("R")

ANSWERS = "answers_of_this_page"
"""Where a session that only reads keeps what it was told; without it every question is asked of the database."""


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
