"""How long does the action-plan PDF take, beside the same table drawn by bare ReportLab without tags?

The limit draws the same texts in the same columns as plain cells: a small flowable per cell that splits and draws
strings in Helvetica, in tables of 50 rows, no tags, no embedded font, no cover. Each figure is one fresh process.
"""

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from statistics import median
from time import perf_counter

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.utils import simpleSplit
from reportlab.platypus import Flowable, SimpleDocTemplate, Table

from jobs.pdf.paper.styles import STYLES
from jobs.pdf.plans import plan_reports
from models.rules.plans.plan_report_paper import COLUMNS, action_row
from models.rules.plans.plan_reports import PlanReport, summarise
from tests.benchmarks.memory import peak_of_memory
from tests.pdf import pdf_facts

ROOT = Path(__file__).resolve().parents[2]
SIZES = (10, 200, 2000)
CHUNK = 50
RUNS = 3


class PlainCell(Flowable):
    """Strings one under the other, split to the column's width."""

    def __init__(self, pieces: list[tuple[str, float]], width: float) -> None:
        super().__init__()
        self.width = width
        self.lines = [(line, size) for text, size in pieces for line in simpleSplit(text, "Helvetica", size, width)]
        self.height = sum(size * 1.3 for _, size in self.lines)

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        y = self.height
        for line, size in self.lines:
            y -= size * 1.3
            self.canv.setFont("Helvetica", size)
            self.canv.drawString(0, y, line)


def bare(report: PlanReport) -> bytes:
    """The same texts as a table of plain cells by ReportLab alone."""
    widths = [column.share for column in COLUMNS]
    head = [column.title for column in COLUMNS]
    rows = []
    for group in summarise(report).groups:
        for action in group.actions:
            row = action_row(action, report.made_on)
            cells = [list(cell) for cell in row.cells]
            cells[-1] += row.note
            pieces = [[(text, STYLES[look].size) for text, look in cell if text] for cell in cells]
            rows.append([PlainCell(cell, width - 10) for cell, width in zip(pieces, widths, strict=True)])
    chunks = [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)] or [[]]
    style = [("GRID", (0, 0), (-1, -1), 0.3, "#c9d1da"), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    heights = [[16, *(max(cell.height for cell in row) + 10 for row in chunk)] for chunk in chunks]
    story = [
        Table([head, *chunk], widths, tall, style=style, repeatRows=1)
        for chunk, tall in zip(chunks, heights, strict=True)
    ]
    out = BytesIO()
    margins = {"leftMargin": 34, "rightMargin": 34, "topMargin": 40, "bottomMargin": 40}
    SimpleDocTemplate(out, pagesize=landscape(A4), **margins).build(story)
    return out.getvalue()


def measure(name: str, count: int) -> dict[str, float]:
    """Seconds of a first and a second document (other texts), kilobytes, and the peak of this process in MiB."""
    build = {"ours": plan_reports.build, "bare": bare}[name]
    first, second = pdf_facts.report(count), pdf_facts.report_of([pdf_facts.action(at + 7) for at in range(count)])
    started = perf_counter()
    size = len(build(first))
    middle = perf_counter()
    build(second)
    peak = peak_of_memory()
    return {"cold": middle - started, "warm": perf_counter() - middle, "kB": size / 1024, "MiB": peak}


def fresh(name: str, count: int) -> dict[str, float]:
    """`measure` in a process of its own; `whole` is that process from start to end, imports included."""
    started = perf_counter()
    run = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.plan_pdf", name, str(count)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return {**json.loads(run.stdout), "whole": perf_counter() - started}


def bench() -> list[str]:
    """The lines to print: ours, the limit and their ratio for 10, 200 and 2,000 actions (medians)."""
    lines = [
        "Action-plan PDF, tagged, beside the same texts as plain ReportLab cells without tags, fonts or cover",
        f"(fresh processes, medians of {RUNS}; at 10 actions our cover and fonts weigh most; 1.60 wanted from 200 up)",
    ]
    for count in SIZES:
        runs = [(fresh("ours", count), fresh("bare", count)) for _ in range(RUNS)]
        ours, limit = _medians([pair[0] for pair in runs]), _medians([pair[1] for pair in runs])
        cold, warm = ours["cold"] / limit["cold"], ours["warm"] / limit["warm"]
        lines.append(
            f"  {count:>5,} actions: tagged {_said(ours)}; plain {_said(limit)}; ratio {cold:.2f}, next {warm:.2f}"
        )
    return lines


def _medians(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: median(run[name] for run in runs) for name in runs[0]}


def _said(figures: dict[str, float]) -> str:
    first, again = f"{figures['cold']:.3f} s", f"next document {figures['warm']:.3f} s"
    return f"{first} ({again}, {figures['MiB']:.0f} MiB, {figures['kB']:,.0f} kB)"


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
    else:
        print("\n".join(bench()))
