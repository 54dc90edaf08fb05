"""How does a room come to know every one of its nouns?"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import Any


def load_rooms(*names: str) -> None:
    """Import every module of the rooms named (`models`, `jobs`, `admin_views`), chapter by chapter; single modules too.

    What stands in a room beside its chapters, as `models/schema.py` does, is a tool and no noun: not imported.
    Tables, screens, jobs and everything else that registers itself are known afterwards. Raises what a module
    raises while it is imported.
    """
    for name in names:
        _load(name)


@cache
def _load(name: str) -> None:
    with loading():
        room = import_module(name)
        for module in walk_packages(getattr(room, "__path__", ()), f"{name}."):
            if module.ispkg or module.name.rpartition(".")[0] != name:
                import_module(module.name)


@contextmanager
def loading() -> Iterator[None]:
    """All that is loaded meanwhile stays, so Python does not look for garbage among it: not meanwhile, nor later.

    >>> with loading():
    ...     gc.isenabled()
    False
    >>> gc.isenabled()
    True
    """
    is_looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if is_looking:
            gc.enable()


def at_place(place: str) -> Any:
    """What stands at a place such as `models.core.rooms:load_rooms`; its module is loaded now, not before.

    >>> at_place("models.core.rooms:load_rooms") is load_rooms
    True
    """
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)
