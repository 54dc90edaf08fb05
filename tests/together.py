"""Which tests belong in one test process, because what they run on takes long to set up?"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "tests/browser/": "browser",
    "tests/faults/": "faults",
    "tests/test_make_run.py": "make run",
    "tests/machines/": "machines",
    "tests/demo/": "demo",
    "tests/test_add_a_table.py": "copy",
    "tests/core/test_wall_of_tables.py": "wall",
    "tests/rules/sampling/": "distributions",
    "tests/rules/audits/test_chance_agreement.py": "distributions",
}
"""Beginnings of node ids, and what their tests share: portal of the journeys, farm of workers, fleet, demo, copy,
wall, SciPy.

Stated here because pytest-xdist 3.8 reads its own marks for this from where pytest 9.2 no longer looks.
"""


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out tests one by one to whichever process is free, and those that belong together as one; these first."""

    def _split_scope(self, nodeid: str) -> str:
        return next((shared for start, shared in TOGETHER.items() if nodeid.startswith(start)), nodeid)
