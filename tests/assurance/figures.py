"""Which figure has a test of the checklist reached, and how long does it try?

A test that proves a row of the checklist carries `@pytest.mark.assures(row)` and says its figure with `note_figure`. In
an ordinary run nothing is written and `scaled` gives the short number; `make assurance` sets the two variables below.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

FOLDER = "ASSURANCE_FOLDER"
SCALE = "ASSURANCE_SCALE"


def scaled(full: int, *, ci: int) -> int:
    """How often, or for how many seconds, to try: `full` under `make assurance`, `ci` in the tests that CI runs."""
    return full if os.environ.get(SCALE) == "full" else ci


def note_figure(row: int, what: str, *, reached: object, wanted: str, tried: str, holds: bool) -> None:
    """Write down a figure of a row of the checklist: what was counted, what came out, what was wanted, on what.

    `holds` says whether the figure is reached; a row with one that is not falls short, also where its tests pass.
    """
    folder = os.environ.get(FOLDER)
    if not folder:
        return
    said = {True: "yes", False: "no"}[reached] if isinstance(reached, bool) else str(reached)
    line = {"row": row, "what": what, "reached": said, "wanted": wanted, "tried": tried, "holds": bool(holds)}
    with Path(folder, f"figures-{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
