"""Which database session and which person belong to the request being answered?"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any, TypeVar

from flask import g, has_request_context, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.datastructures import ImmutableMultiDict

from models.accounts.access_changes import LETTERHEAD
from models.core.access import Actor, DatabaseRole, Role
from models.core.db import PortalSession
from models.core.reading_once import remembering
from models.messages.agency_messages import PLAIN, Letterhead

Answer = TypeVar("Answer")
NOBODY = Actor(DatabaseRole.PUBLIC)
_ONLY_READ = frozenset({"GET", "HEAD"})


class Database:
    """The portal's database as the screens know it: one session per request, acting as the person who asks.

    `keeps` names where the request keeps its session: sign-in has another one, on a login of its own.
    """

    def __init__(
        self,
        make_factory: Callable[[], sessionmaker[PortalSession]],
        letterhead: Callable[[Session], Letterhead] = lambda session: PLAIN,
        *,
        keeps: str = "database_session",
    ) -> None:
        self._make_factory = make_factory
        self._letterhead = letterhead
        self._keeps = keeps

    @cached_property
    def factory(self) -> sessionmaker[PortalSession]:
        """Makes sessions; connecting waits until the first one is wanted."""
        return self._make_factory()

    @property
    def session(self) -> PortalSession:
        """This request's session, opened on first use."""
        if self._keeps not in g:
            setattr(g, self._keeps, self.open_session())
        kept: PortalSession = getattr(g, self._keeps)
        return kept

    def let_go(self) -> None:
        """End what this request has begun here and give its connection back; what was not committed is gone."""
        if self._keeps in g:
            self.session.rollback()

    def open_session(self) -> PortalSession:
        """A session of its own, as the same person: for what outlives the view, such as a streamed export."""
        only_reads = remembering() if request.method in _ONLY_READ else {}
        return self.factory(info={"actor": actor(), LETTERHEAD: self._letterhead, **only_reads})


def close_database_session(error: BaseException | None = None) -> None:
    """End this request's sessions; whatever was not committed is gone, also when the database is."""
    for name in ("sign_in_session", "database_session"):
        _close(g.pop(name, None))


def _close(session: Session | None) -> None:
    if session is not None:
        try:
            session.close()
        except SQLAlchemyError:  # the answer is made: it must not become a fault because of what nobody waits for
            session.invalidate()


def actor() -> Actor:
    """Who acts in this request; nobody until sign-in says otherwise."""
    return g.get("actor", NOBODY)


def role() -> Role | None:
    """The role of the person who asks, None when nobody is signed in."""
    return actor().role


def person_id() -> int:
    """The id of the person who asks; only for pages behind the gate."""
    known = actor().person_id
    if known is None:
        raise LookupError("nobody is signed in")
    return known


def own_path() -> str:
    """The address asked for, with its arguments, to come back to."""
    return request.full_path.rstrip("?")


def key_in_address(name: str) -> int | None:
    """The key of a record that the address names (`?review_id=3`), for a new record that belongs to it."""
    typed = request.args.get(name, type=int)
    return typed if typed and 0 < typed < 2**31 else None


def set_arguments(**arguments: str) -> None:
    """Say in the arguments of the address what ours say in their path: Flask-Admin looks for it there."""
    request.args = ImmutableMultiDict({**request.args.to_dict(), **arguments})


def once_a_request(ask: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    """Let `ask(screen)`, which follows from the address alone, be reckoned once a request. It is not to be changed."""

    @wraps(ask)
    def answered(screen: Any) -> Answer:
        if not has_request_context():
            return ask(screen)
        arguments, reckoned = g.get("reckoned", (None, {}))
        if arguments is not request.args:  # ours may be set anew: `set_arguments`
            reckoned = {}
            g.reckoned = request.args, reckoned
        question = ask, screen.endpoint
        if question not in reckoned:
            reckoned[question] = ask(screen)
        answer: Answer = reckoned[question]
        return answer

    return answered
