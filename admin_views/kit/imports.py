"""How does a screen that says it is importable become a sheet: from its own form, labels and descriptions?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from admin_views.kit.fields import TextField
from admin_views.kit.lists.columns import label_from_key
from admin_views.kit.permissions import NOBODY
from models.spreadsheets.sheet_kinds import Holds, Importable, SheetColumn, SheetKind, make_column, offer_kind


def offer_import(known: Any) -> None:
    """Offer the rows of a screen to be imported, where it says so."""
    if getattr(known, "importable", None) is not None:
        offer_kind(sheet_name_of(known), lambda: sheet_of(known))


def sheet_name_of(known: Any) -> str:
    """What the rows of a screen are called in addresses and files: "sharing-agreements"."""
    return str(known.url).strip("/")


def sheet_of(known: Any) -> SheetKind:
    """The sheet of a screen. Raises AttributeError at start for an attribute that its table does not have."""
    return SheetKind(
        name=sheet_name_of(known),
        title=known.name,
        noun=known.noun,
        plural=known.plural,
        model=known.model,
        roles=known.roles.get("create", NOBODY),
        columns=tuple(_columns(known, known.importable)),
        stated=known.importable,
    )


def exported_columns(known: Any) -> tuple[str, ...]:
    """What a list takes out: first what brings it in again, where that can be, and then the rest of what it shows."""
    shown = (*beneath_first(known), *known.column_list)
    if known.importable is None:
        return tuple(known.column_export_list or shown)
    brought = tuple(_keys(known, known.importable))
    return (*brought, *(key for key in shown if key not in brought))


def beneath_first(known: Any) -> tuple[str, ...]:
    """What stands beneath the first column on the page, which leads in a file."""
    return (known.column_beneath,) if known.column_beneath else ()


def _keys(known: Any, stated: Importable) -> Iterator[str]:
    asked = [key for key in known.form_columns if key not in (known.form_extra_fields or {})]
    keys = dict.fromkeys(key for group in stated.keys for key in group)
    only_keys = [key for key in keys if key not in asked and key not in stated.extra]
    yield from (key for key in (*only_keys, *asked, *stated.extra) if key not in stated.left_out)


def _columns(known: Any, stated: Importable) -> Iterator[SheetColumn]:
    for key in _keys(known, stated):
        is_key_only = key not in known.form_columns and key not in stated.extra
        more: dict[str, Any] = {
            "help": (known.column_descriptions or {}).get(key, ""),
            "narrow": ((known.form_args or {}).get(key) or {}).get("narrow"),
            "scope": stated.scopes.get(key, ""),
            "aliases": tuple(stated.aliases.get(key, ())),
            "is_key_only": is_key_only,
        }
        if (known.form_overrides or {}).get(key) is TextField:
            more["holds"] = Holds.TEXT
        is_kept = is_key_only or key in stated.kept_when_empty
        heading = (known.column_labels or {}).get(key) or label_from_key(key)
        column = make_column(known.model, key, heading, **more)
        yield replace(column, is_required=False, is_kept_when_empty=True) if is_kept else column
