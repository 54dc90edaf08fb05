"""Which tests prove which rows, and what became of them? A plugin of pytest; `make assurance` loads it."""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.assurance.figures import FOLDER

ROWS = "ASSURANCE_ROWS"
TESTS = "tests.json"


def rows_of(item: pytest.Item) -> list[int]:
    """The rows that a test says it proves."""
    return sorted({int(row) for mark in item.iter_markers("assures") for row in mark.args})


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave only the tests of the rows asked for, each with its rows written on it."""
    wanted = {int(row) for row in os.environ[ROWS].split()}
    kept = []
    for item in items:
        rows = rows_of(item)
        if wanted & set(rows):
            item.user_properties.append(("assures", rows))
            kept.append(item)
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


class Outcomes:
    """Counts, in the process that hands out the tests, how many of each row passed, failed or were left out."""

    def __init__(self) -> None:
        self.counts: dict[int, Counter[str]] = defaultdict(Counter)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            for row in dict(report.user_properties).get("assures", []):
                self.counts[row][report.outcome] += 1

    def pytest_sessionfinish(self) -> None:
        Path(os.environ[FOLDER], TESTS).write_text(json.dumps(self.counts), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Outcomes(), "assurance_outcomes")
