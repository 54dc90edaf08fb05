"""Do the forty promises of the checklist hold? `make assurance` runs this; ROWS= names some only."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil

from models.core.clock import today
from tests.assurance.collecting import ROWS as ROWS_WANTED
from tests.assurance.figures import FOLDER, SCALE
from tests.assurance.page import PAGE, lines, page
from tests.assurance.results import PROJECT, Result, collected, keep_results, kept_results
from tests.assurance.rows import ROWS

_NAMING = re.compile(r"mark\.assures\(|SoundDocument")  # every document's own tests inherit some that name rows


def main(words: list[str]) -> int:
    """Try the rows named, or all; keep and print what all have reached. Returns 1 where one just tried falls short."""
    wanted = [int(word) for word in words] or [row.number for row in ROWS]
    scale = os.environ.get(SCALE) or "full"
    with tempfile.TemporaryDirectory(prefix="assurance") as folder:
        _run_tests(wanted, scale, folder)
        tried = collected(Path(folder))
    results = kept_results()
    for number in wanted:
        results[number] = _stamped(tried.get(number, Result()), is_full=scale == "full")
    keep_results(results)
    PAGE.write_text(page(results), encoding="utf-8")
    sys.stdout.write("\n".join(lines(results)) + "\n")
    return 0 if all(results[number].verdict.startswith("reached") for number in wanted) else 1


def _run_tests(wanted: list[int], scale: str, folder: str) -> None:
    environment = os.environ | {ROWS_WANTED: " ".join(map(str, wanted)), SCALE: scale, FOLDER: folder}
    processes = os.environ.get("TEST_PROCESSES") or "2"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        processes,
        "-p",
        "tests.assurance.collecting",
        "-m",
        "assures",
    ]
    subprocess.run(command, cwd=PROJECT, env=environment, check=False)


def _stamped(result: Result, *, is_full: bool) -> Result:
    result.tried_on, result.commit, result.machine, result.is_full = str(today()), _commit(), _machine(), is_full
    return result


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def _machine() -> str:
    """What the rows ran on, in a few words that name nobody's machine."""
    memory = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
