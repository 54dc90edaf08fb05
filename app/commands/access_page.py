"""Who may open which page and press which button? One page of Markdown, from what the screens and doors state."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask

from admin_views.kit.actions import bulk_actions_of
from admin_views.kit.homes.home import HomeView
from admin_views.kit.permissions import Roles
from admin_views.kit.registry import Category, load_screens
from app.commands.data_model import PROJECT, first_sentence, rows_in_words
from app.doors import DOORS, home_pages
from app.servers.grants import grants_table
from models.core.access import Role

PAGE = PROJECT / "docs" / "access.md"
MARK = "yes"
"""What stands in a cell where the role may."""

_HEAD = """# Who may do what

Written by `make docs` from what the portal itself obeys; `make check` fails when it is out of date. Do not edit.

For whoever answers for the information: every address of the portal, and who may open it. An address is open to the
roles marked in its line and to nobody else; somebody who is not signed in is sent to sign in, everybody else is refused
(status 403) and nothing is read or changed. An address that stands on no line of this page is closed to everybody.

- **Two walls.** The screens refuse by role, as this page says. Behind them the database keeps the rows of one agency
  from the members and managers of every other, whatever a screen asks for, and gives each role the statements that its
  screens need ([wall.md](wall.md)). The line *Rows* under a screen says which, the last part of this page all of them.
- **A mark is not everything.** Many buttons refuse beyond the role: an officer runs the reviews of their own hubs, a
  sponsor signs their own reviews, what is closed stays closed. Such rules can only take away from this page.
- **A manager** is bound to one agency, or to none (a manager of the partnership); both share the column.
- The tests go through every line with somebody of every role, with a record that they may work with, and with nobody
  signed in (`tests/demo/access/`).
"""

_VERBS = {
    "index_view": "Read the list",
    "details_view": "Read a record",
    "create_view": "Create a record",
    "edit_view": "Change a record",
    "delete_view": "Delete a record",
    "export": "Take the list out as a file",
    "ajax_lookup": "Look up what a form offers",
}
_ORDER = list(_VERBS)


@dataclass(frozen=True)
class Line:
    """One page or button: what it is for, how and where it is asked for, and who may."""

    words: str
    methods: tuple[str, ...]
    path: str
    roles: Roles

    def markdown(self) -> str:
        marks = (MARK if role in self.roles else "" for role in Role)
        cells = (self.words.replace("|", "&#124;"), f"{', '.join(self.methods)} `{self.path}`", *marks)
        return f"| {' | '.join(cells)} |"


def access_page(app: Flask) -> str:
    """The whole page. Equal statements in the code give an equal page."""
    return "\n".join([_HEAD, *(part for section in SECTIONS for part in section(app))])


def _doors(app: Flask) -> Iterator[str]:
    """The addresses outside the screens: those open to everybody with the reason, then those of one's own."""
    yield "## Open to everybody, without signing in\n"
    yield from _reasons(app, is_public=True)
    yield "\n## Open to everybody who is signed in\n"
    yield "Each shows and changes only what belongs to the person who asks.\n"
    yield from _reasons(app, is_public=False)


def _reasons(app: Flask, *, is_public: bool) -> Iterator[str]:
    yield from ("| Address | Why |", "|---|---|")
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
    for rule in rules:
        door = DOORS.get(rule.endpoint)
        if door is not None and door.is_public is is_public:
            yield f"| {', '.join(_asked(rule.methods or ()))} `{rule.rule}` | {door.why} |"


def _screens(app: Flask) -> Iterator[str]:
    """Every screen under its heading of the menu, the first page before them."""
    yield "\n## The first page\n"
    yield from _table([Line(_words(HomeView, view), _asked(methods), url, HomeView.roles_of(view))
                       for url, view, methods in home_pages()])  # fmt: skip
    for category in Category:
        for index, known in enumerate(known for known in load_screens() if known.category is category):
            if index == 0:
                yield f"\n## {category.value or 'On no menu'}"
            yield from _screen(known)


def _screen(known: Any) -> Iterator[str]:
    yield f"\n### {known.name}\n"
    yield f"{first_sentence(known.__doc__)} *Rows:* {rows_in_words(known.model.row_policy)}.\n"
    lines = list(_lines(known))
    yield from _table([line for line in lines if line.roles])
    closed = sorted({line.words.lower() for line in lines if not line.roles})
    if closed:
        yield f"\nClosed to everybody: {', '.join(closed)}."


def _lines(known: Any) -> Iterator[Line]:
    """Every page of a screen, the usual ones first, then its own by their addresses."""
    rules = sorted(known.rules(), key=lambda rule: (_place(rule[1]), rule[0]))
    for url, view, methods in rules:
        if view == "action_view":
            yield from _bulk_lines(known, url)
        else:
            yield from _page_lines(known, f"{known.url}{url}", view, _asked(methods))


def _page_lines(known: Any, path: str, view: str, methods: tuple[str, ...]) -> Iterator[Line]:
    """A page in one line; in two where its form is for fewer than may read it."""
    roles, senders = known.roles_of(view), known.senders_of(view)
    if roles == senders:
        yield Line(_words(known, view), methods, path, roles)
        return
    for method in methods:
        yield Line(_words(known, view), (method,), path, senders if method == "POST" else roles)


def _bulk_lines(known: Any, url: str) -> Iterator[Line]:
    for action in bulk_actions_of(known):
        path = f"{known.url}{url}".replace("<action_name>", action.name)
        yield Line(f"{action.text} (ticked records)", ("POST",), path, action.roles)


def _place(view: str) -> int:
    return _ORDER.index(view) if view in _VERBS else len(_ORDER)


def _words(known: Any, view: str) -> str:
    """What a page is for: a usual one in fixed words, a button in its own, others as their docstrings begin."""
    page = known.page_named(view)
    if hasattr(page, "row_action"):
        return f"Button “{page.row_action.text}”"
    is_usual = hasattr(page, "verb") and view in _VERBS
    return _VERBS[view] if is_usual else re.sub(r"\.$", "", first_sentence(page.__doc__))


def _asked(methods: Iterable[str]) -> tuple[str, ...]:
    """The methods that somebody asks with; those that the framework answers by itself are left out."""
    return tuple(sorted(set(methods) - {"HEAD", "OPTIONS"}))


def _table(lines: list[Line]) -> Iterator[str]:
    if lines:
        yield f"| What | Address | {' | '.join(_HEADINGS[role] for role in Role)} |"
        yield f"|---|---|{'---|' * len(Role)}"
        yield from (line.markdown() for line in lines)


_HEADINGS = {
    Role.ADMINISTRATOR: "Administrator",
    Role.OFFICER: "Officer",
    Role.SPONSOR: "Lead sponsor",
    Role.MANAGER: "Manager",
    Role.AGENCY_MEMBER: "Agency member",
    Role.BOARD_VIEWER: "Board viewer",
}


def _grants(app: Flask) -> Iterator[str]:
    """What each role of the database may do with the rows of each table."""
    yield "\n## What the database lets each role do\n"
    yield "As a database of this version holds it ([wall.md](wall.md)). “Own”: only rows that meet a condition, such as"
    yield "being their agency's or in their own name. A page runs by the role of whoever opens it and can do no more.\n"
    yield grants_table()


SECTIONS: list[Callable[[Flask], Iterable[str]]] = [_doors, _screens, _grants]
"""The parts of the page, in order; each gives lines of Markdown."""
