"""How are the forty rows shown: as lines on a terminal, and as docs/assurance.md?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby

from tests.assurance.results import PROJECT, Figure, Result
from tests.assurance.rows import ROWS, Row

PAGE = PROJECT / "docs" / "assurance.md"
HEAD = """# Assurance: forty promises, and what each reached

Made by `make assurance`, which runs the tests of each row at full length (`make assurance ROWS="22 24"` for some, which
leaves the others as they were; `SCALE=short` as in CI). A row is reached when all its tests pass and every
figure they counted holds; what falls short says so. What a test cannot show stands in [security.md](security.md).

"""


def page(results: Mapping[int, Result]) -> str:
    """The whole page in Markdown."""
    return "\n".join([HEAD + _summary(results), *_parts(results), *_machines(results)]) + "\n"


def lines(results: Mapping[int, Result]) -> Iterator[str]:
    """One line a row for a terminal, and one for each of its figures."""
    for row in ROWS:
        result = results[row.number]
        yield f"{row.number:>2}  {result.verdict.strip('*'):<20} {row.what} (wanted: {row.wanted})"
        yield from (f"      {'' if figure.holds else 'NOT HELD: '}{_words(figure)}" for figure in result.figures)
    yield _summary(results)


def _summary(results: Mapping[int, Result]) -> str:
    counts = Counter(results[row.number].verdict.strip("*").split(",")[0] for row in ROWS)
    return "Of 40 rows: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common()) + ".\n"


def _parts(results: Mapping[int, Result]) -> Iterator[str]:
    for name, rows in groupby(ROWS, key=lambda row: row.part):
        yield f"## {name}\n"
        yield "| # | What is tried | Figure to reach | Figure reached, and on what | |"
        yield "|---|---|---|---|---|"
        yield from (_line(row, results[row.number]) for row in rows)
        yield ""


def _line(row: Row, result: Result) -> str:
    reached = "<br>".join(_words(figure) for figure in result.figures) or "-"
    return f"| {row.number} | {row.what} | {row.wanted} | {reached} | {result.verdict} |"


def _words(figure: Figure) -> str:
    return f"{figure.what}: {figure.reached} (wanted {figure.wanted}; {figure.tried})".replace("|", "/")


def _machines(results: Mapping[int, Result]) -> Iterator[str]:
    """Which rows were tried when, on what, and how long."""
    yield "## When, and on which machine\n"
    runs: dict[tuple[str, str, str, bool], list[int]] = {}
    for number, result in sorted(results.items()):
        if result.tried_on:
            runs.setdefault((result.tried_on, result.commit, result.machine, result.is_full), []).append(number)
    for (day, commit, machine, is_full), numbers in runs.items():
        length = "at full length" if is_full else "shortened as in CI"
        yield f"- Rows {', '.join(map(str, numbers))}: {day}, commit {commit}, {length}; {machine}."
