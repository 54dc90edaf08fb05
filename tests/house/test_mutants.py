"""Do the small faults of `make mutants` change what they say, and is the list of modules and survivors up to date?"""

from __future__ import annotations

import tomllib
from contextlib import suppress
from typing import Any

import pytest

from tests.house.mutants import SETTINGS
from tests.house.mutations import mutants_of
from tests.house.source import PROJECT

MODULES: dict[str, dict[str, Any]] = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))
SAMPLE = '''
LIMIT: int = 3

def verdict(size: int, is_open: bool) -> str | None:
    """A docstring is left alone."""
    if not is_open:
        raise ValueError("closed")
    sizes = [one for one in (size, LIMIT) if one]
    return "small" if size < LIMIT and sizes else "large"
'''


@pytest.mark.parametrize("path", MODULES)
def test_module_and_its_tests_are_there_and_every_explained_survivor_is_one_of_its_mutants(path: str) -> None:
    settings = MODULES[path]
    assert all((PROJECT / name).exists() for name in [path, *settings["tests"]])
    explained = settings.get("explained", {})
    assert all(reason for reason in explained.values())
    assert set(explained) <= {mutant.name for mutant in mutants_of((PROJECT / path).read_text(encoding="utf-8"))}


def test_every_kind_of_fault_is_tried_once_and_the_module_still_loads() -> None:
    mutants = mutants_of(SAMPLE)
    assert {mutant.name for mutant in mutants} == {
        "module | 3 | 4",
        "module | 3 | 2",
        "verdict | not is_open | is_open",
        "verdict | raise ValueError('closed') | pass",
        "verdict | one | not one",
        "verdict | return 'small' if size < LIMIT and sizes else 'large' | return None",
        "verdict | size < LIMIT and sizes | not (size < LIMIT and sizes)",
        "verdict | size < LIMIT and sizes | size < LIMIT or sizes",
        "verdict | size < LIMIT | size <= LIMIT",
    }
    for mutant in mutants:
        compile(mutant.tree, "sample.py", "exec")


def test_fault_changes_what_the_function_does() -> None:
    answers = {}
    for mutant in mutants_of(SAMPLE):
        names: dict[str, Any] = {}
        exec(compile(mutant.tree, "sample.py", "exec"), names)
        with suppress(ValueError):
            answers[mutant.name] = names["verdict"](3, True)
    assert answers["verdict | size < LIMIT | size <= LIMIT"] == "small"
    assert "verdict | not is_open | is_open" not in answers
    assert answers["module | 3 | 4"] == "small"
    assert answers["verdict | size < LIMIT and sizes | size < LIMIT or sizes"] == "small"
    assert answers["module | 3 | 2"] == "large"
    assert answers["verdict | return 'small' if size < LIMIT and sizes else 'large' | return None"] is None
