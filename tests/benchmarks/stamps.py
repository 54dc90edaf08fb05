"""When does a job's own code run? A module that costs nothing to import, for workers that import it in each child."""

import time
from pathlib import Path


def stamp(path: str) -> None:
    """Write down this moment, in seconds."""
    Path(path).write_text(repr(time.time()), encoding="ascii")
