"""What did each row reach, when it was last tried?

Kept in docs/assurance.json, a row at a time, so that a run of some rows leaves the others as they were.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.assurance.collecting import TESTS
from tests.assurance.rows import ROWS

PROJECT = Path(__file__).resolve().parents[2]
KEPT = PROJECT / "docs" / "assurance.json"


@dataclass(frozen=True)
class Figure:
    """What a test counted."""

    what: str
    reached: str
    wanted: str
    tried: str
    holds: bool


@dataclass
class Result:
    """A row as last tried: how many of its tests passed, failed and were left out, and its figures."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    figures: list[Figure] = field(default_factory=list)
    tried_on: str = ""
    commit: str = ""
    is_full: bool = False
    machine: str = ""

    @property
    def verdict(self) -> str:
        """In a word or two. No row is reached by definition: it takes a test that passed and a figure that holds."""
        if self.failed:
            return "**failed**"
        if not self.passed:
            return "not tried"
        if not self.figures:
            return "no figure"
        if not all(figure.holds for figure in self.figures):
            return "**falls short**"
        if self.skipped:
            return f"reached, {self.skipped} left out"
        return "reached" if self.is_full else "reached, shortened"


def collected(folder: Path) -> dict[int, Result]:
    """The results of a run, from the files its tests have left in a folder."""
    counts = json.loads(Path(folder, TESTS).read_text(encoding="utf-8"))
    results = {int(row): Result(**of_row) for row, of_row in counts.items()}
    lines = [line for path in folder.glob("figures-*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()]
    for line, times in sorted(Counter(lines).items()):
        values = json.loads(line)
        values["tried"] += f", {times} times" if times > 1 else ""
        results.setdefault(values.pop("row"), Result()).figures.append(Figure(**values))
    return results


def kept_results() -> dict[int, Result]:
    """The results kept so far, by number; a row never tried has an empty one."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    results = {row.number: Result() for row in ROWS}
    for number, values in kept.items():
        figures = [Figure(**figure) for figure in values.pop("figures")]
        results[int(number)] = Result(**values, figures=figures)
    return results


def keep_results(results: Mapping[int, Result]) -> None:
    """Write the results down for the next run and for the page."""
    rows = {str(number): asdict(results[number]) for number in sorted(results)}
    KEPT.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
