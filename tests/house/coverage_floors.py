"""Does each room reach its floor of branch coverage? A plugin of pytest; `make coverage` loads it beside pytest-cov."""

from __future__ import annotations

from io import StringIO

import coverage
import pytest

FLOORS = {"models": 95, "jobs": 90, "app": 90, "admin_views": 90}  # per cent of lines and branches


class CoverageFloors:
    """Measures the rooms when all processes of the tests have handed in; a room below its floor fails the run."""

    def __init__(self) -> None:
        self.reached: dict[str, float] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.exitstatus == pytest.ExitCode.OK:
            self.reached = {room: _reached(room) for room in FLOORS}
            if self.low():
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for room, share in self.reached.items():
            verdict = "  BELOW ITS FLOOR" if room in self.low() else ""
            terminalreporter.write_line(f"Branch coverage of {room}: {share:.1f} % (floor {FLOORS[room]} %){verdict}")

    def low(self) -> list[str]:
        """The rooms below their floor."""
        return [room for room, share in self.reached.items() if share < FLOORS[room]]


def _reached(room: str) -> float:
    """Of a room's lines and branches, how many per cent were run, by the file that pytest-cov has written."""
    recorder = coverage.Coverage()
    recorder.load()
    return recorder.report(include=[f"{room}/*"], file=StringIO())


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the process that hands out the tests, not those that run them
        config.pluginmanager.register(CoverageFloors(), "coverage_floors")
