"""Which screens are there, under which heading of the menu, and who may open each of their pages?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, TypeVar

from flask import url_for
from flask_admin import Admin
from markupsafe import Markup, escape

from admin_views.kit.permissions import READERS, Gate, Roles
from admin_views.kit.places import Part, Place
from admin_views.kit.requests import Database
from models.core.access import Role
from models.core.rooms import load_rooms

ADMINISTRATION = "/administration/"
"""The page with every list that a person may open."""


class Category(StrEnum):
    """The headings of that page, in order."""

    REVIEWS = "Reviews"
    TOOLS = "Assurance tools"
    EVIDENCE = "Evidence"
    SAMPLES = "Samples"
    PLANS = "Plans"
    LEARNING = "Learning"
    PEOPLE = "People and agencies"
    SETTINGS = "Settings"
    RECORDS = "Records"
    HIDDEN = ""


@dataclass(frozen=True)
class PageFacts:
    """One page of one screen, as `flask rooms` prints it."""

    screen: str
    path: str
    methods: tuple[str, ...]
    view: str
    roles: tuple[Role, ...]


class RegisteredPages(Gate):
    """What the registry needs to know of a screen: its name on the menu, its address, and where on the menu it is."""

    name: str = ""
    url: str = ""
    category: Category = Category.HIDDEN
    menu_order: int = 100
    stands_in: Place | None = None
    """The place of the bar in which the screen's list is a tab; without one it stands in Administration."""
    part: Part | None = None
    """The part of a review in which the screen's list is a tab, narrowed to that review."""
    is_tab: bool = True
    review_page: tuple[str, str] | None = None
    """The endpoint of a page for one review that stands in place of the narrowed list, and the argument it takes."""
    leads_part: bool = False
    """Whether the side menu's entry for the part leads to that page."""
    is_second: bool = False
    """Whether this is another view of records that have a screen of their own: links lead to that one."""

    @classmethod
    def endpoint_of(cls) -> str:
        """What Flask calls the screen, from its address."""
        return cls.url.strip("/").replace("-", "_")


Registered = TypeVar("Registered", bound=type[RegisteredPages])
_screens: list[type[RegisteredPages]] = []


def screen(registered: Registered) -> Registered:
    """Put a screen on the menu and its pages behind the gate. The class says the rest."""
    _screens.append(registered)
    return registered


@cache
def load_screens() -> tuple[type[RegisteredPages], ...]:
    """Import every noun, also of the models, so that every screen has registered itself; in menu order."""
    load_rooms("models", "admin_views")
    order = list(Category)
    return tuple(sorted(_screens, key=lambda known: (order.index(known.category), known.menu_order, known.name)))


def register_screens(admin: Admin, database: Database) -> None:
    """Add every screen to the portal, at the path it names."""
    for known in load_screens():
        admin.add_view(known(database))  # type: ignore[call-arg]
    for remembered in (menu_of, places_of, tabs_of_place):
        remembered.cache_clear()


def all_screens() -> list[PageFacts]:
    """Every screen's every page with its path, methods and roles."""
    return [facts for known in load_screens() for facts in _pages_of(known)]


def _pages_of(known: Any) -> Iterator[PageFacts]:
    for url, view, methods in sorted(known.rules()):
        roles: Roles = known.roles_of(view)
        for path, allowed in _paths_of(known, url, view, roles):
            ordered = tuple(role for role in Role if role in allowed)
            yield PageFacts(known.__name__, f"{known.url}{path}", tuple(methods), view, ordered)


def _paths_of(known: Any, url: str, view: str, roles: Roles) -> list[tuple[str, Roles]]:
    """A view's pages; the one view of all bulk actions is a page for each, with roles of its own."""
    if view != "action_view":
        return [(url, roles)]
    return [(url.replace("<action_name>", name), allowed) for name, allowed in known.action_roles().items()]


@dataclass(frozen=True)
class MenuLink:
    """One line of the menu."""

    title: str
    href: str
    endpoint: str


@lru_cache(maxsize=64)
def places_of(role: Role, is_agency_bound: bool) -> tuple[tuple[Place, str, str], ...]:
    """The places that a person's bar has, each with its words and its address: its first list open to that role."""
    first = {place: next((link.href for link in tabs_of_place(place, role)), "") for place in Place}
    first |= {Place.HOME: "/", Place.ADMINISTRATION: ADMINISTRATION if role in READERS else ""}
    words = {place: place.value for place in Place}
    if is_agency_bound:
        words[Place.AGENCIES] = "My agency"
    return tuple((place, words[place], href) for place, href in first.items() if href)


@lru_cache(maxsize=64)
def tabs_of_place(place: Place, role: Role) -> tuple[MenuLink, ...]:
    """The lists that are tabs of a place, in order, as far as they are open to a role."""
    known = (known for known in load_screens() if known.stands_in is place and role in known.roles_of("index_view"))
    return tuple(map(_link_of, known))


def place_of_screen(endpoint: str) -> Place | None:
    """The place that a page of that screen belongs to; None for no screen at all."""
    return _places().get(endpoint)


@cache
def _places() -> dict[str, Place]:
    """The place of every screen, by its endpoint."""
    return {
        known.endpoint_of(): known.stands_in or (Place.REVIEWS if known.part else Place.ADMINISTRATION)
        for known in load_screens()
    }


@cache
def lists_in(part: Part) -> tuple[type[RegisteredPages], ...]:
    """The screens whose lists are tabs of a part of a review, in order, whoever may open them."""
    return tuple(known for known in load_screens() if known.part is part and known.is_tab)


def _link_of(known: type[RegisteredPages]) -> MenuLink:
    return MenuLink(known.name, url_for(f"{known.endpoint_of()}.index_view"), known.endpoint_of())


@lru_cache(maxsize=16)
def menu_of(role: Role) -> tuple[tuple[str, tuple[MenuLink, ...]], ...]:
    """The menu a role sees: headings with the screens whose list it may open."""
    groups: dict[str, list[MenuLink]] = {}
    for known in load_screens():
        if known.category is not Category.HIDDEN and role in known.roles_of("index_view"):
            groups.setdefault(known.category.value, []).append(_link_of(known))
    return tuple((heading, tuple(links)) for heading, links in groups.items())


def screen_of(model: type) -> type[RegisteredPages] | None:
    """The screen that shows records of a model, for links from other records."""
    return _screens_by_model(tuple(_screens)).get(model)


@lru_cache(maxsize=4)
def _screens_by_model(screens: tuple[type[RegisteredPages], ...]) -> dict[Any, type[RegisteredPages]]:
    """The first screen of each model, of those that are no second view of it."""
    own = [known for known in screens if not known.is_second]
    return {getattr(known, "model", None): known for known in reversed(own)}


def link_to(record: Any, words: str) -> Markup:
    """Words that lead to a record's page, where its screen is open to whoever asks; plain words otherwise."""
    return _linked(screen_of(type(record)), record.id, words)


def link_by_title(record: Any, named: Any = None) -> Markup:
    """A link to a record by a title with the reference beneath it: its own, or those of another that it is about."""
    words = named or record
    return link_to(record, Markup("{} <small>{}</small>").format(words.title, words.reference))


def link_to_row(name: str, words: str) -> Markup:
    """Words that lead to the record named as `table:key`, where its screen is open to whoever asks."""
    table, _, key = name.partition(":")
    known = next(
        (
            registered
            for registered in _screens
            if not registered.is_second
            if getattr(getattr(registered, "model", None), "__tablename__", "") == table
        ),
        None,
    )
    return _linked(known, key, words)


def _linked(known: type[RegisteredPages] | None, key: Any, words: str) -> Markup:
    if known is None or not known.opens("details_view"):
        return escape(words)
    return Markup('<a href="{}/{}/">{}</a>').format(known.url, key, words)
