"""Which saved views stand above a list, which of them is shown, and what does it ask that the list no longer has?

A view is an address: the list with the view's arguments, and its number (`view=12`) so that the page knows it again
whatever is asked meanwhile. `view=all` is the list without any. The list alone opens with its person's own first view,
else with one that others have shared with people of that role and open first themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import has_request_context, request
from sqlalchemy import Select

from admin_views.kit.lists.columns import label_from_key
from admin_views.kit.lists.filters import NONE, Filter
from admin_views.kit.lists.listings import Listing
from admin_views.kit.lists.pages import COLUMNS
from admin_views.kit.lists.places import place_of
from admin_views.kit.requests import role
from models.core.access import Role
from models.documents.saved_views import SHARERS, views_statement
from models.rules.core.keys import key_in

VIEW = "view"
"""The argument of a list's address that names the view it shows."""

ALL = "all"
_CHOICES = "views_"


@dataclass(frozen=True)
class ShownView:
    """A view as its list knows it: what it asks, whose it is, and what else its owner has said of it."""

    id: int
    name: str
    arguments: Mapping[str, str]
    place: int
    is_own: bool
    is_default: bool
    is_weekly: bool
    is_shared: bool

    @property
    def opens_for_role(self) -> bool:
        """Whether somebody else has shared it as the one that opens first."""
        return self.is_default and not self.is_own


@dataclass(frozen=True)
class ShownViews:
    """What stands above a list: every view with its address, the one that is shown, and what is said of it."""

    links: Sequence[tuple[ShownView, str]] = ()
    current: ShownView | None = None
    is_changed: bool = False
    problem: str = ""
    place: str = ""
    """What the list is asked now, in one word, to be kept."""
    may_share: bool = False


def asked_view() -> str:
    """The view that the address names, as it stands there; empty where it names none."""
    typed = request.args.get(VIEW, "")
    return typed if key_in(typed) is not None or typed == ALL else ""


def is_list_page(screen: Any) -> bool:
    """Whether the request asks for the screen's own list, where views stand."""
    return has_request_context() and request.endpoint == f"{screen.endpoint}.index_view" and screen.keeps_views


def carried_view(screen: Any) -> dict[str, str]:
    """The view that the links of a list carry on, as an argument; none on other pages."""
    asked = asked_view() if is_list_page(screen) else ""
    return {VIEW: asked} if asked else {}


def views_asked(screen: Any) -> list[Select[Any]]:
    """The statement for the views of the list, to be read with the page's other choices."""
    return [views_statement(_CHOICES, screen.endpoint)] if is_list_page(screen) else []


def views_of(options: Mapping[str, Sequence[tuple[str, str]]]) -> list[ShownView]:
    """The views among the choices of a page: one's own first, as they were saved, then those others have shared."""
    views = [ShownView(int(key), **json.loads(facts)) for key, facts in options.get(_CHOICES, ())]
    return sorted(views, key=lambda view: (not view.is_own, view.place, view.id))


def address_of_first(screen: Any, options: Mapping[str, Sequence[tuple[str, str]]]) -> str:
    """Where the bare list leads: to the view its person opens first, else to the first one shared that opens first.

    Empty without one, and where more is asked.
    """
    if request.args or not is_list_page(screen):
        return ""
    first = next((view for view in views_of(options) if view.is_default), None)
    return address_of_view(screen, first) if first else ""


def address_of_view(screen: Any, view: ShownView) -> str:
    """The list as a view shows it, without what the list no longer has."""
    return str(screen.list_url(**{**known_of(screen.listing, view.arguments), VIEW: view.id}))


def known_of(listing: Listing, arguments: Mapping[str, str]) -> dict[str, str]:
    """What a list still knows of the arguments that were kept for it."""
    return listing.args(arguments).arguments()


def shown_views(screen: Any, page: Any) -> ShownViews:
    """What stands above this page of the list."""
    views, asked = views_of(page.options), asked_view()
    links = [(view, address_of_view(screen, view)) for view in views]
    kept = screen.kept_arguments()
    now = {name: answer for name, answer in page.args.arguments().items() if name not in kept}
    place, may_share = place_of(now, now), bool(roles_to_share_with(screen))
    current = next((view for view in views if str(view.id) == asked), None)
    if current is None:
        gone = "The view that this address names is not there any more." if asked not in ("", ALL) else ""
        return ShownViews(links, None, False, gone, place, may_share)
    is_changed = known_of(screen.listing, current.arguments) != now
    problem = problem_of(screen.listing, current.name, current.arguments)
    return ShownViews(links, current, is_changed, problem, place, may_share)


def roles_to_share_with(screen: Any) -> list[Role]:
    """With whom the asking person may share a view of a list: the roles that may open it; nobody for most people."""
    return [each for each in Role if each in screen.roles_of("index_view")] if role() in SHARERS else []


def problem_of(listing: Listing, name: str, arguments: Mapping[str, str]) -> str:
    """What a view asks that its list no longer has, as a sentence; empty when it has it all."""
    gone = list(dict.fromkeys(_gone(listing, arguments)))
    if not gone:
        return ""
    words = ", ".join(f"“{each}”" for each in gone)
    return (
        f"The view “{name}” asks for {words}, which this list no longer has, or not for you. "
        "It is shown without that; save it again to keep it so."
    )


def _gone(listing: Listing, arguments: Mapping[str, str]) -> Iterator[str]:
    known = known_of(listing, arguments)
    columns = {cell.key for cell in listing.cells}
    yield from (label_from_key(key) for key in arguments.get(COLUMNS, "").split(",") if key and key not in columns)
    for name in arguments:
        if name == COLUMNS:
            continue
        if name in listing.filter_of and _is_gone(listing.filter_of[name], arguments[name]):
            yield str(listing.filter_of[name].name)
        elif name not in known:
            yield _label(name, arguments[name])


def _label(name: str, answer: str) -> str:
    return f"sorted by {label_from_key(answer.removeprefix('-')).lower()}" if name == "sort" else label_from_key(name)


def _is_gone(known: Filter, answer: str) -> bool:
    """Whether a filter no longer offers an answer, of those it offers in fixed words."""
    return bool(known.offered) and answer != NONE and answer not in dict(known.offered)


def kept_arguments_of(listing: Listing, arguments: Mapping[str, str], kept: Iterable[str]) -> dict[str, str]:
    """What is kept of a list's address in a view: its questions and order, not its place, nor the review around it."""
    return {name: answer for name, answer in known_of(listing, arguments).items() if name not in set(kept)}
