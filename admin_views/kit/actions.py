"""What can be done to one record or to several at a press, and what is asked before?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose

from admin_views.kit.permissions import Roles
from admin_views.kit.refusals import REFUSALS, sentence_of
from admin_views.kit.requests import role
from admin_views.kit.saving import already_sent
from models.core.access import Role

MOST = 500  # records one press may touch


@dataclass(frozen=True)
class Action:
    """A button with what stands behind it. With a question, a page asks it before anything happens."""

    name: str
    label: str
    roles: Roles
    question: str
    tone: str
    is_bulk: bool
    act: Callable[..., Any]
    shown: Callable[[Any], bool]

    @property
    def slug(self) -> str:
        return self.name.replace("_", "-")


def row_action(
    label: str,
    *,
    roles: Iterable[Role],
    question: str = "",
    tone: str = "",
    shown: Callable[[Any], bool] = lambda record: True,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A button on a record's page: `def close(self, session, record) -> str` does it and gives the sentence to show.

    The base commits, and shows RuleBroken's sentence instead when the verb refuses. `shown(record)` hides the button
    where it makes no sense; the verb itself must still refuse. Returning a response (a redirect) shows that instead.
    """

    def mark(act: Callable[..., Any]) -> Callable[..., Any]:
        action = Action(act.__name__, label, frozenset(roles), question, tone, False, act, shown)

        def view(screen: Any, record_id: int) -> ResponseReturnValue:
            return perform(screen, action, [screen.get_record(record_id)], screen.details_url(record_id))

        return _exposed(view, action, f"/<int:record_id>/{action.slug}/", ("GET", "POST") if question else ("POST",))

    return mark


def bulk_action(
    label: str, *, roles: Iterable[Role], question: str, tone: str = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A button under a list: `def deactivate(self, session, records) -> str` does it to the ticked records.

    A page first lists the records and asks the question.
    """

    def mark(act: Callable[..., Any]) -> Callable[..., Any]:
        action = Action(act.__name__, label, frozenset(roles), question, tone, True, act, lambda record: True)

        def view(screen: Any) -> ResponseReturnValue:
            return perform(screen, action, _ticked(screen), screen.list_url())

        return _exposed(view, action, f"/bulk/{action.slug}/", ("POST",))

    return mark


def _exposed(view: Any, action: Action, url: str, methods: tuple[str, ...]) -> Callable[..., Any]:
    view.__name__ = action.name
    view.__doc__ = action.act.__doc__
    view.roles, view.action = action.roles, action
    exposed: Callable[..., Any] = expose(url, methods=methods)(view)
    return exposed


def _ticked(screen: Any) -> list[Any]:
    """The ticked records, each fetched through the screen's scope; an id that is none, or not theirs, is 404."""
    typed = request.form.getlist("ids")
    if len(typed) > MOST:
        abort(400, f"Choose at most {MOST} records at a time.")
    if not all(one.isascii() and one.isdecimal() for one in typed):
        abort(404)
    return [screen.get_record(key) for key in dict.fromkeys(map(int, typed))]


def perform(screen: Any, action: Action, records: list[Any], back: str) -> ResponseReturnValue:
    """Ask the action's question, or do it, commit, and go back with its sentence."""
    if not records:
        flash("Tick at least one record first.", "error")
        return redirect(back)
    if action.question and "confirmed" not in request.form:
        page: str = screen.render("kit/confirm.html", action=action, records=records, back=back)
        return page
    session = screen.database.session
    if already_sent(session) is not None:
        session.rollback()
        return redirect(back)
    try:
        answer = action.act(screen, session, records if action.is_bulk else records[0])
        session.commit()
    except REFUSALS as error:
        session.rollback()
        sentence = sentence_of(error)
        if sentence is None:
            raise
        flash(sentence, "error")
        return redirect(back)
    return _answered(answer, back)


def _answered(answer: Any, back: str) -> ResponseReturnValue:
    if answer is None or isinstance(answer, str):
        flash(answer or "Done.", "success")
        return redirect(back)
    response: ResponseReturnValue = answer
    return response


def actions_of(screen: Any, *, is_bulk: bool) -> list[Action]:
    """The actions of a screen that the asking person may use, in the order they were written."""
    asked = role()
    return [action for action in _stated(screen.__class__) if action.is_bulk == is_bulk and asked in action.roles]


@cache
def _stated(kind: type) -> tuple[Action, ...]:
    found: dict[str, Action] = {}
    for base in reversed(kind.__mro__):
        for name, view in vars(base).items():
            action = getattr(view, "action", None)
            if isinstance(action, Action):
                found[name] = action
    return tuple(found.values())
