"""Who may open which page? Default deny: a page without roles is closed to everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeVar

import flask_admin
from flask import abort, has_request_context, redirect, request, url_for
from flask.typing import ResponseReturnValue

from admin_views.kit.requests import own_path, role
from models.core.access import Role

Roles = frozenset[Role]
View = TypeVar("View", bound=Callable[..., Any])

NOBODY: Roles = frozenset()
ADMINISTRATORS: Roles = frozenset({Role.ADMINISTRATOR})
OFFICERS: Roles = frozenset({Role.ADMINISTRATOR, Role.OFFICER})
STAFF: Roles = OFFICERS | {Role.SPONSOR}
READERS: Roles = STAFF | {Role.BOARD_VIEWER}
EVERYONE: Roles = frozenset(Role)


def read_by(readers: Roles, *, export: Roles = STAFF) -> dict[str, Roles]:
    """The roles of a screen that only shows: who reads its list and its records, and who may export the list."""
    return {"list": readers, "details": readers, "export": export}


def kept_by(keepers: Roles, *, readers: Roles = EVERYONE, export: Roles = STAFF, **verbs: Roles) -> dict[str, Roles]:
    """The roles of a screen whose records are created, edited and deleted by `keepers`; `verbs` states exceptions."""
    return {**read_by(readers, export=export), "create": keepers, "edit": keepers, "delete": keepers, **verbs}


def verb(name: str, url: str, methods: Iterable[str] = ("GET",)) -> Callable[[View], View]:
    """A page of the base whose roles each screen states in its `roles` under this name."""

    def mark(view: View) -> View:
        view.verb = name  # type: ignore[attr-defined]
        return flask_admin.expose(url, methods=tuple(methods))(view)

    return mark


def expose(
    url: str, *, roles: Iterable[Role], methods: Iterable[str] = ("GET",), senders: Iterable[Role] | None = None
) -> Callable[[View], View]:
    """Flask-Admin's `expose`, with the roles that may open the page; nobody else may.

    `senders` may send its form, where more may read it than that. The view takes `self` and the parts of the address:
    `@expose("/<int:record_id>/draw/", roles=OFFICERS)`.
    """

    def mark(view: View) -> View:
        view.roles = frozenset(roles)  # type: ignore[attr-defined]
        view.senders = None if senders is None else frozenset(senders)  # type: ignore[attr-defined]
        return flask_admin.expose(url, methods=tuple(methods))(view)

    return mark


class _May:
    """Flask-Admin's flag for a verb: whether the person who asks may do it; true while the portal is put together."""

    def __init__(self, verb: str) -> None:
        self.verb = verb

    def __get__(self, view: Any, kind: Any) -> bool:
        return not has_request_context() or kind.allows(self.verb)


class Gate:
    """One gate before every page: anonymous people are sent to sign in, people without the right get 403."""

    roles: ClassVar[Mapping[str, Roles]] = {}
    page_sets: ClassVar[tuple[Any, ...]] = ()
    _urls: ClassVar[list[tuple[str, str, Iterable[str]]]]
    can_create, can_edit, can_delete = _May("create"), _May("edit"), _May("delete")
    can_view_details, can_export = _May("details"), _May("export")

    @classmethod
    def rules(cls) -> list[tuple[str, str, Iterable[str]]]:
        """Address, name and methods of every page, of the class itself and of the page sets it lists."""
        return [rule for kind in (cls, *cls.page_sets) for rule in kind._urls]

    @classmethod
    def page_named(cls, view_name: str) -> Callable[..., Any] | None:
        """The page of that name, of the class itself or of a page set it lists; None when it has none."""
        named = (getattr(kind, view_name, None) for kind in (cls, *cls.page_sets))
        return next((view for view in named if hasattr(view, "_urls")), None)

    @classmethod
    def roles_of(cls, view_name: str) -> Roles:
        """Who may open the page of that name; nobody when it is unknown or says nothing."""
        view = cls.page_named(view_name)
        stated: Roles | None = getattr(view, "roles", None)
        if stated is not None:
            return stated
        return cls.roles.get(getattr(view, "verb", ""), NOBODY)

    @classmethod
    def allows(cls, verb_name: str) -> bool:
        """Whether the person who asks may do that verb here."""
        return role() in cls.roles.get(verb_name, NOBODY)

    @classmethod
    def opens(cls, view_name: str) -> bool:
        """Whether the person who asks may open that page."""
        return role() in cls.roles_of(view_name)

    @classmethod
    def senders_of(cls, view_name: str) -> Roles:
        """Who may send the form of the page of that name: whoever may open it, where nothing else is said."""
        senders: Roles | None = getattr(cls.page_named(view_name), "senders", None)
        return cls.roles_of(view_name) if senders is None else senders

    def is_accessible(self) -> bool:
        """Whether the person who asks may open the page asked for, or send its form."""
        view_name = (request.endpoint or "").rpartition(".")[2]
        return self.opens(view_name) and (request.method != "POST" or role() in self.senders_of(view_name))

    def inaccessible_callback(self, name: str, **arguments: Any) -> ResponseReturnValue:
        return send_to_sign_in() if role() is None else abort(403)

    def _run_view(self, view: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Call the view once. Flask-Admin calls it again after a TypeError, which hides where that came from."""
        return view(self, *arguments, **named)


def send_to_sign_in() -> ResponseReturnValue:
    """Ask an anonymous person to sign in and bring them back; what is not a plain page view gets 401."""
    if request.method != "GET":
        abort(401)
    return redirect(url_for("auth.sign_in", next=own_path()))
