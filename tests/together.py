"""Which tests belong in one test process, because what they run on takes long to set up, and which take too long to run
before every commit?
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "tests/browser/": "browser",
    "tests/faults/": "faults",
    "tests/test_make_run.py": "make run",
    "tests/machines/": "machines",
    "tests/demo/": "demo",
    "tests/test_add_a_table.py": "copy",
    "tests/core/test_wall_of_tables.py": "wall",
    "tests/test_commands.py": "commands",
    "tests/rules/case_lists/test_case_list_bombs.py": "bombs",
    "tests/rules/sampling/": "distributions",
    "tests/rules/audits/test_chance_agreement.py": "distributions",
}
"""Beginnings of node ids, and what their tests share: portal of the journeys, farm of workers, fleet, demo, copy,
wall, commands, bombs, SciPy.

Stated here because pytest-xdist 3.8 reads its own marks for this from where pytest 9.2 no longer looks.
"""

APART = (
    "tests/browser/",
    "tests/faults/",
    "tests/fuzz/",
    "tests/machines/",
    "tests/servers/",
    "tests/test_add_a_table.py",
    "tests/test_backups.py",
    "tests/test_make_run.py",
    "tests/core/test_migrations.py::test_rows_survive_every_revision_up_down_and_up_again",
    "tests/demo/access/test_refused_by_record.py::test_permission_checks_that_are_taken_out_let_refused_foreigners_in",
    "tests/demo/test_costs.py::test_no_page_takes_more_statements_or_every_row_in_a_partnership_ten_times_as_large",
    "tests/demo/test_every_screen.py::test_every_form_stands_every_rubbish",
    "tests/demo/test_leaving.py",
    "tests/documents/test_hostile_uploads.py",
    "tests/house/test_permission_checks.py",
    "tests/rules/case_lists/test_case_list_bombs.py",
)
"""Beginnings of node ids of what starts, kills, besieges, copies or walks through the whole product: CI runs it, and
`make every-test`; `make test` does not.
"""


def note_apart(items: Iterable[pytest.Item]) -> None:
    """Mark what is apart, so that `-m "not apart"` leaves it out."""
    for item in items:
        if item.nodeid.startswith(APART):
            item.add_marker("apart")


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out tests one by one to whichever process is free, and those that belong together as one; these first."""

    def _split_scope(self, nodeid: str) -> str:
        return next((shared for start, shared in TOGETHER.items() if nodeid.startswith(start)), nodeid)
