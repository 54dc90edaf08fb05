"""Does reading a case list ten times as long take about the same memory?"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

_CHILD = """
import sys
from datetime import date
from pathlib import Path
from models.rules.case_lists.check import CaseListCheck
from models.rules.case_lists.file import describe_sheets, likely_sheet, open_case_list
with open(sys.argv[1], "rb") as source:
    file = open_case_list(source)
    sheet = likely_sheet(describe_sheets(file))
    check = CaseListCheck(file, sheet, sheet.choice, [], today=date(2026, 3, 31))
    for block in check.copy_blocks():
        pass
print(check.report.accepted, Path("/proc/self/status").read_text())
"""


def peak_mb(path: Path, rows: int) -> float:
    with path.open("w", encoding="utf-8") as file:
        file.write("Case reference,Theme,Start date,End date\n")
        for row in range(rows):
            day, month, year = row % 28 + 1, row % 12 + 1, 2010 + row % 15
            file.write(f"W{row:07d},N{row % 9},{day:02d}/{month:02d}/{year},\n")
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"{rows} ")
    peak = re.search(r"VmHWM:\s+(\d+)", done.stdout)
    assert peak
    return int(peak[1]) / 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not tell a process's own peak")
def test_ten_times_the_rows_take_twenty_bytes_a_row_more(tmp_path: Path) -> None:
    little, much = peak_mb(tmp_path / "little.csv", 20_000), peak_mb(tmp_path / "much.csv", 200_000)
    assert much < 70
    assert much - little < 25
