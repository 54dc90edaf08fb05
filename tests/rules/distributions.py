"""Whose distributions are the portal's own intervals held against? SciPy's, loaded by the test that asks for them.

Every test process reads every test file, and SciPy takes 70 MB; `tests/together.py` has one process ask for it.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any


@cache
def scipy_stats() -> Any:
    """SciPy's distributions and tests."""
    return import_module("scipy.stats")
