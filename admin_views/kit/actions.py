"""What may be done to records by the press of a button, by whom, and what is asked before?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

import flask_admin.actions
from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from admin_views.kit.lists.pages import MOST_AT_ONCE
from admin_views.kit.permissions import Roles, expose
from admin_views.kit.refusals import REFUSALS, sentence_of
from admin_views.kit.requests import role
from admin_views.kit.saving import MOST_UNDONE, already_sent, left_as, offer_undo, refuse_changed
from models.core.access import Role
from models.core.errors import RuleBroken
from models.rules.core.keys import keys_in

EVERY = "every"  # ticked beneath a list: all that it finds, on every page
_written = count()


@dataclass(frozen=True)
class Action:
    """A button with what stands behind it. With a confirmation, a page asks it before anything happens.

    `consequence(record)` is what that page says of the one record, such as counts; "" for nothing.
    """

    name: str
    text: str
    roles: Roles
    confirmation: str
    tone: str
    is_bulk: bool
    act: Callable[..., Any]
    shown: Callable[[Any], bool]
    order: int
    consequence: Callable[[Any], str] = lambda record: ""


def pressed_elsewhere(record: Any) -> bool:
    """For `shown`: the button stands on a page of its own and never on the record's."""
    return False


def row_action(
    text: str,
    *,
    roles: Iterable[Role],
    confirmation: str = "",
    tone: str = "",
    shown: Callable[[Any], bool] = lambda record: True,
    consequence: Callable[[Any], str] = lambda record: "",
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A button on a record's page: `def close(self, session, record) -> str` does it and gives the sentence to show.

    The base commits, and shows RuleBroken's sentence instead when the verb refuses. `shown(record)` hides the button
    where it makes no sense; the verb itself must still refuse. `consequence(record)` is told with the confirmation.
    Returning a response (a redirect) shows that instead.
    """

    def mark(act: Callable[..., Any]) -> Callable[..., Any]:
        allowed = frozenset(roles)
        stated = (act.__name__, text, allowed, confirmation, tone, False, act, shown, next(_written))
        action = Action(*stated, consequence=consequence)

        def view(screen: Any, record_id: int) -> ResponseReturnValue:
            return perform(screen, action, [screen.get_record(record_id)], screen.details_url(record_id))

        view.__name__, view.__doc__ = action.name, act.__doc__
        view.row_action = action  # type: ignore[attr-defined]
        slug, methods = action.name.replace("_", "-"), ("GET", "POST") if confirmation else ("POST",)
        return expose(f"/<int:record_id>/{slug}/", roles=allowed, methods=methods)(view)

    return mark


def action(
    name: str, text: str, confirmation: str, *, roles: Iterable[Role], tone: str = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Flask-Admin's `action` on ticked records, with the roles that may press it.

    The function gets the records instead of their ids: `def retire(self, session, records) -> str`. A page first lists
    them and asks the confirmation; then it is as with `row_action`.
    """

    def mark(act: Callable[..., Any]) -> Callable[..., Any]:
        stated = Action(
            name, text, frozenset(roles), confirmation, tone, True, act, lambda record: True, next(_written)
        )

        def handler(screen: Any, ids: list[str]) -> ResponseReturnValue:
            return perform(screen, stated, _ticked(screen, ids), screen.list_url())

        handler.__name__, handler.__doc__ = act.__name__, act.__doc__
        handler.bulk_action = stated  # type: ignore[attr-defined]
        return flask_admin.actions.action(name, text, confirmation)(handler)

    return mark


def _ticked(screen: Any, ids: list[str]) -> list[Any]:
    """The ticked records, or all that the list finds, through the screen's query; a key that is not theirs is 404."""
    if EVERY in request.form:
        asked = screen.listing.args(screen.list_place_left())
        keys = screen.listing.keys(screen.session, asked, MOST_AT_ONCE + 1)
    else:
        keys = keys_in(ids)
    if keys is None:
        abort(404)
    if len(keys) > MOST_AT_ONCE:
        abort(400, f"Choose at most {MOST_AT_ONCE} records at a time.")
    return [screen.get_record(key) for key in keys]


def perform(screen: Any, action: Action, records: list[Any], back: str) -> ResponseReturnValue:
    """Ask the action's confirmation, or do it, commit, and go back with its sentence."""
    if not records:
        flash("Tick at least one record first.", "error")
        return redirect(back)
    if action.confirmation and "confirmed" not in request.form:
        return screen.render("kit/confirm.html", action=action, records=records, back=back)
    session = screen.session
    if already_sent(session) is not None:
        session.rollback()
        return redirect(back)
    try:
        answer = _carried_out(screen, action, records)
        session.commit()
    except REFUSALS as error:
        session.rollback()
        sentence = sentence_of(error)
        if sentence is None:
            raise
        flash(sentence, "error")
        return redirect(back)
    return _answered(answer, back)


def _carried_out(screen: Any, action: Action, records: list[Any]) -> Any:
    """Call the verb. What it lets happen to a record that has no such button any more was done by somebody else."""
    refuse_changed(records)
    reverse = getattr(screen, "undone_by", {}).get(action.name, "")
    opened = {record: record.row_version for record in records} if reverse else {}
    answer = action.act(screen, screen.session, records) if action.is_bulk else _pressed(screen, action, *records)
    if opened:
        screen.session.flush()
        changed = [record for record, version in opened.items() if record.row_version != version]
        _offer_reverse(screen, action, changed, answer)
    return answer


def _pressed(screen: Any, action: Action, record: Any) -> Any:
    is_possible = action.shown is pressed_elsewhere or action.shown(record)
    answer = action.act(screen, screen.session, record)
    if not is_possible:
        raise RuleBroken("Somebody has done this in the meantime, or it is not possible any more.")
    return answer


def _offer_reverse(screen: Any, action: Action, records: list[Any], sentence: str) -> None:
    """Let the notice carry "Undo" for the records that the action has changed, while they are few."""
    if not 0 < len(records) <= MOST_UNDONE:
        return
    reverse = screen.undone_by[action.name]
    keys = [str(screen.key_of(record)) for record in records]
    fields = [("undo", left_as(records)), ("confirmed", "yes"), *(("rowid", key) for key in keys if action.is_bulk)]
    view, named = ("action_view", {"action_name": reverse}) if action.is_bulk else (reverse, {"record_id": keys[0]})
    offer_undo(screen.link(view, **named), fields, of=sentence)


def _answered(answer: Any, back: str) -> ResponseReturnValue:
    if answer is None or isinstance(answer, str):
        flash(answer or "Done.", "success")
        return redirect(back)
    return answer


def row_actions_of(screen: Any) -> list[Action]:
    """The buttons of a record's page that the asking person may use, in the order they were written."""
    asked = role()
    return [action for action in stated_actions(screen.__class__, "row_action") if asked in action.roles]


def bulk_actions_of(kind: Any) -> tuple[Action, ...]:
    """The bulk actions a screen states, whoever may use them, in the order they were written."""
    return stated_actions(kind, "bulk_action")


@cache
def stated_actions(kind: Any, mark: str) -> tuple[Action, ...]:
    """Every action whose method carries the mark, of the screen itself and of the page sets it lists."""
    marked = (
        getattr(getattr(known, name, None), mark, None) for known in (kind, *kind.page_sets) for name in dir(known)
    )
    return tuple(sorted((action for action in marked if action), key=lambda action: action.order))
