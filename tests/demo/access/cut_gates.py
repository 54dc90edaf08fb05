"""What is the portal without any permission check of its own: every gate, filter and question answered with yes?"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

import pytest
from sqlalchemy import select

from admin_views.kit import requests
from admin_views.kit.list_views import ListViews
from admin_views.kit.permissions import Gate
from admin_views.kit.registry import load_screens
from models.core.access import Actor, Role

_ASKS = re.compile(r"^_?(may|runs)(_|$)")
"""How functions are named that say whether somebody may do something."""

_ALWAYS = ("can_edit_record", "can_delete_record")


def cut_gates(patch: pytest.MonkeyPatch) -> int:
    """Answer every permission check with yes until `patch` is undone; how many were cut.

    The database still knows who asks: its role and the settings of the transaction follow the real person.
    """
    count = 0
    for owner, name, answer in _checks():
        patch.setattr(owner, name, answer)
        count += 1
    return count


def _checks() -> Iterator[tuple[Any, str, Any]]:
    yield from ((Gate, name, _yes_of_class) for name in ("opens", "allows"))
    yield Gate, "is_accessible", _yes
    yield ListViews, "is_action_allowed", _yes
    yield Actor, "is_agency_bound", property(lambda actor: False)
    for module in _modules():
        yield from _of_module(module)
    for kind in {kind for known in load_screens() for kind in (*known.__mro__, *known.page_sets)}:
        if kind.__module__.startswith("admin_views."):
            yield from _of_class(kind)


def _modules() -> list[ModuleType]:
    return [module for name, module in sorted(sys.modules.items()) if name.startswith(("admin_views", "models"))]


def _of_module(module: ModuleType) -> Iterator[tuple[Any, str, Any]]:
    """The functions of a module that ask, and the question for the role: everybody is an administrator."""
    for name, known in list(vars(module).items()):
        if known is requests.role and module is not requests:
            yield module, name, lambda: Role.ADMINISTRATOR
        elif isinstance(known, FunctionType) and _ASKS.match(name) and not known.__module__.startswith("models.rules"):
            yield module, name, _yes


def _of_class(kind: type) -> Iterator[tuple[Any, str, Any]]:
    """The methods of a screen or page set that ask, and the conditions by which it narrows its rows."""
    for name, known in list(vars(kind).items()):
        if isinstance(known, FunctionType) and (_ASKS.match(name) or name in _ALWAYS):
            yield kind, name, _yes
        elif name == "get_query":
            yield kind, name, lambda view: select(view.model)
        elif name == "form_columns_for":
            yield kind, name, lambda view, record: view.form_columns


def _yes(*arguments: Any, **named: Any) -> bool:
    return True


_yes_of_class: Any = classmethod(_yes)
