"""How often does a piece of work wait for the database?"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

_LINE = re.compile(r"^[\d\- :.]*\t?([FB])\t", re.MULTILINE)


def round_trips(engine: Engine, work: Callable[[], Any]) -> int:
    """How many times the work waits for an answer of the database, by the driver's own trace of what it sends and gets.

    The work runs on connections of the engine, one after the other.
    """
    with tempfile.TemporaryFile() as trace:

        def begin(driver: Any, *_: Any) -> None:
            driver.pgconn.trace(trace.fileno())

        def end(driver: Any, *_: Any) -> None:
            driver.pgconn.untrace()

        event.listen(engine, "checkout", begin)
        event.listen(engine, "checkin", end)
        try:
            work()
        finally:
            event.remove(engine, "checkout", begin)
            event.remove(engine, "checkin", end)
        os.lseek(trace.fileno(), 0, os.SEEK_SET)
        words = os.read(trace.fileno(), 10_000_000).decode(errors="replace")
    sides = _LINE.findall(words)
    return sum(left + right == "BF" for left, right in zip("B" + "".join(sides), sides, strict=False))
