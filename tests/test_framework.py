"""Does every row of docs/framework.md name tests that are there?"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_every_sentence_of_the_framework_is_proved_by_tests_that_exist() -> None:
    page = (ROOT / "docs" / "framework.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| The framework asks")]
    unproved = [row for row in rows if not re.search(r"`test_\w+`", row.rsplit("|", 2)[1])]
    assert not unproved, unproved
    there = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    known = set(re.findall(r"def (test_\w+)\(", there))
    named = set(re.findall(r"`(test_\w+)`", page))
    assert named <= known, sorted(named - known)
    assert len(rows) > 40
