"""What does every page know besides its own facts: the menu, who is signed in, where the style sheet is?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, request, url_for
from flask_login import current_user
from markupsafe import Markup, escape
from werkzeug.exceptions import HTTPException

from admin_views.documents.job_requests import running_count
from admin_views.kit.formats import show_date, show_moment, tag, whole
from admin_views.kit.homes.duties import waiting_count
from admin_views.kit.page_sets import page_opens
from admin_views.kit.parts import Button
from admin_views.kit.places import Link, Place
from admin_views.kit.registry import place_of_screen, places_of, tabs_of_place
from admin_views.kit.requests import actor, role
from admin_views.kit.saving import one_time_token, undo_of
from admin_views.kit.workspace.workspaces import Workspace
from app.sessions import mark_of
from models.core.addresses import address_of
from models.reviews.thematic_reviews import Stage
from models.rules.core.counts import count_words, lower_first, noun_of, upper_first
from models.rules.core.due_dates import distance, short_day, weekday

_SHORT = 18
_STATIC = Path(__file__).parent / "static"


def dress(app: Flask) -> None:
    """Give templates the portal's words, formats and addresses."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        upper_first=upper_first, lower_first=lower_first, weekday=weekday,
        day=show_date, iso_day=iso_day, moment=show_moment, tag=tag, whole=whole
    )  # fmt: skip
    app.jinja_env.tests["opens"] = opens
    app.jinja_env.globals.update(
        asset=asset,
        fixed=fixed,
        once=once,
        undo_of=undo_of,
        short_first=short_first,
        may_go=may_go,
        address_of=address_of,
        count_words=count_words,
        noun_of=noun_of,
        distance=distance,
        short_day=short_day,
        stages=list(Stage),
        places=places,
        place_here=place_here,
        tabs_here=tabs_here,
    )
    app.context_processor(who)


def iso_day(text: str) -> str:
    """A day that was kept as 2025-01-31, as people read it.

    >>> iso_day("2025-01-31")
    '31 January 2025'
    """
    return show_date(date.fromisoformat(text))


def who() -> dict[str, Any]:
    """The person signed in, for the page's head; None on pages without sign-in."""
    person_id = actor().person_id if role() is not None else None
    return {
        "person": None if person_id is None else current_user,
        "mark": "" if person_id is None else mark_of(person_id),
        "waiting_count": waiting_count(),
        "jobs_running": running_count() if person_id is not None else 0,
    }


def places() -> Any:
    """The places of the bar that are open to the person."""
    own_role = role()
    return () if own_role is None else places_of(own_role, actor().is_agency_bound)


def place_here(workspace: Workspace | None) -> Place | None:
    """The place to which the page belongs; None for pages of one's own account and the like."""
    if workspace is not None:
        return Place.REVIEWS
    if request.blueprint == "home":
        return {"home.index_view": Place.HOME, "home.administration": Place.ADMINISTRATION}.get(request.endpoint or "")
    return place_of_screen(request.blueprint or "")


def tabs_here(workspace: Workspace | None) -> Sequence[Link]:
    """The tabs above a page: the lists of its part of a review, or on a list those of its place; none elsewhere."""
    if workspace is not None:
        return workspace.tabs
    own_role, here = role(), place_of_screen(request.blueprint or "")
    if own_role is None or here is None or not (request.endpoint or "").endswith(".index_view"):
        return ()
    tabs = [Link(tab.title, tab.href, tab.endpoint == request.blueprint) for tab in tabs_of_place(here, own_role)]
    return tabs if any(tab.is_here for tab in tabs) else ()


def once() -> Markup:
    """The hidden field that lets a form be sent once only."""
    return Markup(f'<input type="hidden" name="once" value="{escape(one_time_token())}">')  # noqa: S704 (escaped)


def may_go(button: Button) -> bool:
    """Whether the page behind a button opens for the person; others see no button."""
    return opens(button.href, "POST" if button.is_post else "GET")


def opens(href: str, method: str = "GET") -> bool:
    """Whether an address leads to a page that the person may open; nothing leads nowhere."""
    if not href:
        return False
    try:
        endpoint, _ = current_app.url_map.bind("").match(urlsplit(href).path, method)
    except HTTPException:
        return True  # not a page of ours, or one that says so itself
    return page_opens(endpoint)


def short_first(rows: Sequence[Sequence[Any]], place: int = 0) -> str:
    """The class of a table whose first cells (references, say) are short enough to stand on one line.

    >>> short_first([("AP-2026-01/14", "Text")]), short_first([("A longer name than that", "Text")])
    (' short-first', '')
    >>> from models.rules.plans.presentations import Body
    >>> short_first([(Body.JOINT_GROUPS,)])
    ''
    """
    return " short-first" if all(_length(row[place]) <= _SHORT for row in rows) else ""


def _length(cell: Any) -> int:
    """The length of a cell's text without its markup."""
    text = str(getattr(cell, "label", cell))
    return len(Markup(text).striptags()) if "<" in text else len(text)  # noqa: S704 (measured, not shown)


def asset(name: str) -> str:
    """The address of a file of ours, changing with its content so that browsers may keep it for good."""
    return f"{request.script_root}/static/{name}?v={_version(name)}"


@cache
def fixed(endpoint: str) -> str:
    """The address of a page that takes no arguments: the same on every page and for everybody, so written once."""
    return url_for(endpoint)


@lru_cache(maxsize=32)
def _version(name: str) -> str:
    return sha256((_STATIC / name).read_bytes()).hexdigest()[:10]
