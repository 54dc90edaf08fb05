"""Do the tests that are named as belonging together, or apart, exist?"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.together import APART, TOGETHER

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("beginning", sorted({*TOGETHER, *APART}))
def test_beginning_of_a_node_id_names_tests_that_exist(beginning: str) -> None:
    place, _, name = beginning.partition("::")
    path = PROJECT / place
    assert path.is_dir() if place.endswith("/") else f"def {name}" in path.read_text(encoding="utf-8")
