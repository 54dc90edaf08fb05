"""Who may open which page? Default deny: a page without roles is closed to everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose

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


def verb(name: str, url: str, methods: Iterable[str] = ("GET",)) -> Callable[[View], View]:
    """A page of the base whose roles each screen states in its `may` under this name."""

    def mark(view: View) -> View:
        view.verb = name  # type: ignore[attr-defined]
        exposed: View = expose(url, methods=tuple(methods))(view)
        return exposed

    return mark


def page(url: str, *, roles: Iterable[Role], methods: Iterable[str] = ("GET",)) -> Callable[[View], View]:
    """An extra page of a screen, for the roles named here and nobody else.

    The view takes `self` and the parts of the address: `@page("/<int:record_id>/draw/", roles=OFFICERS)`.
    """

    def mark(view: View) -> View:
        view.roles = frozenset(roles)  # type: ignore[attr-defined]
        exposed: View = expose(url, methods=tuple(methods))(view)
        return exposed

    return mark


class Gate:
    """One gate before every page: anonymous people are sent to sign in, people without the right get 403."""

    may: ClassVar[Mapping[str, Roles]] = {}

    @classmethod
    def roles_of(cls, view_name: str) -> Roles:
        """Who may open the page of that name; nobody when it is unknown or says nothing."""
        view = getattr(cls, view_name, None)
        stated: Roles | None = getattr(view, "roles", None)
        if stated is not None:
            return stated
        return cls.may.get(getattr(view, "verb", ""), NOBODY)

    @classmethod
    def allows(cls, verb_name: str) -> bool:
        """Whether the person who asks may do that verb here."""
        return role() in cls.may.get(verb_name, NOBODY)

    @classmethod
    def opens(cls, view_name: str) -> bool:
        """Whether the person who asks may open that page."""
        return role() in cls.roles_of(view_name)

    def _handle_view(self, name: str, **arguments: Any) -> ResponseReturnValue | None:
        asked = role()
        if asked is None:
            return send_to_sign_in()
        if asked not in self.roles_of(name):
            abort(403)
        return None

    def _run_view(self, view: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        return view(self, *arguments, **named)

    def is_accessible(self) -> bool:
        return self.opens("index_view")


def send_to_sign_in() -> ResponseReturnValue:
    """Ask an anonymous person to sign in and bring them back; what is not a plain page view gets 401."""
    if request.method != "GET":
        abort(401)
    return redirect(url_for("auth.sign_in", next=own_path()))
