"""Which records of cases does the answer show, and was anybody refused? app/looks.py puts it on record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Response, g, request

from admin_views.kit.requests import role
from models.core.looks import LookKind, NewLook
from models.rules.core.keys import BIGGEST_LONG, key_in

_REFUSED = (403, 404)
_SHOWING = (200, 206, 409, 422)
_NAMES = ("agency_id", "frame", "plan_id", "review_id", "sample_id", "tool_id")
"""Arguments of addresses that name a record."""


@dataclass
class Gathered:
    """What this request's answer shows so far: keys by table, each once; how a list was asked; how many rows left."""

    shown: dict[str, dict[int, None]] = field(default_factory=dict)
    kind: LookKind | None = None
    asked_by: tuple[str, ...] = ()
    row_count: int | None = None


def _gathered() -> Gathered:
    if "looks" not in g:
        g.looks = Gathered()
    known: Gathered = g.looks
    return known


def note_shown(*records: Any) -> None:
    """Say that the answer shows these records, where their tables tell of cases. None and others are passed over."""
    for record in records:
        if record is not None and record.is_about_cases:
            note_keys(record.__tablename__, (record.id,))


def note_keys(table: str, keys: Iterable[int]) -> None:
    """Say by their keys which records of a table the answer shows."""
    _gathered().shown.setdefault(table, {}).update(dict.fromkeys(keys))


def note_list(model: Any, keys: Iterable[int], arguments: dict[str, str]) -> None:
    """Say which records a list shows: those of cases, and whatever was searched for by words."""
    is_search = "q" in arguments
    if model.is_about_cases or is_search:
        note_keys(model.__tablename__, keys)
        gathered = _gathered()
        gathered.kind = LookKind.SEARCH if is_search else LookKind.LIST
        gathered.asked_by = tuple(sorted(arguments))


def note_export(model: Any, row_count: int, arguments: dict[str, str]) -> None:
    """Say that a whole list leaves as a file: of which table, how narrowed, how many rows."""
    note_keys(model.__tablename__, ())
    gathered = _gathered()
    gathered.kind, gathered.row_count, gathered.asked_by = LookKind.EXPORT, row_count, tuple(sorted(arguments))


def look_of(response: Response) -> NewLook | None:
    """The look that an answer is: what it shows or lets leave, or that it refuses; None for every other answer."""
    gathered: Gathered | None = g.pop("looks", None)
    if role() is None or request.endpoint in (None, "static"):
        return None
    status = response.status_code
    if status in _REFUSED:
        return NewLook(LookKind.REFUSED, _page(), status, _asked_for())
    is_file = response.headers.get("Content-Disposition", "").startswith("attachment")
    if status not in _SHOWING or not (is_file or (gathered and _is_page(response))):
        return None
    return _shown(gathered or Gathered(), status, is_file=is_file)


def _is_page(response: Response) -> bool:
    """Whether the answer can show anything: what is typed and saved meanwhile is answered in a line of JSON."""
    return request.method != "POST" or response.mimetype != "application/json"


def _shown(gathered: Gathered, status: int, *, is_file: bool) -> NewLook:
    shown = {table: tuple(keys) for table, keys in gathered.shown.items()} or _asked_for()
    kind = gathered.kind or (LookKind.DOWNLOAD if is_file else LookKind.READ)
    count = sum(len(keys) for keys in shown.values()) if gathered.row_count is None else gathered.row_count
    return NewLook(kind, _page(), status, shown, count, gathered.asked_by)


def _page() -> str:
    return request.endpoint or ""


def _asked_for() -> dict[str, tuple[int, ...]]:
    """The keys in the address by their names there, and nothing of it that is no number or has no name of ours."""
    typed = {name: request.args.get(name, "") for name in _NAMES} | (request.view_args or {})
    named = {name: key_in(str(value), BIGGEST_LONG) for name, value in typed.items()}
    return {name: (key,) for name, key in named.items() if key is not None}
